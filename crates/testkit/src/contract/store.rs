//! What every ledger must do. [`store_contract!`](crate::store_contract) makes one test per case.

#![allow(clippy::unwrap_used, reason = "a broken expectation is a failed test")]

use std::sync::Arc;
use std::time::Duration;

use domain::ErrorKind;
use domain::ids::{Epoch, ExperimentId, JobId};
use domain::plan::{GenerationPlan, PlannedEpisode};
use domain::ports::{
    Assignment, Candidate, Claim, ControlStore, Dispatch, Election, ExperimentStore, FenceReport, FindingStore,
    Leadership, NewExperiment, PortResult, Renewal, StoredEvent,
};
use domain::score::Score;

use crate::builder;

pub mod control;
pub mod dispatch;
pub mod experiments;
pub mod extensions;
pub mod findings;
pub mod generations;
pub mod jobs;
pub mod leadership;
pub mod outbox;
pub mod races;
pub mod scores;

/// All that a ledger must do.
pub trait Ledger: ExperimentStore + Leadership + Dispatch + FenceReport + ControlStore + FindingStore {}

impl<T: ExperimentStore + Leadership + Dispatch + FenceReport + ControlStore + FindingStore> Ledger for T {}

/// The ledger under test.
pub type Store = Arc<dyn Ledger>;

/// Makes one test per case of the contract. `$open` is an async function that returns an empty ledger with the traces
/// of [`trace::source`](crate::trace::source), and a guard that keeps it alive.
#[macro_export]
macro_rules! store_contract {
    ($open:path) => {
        $crate::store_contract! { $open:
            experiments::an_experiment_is_created_once_and_reads_back_exactly,
            experiments::another_provenance_is_refused_by_name,
            experiments::concurrent_creations_make_one_experiment,
            experiments::a_status_changes_only_along_its_machine,
            experiments::pauses_and_resumes_are_told_each_time,
            experiments::experiments_are_listed_newest_first_without_gaps,
            experiments::filters_take_names_literally,
            experiments::what_does_not_exist_is_not_found,
            experiments::a_store_answers_a_ping,
            jobs::a_job_is_granted_to_one_worker_with_all_it_needs,
            jobs::a_lapsed_lease_is_taken_over_and_late_results_are_refused,
            jobs::a_renewed_lease_is_kept,
            jobs::a_job_whose_attempt_stands_still_is_given_to_another,
            jobs::what_comes_too_late_is_counted,
            jobs::a_released_job_is_open_again_and_its_errors_are_told,
            jobs::paused_and_ended_experiments_give_no_jobs,
            jobs::racing_workers_never_share_a_job,
            dispatch::planned_jobs_are_due_until_they_are_queued,
            dispatch::a_job_that_comes_back_is_due_again,
            dispatch::a_lapsed_lease_is_noticed_once,
            dispatch::a_claim_in_between_keeps_its_job_due,
            dispatch::what_was_dropped_in_a_pause_is_due_after_it,
            dispatch::what_the_queue_has_lost_is_found_by_its_age,
            scores::scores_keep_every_bit_and_so_does_the_digest,
            scores::committing_again_changes_nothing,
            scores::only_missing_episodes_are_assigned_again,
            scores::another_result_is_a_divergence_and_a_hard_stop,
            scores::a_member_is_evaluated_exactly_once_by_concurrent_finishers,
            scores::scores_that_were_not_planned_are_refused,
            scores::an_ended_experiment_takes_no_more_scores,
            scores::every_score_keeps_the_action_log_of_its_own_attempt,
            scores::a_batch_of_any_size_is_committed_at_once,
            scores::scores_are_listed_in_key_order_by_pages,
            generations::a_generation_is_closed_once_and_plans_the_next,
            generations::a_generation_with_missing_episodes_stays_open,
            generations::an_experiment_is_completed_once_with_one_digest,
            generations::progress_is_told_with_means_of_what_is_scored,
            generations::a_large_plan_is_stored,
            generations::checkpoints_are_kept_once_for_a_generation,
            generations::the_first_answer_about_a_generation_stays,
            leadership::one_candidate_leads_and_others_are_told_who,
            leadership::a_leader_prolongs_its_lease_in_the_same_term,
            leadership::a_lapsed_lease_begins_a_later_term,
            leadership::a_candidate_of_the_same_name_is_another,
            leadership::who_resigns_is_followed_at_once,
            leadership::racing_candidates_elect_one,
            leadership::a_leader_of_the_past_plans_nothing_and_is_counted,
            outbox::two_relays_never_take_the_same_event,
            outbox::an_experiment_s_events_go_through_one_relay_at_a_time,
            outbox::events_that_were_not_published_come_again,
            outbox::events_keep_the_time_when_they_were_recorded,
            outbox::events_keep_the_trace_in_which_they_were_recorded,
            outbox::event_numbers_have_no_gaps,
            outbox::decisions_are_read_as_they_were_written_last,
            outbox::tick_logs_are_written_again_without_complaint,
            control::a_stop_lets_jobs_in_play_finish,
            control::a_stop_without_a_job_in_play_is_done_at_once,
            control::a_stop_now_ends_what_is_in_play,
            control::whatever_was_claimed_before_a_stop_may_finish,
            control::no_job_begins_once_a_pause_has_returned,
            control::the_journal_says_who_did_what_and_why,
            control::failures_and_divergences_are_in_the_journal,
            control::a_refusal_is_noted_once,
            extensions::more_replicates_open_a_completed_design_again,
            extensions::a_running_design_is_extended_before_its_end,
            extensions::a_paused_experiment_is_extended_and_stays_paused,
            extensions::what_failed_or_was_stopped_is_not_extended,
            extensions::an_extension_is_stored_once_however_often_it_is_asked_for,
            extensions::what_was_planned_before_an_extension_is_refused,
            extensions::an_extended_evolution_goes_on_after_its_end,
            extensions::extensions_race_with_the_last_scores,
            races::a_race_goes_on_with_those_that_are_left,
            races::who_plays_to_the_end_is_evaluated_with_the_last_score,
            races::a_look_that_comes_too_early_or_too_late_is_refused,
            races::looks_of_rivals_are_stored_once,
            races::an_extension_that_knows_nothing_of_what_a_race_saved_is_outdated,
            findings::a_finding_is_kept_once_with_the_digest_that_it_rests_on,
            findings::a_finding_rests_on_a_completed_experiment,
            findings::a_finding_is_stale_when_its_experiment_goes_on,
            findings::findings_are_listed_newest_first_by_pages,
        }
    };
    ($open:path: $($module:ident::$case:ident,)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let (store, _guard) = $open().await;
                $crate::contract::store::$module::$case(store).await;
            }
        )+
    };
}

const LEASE: Duration = Duration::from_secs(60);

/// A lease that has run out as soon as it is granted.
const LAPSED: Duration = Duration::ZERO;

/// A renewal of an attempt that gets on.
const ALIVE: Renewal = Renewal { lease: LEASE, ticks: 1, patience: LEASE };

async fn created(store: &Store, members: u32, episodes: u32) -> NewExperiment {
    let new = builder::experiment(members, episodes);
    store.create(&new).await.unwrap();
    new
}

async fn granted(store: &Store, job: JobId, lease: Duration) -> Assignment {
    match store.claim(job, "worker", lease).await.unwrap() {
        Claim::Granted(assignment) => *assignment,
        other => panic!("job {job} was not granted: {other:?}"),
    }
}

/// A score for every assigned episode; kills are the replicate's number.
fn play(assignment: &Assignment) -> Vec<Score> {
    let score = |episode: &PlannedEpisode| {
        let kills = i32::try_from(episode.replicate).unwrap();
        builder::score(assignment.generation, assignment.member.position, episode, kills)
    };
    assignment.episodes.iter().map(score).collect()
}

async fn play_generation(store: &Store, plan: &GenerationPlan) {
    for job in &plan.jobs {
        let assignment = granted(store, job.id, LEASE).await;
        store.finish(job.id, assignment.fence, &play(&assignment)).await.unwrap();
    }
}

/// The epoch of a term that has just begun and goes on to the end of the case.
async fn elected(store: &Store) -> Epoch {
    match store.stand(&Candidate::new("leader"), LEASE).await.unwrap() {
        Election::Elected(epoch) => epoch,
        Election::Led(leader) => panic!("{leader:?} leads"),
    }
}

async fn events(store: &Store, id: ExperimentId) -> Vec<StoredEvent> {
    store.events_after(id, 0, 10_000).await.unwrap()
}

/// Last tokens of the subjects of all events, in order.
async fn kinds(store: &Store, id: ExperimentId) -> Vec<String> {
    let last = |event: StoredEvent| event.record.subject.rsplit('.').next().unwrap_or_default().to_owned();
    events(store, id).await.into_iter().map(last).collect()
}

fn kind_of<T: std::fmt::Debug>(result: PortResult<T>) -> ErrorKind {
    result.unwrap_err().kind
}
