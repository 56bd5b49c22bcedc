//! Who is the champion of an evolution, or would be if it ended now.

use std::collections::BTreeMap;

use domain::experiment::ChampionRule;
use domain::genome::Genome;
use domain::ports::Provenance;
use proto::orchestrator::v1 as pb;

use super::super::{Failure, experiments, scores};
use super::{Client, Evolution, is_confirmation, is_round};
use crate::planning::{Best, Merit, recalled};

/// The fitness of everybody by generation, agent and replicate.
type Fitness = BTreeMap<(u32, String), BTreeMap<u32, f64>>;

/// The generation and the name of the champion.
pub(super) async fn leader(client: &mut Client, evolution: &Evolution) -> Result<(u32, String), Failure> {
    let decisive = evolution.decisive().ok_or_else(|| evolution.nobody())?;
    // The champion was chosen before its confirmation, whoever was luckier there.
    if is_confirmation(decisive) {
        return Ok((decisive.index, "champion".to_owned()));
    }
    let by_evidence = match evolution.evolution().champion {
        ChampionRule::Evidence => by_evidence(client, evolution).await?,
        ChampionRule::Last => None,
    };
    Ok(by_evidence.unwrap_or_else(|| (decisive.index, decisive.best_agent.clone())))
}

/// The name by which the champion was played when it was chosen.
pub(super) async fn origin(client: &mut Client, evolution: &Evolution) -> Result<String, Failure> {
    let (generation, agent) = leader(client, evolution).await?;
    if agent != "champion" {
        return Ok(agent);
    }
    let request = pb::GetGenomeRequest {
        experiment_id: evolution.experiment.id.clone(),
        generation: Some(generation),
        agent: agent.clone(),
    };
    let confirmed = client.get_genome(request).await?.into_inner().genome.unwrap_or_default();
    Ok(confirmed.parents.into_iter().next().unwrap_or(agent))
}

/// Whoever promises most by all complete rounds; absent before the first.
async fn by_evidence(client: &mut Client, evolution: &Evolution) -> Result<Option<(u32, String)>, Failure> {
    let is_played = |g: &&pb::GenerationInfo| is_round(g) && g.status() == pb::GenerationStatus::Completed;
    let fitness = fitness(client, evolution).await?;
    let mut merit = Merit::default();
    if let Some(start) = evolution.start(client).await? {
        let pb::Experiment { engine, behaviour, files, .. } = evolution.experiment.clone();
        for round in recalled(&evolution.spec, &Provenance { engine, behaviour, files }, &start) {
            for player in &round.agents {
                merit.add(&evolution.spec, round.round, &player.genome, &player.fitness, None);
            }
        }
    }
    let first = evolution.evolution().first_round();
    for (round, generation) in (first..).zip(evolution.generations.iter().filter(is_played)) {
        let take = |genome: pb::Genome| {
            let player = (generation.index, genome.agent);
            let scores: Vec<_> = fitness.get(&player).into_iter().flat_map(BTreeMap::values).copied().collect();
            merit.add(&evolution.spec, round, &Genome(genome.genes.into_iter().collect()), &scores, Some(player));
        };
        experiments::each_genome(client, &evolution.experiment.id, generation.index, take).await?;
    }
    Ok(merit.best().map(|Best { player, .. }| player.clone()))
}

async fn fitness(client: &mut Client, evolution: &Evolution) -> Result<Fitness, Failure> {
    let request = pb::ListScoresRequest { experiment_id: evolution.experiment.id.clone(), ..Default::default() };
    let mut fitness = Fitness::new();
    scores::each_row(client, request, |row| {
        let key = &row.score.key;
        fitness.entry((key.generation, row.agent.to_string())).or_default().insert(key.replicate, row.fitness);
        Ok(())
    })
    .await?;
    Ok(fitness)
}
