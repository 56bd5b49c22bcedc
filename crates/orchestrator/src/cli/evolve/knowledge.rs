//! What the agents of a generation know besides their genomes.

use std::collections::BTreeMap;

use clap::Args;
use decision::Knowledge;
use decision::documents::{Document, Life};
use decision::experience::{Experience, Tally, grid};
use domain::knowledge::{KnowledgeContents, KnowledgeKind};
use proto::orchestrator::v1 as pb;
use serde_json::{Value, json};

use super::super::output::{self, Form};
use super::super::{Failure, Place, experiments};
use super::{Client, Evolution, ServiceArgs, asked, content};
use crate::learning;

/// Arguments of `evolve knowledge`.
#[derive(Debug, Args)]
pub(in crate::cli) struct KnowledgeArgs {
    /// Id of the experiment, the beginning of it, or its name
    experiment: String,
    /// What this generation played with; the latest one unless given
    #[arg(long, value_name = "N")]
    generation: Option<u32>,
    /// Form of the result; as JSON with all experience, cell by cell
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
    #[command(flatten)]
    service: ServiceArgs,
}

/// What the agents of a generation know.
struct Known {
    generation: u32,
    /// Who knows what, by position.
    agents: Vec<(String, Knowledge)>,
}

/// Prints what a generation knows.
pub(super) async fn run(args: KnowledgeArgs, place: &Place) -> Result<(), Failure> {
    let ask = async |client: &mut Client| {
        let evolution = Evolution::fetch(client, &args.experiment).await?;
        let latest = evolution.generations.iter().map(|generation| generation.index).max().unwrap_or_default();
        let generation = args.generation.unwrap_or(latest);
        if generation > latest {
            let name = &evolution.experiment.name;
            return Err(Failure::not_found(format!("{name} has no generation {generation} yet")));
        }
        let mut genomes = Vec::new();
        let take = |genome| genomes.push(genome);
        experiments::each_genome(client, &evolution.experiment.id, generation, take).await?;
        Ok(Known { generation, agents: read(client, genomes).await? })
    };
    let known = asked(&args.service, place, ask).await?;
    match args.output {
        Form::Json => output::json(&known.json()?),
        Form::Table => output::print(&known.table()?),
    }
}

async fn read(client: &mut Client, genomes: Vec<pb::Genome>) -> Result<Vec<(String, Knowledge)>, Failure> {
    let mut fetched: BTreeMap<String, std::sync::Arc<[u8]>> = BTreeMap::new();
    let mut agents = Vec::new();
    for genome in genomes {
        let mut contents = KnowledgeContents::new();
        for (kind, hash) in genome.knowledge {
            let Some(kind) = KnowledgeKind::ALL.into_iter().find(|known| known.name() == kind) else { continue };
            if !fetched.contains_key(&hash) {
                fetched.insert(hash.clone(), content(client, &hash).await?.into());
            }
            contents.extend(fetched.get(&hash).map(|content| (kind, content.clone())));
        }
        let unreadable = |found: Vec<domain::Violation>| {
            let why = found.first().map(|violation| violation.message.clone()).unwrap_or_default();
            Failure::internal(format!("what {} knows cannot be read: {why}", genome.agent))
        };
        agents.push((genome.agent.clone(), Knowledge::read(&contents).map_err(unreadable)?));
    }
    Ok(agents)
}

impl Known {
    /// The documents of the generation, each with how many agents play with it.
    fn documents(&self) -> Result<Vec<(Document, usize)>, Failure> {
        let libraries = self.agents.iter().map(|(_, known)| known.documents.as_ref());
        let shared = learning::base(libraries).map_err(|_| Failure::internal("there are too many documents"))?;
        let holders = |document: &Document| {
            self.agents.iter().filter(|(_, known)| learning::plays_with(&known.documents, &document.id)).count()
        };
        Ok(shared.documents().iter().map(|document| (document.clone(), holders(document))).collect())
    }

    /// The snapshots of experience that differ, each with how many agents have it.
    fn experiences(&self) -> Vec<(&Experience, usize)> {
        let mut found: Vec<(&Experience, usize)> = Vec::new();
        for (_, known) in &self.agents {
            match found.iter_mut().find(|(experience, _)| *experience == known.experience.as_ref()) {
                Some((_, agents)) => *agents += 1,
                None => found.push((&known.experience, 1)),
            }
        }
        found
    }

    fn table(&self) -> Result<String, Failure> {
        let mut text = format!("generation  {}, {} agents\n", self.generation, self.agents.len());
        for (experience, agents) in self.experiences() {
            let Tally { trials, successes } = total(experience);
            let pairs = experience.len();
            text += &format!(
                "experience  {successes} of {trials} trials went well, {pairs} pairs of a situation and a tactic; known to {agents} agents\n"
            );
        }
        let documents = self.documents()?;
        if documents.is_empty() {
            return Ok(text + "documents   none\n");
        }
        let rows = documents.iter().map(|(document, holders)| {
            let Tally { trials, successes } = document.tally;
            vec![
                document.id.clone(),
                done(document),
                stage(document.life),
                holders.to_string(),
                format!("{successes}/{trials}"),
                format!("{:.2}", document.tally.confidence()),
                document.last_used.to_string(),
                document.provenance.author.clone(),
            ]
        });
        let heads = ["document", "do", "stage", "agents", "went well", "at least", "last used", "author"];
        Ok(format!("{text}{}\n", output::table(&heads, &["agents", "went well", "at least", "last used"], rows)))
    }

    fn json(&self) -> Result<Value, Failure> {
        let experiences: Vec<_> = self
            .experiences()
            .into_iter()
            .map(|(known, agents)| json!({ "agents": agents, "blake3": known.hash(), "tried": cells(known) }))
            .collect();
        let documents = self.documents()?;
        let documents = documents.iter().map(|(document, holders)| {
            json!({
                "id": document.id,
                "do": document.response,
                "stage": document.life,
                "agents": holders,
                "trials": document.tally.trials,
                "successes": document.tally.successes,
                "confidence": document.tally.confidence(),
                "last_used": document.last_used,
                "author": document.provenance.author,
                "written_after": document.provenance.generation,
            })
        });
        Ok(json!({
            "generation": self.generation,
            "agents": self.agents.len(),
            "experience": experiences,
            "documents": documents.collect::<Vec<_>>(),
        }))
    }
}

fn total(experience: &Experience) -> Tally {
    (0..grid::CELLS).flat_map(|cell| experience.of_cell(cell)).fold(Tally::default(), |sum, (_, tally)| sum.plus(tally))
}

fn cells(experience: &Experience) -> Vec<Value> {
    let tried = (0..grid::CELLS).flat_map(|cell| experience.of_cell(cell).map(move |tried| (cell, tried)));
    tried
        .map(|(cell, (tactic, tally))| {
            let situation: BTreeMap<_, _> = grid::describe(cell).unwrap_or_default().into_iter().collect();
            json!({
                "situation": situation,
                "tactic": tactic.name(),
                "trials": tally.trials,
                "successes": tally.successes,
                "confidence": tally.confidence(),
            })
        })
        .collect()
}

fn done(document: &Document) -> String {
    match &document.response {
        decision::rules::ResponseSpec::Tactic(name) => name.clone(),
        decision::rules::ResponseSpec::Buttons(names) => names.join("+"),
    }
}

fn stage(life: Life) -> String {
    json!(life).as_str().unwrap_or_default().replace('_', " ")
}
