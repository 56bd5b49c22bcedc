//! Which process comes by which crash point, and what has to happen for it.

use domain::seed::Address;
use runtime::crash::{Point, Visit};

/// Who comes by a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// Any worker.
    Worker,
    /// The orchestrator that leads. It also wins most races for the outbox, because it writes the first event of every
    /// experiment: a worker may have to wait for minutes until it relays one. Alone it also makes the summaries.
    Leader,
    /// The orchestrator that is asked to launch.
    Launcher,
}

/// Who comes by `point` in a system of daemons.
pub(super) fn who(point: Point) -> Who {
    match point {
        Point::LaunchReady | Point::Launched => Who::Launcher,
        Point::JobsListed
        | Point::JobsSent
        | Point::JobsConfirmed
        | Point::QueuedReady
        | Point::Queued
        | Point::ElectionReady
        | Point::Elected
        | Point::RenewalReady
        | Point::Renewed
        | Point::GenerationDue
        | Point::GenerationClosed
        | Point::GenerationPlanned
        | Point::CloseReady
        | Point::Closed
        | Point::DigestKnown
        | Point::CompleteReady
        | Point::Completed
        | Point::OutboxReady
        | Point::OutboxClaimed
        | Point::EventsSent
        | Point::EventsAcked
        | Point::MarkReady
        | Point::Marked
        | Point::ProjectionReady
        | Point::Projected
        | Point::ProjectionAcked => Who::Leader,
        _ => Who::Worker,
    }
}

/// What has to be done to a worker's engine or files before the worker comes by a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Provoked {
    /// Nothing: it comes by itself.
    Nothing,
    /// It has to die: a job is only given back when an attempt has failed.
    Failure,
    /// The cache of users' files has to be empty: a file is fetched only once.
    Absence,
    /// It has to stand still for a while: a lease is only renewed when a job takes long.
    Delay,
}

/// What `point` needs.
pub(super) fn provoked(point: Point) -> Provoked {
    match point {
        Point::ReleaseReady | Point::Released => Provoked::Failure,
        Point::LeaseReady | Point::LeaseRenewed => Provoked::Delay,
        point if is_of_files(point) => Provoked::Absence,
        _ => Provoked::Nothing,
    }
}

/// Whether anybody comes by the point in a run in which workers fetch files of a user's own, or do not.
pub(super) fn is_there(point: Point, are_fetched: bool) -> bool {
    are_fetched || !is_of_files(point)
}

fn is_of_files(point: Point) -> bool {
    matches!(point, Point::FileFetched | Point::FileWritten | Point::FileKept)
}

/// Whether an embedded system has the point: it has no broker that confirms, no server that acknowledges, and nobody who
/// could take a lease over, so that leases are long and seldom renewed.
pub(super) fn is_embedded(point: Point) -> bool {
    let of_services = [Point::JobsSent, Point::EventsSent];
    let renewals = [Point::LeaseReady, Point::LeaseRenewed, Point::RenewalReady, Point::Renewed];
    !of_services.contains(&point) && !renewals.contains(&point)
}

/// The visit at which the process dies: the first of what is rare, one of the first three of what is frequent.
pub(super) fn visit(seed: u64, point: Point) -> Visit {
    let is_frequent = matches!(
        point,
        Point::JobTaken
            | Point::ClaimReady
            | Point::Claimed
            | Point::EpisodePlayed
            | Point::TicksReady
            | Point::TicksCommitted
            | Point::ScoreInserted
            | Point::ScoreReady
            | Point::ScoreCommitted
            | Point::AckDue
            | Point::Acked
    );
    let draw = Address::new(seed, "chaos-visits/v1").at(point as u32).stream().below(3) as u32;
    Visit { point, time: if is_frequent { 1 + draw } else { 1 } }
}
