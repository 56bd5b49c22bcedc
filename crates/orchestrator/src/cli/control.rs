//! Pausing, resuming, stopping and extending experiments.

use clap::{ArgAction, Args};
use domain::extension::Extent;
use proto::orchestrator::v1 as pb;

use super::connect::{Client, Connection, ServiceArgs};
use super::{Failure, Place, experiments, output};

/// What `pause`, `resume` and `stop` do.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    /// Pause.
    Pause,
    /// Resume.
    Resume,
    /// Stop, in this way.
    Stop(pb::StopMode),
}

/// Arguments of `pause` and `resume`.
#[derive(Debug, Args)]
pub(super) struct ChangeArgs {
    /// Id of the experiment, the beginning of it, or its name
    experiment: String,
    /// Why; kept in the journal
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Arguments of `stop`.
#[derive(Debug, Args)]
pub(super) struct StopArgs {
    #[command(flatten)]
    change: ChangeArgs,
    /// End jobs in play as well, and drop what they still score; else they finish first
    #[arg(long)]
    now: bool,
}

/// Pauses or resumes an experiment.
pub(super) async fn change(args: ChangeArgs, change: Change, place: &Place) -> Result<(), Failure> {
    let mut connection = Connection::open(&args.service, place, None).await?;
    let changed = change_on(&mut connection.client, args.experiment, args.reason, change).await;
    connection.close().await;
    let experiment = changed?;
    let status = experiments::status_name(&experiment);
    output::line(format!("{} `{}` is {status}", experiment.id, experiment.name))?;
    if experiment.status() == pb::ExperimentStatus::Stopping {
        return output::line(format!(
            "jobs in play finish first; wait for them with: orchestrator watch {}",
            experiment.id
        ));
    }
    Ok(())
}

/// Stops an experiment.
pub(super) async fn stop(args: StopArgs, place: &Place) -> Result<(), Failure> {
    let mode = if args.now { pb::StopMode::Now } else { pb::StopMode::Drain };
    change(args.change, Change::Stop(mode), place).await
}

async fn change_on(
    client: &mut Client,
    experiment_id: String,
    reason: String,
    change: Change,
) -> Result<pb::Experiment, Failure> {
    let changed = match change {
        Change::Pause => {
            let request = pb::PauseExperimentRequest { experiment_id, reason };
            client.pause_experiment(request).await?.into_inner().experiment
        }
        Change::Resume => {
            let request = pb::ResumeExperimentRequest { experiment_id, reason };
            client.resume_experiment(request).await?.into_inner().experiment
        }
        Change::Stop(mode) => {
            let request = pb::StopExperimentRequest { experiment_id, reason, mode: mode.into() };
            client.stop_experiment(request).await?.into_inner().experiment
        }
    };
    Ok(changed.unwrap_or_default())
}

/// Arguments of `extend`.
#[derive(Debug, Args)]
pub(super) struct ExtendArgs {
    /// Id of the experiment, the beginning of it, or its name
    experiment: String,
    #[command(flatten)]
    more: More,
    /// Take the number as how many there are to be in all; asking twice is then asking once
    #[arg(long, action = ArgAction::SetTrue)]
    total: bool,
    /// Why; kept in the journal
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    service: ServiceArgs,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct More {
    /// More episodes of every condition of a design
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    replicates: Option<u32>,
    /// More generations of an evolution
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    generations: Option<u32>,
}

impl More {
    /// What is asked for of an experiment that goes as far as `present`. A sum that is too large is refused like any other
    /// number beyond the limits.
    fn wanted(&self, present: Extent, is_total: bool) -> Extent {
        let sum = |more: u32| if is_total { more } else { present.total().saturating_add(more) };
        match (self.replicates, self.generations) {
            (Some(more), _) => Extent::Replicates(sum(more)),
            (None, more) => Extent::Generations(sum(more.unwrap_or_default())),
        }
    }
}

/// Extends an experiment.
pub(super) async fn extend(args: ExtendArgs, place: &Place) -> Result<(), Failure> {
    let mut connection = Connection::open(&args.service, place, None).await?;
    let extended = extend_on(&mut connection.client, &args).await;
    connection.close().await;
    let (before, response) = extended?;
    let experiment = response.experiment.unwrap_or_default();
    let (id, name, present) = (&experiment.id, &experiment.name, extent(&experiment));
    if !response.changed {
        return output::line(format!("{id} `{name}` has {present} already: nothing was changed"));
    }
    let status = experiments::status_name(&experiment);
    output::line(format!("{id} `{name}` goes from {} to {present} and is {status}", before.total()))
}

async fn extend_on(client: &mut Client, args: &ExtendArgs) -> Result<(Extent, pb::ExtendExperimentResponse), Failure> {
    let experiment = experiments::plain(client, args.experiment.clone()).await?;
    let before = extent(&experiment);
    let wanted = args.more.wanted(before, args.total);
    let request = pb::ExtendExperimentRequest {
        // The id and not what was typed: the number was computed for this experiment.
        experiment_id: experiment.id,
        reason: args.reason.clone(),
        extent: Some(wanted.into()),
    };
    Ok((before, client.extend_experiment(request).await?.into_inner()))
}

/// How far an experiment goes.
pub(super) fn extent(experiment: &pb::Experiment) -> Extent {
    match experiment.generations_planned {
        0 => Extent::Replicates(experiment.replicates),
        generations => Extent::Generations(generations),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};

    fn parse(given: &[&str]) -> Result<ExtendArgs, clap::Error> {
        match Cli::try_parse_from(["orchestrator", "extend", "study"].iter().chain(given))?.command {
            Command::Extend(args) => Ok(args),
            _ => unreachable!("`extend` was asked for"),
        }
    }

    #[test]
    fn more_is_counted_from_what_there_is_unless_the_total_is_given() {
        let wanted = |given: &[&str], present| {
            let args = parse(given).unwrap();
            args.more.wanted(present, args.total)
        };
        assert_eq!(wanted(&["--replicates", "5"], Extent::Replicates(10)), Extent::Replicates(15));
        assert_eq!(wanted(&["--replicates", "15", "--total"], Extent::Replicates(10)), Extent::Replicates(15));
        assert_eq!(wanted(&["--generations", "2"], Extent::Generations(8)), Extent::Generations(10));
        // Refused by the service, which knows the kind of the experiment.
        assert_eq!(wanted(&["--generations", "2"], Extent::Replicates(10)), Extent::Generations(12));
    }

    #[test]
    fn one_of_the_two_is_asked_for_and_not_nothing_of_it() {
        for given in [&[][..], &["--replicates", "0"], &["--replicates", "1", "--generations", "1"]] {
            assert!(parse(given).is_err(), "{given:?}");
        }
    }
}
