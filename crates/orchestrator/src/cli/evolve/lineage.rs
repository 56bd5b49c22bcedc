//! Where agents come from.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use domain::checkpoint::{Checkpoint, Player};
use proto::orchestrator::v1 as pb;
use serde_json::{Value, json};

use super::super::output::{self, Rows};
use super::super::{Failure, Place, experiments};
use super::leader::leader;
use super::{Client, Evolution, ServiceArgs, asked};

/// Arguments of `evolve lineage`.
#[derive(Debug, Args)]
pub(in crate::cli) struct LineageArgs {
    /// Id of the experiment, the beginning of it, or its name
    experiment: String,
    /// Whose ancestors, such as `g7-03`; the champion's unless given
    #[arg(conflicts_with = "all")]
    agent: Option<String>,
    /// Everybody with their genes, not only ancestors of one agent
    #[arg(long)]
    all: bool,
    /// Form of the result; `dot` is a graph for Graphviz
    #[arg(short, long, value_enum, default_value_t = LineageForm::Table)]
    output: LineageForm,
    #[command(flatten)]
    service: ServiceArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LineageForm {
    /// For people.
    Table,
    /// A JSON array.
    Json,
    /// One JSON object per line.
    Jsonl,
    /// Comma-separated values with a header.
    Csv,
    /// A graph in the language of Graphviz.
    Dot,
}

/// Prints a lineage.
pub(super) async fn run(args: LineageArgs, place: &Place) -> Result<(), Failure> {
    let ask = async |client: &mut Client| {
        let evolution = Evolution::fetch(client, &args.experiment).await?;
        let start = evolution.start(client).await?;
        let mut all: Vec<_> = start.iter().flat_map(before).collect();
        for generation in &evolution.generations {
            let take = |genome| all.push(Agent { genome, origin: String::new() });
            experiments::each_genome(client, &evolution.experiment.id, generation.index, take).await?;
        }
        let whose = match args.agent {
            Some(agent) => agent,
            None if args.all => String::new(),
            None => leader(client, &evolution).await?.1,
        };
        Ok((whose, all))
    };
    let (whose, all) = asked(&args.service, place, ask).await?;
    let shown = if args.all { all } else { ancestors(all, &whose)? };
    let rows = match args.output {
        LineageForm::Dot => return output::print(&dot(&shown)),
        LineageForm::Table => Rows::Table,
        LineageForm::Json => Rows::Json,
        LineageForm::Jsonl => Rows::Jsonl,
        LineageForm::Csv => Rows::Csv,
    };
    let genes: BTreeSet<&str> = shown.iter().flat_map(|agent| agent.genome.genes.keys().map(String::as_str)).collect();
    let heads = ["generation", "agent", "fitness", "episodes", "operators", "parents"].into_iter();
    let origin = is_branch(&shown).then_some("experiment");
    let heads: Vec<_> = heads.chain(origin).chain(genes).collect();
    let values: Vec<_> = shown.iter().map(row).collect();
    output::rows(rows, &heads, &values, || table(&shown))
}

/// An agent, and the name of the experiment in which it played where that is another one.
#[derive(Debug, Clone)]
struct Agent {
    genome: pb::Genome,
    origin: String,
}

/// The agents of a checkpoint.
fn before(start: &Checkpoint) -> impl Iterator<Item = Agent> {
    start.rounds().flat_map(|(part, round)| {
        let agent = |(position, player): (u32, &Player)| Agent {
            genome: pb::Genome {
                generation: round.generation,
                position,
                agent: player.agent.to_string(),
                policy: part.policy.clone(),
                genes: player.genome.0.clone(),
                parents: player.parents.iter().map(ToString::to_string).collect(),
                operators: player.operators.clone(),
                mean_fitness: player.mean(),
                episodes: player.fitness.len() as u64,
                ..pb::Genome::default()
            },
            origin: part.spec.name.clone(),
        };
        (0..).zip(&round.agents).map(agent)
    })
}

fn is_branch(shown: &[Agent]) -> bool {
    shown.iter().any(|agent| !agent.origin.is_empty())
}

/// The agent of this name and all that it comes from, oldest first. Names are unique but for those of confirmations, of
/// which the last counts; parents are always older.
fn ancestors(all: Vec<Agent>, agent: &str) -> Result<Vec<Agent>, Failure> {
    let known: BTreeMap<_, _> = all.iter().enumerate().map(|(at, known)| (known.genome.agent.as_str(), at)).collect();
    let unknown =
        || Failure::not_found(format!("there is no agent {agent}: `orchestrator evolve lineage --all` has all"));
    let mut kept = BTreeSet::new();
    let mut open = vec![*known.get(agent).ok_or_else(unknown)?];
    while let Some(at) = open.pop() {
        if kept.insert(at) {
            open.extend(all[at].genome.parents.iter().filter_map(|parent| known.get(parent.as_str())));
        }
    }
    let is_kept = |(at, agent)| kept.contains(&at).then_some(agent);
    Ok(all.into_iter().enumerate().filter_map(is_kept).collect())
}

fn row(Agent { genome, origin }: &Agent) -> Value {
    let mut row = json!({
        "generation": genome.generation,
        "agent": genome.agent,
        "fitness": genome.mean_fitness,
        "episodes": genome.episodes,
        "operators": genome.operators.join("+"),
        "parents": genome.parents.join("+"),
    });
    if !origin.is_empty() {
        row["experiment"] = json!(origin);
    }
    for (name, value) in &genome.genes {
        row[name] = json!(value);
    }
    row
}

fn table(shown: &[Agent]) -> String {
    let is_branch = is_branch(shown);
    let rows = shown.iter().map(|Agent { genome, origin }| {
        let mut row = vec![
            genome.generation.to_string(),
            genome.agent.clone(),
            output::number(genome.mean_fitness),
            genome.operators.join("+"),
            some(&genome.parents),
        ];
        row.extend(is_branch.then(|| origin.clone()));
        row
    });
    let heads = ["generation", "agent", "fitness", "made by", "parents"].into_iter();
    let heads: Vec<_> = heads.chain(is_branch.then_some("played in")).collect();
    output::table(&heads, &["generation", "fitness"], rows)
}

/// The first names, and how many there are beside them: a distribution has half of a population as parents.
fn some(parents: &[String]) -> String {
    const SHOWN: usize = 4;
    let shown = parents.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match parents.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn dot(shown: &[Agent]) -> String {
    let mut text = String::from("digraph lineage {\n  node [shape=box];\n");
    for Agent { genome, origin } in shown {
        let fitness = output::number(genome.mean_fitness);
        let style = if origin.is_empty() { "" } else { " style=dashed" };
        let _ = writeln!(text, "  \"{0}\" [label=\"{0}\\n{fitness}\"{style}];", genome.agent);
        for parent in &genome.parents {
            let _ = writeln!(text, "  \"{parent}\" -> \"{}\";", genome.agent);
        }
    }
    text + "}\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn genome(generation: u32, agent: &str, parents: &[&str]) -> Agent {
        let parents = parents.iter().map(|&parent| parent.to_owned()).collect();
        let genome = pb::Genome { generation, agent: agent.to_owned(), parents, ..Default::default() };
        Agent { genome, origin: String::new() }
    }

    fn population() -> Vec<Agent> {
        vec![
            genome(0, "g0-0", &[]),
            genome(0, "g0-1", &[]),
            genome(0, "g0-2", &[]),
            genome(1, "g1-0", &["g0-1"]),
            genome(1, "g1-1", &["g0-0", "g0-1"]),
            genome(2, "champion", &["g1-1"]),
            genome(2, "first-best", &["g0-2"]),
        ]
    }

    #[test]
    fn ancestors_are_all_from_whom_something_was_inherited() {
        let of =
            |agent| ancestors(population(), agent).unwrap().into_iter().map(|a| a.genome.agent).collect::<Vec<_>>();
        assert_eq!(of("champion"), ["g0-0", "g0-1", "g1-1", "champion"]);
        assert_eq!(of("g1-0"), ["g0-1", "g1-0"]);
        assert!(ancestors(population(), "g9-9").is_err());
    }

    #[test]
    fn a_graph_has_an_arrow_for_every_parent() {
        let text = dot(&ancestors(population(), "champion").unwrap());
        assert_eq!(text.matches("->").count(), 3);
        assert!(text.contains("\"g0-0\" -> \"g1-1\""), "{text}");
    }

    #[test]
    fn who_played_elsewhere_is_told_with_where_that_was() {
        let mut population = population();
        assert!(!table(&population).contains("played in"));
        population[1].origin = "bred".to_owned();
        let shown = ancestors(population, "champion").unwrap();
        assert!(is_branch(&shown) && table(&shown).contains("bred"));
        assert_eq!((row(&shown[1])["experiment"].clone(), row(&shown[0]).get("experiment")), (json!("bred"), None));
        assert_eq!(dot(&shown).matches("style=dashed").count(), 1);
    }

    #[test]
    fn many_parents_are_counted() {
        let names: Vec<_> = (0..6).map(|at| format!("g0-{at}")).collect();
        assert_eq!(some(&names), "g0-0, g0-1, g0-2, g0-3 and 2 more");
        assert_eq!(some(&names[..2]), "g0-0, g0-1");
        assert_eq!(some(&[]), "");
    }
}
