//! What decided in an episode, tick by tick.

use std::str::FromStr;

use clap::Args;
use proto::orchestrator::v1 as pb;
use serde_json::{Value, json};

use super::connect::{Client, ServiceArgs, asked};
use super::output::{self, Rows};
use super::{Failure, Place};

/// Arguments of `decisions`.
#[derive(Debug, Args)]
pub(super) struct DecisionsArgs {
    /// Id of the experiment, the beginning of it, or its name
    experiment: String,
    /// The episode: generation, position and replicate, such as `4/0/2`
    episode: EpisodeName,
    /// Form of the rows
    #[arg(short, long, value_enum, default_value_t = Rows::Table)]
    output: Rows,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Generation, position and replicate of an episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct EpisodeName([u32; 3]);

impl FromStr for EpisodeName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Option<Vec<u32>> = text.split('/').map(|part| part.parse().ok()).collect();
        let parts = parts.and_then(|parts| parts.try_into().ok());
        parts.map(Self).ok_or_else(|| "an episode is three numbers: GENERATION/POSITION/REPLICATE".to_owned())
    }
}

/// Prints the decisions of an episode.
pub(super) async fn run(args: DecisionsArgs, place: &Place) -> Result<(), Failure> {
    let EpisodeName([generation, position, replicate]) = args.episode;
    let request = pb::GetEpisodeRequest { experiment_id: args.experiment.clone(), generation, position, replicate };
    let ask = async |client: &mut Client| Ok(client.get_episode(request).await?.into_inner().decisions);
    let decisions = asked(&args.service, place, ask).await?;
    if decisions.is_empty() {
        let message = format!(
            "nothing is kept of what decided in episode {generation}/{position}/{replicate} of {}: it is not played yet, \
             the experiment has neither `record.decisions` nor `evolution.learning`, or its policy cannot tell",
            args.experiment
        );
        return Err(Failure::not_found(message));
    }
    let heads = ["tick", "by", "name", "tactic", "buttons", "cell", "confidence", "score", "health", "hits", "kills"];
    output::rows(args.output, &heads, &decisions.iter().map(row).collect::<Vec<_>>(), || {
        let rows = decisions.iter().map(|one| heads.iter().map(|head| text(&row(one)[head])).collect());
        output::table(&heads, &["tick", "cell", "confidence", "score", "health", "hits", "kills"], rows)
    })
}

fn row(one: &pb::Decision) -> Value {
    json!({
        "tick": one.tick,
        "by": one.by,
        "name": one.name,
        "tactic": one.tactic,
        "buttons": one.buttons,
        "cell": one.cell,
        "confidence": one.confidence,
        "score": one.score,
        "health": one.health,
        "hits": one.hits,
        "kills": one.kills,
    })
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => format!("{:.3}", number.as_f64().unwrap_or_default()),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_episode_is_three_numbers() {
        assert_eq!("4/0/12".parse(), Ok(EpisodeName([4, 0, 12])));
        for wrong in ["", "4/0", "4/0/1/2", "4/a/1", "-1/0/0"] {
            assert!(wrong.parse::<EpisodeName>().is_err(), "{wrong}");
        }
    }
}
