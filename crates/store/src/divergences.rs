//! Divergence: an episode was played twice with two results. A hard stop, with both results kept.

use domain::ids::ExperimentId;
use domain::journal::{Action, Actor, Note};
use domain::score::Score;
use domain::status::ExperimentStatus;
use sea_orm::ActiveValue::Set;
use sea_orm::{DatabaseTransaction, EntityTrait as _, TryInsertResult};

use crate::action_logs;
use crate::clock::now_ms;
use crate::convert::{self, to_json};
use crate::entity::{divergences, jobs};
use crate::error::Result;
use crate::experiments::{lock, own, status_of};
use crate::journal;
use crate::scores::stored_scores;
use crate::session::SqlStore;

/// Two values of one key.
pub(crate) struct Divergence {
    experiment: ExperimentId,
    worker: String,
    fence: i64,
    kept: Score,
    found: Score,
}

impl Divergence {
    /// What people are told.
    pub(crate) fn reason(&self) -> String {
        let key = &self.kept.key;
        format!(
            "divergence: generation {}, position {}, replicate {} was played again with another result",
            key.generation, key.position, key.replicate
        )
    }

    fn row(&self, now: i64) -> Result<divergences::ActiveModel> {
        Ok(divergences::ActiveModel {
            experiment_id: Set(self.experiment.0),
            generation: Set(self.kept.key.generation.into()),
            position: Set(self.kept.key.position.into()),
            replicate: Set(self.kept.key.replicate.into()),
            fence: Set(self.fence),
            kept_measures: Set(to_json(&self.kept.measures, "measures")?),
            kept_trajectory: Set(self.kept.trajectory.to_vec()),
            kept_action_log: Set(self.kept.action_log.clone()),
            found_measures: Set(to_json(&self.found.measures, "measures")?),
            found_trajectory: Set(self.found.trajectory.to_vec()),
            found_action_log: Set(self.found.action_log.clone()),
            found_at_ms: Set(now),
        })
    }
}

/// The first of `scores` whose stored value is another.
pub(crate) async fn find(tx: &DatabaseTransaction, job: &jobs::Model, scores: &[Score]) -> Result<Option<Divergence>> {
    for row in stored_scores(tx, job).await? {
        let (fence, replicate) = (row.fence, row.replicate);
        let kept = convert::score(row, Vec::new())?;
        let Some(found) = scores.iter().find(|found| found.key == kept.key) else { continue };
        if !kept.agrees_with(found) {
            let kept = Score { action_log: action_logs::read(tx, job.id, fence, replicate).await?, ..kept };
            let (experiment, worker) = (ExperimentId(job.experiment_id), job.owner.clone().unwrap_or_default());
            return Ok(Some(Divergence { experiment, worker, fence: job.fence, kept, found: found.clone() }));
        }
    }
    Ok(None)
}

impl SqlStore {
    pub(crate) async fn record_divergence_once(&self, divergence: &Divergence) -> Result<()> {
        let tx = self.begin().await?;
        let now = now_ms(&*tx).await?;
        let row = divergences::Entity::insert(divergence.row(now)?).on_conflict_do_nothing();
        if let TryInsertResult::Inserted(1) = row.exec_without_returning(&*tx).await? {
            let found = Note::new(Actor::worker(&divergence.worker), &divergence.reason());
            journal::write(&tx, divergence.experiment.0, Action::Diverged, &found, "", now).await?;
        }
        let experiment = lock(&tx, divergence.experiment).await?;
        if status_of(&experiment)?.may_become(ExperimentStatus::Failed) {
            self.move_to(&tx, &experiment, ExperimentStatus::Failed, &own(&divergence.reason()), "").await?;
        }
        tx.commit().await
    }
}
