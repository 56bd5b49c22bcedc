//! The file that `design new` writes.

use std::fmt::Write as _;

use domain::Violation;
use domain::genome::{Genome, Parameter};
use toml_edit::Value;

use super::Goal;

/// Everything that was answered.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) name: String,
    pub(super) goal: Goal,
    pub(super) scenario: String,
    pub(super) policy: String,
    pub(super) factors: Vec<Factor>,
    pub(super) fitness: String,
    pub(super) episodes: u32,
    pub(super) seed: u64,
    pub(super) runs: Option<u32>,
}

/// What is varied.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Factor {
    parameter: String,
    values: Values,
}

#[derive(Debug, Clone, PartialEq)]
enum Values {
    /// Texts of TOML values.
    Levels(Vec<String>),
    Range {
        low: f64,
        high: f64,
        log: bool,
    },
}

impl Factor {
    /// Reads `PARAMETER=LOW:HIGH`, `PARAMETER=LOW:HIGH:log` or `PARAMETER=LEVEL,LEVEL`.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let bad = |why: &str| {
            format!("{text:?} is no factor: {why}; write agent.genome.burst=2:30 or agent.policy=aim,random")
        };
        let (parameter, values) = text.split_once('=').ok_or_else(|| bad("there is no equals sign"))?;
        let parts: Vec<_> = values.split(':').map(str::trim).collect();
        let values = match parts.as_slice() {
            [low, high] | [low, high, "log"] => {
                let [Ok(low), Ok(high)] = [low, high].map(|end| end.parse::<f64>()) else {
                    return Err(bad("an end of the range is no number"));
                };
                Values::Range { low, high, log: parts.len() == 3 }
            }
            [list] if list.contains(',') => Values::Levels(list.split(',').map(level).collect()),
            _ => return Err(bad("there is neither a range nor a list of levels")),
        };
        Ok(Self { parameter: parameter.trim().to_owned(), values })
    }

    /// Whether it varies who plays, and so what genes there are.
    pub(super) fn is_policy(&self) -> bool {
        self.parameter == "agent.policy"
    }

    /// What is wrong with it, if it varies a gene and these are all there are.
    pub(super) fn gene_violation(&self, genes: &[Parameter]) -> Option<Violation> {
        let gene = self.parameter.strip_prefix("agent.genome.")?;
        let values = match &self.values {
            Values::Levels(levels) => levels.iter().filter_map(|level| level.parse().ok()).collect(),
            Values::Range { low, high, .. } => vec![*low, *high],
        };
        let violations = |value| Genome([(gene.to_owned(), value)].into()).violations(genes, "agent.genome");
        values.into_iter().flat_map(violations).next()
    }
}

/// A level as TOML has it; what is not valid TOML is a text.
fn level(text: &str) -> String {
    let text = text.trim();
    text.parse::<Value>().unwrap_or_else(|_| Value::from(text)).to_string().trim().to_owned()
}

/// The commented file.
pub(super) fn text(answers: &Answers) -> String {
    let Answers { name, scenario, policy, fitness, episodes, seed, goal, .. } = answers;
    let [name, scenario, policy, fitness] = [name, scenario, policy, fitness].map(|text| Value::from(text.as_str()));
    let question = Goal::QUESTIONS.iter().find(|(other, _)| other == goal).map_or("", |(_, question)| question);
    let description = Value::from(question);
    let mut text = format!(
        "# Written by `orchestrator design new`. Look at it with `orchestrator design`, and change what you like.\n\
         name = {name}\n\
         # Say here what you expect, so that you can be surprised.\n\
         description = {description}\n\
         # All randomness follows from it.\n\
         seed = {seed}\n\
         # What is compared; docs/writing-experiments.md lists the measures.\n\
         fitness = {fitness}\n\n\
         [scenario]\n\
         name = {scenario}\n\n\
         # What every condition starts from; factors change it.\n\
         [agent]\n\
         policy = {policy}\n\n\
         # Every condition plays the same seeds, so a difference between conditions is none between seeds.\n\
         [seeds]\n\
         episodes = {episodes}\n\n\
         [design]\n"
    );
    text += &design(answers);
    for factor in &answers.factors {
        let parameter = Value::from(factor.parameter.as_str());
        let _ = match &factor.values {
            Values::Levels(levels) => {
                write!(text, "\n[[design.factors]]\nparameter = {parameter}\nlevels = [{}]\n", levels.join(", "))
            }
            Values::Range { low, high, log } => {
                let log = if *log { "log = true\n" } else { "" };
                write!(text, "\n[[design.factors]]\nparameter = {parameter}\nlow = {low}\nhigh = {high}\n{log}")
            }
        };
    }
    text
}

/// The fields of `[design]` that answer the question.
fn design(answers: &Answers) -> String {
    let factors = answers.factors.len();
    let full = "# Every combination of levels.\ntype = \"full_factorial\"\n".to_owned();
    match (answers.goal, factors) {
        (Goal::Compare, _) | (Goal::Screen | Goal::Interactions, ..=3) => full,
        (Goal::Screen, 33..) => "# Two levels of very many factors, for main effects alone.\ntype = \"plackett_burman\"\n".to_owned(),
        (Goal::Screen, _) => "# The smallest fraction in which no main effect is aliased with a two-factor interaction. Interactions are\n\
             # aliased with each other: `orchestrator design` says which.\n\
             type = \"fractional_factorial\"\nresolution = 4\n"
            .to_owned(),
        (Goal::Interactions, _) => "# The smallest fraction in which no main effect or two-factor interaction is aliased with another.\n\
             type = \"fractional_factorial\"\nresolution = 5\n"
            .to_owned(),
        (Goal::Optimise, _) => "# A quadratic model. With face_centred no level lies outside of the ranges; box_behnken plays no corners.\n\
             type = \"central_composite\"\nalpha = \"face_centred\"\n"
            .to_owned(),
        (Goal::Explore, _) => format!(
            "# Points spread over the ranges; ten for each factor is a good beginning.\ntype = \"latin_hypercube\"\nruns = {}\n",
            answers.runs.unwrap_or(10)
        ),
    }
}

#[cfg(test)]
mod tests {
    use domain::experiment::DesignKind;

    use super::*;
    use crate::{experiment_file, planning};

    fn answers(goal: Goal, factors: &[&str]) -> Answers {
        Answers {
            name: "a \"quoted\" name".into(),
            goal,
            scenario: "defend_the_line".into(),
            policy: "aim".into(),
            factors: factors.iter().map(|text| Factor::read(text).unwrap()).collect(),
            fitness: "kills".into(),
            episodes: 10,
            seed: 42,
            runs: Some(12),
        }
    }

    #[test]
    fn every_goal_makes_a_file_that_is_valid_and_passes_its_audit() {
        let ranges = ["tolerance=1:5", "lead=0.5:2:log", "scenario.skill=1:5", "a=0:1", "b=0:1", "c=0:1"];
        let ranges =
            ranges.map(|text| if text.starts_with("scen") { text.to_owned() } else { format!("agent.genome.{text}") });
        let ranges: Vec<_> = ranges.iter().map(String::as_str).collect();
        for (goal, count, kind) in [
            (Goal::Compare, 2, DesignKind::FullFactorial),
            (Goal::Screen, 3, DesignKind::FullFactorial),
            (Goal::Screen, 6, DesignKind::FractionalFactorial),
            (Goal::Interactions, 5, DesignKind::FractionalFactorial),
            (Goal::Optimise, 3, DesignKind::CentralComposite),
            (Goal::Explore, 4, DesignKind::LatinHypercube),
        ] {
            let text = text(&answers(goal, &ranges[..count]));
            let document =
                experiment_file::parse("new.toml", text.as_bytes(), &[]).unwrap_or_else(|e| panic!("{e:?}\n{text}"));
            assert_eq!(document.spec.design.as_ref().unwrap().kind, kind);
            assert_eq!(document.spec.name, "a \"quoted\" name");
            assert!(planning::conditions(&document.spec).is_ok(), "{text}");
            assert_eq!(planning::check_claims(&document.spec), Ok(()), "{text}");
        }
    }

    #[test]
    fn factors_are_read_as_they_are_told() {
        let read = |text| Factor::read(text).unwrap().values;
        assert_eq!(read("x=1:2.5"), Values::Range { low: 1.0, high: 2.5, log: false });
        assert_eq!(read("x=1:10:log"), Values::Range { low: 1.0, high: 10.0, log: true });
        assert_eq!(read("x=aim, 3,true"), Values::Levels(["\"aim\"", "3", "true"].map(str::to_owned).to_vec()));
        for bad in ["x", "x=1", "x=a:b", "x=1:2:ln"] {
            assert!(Factor::read(bad).unwrap_err().contains("is no factor"));
        }
    }
}
