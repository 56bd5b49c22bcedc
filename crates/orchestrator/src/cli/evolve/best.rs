//! The best agent of an evolution.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use domain::file::FileRef;
use domain::knowledge::KnowledgeKind;
use proto::orchestrator::v1 as pb;
use serde_json::json;
use toml_edit::{DocumentMut, Item, value};

use super::super::output;
use super::super::{Failure, Place};
use super::leader::leader;
use super::{Client, Evolution, ServiceArgs, asked, content};
use crate::export::Target;

/// Arguments of `evolve best`.
#[derive(Debug, Args)]
pub(in crate::cli) struct BestArgs {
    /// Id of the experiment, the beginning of it, or its name
    experiment: String,
    /// The best of this generation; the champion unless given
    #[arg(long, value_name = "N")]
    generation: Option<u32>,
    /// Form of the result; `definition` is a file that `agent serve` and experiments take
    #[arg(short, long, value_enum, default_value_t = BestForm::Table)]
    output: BestForm,
    /// The file to write; standard output unless given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace the file if there is one
    #[arg(long, requires = "out")]
    force: bool,
    #[command(flatten)]
    service: ServiceArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BestForm {
    /// For people.
    Table,
    /// One JSON value.
    Json,
    /// An agent's definition in TOML.
    Definition,
}

/// Prints the best agent.
pub(super) async fn run(args: BestArgs, place: &Place) -> Result<(), Failure> {
    let ask = async |client: &mut Client| {
        let evolution = Evolution::fetch(client, &args.experiment).await?;
        let (generation, agent) = match args.generation {
            Some(index) => (index, best_of(&evolution, index)?),
            None => leader(client, &evolution).await?,
        };
        let request = pb::GetGenomeRequest {
            experiment_id: evolution.experiment.id.clone(),
            generation: Some(generation),
            agent,
        };
        let genome = client.get_genome(request).await?.into_inner().genome.unwrap_or_default();
        let (mut own, mut learned) = (None, Vec::new());
        if args.output == BestForm::Definition {
            own = own_definition(client, &evolution).await?;
            learned = self::learned(client, &evolution, &genome, args.out.as_deref()).await?;
        }
        Ok((evolution, genome, own, learned))
    };
    let (evolution, genome, own, learned) = asked(&args.service, place, ask).await?;
    let text = match args.output {
        BestForm::Table => table(&genome),
        BestForm::Json => json_text(&genome)?,
        BestForm::Definition => definition(&evolution, &genome, own, &learned),
    };
    for Learned { path, content, .. } in &learned {
        let target = Target::open(Some(path), args.force)?;
        let written = target.write(content);
        output::kept(target, written)?;
    }
    let target = Target::open(args.out.as_deref(), args.force)?;
    let written = target.write(text.as_bytes());
    output::kept(target, written)
}

/// A snapshot of what an agent has learned, and the file beside its definition that it goes into.
struct Learned {
    kind: KnowledgeKind,
    path: PathBuf,
    content: Vec<u8>,
}

/// What the agent has learned since the evolution began.
async fn learned(
    client: &mut Client,
    evolution: &Evolution,
    genome: &pb::Genome,
    out: Option<&Path>,
) -> Result<Vec<Learned>, Failure> {
    let stored = evolution.spec.agent.definition().knowledge;
    let mut learned = Vec::new();
    for (kind, ending) in [(KnowledgeKind::Experience, "clxp"), (KnowledgeKind::Library, "cldc")] {
        let Some(hash) = genome.knowledge.get(kind.name()) else { continue };
        if stored.get(&kind).is_some_and(|known| known.to_string() == *hash) {
            continue;
        }
        let nowhere = || {
            Failure::usage(format!(
                "{} has learned, and that goes into files of its own: name --out FILE",
                genome.agent
            ))
        };
        let path = out.ok_or_else(nowhere)?.with_extension(ending);
        learned.push(Learned { kind, path, content: content(client, hash).await? });
    }
    Ok(learned)
}

/// The name of the best agent of a generation.
fn best_of(evolution: &Evolution, index: u32) -> Result<String, Failure> {
    let known = evolution.generations.iter().find(|generation| generation.index == index);
    let known = known
        .ok_or_else(|| Failure::not_found(format!("{} has no generation {index} yet", evolution.experiment.name)))?;
    if known.best_agent.is_empty() {
        return Err(evolution.nobody());
    }
    Ok(known.best_agent.clone())
}

fn table(genome: &pb::Genome) -> String {
    let facts = [
        ("agent", genome.agent.clone()),
        ("generation", genome.generation.to_string()),
        ("what", genome.label.clone()),
        ("policy", genome.policy.clone()),
        ("fitness", format!("{} over {} episodes", output::number(genome.mean_fitness), genome.episodes)),
        ("parents", genome.parents.join(", ")),
    ];
    let told = facts.iter().filter(|(_, value)| !value.is_empty());
    let told: String = told.map(|(name, value)| format!("{name:<12}{value}\n")).collect();
    let genes = sorted(genome).into_iter().map(|(name, value)| vec![name.to_owned(), format!("{value:.6}")]);
    format!("{told}{}\n", output::table(&["gene", "value"], &["value"], genes))
}

fn sorted(genome: &pb::Genome) -> BTreeMap<&str, f64> {
    genome.genes.iter().map(|(name, &value)| (name.as_str(), value)).collect()
}

fn json_text(genome: &pb::Genome) -> Result<String, Failure> {
    let shown = json!({
        "agent": genome.agent,
        "generation": genome.generation,
        "position": genome.position,
        "label": genome.label,
        "policy": genome.policy,
        "genes": sorted(genome),
        "fitness": genome.mean_fitness,
        "episodes": genome.episodes,
        "parents": genome.parents,
        "operators": genome.operators,
    });
    let text = serde_json::to_string_pretty(&shown).map_err(|error| Failure::internal(error.to_string()))?;
    Ok(text + "\n")
}

/// The definition from which the evolution started, if it was a file: what else it says stays, such as rules.
async fn own_definition(client: &mut Client, evolution: &Evolution) -> Result<Option<DocumentMut>, Failure> {
    let Some(stored) = evolution.spec.agent.file.as_ref().and_then(FileRef::stored) else { return Ok(None) };
    let content = content(client, &stored.blake3.to_string()).await?;
    let unreadable = |error: String| Failure::internal(format!("the definition {} is none: {error}", stored.name));
    let text = String::from_utf8(content).map_err(|error| unreadable(error.to_string()))?;
    text.parse().map(Some).map_err(|error: toml_edit::TomlError| unreadable(error.to_string()))
}

/// The definition of an agent that plays as this one does.
fn definition(evolution: &Evolution, genome: &pb::Genome, own: Option<DocumentMut>, learned: &[Learned]) -> String {
    let mut whole = own.unwrap_or_default();
    whole["policy"] = value(&genome.policy);
    for Learned { kind, path, .. } in learned {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        whole[kind.name()] = value(name.as_ref());
        if *kind == KnowledgeKind::Library {
            // They are in the library by now.
            whole.remove(KnowledgeKind::Documents.name());
        }
    }
    let genes = sorted(genome).into_iter().map(|(name, gene)| (name, value(gene)));
    whole["genome"] = Item::Table(genes.collect());
    let Evolution { experiment, .. } = evolution;
    let (agent, generation) = (&genome.agent, genome.generation);
    let origin =
        format!("# `{agent}` of generation {generation}, experiment `{}`\n# ({}).\n", experiment.name, experiment.id);
    origin + &whole.to_string()
}

#[cfg(test)]
mod tests {
    use domain::experiment::ExperimentSpec;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_else_a_definition_says_stays() {
        let spec: ExperimentSpec = serde_json::from_value(json!({
            "name": "t", "seed": 1, "scenario": { "name": "basic" }, "agent": { "policy": "cascade" }, "evolution": {},
        }))
        .unwrap();
        let evolution = Evolution { experiment: pb::Experiment::default(), generations: vec![], spec };
        let genes = [("near".to_owned(), 120.5), ("l0".to_owned(), 1.0)].into();
        let genome = pb::Genome { policy: "cascade".into(), genes, ..Default::default() };
        let own = "policy = \"cascade\"\ngenome = { near = 1.0 }\n[[rules]]\nname = \"a\"\nwhen = { all = [] }\ndo = \"aim\"\n";

        for own in [None, Some(own)] {
            let text = definition(&evolution, &genome, own.map(|own| own.parse().unwrap()), &[]);
            let read = agent::definition::Definition::parse(text.as_bytes()).unwrap();
            assert_eq!((read.genome.0["near"], read.policy.as_str()), (120.5, "cascade"), "{text}");
            assert_eq!(read.rules.map(|rules| rules.len()), own.map(|_| 1), "{text}");
        }
    }
}
