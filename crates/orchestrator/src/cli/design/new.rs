//! `design new`: from what somebody wants to know to an experiment file.

mod file;

use std::fmt;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use domain::Violation;
use domain::experiment::ExperimentSpec;
use domain::measures::Response;
use domain::plan::Member;
use domain::series;

use super::prompt::{Prompt, say};
use crate::cli::{Failure, Place, output};
use crate::export::{Target, TargetError};
use crate::games::doom::DoomGames;
use crate::user_files::Known;
use crate::{check, experiment_file, planning};
use file::{Answers, Factor};

/// Arguments of `design new`. What is not given is asked for.
#[derive(Debug, Args)]
pub(super) struct NewArgs {
    /// The file to write
    #[arg(default_value = "experiment.toml")]
    file: PathBuf,
    /// What is to be found out
    #[arg(long, value_enum)]
    goal: Option<Goal>,
    /// What is varied: a range `agent.genome.burst=2:30`, by ratio `...=1:100:log`, or levels `agent.policy=aim,random`;
    /// given once for each factor
    #[arg(long = "factor", value_name = "PARAMETER=VALUES")]
    factors: Vec<String>,
    /// The scenario that is played
    #[arg(long)]
    scenario: Option<String>,
    /// The policy that all conditions start from
    #[arg(long)]
    policy: Option<String>,
    /// What is compared, such as kills or tics
    #[arg(long)]
    fitness: Option<String>,
    /// Seeds that every condition plays
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    episodes: Option<u32>,
    /// Conditions, where the goal leaves the number open: to explore
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: Option<u32>,
    /// The number from which all randomness is derived
    #[arg(long)]
    seed: Option<u64>,
    /// The experiment's name; that of the file unless given
    #[arg(long)]
    name: Option<String>,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
}

/// What somebody wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Goal {
    /// Which of a few policies, files or levels is better.
    Compare,
    /// Which of many factors matter at all.
    Screen,
    /// Which factors matter, and how pairs of them act together.
    Interactions,
    /// Where in their ranges the factors are best.
    Optimise,
    /// How the response looks all over the ranges, without a model in mind.
    Explore,
}

impl Goal {
    const QUESTIONS: [(Self, &'static str); 5] = [
        (Self::Compare, "which of a few policies, files or levels is better"),
        (Self::Screen, "which of many factors matter at all"),
        (Self::Interactions, "which factors matter, and how pairs of them act together"),
        (Self::Optimise, "where in their ranges the factors are best"),
        (Self::Explore, "how the response looks all over the ranges, without a model in mind"),
    ];
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_possible_value().map_or(Ok(()), |value| f.write_str(value.get_name()))
    }
}

/// Asks for what is not given, writes the file and says what to do with it.
pub(super) fn run(args: NewArgs, place: &Place) -> Result<(), Failure> {
    let (path, force) = (args.file.clone(), args.force);
    if path.exists() && !force {
        return Err(TargetError::Exists(path).into());
    }
    let answers = answers(args, &Prompt::new())?;
    let text = file::text(&answers);
    let name = path.display().to_string();
    let document = experiment_file::check(&name, text.as_bytes(), &[], |spec| violations(spec, place))?;
    write(&path, &text, force)?;
    let conditions = document.spec.design.as_ref().map_or(0, planning::design::count);
    output::line(format!(
        "wrote {name}: {conditions} conditions, {} episodes\nlook at it:  orchestrator design {name}\n\
         play it:     orchestrator launch {name} --embedded",
        planning::planned(&document.spec)
    ))
}

/// Everything that is wrong: with the games, if the engine is here, and else with policies and genes.
fn violations(spec: &ExperimentSpec, place: &Place) -> Vec<Violation> {
    if let Ok(install) = place.engine.open(&place.env) {
        return check::violations(spec, &DoomGames::new(install, PathBuf::new()), &Known::default());
    }
    let members = planning::conditions(spec).and_then(|members| planning::check_claims(spec).map(|()| members));
    match members {
        Err(found) => found,
        Ok(members) => members.iter().map(gene_violations).find(|found| !found.is_empty()).unwrap_or_default(),
    }
}

fn gene_violations(member: &Member) -> Vec<Violation> {
    let policy = &member.spec.policy;
    match decision::find(policy) {
        Some(known) => member.spec.genome.violations(known.parameters, "agent.genome"),
        None => vec![unknown_policy(policy)],
    }
}

fn write(path: &Path, text: &str, force: bool) -> Result<(), Failure> {
    let target = Target::open(Some(path), force)?;
    let written = target.write(text.as_bytes());
    output::kept(target, written)
}

fn answers(args: NewArgs, prompt: &Prompt) -> Result<Answers, Failure> {
    let goal = args.goal.map_or_else(|| ask_goal(prompt), Ok)?;
    let scenario = match args.scenario {
        Some(scenario) => scenario,
        None => prompt.optional("Scenario", "--scenario", "defend_the_line".to_owned(), any)?,
    };
    let policy = match args.policy {
        Some(policy) => known_policy(&policy).map_err(Failure::usage)?,
        None => prompt.optional("Policy", "--policy", "aim".to_owned(), known_policy)?,
    };
    let factors = match args.factors.as_slice() {
        [] => ask_factors(prompt, &policy)?,
        given => given.iter().map(|text| Factor::read(text)).collect::<Result<_, _>>().map_err(Failure::usage)?,
    };
    let fitness = match args.fitness {
        Some(fitness) => known_measure(&fitness).map_err(Failure::usage)?,
        None => prompt.optional("Measure to compare", "--fitness", "kills".to_owned(), known_measure)?,
    };
    let episodes = match args.episodes {
        Some(episodes) => episodes,
        None => prompt.optional("Seeds that every condition plays", "--episodes", 10, number)?,
    };
    let seed = match args.seed {
        Some(seed) => seed,
        None => prompt.optional("Seed of the experiment", "--seed", 42, number)?,
    };
    let runs = match (goal, args.runs) {
        (Goal::Explore, None) => {
            let advised = (10 * factors.len() as u32).clamp(10, 1000);
            Some(prompt.optional("Conditions", "--runs", advised, number)?)
        }
        (_, runs) => runs,
    };
    let stem = args.file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let name = args.name.or(stem).unwrap_or_else(|| "experiment".to_owned());
    Ok(Answers { name, goal, scenario, policy, factors, fitness, episodes, seed, runs })
}

fn ask_goal(prompt: &Prompt) -> Result<Goal, Failure> {
    say("What do you want to know?\n")?;
    for (number, (goal, question)) in (1..).zip(Goal::QUESTIONS) {
        say(&format!("  {number}  {goal}: {question}\n"))?;
    }
    prompt.required("Number or name", "--goal", |answer| {
        let by_number = answer.parse::<usize>().ok().and_then(|number| Goal::QUESTIONS.get(number.checked_sub(1)?));
        let goal = by_number.map(|(goal, _)| *goal);
        goal.map_or_else(|| Goal::from_str(answer, true).map_err(|_| "answer 1 to 5, or a name".to_owned()), Ok)
    })
}

/// Asks for factors until an empty line.
fn ask_factors(prompt: &Prompt, policy: &str) -> Result<Vec<Factor>, Failure> {
    say(
        "What is varied? A range `agent.genome.NAME=LOW:HIGH`, or levels `scenario.skill=1,3,5`. An empty line ends.\n",
    )?;
    let genes = decision::find(policy).map_or(&[][..], |policy| policy.parameters);
    for (name, parameter) in series::of_parameters(genes) {
        let (low, high) = parameter.domain.bounds();
        say(&format!("  agent.genome.{name} ({low} to {high}): {}\n", parameter.about))?;
    }
    let mut factors: Vec<Factor> = Vec::new();
    loop {
        let question = format!("Factor {}", factors.len() + 1);
        let next = prompt.required(&question, "--factor", |answer| match (answer, factors.is_empty()) {
            ("", true) => Err("at least one factor is needed".to_owned()),
            ("", false) => Ok(None),
            (text, _) => {
                let factor = Factor::read(text)?;
                // Told at once: at the end, everything answered so far would be lost.
                let are_known = !factors.iter().any(Factor::is_policy);
                let wrong = factor.gene_violation(genes).filter(|_| are_known);
                wrong.map_or(Ok(Some(factor)), |violation| Err(told(&violation)))
            }
        })?;
        match next {
            Some(factor) => factors.push(factor),
            None => return Ok(factors),
        }
    }
}

fn any(answer: &str) -> Result<String, String> {
    Ok(answer.to_owned())
}

fn number<T: std::str::FromStr>(answer: &str) -> Result<T, String> {
    answer.parse().map_err(|_| format!("{answer:?} is no whole number in range"))
}

fn known_policy(answer: &str) -> Result<String, String> {
    decision::find(answer).map_or_else(|| Err(told(&unknown_policy(answer))), |_| Ok(answer.to_owned()))
}

fn unknown_policy(name: &str) -> Violation {
    Violation::unknown("agent.policy", "policy", name, decision::POLICIES.iter().map(|policy| policy.name))
}

fn known_measure(answer: &str) -> Result<String, String> {
    let names = || Response::ALL.iter().map(|response| response.name());
    match answer.parse::<Response>() {
        Ok(_) => Ok(answer.to_owned()),
        Err(_) => Err(told(&Violation::unknown("fitness", "measure", answer, names()))),
    }
}

fn told(violation: &Violation) -> String {
    violation.help.iter().fold(violation.message.clone(), |told, help| format!("{told}: {help}"))
}
