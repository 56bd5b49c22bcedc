//! Looks at races: jobs for those that go on, and what those came to that play no more.

use std::collections::BTreeMap;

use domain::ErrorKind;
use domain::event::{Event, Fact};
use domain::ids::{Epoch, ExperimentId};
use domain::plan::{JobPlan, Purpose, episodes_of};
use domain::ports::RaceLook;
use domain::status::GenerationStatus;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::clock::now_ms;
use crate::convert::{self, stored_count};
use crate::entity::{experiments, generations, jobs, members};
use crate::error::{Result, refused};
use crate::experiments::lock;
use crate::generations::{check_going_on, lock_generation};
use crate::scores::scores_of_generation;
use crate::session::SqlStore;
use crate::{leadership, plan};

impl SqlStore {
    pub(crate) async fn advance_race_once(
        &self,
        epoch: Epoch,
        id: ExperimentId,
        index: u32,
        look: &RaceLook,
    ) -> Result<()> {
        let tx = self.begin().await?;
        leadership::require_term(&tx, epoch).await?;
        // In the order in which rows are locked everywhere: members, generation, experiment.
        let members = lock_members(&tx, id, index).await?;
        let generation = lock_generation(&tx, id, index).await?;
        if generation.status == GenerationStatus::Completed.name() || are_stored(&tx, &look.jobs).await? {
            return Ok(());
        }
        if generation.episodes_scored < generation.episodes_planned {
            let missing = generation.episodes_planned - generation.episodes_scored;
            let message =
                format!("the race of generation {index} of experiment {id} goes on: {missing} episodes missing");
            return Err(refused(ErrorKind::FailedPrecondition, message));
        }
        let experiment = lock(&tx, id).await?;
        check_going_on(id, &experiment)?;
        let saved = put_out(&tx, &generation, &members, &look.out).await?;
        plan::append_jobs(&tx, id, index, &look.jobs).await?;
        count(&tx, &generation, &experiment, stored_count(episodes_of(&look.jobs)), saved).await?;
        let events = evaluate(&tx, id, index, &members, &look.fitness).await?;
        self.write_events(&tx, &events, now_ms(&*tx).await?).await?;
        tx.commit().await
    }
}

async fn lock_members(tx: &DatabaseTransaction, id: ExperimentId, index: u32) -> Result<Vec<members::Model>> {
    let select = members::Entity::find()
        .filter(members::Column::ExperimentId.eq(id.0))
        .filter(members::Column::Generation.eq(i64::from(index)))
        .order_by_asc(members::Column::Position)
        .lock(LockType::NoKeyUpdate);
    Ok(select.all(tx).await?)
}

/// Whether these jobs are there; they come and go together.
async fn are_stored(tx: &DatabaseTransaction, plan: &[JobPlan]) -> Result<bool> {
    let Some(first) = plan.first() else { return Ok(false) };
    Ok(jobs::Entity::find_by_id(first.id.0).one(tx).await?.is_some())
}

/// Plans nothing more for the members at these positions, and says how many episodes that saves.
async fn put_out(
    tx: &DatabaseTransaction,
    generation: &generations::Model,
    members: &[members::Model],
    out: &[u32],
) -> Result<i64> {
    use members::Column;
    let is_out = |member: &&members::Model| out.iter().any(|&position| i64::from(position) == member.position);
    let saved = members.iter().filter(is_out).map(|member| member.episodes_planned - member.episodes_scored).sum();
    if saved > 0 {
        members::Entity::update_many()
            .col_expr(Column::EpisodesPlanned, Expr::col(Column::EpisodesScored))
            .filter(Column::ExperimentId.eq(generation.experiment_id))
            .filter(Column::Generation.eq(generation.generation))
            .filter(Column::Position.is_in(out.iter().map(|&position| i64::from(position))))
            .exec(tx)
            .await?;
    }
    Ok(saved)
}

/// Counts episodes that have a job now, and those that nobody will play.
async fn count(
    tx: &DatabaseTransaction,
    generation: &generations::Model,
    experiment: &experiments::Model,
    added: i64,
    saved: i64,
) -> Result<()> {
    let change = generations::ActiveModel {
        experiment_id: Set(generation.experiment_id),
        generation: Set(generation.generation),
        episodes_planned: Set(generation.episodes_planned + added),
        ..Default::default()
    };
    generations::Entity::update(change).exec(tx).await?;
    let change = experiments::ActiveModel {
        id: Set(experiment.id),
        episodes_planned: Set(experiment.episodes_planned - saved),
        episodes_due: Set(experiment.episodes_due + added),
        ..Default::default()
    };
    experiments::Entity::update(change).exec(tx).await?;
    Ok(())
}

/// Evaluates members that will not have a last score to do it with.
async fn evaluate(
    tx: &DatabaseTransaction,
    id: ExperimentId,
    index: u32,
    members: &[members::Model],
    fitness: &BTreeMap<u32, f64>,
) -> Result<Vec<Event>> {
    if fitness.is_empty() {
        return Ok(Vec::new());
    }
    let mut kills: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for score in scores_of_generation(tx, id, index, ..).await? {
        kills.entry(score.key.position).or_default().push(f64::from(score.measures.kills));
    }
    let mut events = Vec::new();
    for member in members.iter().filter(|member| member.evaluations == 0) {
        let position = convert::number(member.position, "position")?;
        let Some(&fitness) = fitness.get(&position) else { continue };
        let change = members::ActiveModel {
            experiment_id: Set(member.experiment_id),
            generation: Set(member.generation),
            position: Set(member.position),
            fitness: Set(Some(fitness)),
            evaluations: Set(1),
            ..Default::default()
        };
        members::Entity::update(change).exec(tx).await?;
        let kills = kills.remove(&position).unwrap_or_default();
        let fact = Fact::AgentEvaluated {
            generation: index,
            // Nobody else races.
            purpose: Some(Purpose::Evolution),
            agent: convert::parse(&member.agent, "agent's name")?,
            position,
            fitness,
            kills: kills.iter().fold(0.0, |sum, kills| sum + kills) / kills.len() as f64,
            episodes: kills.len() as u64,
        };
        events.push(Event::once(id, fact));
    }
    Ok(events)
}
