//! Stores a planned generation.

use domain::ids::{ExperimentId, Fence};
use domain::plan::{GenerationPlan, JobPlan, episodes_of};
use domain::status::{GenerationStatus, JobStatus};

use super::book::{Book, Generation, Job, MemberRow};

impl Book {
    /// Stores a generation of an experiment that is there.
    pub(super) fn store_plan(&mut self, id: ExperimentId, plan: &GenerationPlan) {
        let Some(experiment) = self.experiments.get_mut(&id) else { return };
        experiment.generations.insert(plan.index, generation(plan));
        self.store_jobs(id, plan.index, &plan.jobs);
    }

    /// Stores jobs of a generation, after those that it has.
    pub(super) fn store_jobs(&mut self, id: ExperimentId, generation: u32, plan: &[JobPlan]) {
        let Some(experiment) = self.experiments.get_mut(&id) else { return };
        experiment.record.episodes_due += episodes_of(plan);
        experiment.jobs.extend(plan.iter().map(|job| job.id));
        let jobs = plan.iter().map(|job| {
            let row = Job {
                experiment: id,
                generation,
                plan: job.clone(),
                status: JobStatus::Open,
                fence: Fence(0),
                token: None,
                owner: None,
                lease_until_ms: None,
                failed_attempts: 0,
                ticks: 0,
                progress_at_ms: None,
                queued_at_ms: None,
                attempts: Vec::new(),
            };
            (job.id, row)
        });
        self.jobs.extend(jobs);
    }
}

fn generation(plan: &GenerationPlan) -> Generation {
    let members = plan.members.iter().map(|member| MemberRow {
        member: member.clone(),
        planned: plan.episodes_per_member.into(),
        scored: 0,
        errors: 0,
        evaluations: 0,
    });
    Generation {
        purpose: plan.purpose,
        status: GenerationStatus::Running,
        episodes_per_member: plan.episodes_per_member,
        planned: plan.episodes(),
        scored: 0,
        completions: 0,
        members: members.collect(),
    }
}
