//! Where agents come from.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use clap::{Args, ValueEnum};
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
        let mut all = Vec::new();
        for generation in &evolution.generations {
            let take = |genome| all.push(genome);
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
    let genes: BTreeSet<&str> = shown.iter().flat_map(|genome| genome.genes.keys().map(String::as_str)).collect();
    let heads: Vec<_> =
        ["generation", "agent", "fitness", "episodes", "operators", "parents"].into_iter().chain(genes).collect();
    let values: Vec<_> = shown.iter().map(row).collect();
    output::rows(rows, &heads, &values, || table(&shown))
}

/// The agent of this name and all that it comes from, oldest first. Names are unique but for those of confirmations, of
/// which the last counts; parents are always older.
fn ancestors(all: Vec<pb::Genome>, agent: &str) -> Result<Vec<pb::Genome>, Failure> {
    let known: BTreeMap<_, _> = all.iter().enumerate().map(|(at, genome)| (genome.agent.as_str(), at)).collect();
    let unknown =
        || Failure::not_found(format!("there is no agent {agent}: `orchestrator evolve lineage --all` has all"));
    let mut kept = BTreeSet::new();
    let mut open = vec![*known.get(agent).ok_or_else(unknown)?];
    while let Some(at) = open.pop() {
        if kept.insert(at) {
            open.extend(all[at].parents.iter().filter_map(|parent| known.get(parent.as_str())));
        }
    }
    let is_kept = |(at, genome)| kept.contains(&at).then_some(genome);
    Ok(all.into_iter().enumerate().filter_map(is_kept).collect())
}

fn row(genome: &pb::Genome) -> Value {
    let mut row = json!({
        "generation": genome.generation,
        "agent": genome.agent,
        "fitness": genome.mean_fitness,
        "episodes": genome.episodes,
        "operators": genome.operators.join("+"),
        "parents": genome.parents.join("+"),
    });
    for (name, value) in &genome.genes {
        row[name] = json!(value);
    }
    row
}

fn table(shown: &[pb::Genome]) -> String {
    let rows = shown.iter().map(|genome| {
        vec![
            genome.generation.to_string(),
            genome.agent.clone(),
            output::number(genome.mean_fitness),
            genome.operators.join("+"),
            some(&genome.parents),
        ]
    });
    output::table(&["generation", "agent", "fitness", "made by", "parents"], &["generation", "fitness"], rows)
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

fn dot(shown: &[pb::Genome]) -> String {
    let mut text = String::from("digraph lineage {\n  node [shape=box];\n");
    for genome in shown {
        let fitness = output::number(genome.mean_fitness);
        let _ = writeln!(text, "  \"{0}\" [label=\"{0}\\n{fitness}\"];", genome.agent);
        for parent in &genome.parents {
            let _ = writeln!(text, "  \"{parent}\" -> \"{}\";", genome.agent);
        }
    }
    text + "}\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn genome(generation: u32, agent: &str, parents: &[&str]) -> pb::Genome {
        let parents = parents.iter().map(|&parent| parent.to_owned()).collect();
        pb::Genome { generation, agent: agent.to_owned(), parents, ..Default::default() }
    }

    fn population() -> Vec<pb::Genome> {
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
            |agent| ancestors(population(), agent).unwrap().into_iter().map(|genome| genome.agent).collect::<Vec<_>>();
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
    fn many_parents_are_counted() {
        let names: Vec<_> = (0..6).map(|at| format!("g0-{at}")).collect();
        assert_eq!(some(&names), "g0-0, g0-1, g0-2, g0-3 and 2 more");
        assert_eq!(some(&names[..2]), "g0-0, g0-1");
        assert_eq!(some(&[]), "");
    }
}
