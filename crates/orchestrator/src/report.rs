//! A report of an experiment as it stands: what was asked, what was played, what was measured, how to do it again.

mod content;
mod mapping;
mod measured;
mod places;
mod study;

use std::collections::{BTreeMap, BTreeSet};

use domain::ErrorKind;
use domain::measures::Response;
use domain::plan::Purpose;
use domain::ports::{ExperimentRecord, ExperimentStore, GenerationRecord, MemberScores, PortError, PortResult};
use science::stats::{Paired, Summary, paired, summarise};
use science::study::Study;
use serde::Serialize;

use crate::analysis::Figures;
use crate::document::Figure;
use crate::standing::{self, Standing, fitness};
use crate::{design_report, document};
pub use places::Ground;
use places::Places;
use study::Studied;

/// Everything that a report says. Numbers are at full precision; what cannot be said is absent.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Id of the experiment.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is meant to find out.
    pub description: String,
    /// Where it stands.
    pub status: &'static str,
    /// Why it failed, was paused or stopped.
    pub reason: Option<String>,
    /// Digest over all rows, once completed.
    pub digest: Option<String>,
    /// Why the same experiment may come to something else another time, if it may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_reproducible: Option<&'static str>,
    /// What is compared, or maximised.
    pub fitness: String,
    /// Its seed.
    pub seed: u64,
    /// Version of the engine.
    pub engine: String,
    /// Behaviour version of the decision engine.
    pub behaviour: String,
    /// BLAKE3 of every file of the scenario by its name.
    pub files: BTreeMap<String, String>,
    /// Episodes planned.
    pub episodes_planned: u64,
    /// Episodes scored.
    pub episodes_scored: u64,
    /// Its design and the audit of it; absent for an evolution.
    design: Option<design_report::Report>,
    /// Its generations, in order.
    pub generations: Vec<Generation>,
    /// What was launched, with every default in place.
    pub specification: serde_json::Value,
    /// Whether the ticks of its episodes were recorded.
    #[serde(skip)]
    records_ticks: bool,
    /// Where its episodes went and ended.
    #[serde(skip)]
    places: Vec<Places>,
}

/// A generation.
#[derive(Debug, Serialize)]
pub struct Generation {
    /// Its number.
    pub index: u32,
    /// What it is for.
    pub purpose: &'static str,
    /// Where it stands.
    pub status: &'static str,
    /// The agent with the highest mean fitness so far.
    pub best_agent: Option<String>,
    /// That mean.
    pub best_fitness: Option<f64>,
    /// The mean over all agents.
    pub mean_fitness: Option<f64>,
    /// Seeds that were played, as the experiment names them.
    pub seeds: Vec<u32>,
    /// Who plays.
    pub members: Vec<Member>,
    /// Every other member against the first, over the seeds that both have played.
    pub contrasts: Vec<Contrast>,
    /// The analysis of a generation whose members were chosen in advance.
    pub study: Option<Study>,
    /// Why such a generation has none.
    pub no_study: Option<String>,
    /// The pictures of the analysis.
    #[serde(skip)]
    figures: Figures,
}

/// A member of a generation.
#[derive(Debug, Serialize)]
pub struct Member {
    /// Its name.
    pub agent: String,
    /// What sets it apart.
    pub label: String,
    /// Its policy.
    pub policy: String,
    /// Its parameters.
    pub genes: BTreeMap<String, f64>,
    /// Fitness over its episodes.
    pub fitness: Option<Summary>,
    /// Mean of every measure over the episodes that have it.
    pub measures: BTreeMap<&'static str, f64>,
}

/// Two members over the same seeds.
#[derive(Debug, Serialize)]
pub struct Contrast {
    /// Who is compared.
    pub agent: String,
    /// With whom.
    pub with: String,
    /// The differences of fitness, seed by seed.
    pub difference: Summary,
    /// Mean difference in standard deviations of the differences.
    pub dz: Option<f64>,
    /// The difference on every seed.
    #[serde(skip)]
    pairs: Vec<(u32, f64)>,
}

impl Report {
    /// The report of an experiment.
    ///
    /// # Errors
    /// If storage is away.
    pub async fn of(store: &dyn ExperimentStore, record: &ExperimentRecord) -> PortResult<Self> {
        let mut generations = Vec::new();
        for index in 0..=record.generation {
            let (record, played) = (record.clone(), store.generation(record.id, index).await?);
            // An analysis is a second of computing.
            let told = tokio::task::spawn_blocking(move || generation(&record, &played)).await;
            generations.push(told.map_err(|error| {
                PortError::new(ErrorKind::Internal, "the analysis of a generation ended unexpectedly").because(error)
            })?);
        }
        Ok(Self {
            id: record.id.to_string(),
            name: record.spec.name.clone(),
            description: record.spec.description.clone(),
            status: record.status.name(),
            reason: record.reason.clone().filter(|reason| !reason.is_empty()),
            digest: record.digest.clone(),
            not_reproducible: record.spec.not_reproducible(),
            fitness: record.spec.fitness.label(),
            seed: record.spec.seed,
            engine: record.provenance.engine.clone(),
            behaviour: record.provenance.behaviour.clone(),
            files: record.provenance.files.clone(),
            episodes_planned: record.episodes_planned,
            episodes_scored: record.episodes_scored,
            // What was launched was audited then.
            design: design_report::Report::of(&record.spec, None).ok().flatten().and_then(Result::ok),
            generations,
            specification: serde_json::from_str(&record.spec.canonical()).unwrap_or_default(),
            records_ticks: record.spec.record.ticks,
            places: Vec::new(),
        })
    }

    /// Adds maps of positions and deaths, where ticks were recorded: of designs and confirmations, and of an evolution's
    /// last generation.
    ///
    /// # Errors
    /// If storage is away.
    pub async fn with_maps(mut self, record: &ExperimentRecord, ground: Ground<'_>) -> PortResult<Self> {
        let is_evolved = |generation: &Generation| generation.purpose == Purpose::Evolution.name();
        let last = self.generations.iter().rev().find(|generation| is_evolved(generation)).map(|last| last.index);
        let mapped = self.generations.iter().filter(|each| !is_evolved(each) || Some(each.index) == last);
        for index in mapped.map(|generation| generation.index).filter(|_| self.records_ticks) {
            let generation = ground.store.generation(record.id, index).await?;
            self.places.extend(places::of(ground, record, &generation).await?);
        }
        Ok(self)
    }

    /// The report as Markdown, without pictures.
    #[must_use]
    pub fn markdown(&self) -> String {
        document::markdown(&content::content(self))
    }

    /// The report as one HTML page with pictures, which needs no other file.
    #[must_use]
    pub fn html(&self) -> String {
        document::page(&self.name, &content::content(self))
    }

    /// Its pictures, in the order of the page.
    #[must_use]
    pub fn figures(&self) -> Vec<Figure> {
        document::figures(&content::content(self)).into_iter().cloned().collect()
    }
}

/// What the names of a generation's pictures begin with: a design has one generation only.
fn figures_of(purpose: &str, generation: u32) -> String {
    if purpose == "design" { String::new() } else { format!("generation-{generation}") }
}

fn generation(record: &ExperimentRecord, generation: &GenerationRecord) -> Generation {
    let standing = Standing::of(&record.spec, generation);
    // Members of a population are compared by selection, not here: there are many, and they were chosen by these numbers.
    let compared = generation.purpose != Purpose::Evolution;
    let Studied { study, missing, figures } = match compared {
        true => study::study(&record.spec, generation),
        false => Studied::default(),
    };
    Generation {
        index: generation.index,
        purpose: generation.purpose.name(),
        status: generation.status.name(),
        best_agent: standing.as_ref().map(|standing| standing.best.member.agent.to_string()),
        best_fitness: standing.as_ref().map(|standing| standing.best_fitness),
        mean_fitness: standing.as_ref().map(|standing| standing.mean),
        seeds: seeds(generation),
        members: members(record, generation),
        contrasts: if compared { contrasts(record, generation) } else { Vec::new() },
        study,
        no_study: missing,
        figures,
    }
}

fn seeds(generation: &GenerationRecord) -> Vec<u32> {
    let scores = generation.members.iter().flat_map(|scored| &scored.scores);
    scores.map(|score| score.seed).collect::<BTreeSet<_>>().into_iter().collect()
}

fn members(record: &ExperimentRecord, generation: &GenerationRecord) -> Vec<Member> {
    let means = standing::means(&record.spec, &generation.members);
    generation.members.iter().zip(means).map(|(scored, mean)| member(record, scored, mean)).collect()
}

fn member(record: &ExperimentRecord, scored: &MemberScores, fitness: Option<f64>) -> Member {
    let mean = |response: Response| {
        let values: Vec<_> = scored.scores.iter().filter_map(|score| score.measures.get(response)).collect();
        Some((response.name(), summarise(&values).ok()?.mean))
    };
    Member {
        agent: scored.member.agent.to_string(),
        label: scored.member.label.clone(),
        policy: scored.member.spec.policy.clone(),
        genes: scored.member.spec.genome.0.clone(),
        fitness: standing::around(&record.spec, scored, fitness),
        measures: Response::ALL.into_iter().filter_map(mean).collect(),
    }
}

fn contrasts(record: &ExperimentRecord, generation: &GenerationRecord) -> Vec<Contrast> {
    let Some((first, others)) = generation.members.split_first() else { return Vec::new() };
    others.iter().filter_map(|other| contrast(record, other, first)).collect()
}

/// Replicates of the same number play the same seed. Pairs of which one is missing are left out.
fn contrast(record: &ExperimentRecord, one: &MemberScores, with: &MemberScores) -> Option<Contrast> {
    let by_replicate = |scored: &MemberScores| -> BTreeMap<u32, (u32, f64)> {
        let keys = scored.scores.iter().map(|score| (score.key.replicate, score.seed));
        keys.zip(fitness(&record.spec, scored))
            .map(|((replicate, seed), fitness)| (replicate, (seed, fitness)))
            .collect()
    };
    let (left, right) = (by_replicate(one), by_replicate(with));
    let pairs = left.iter().filter_map(|(replicate, (seed, left))| Some((*seed, (*left, right.get(replicate)?.1))));
    let (seeds, (left, right)): (Vec<_>, (Vec<_>, Vec<_>)) = pairs.unzip();
    let Paired { difference, dz } = paired(&left, &right).ok()?;
    let differences = left.iter().zip(&right).map(|(left, right)| left - right);
    Some(Contrast {
        pairs: seeds.into_iter().zip(differences).collect(),
        agent: one.member.agent.to_string(),
        with: with.member.agent.to_string(),
        difference,
        dz,
    })
}

#[cfg(test)]
mod tests;
