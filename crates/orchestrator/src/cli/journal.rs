//! The journal of an experiment: who did what, when and why.

use clap::Args;
use proto::orchestrator::v1 as pb;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::connect::{Client, ServiceArgs, asked};
use super::output::{self, Rows};
use super::{Failure, Place};

/// Rows that are asked for at once.
const PAGE: u32 = 500;

/// Arguments of `journal`.
#[derive(Debug, Args)]
pub(super) struct JournalArgs {
    /// Id of the experiment, the beginning of it, or its name
    experiment: String,
    /// Form of the rows
    #[arg(short, long, value_enum, default_value_t = Rows::Table)]
    output: Rows,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Prints the journal of an experiment.
pub(super) async fn run(args: JournalArgs, place: &Place) -> Result<(), Failure> {
    let entries = asked(&args.service, place, async |client: &mut Client| read(client, args.experiment).await).await?;
    let heads = ["time", "action", "actor", "detail", "reason"];
    output::rows(args.output, &heads, &entries.iter().map(entry_json).collect::<Vec<_>>(), || {
        let rows = entries.iter().map(|entry| {
            let pb::JournalEntry { action, actor, detail, reason, .. } = entry.clone();
            vec![moment(entry.time_ms), action, actor, detail, reason]
        });
        output::table(&heads, &[], rows)
    })
}

async fn read(client: &mut Client, experiment_id: String) -> Result<Vec<pb::JournalEntry>, Failure> {
    let mut entries = Vec::new();
    let mut request = pb::ListJournalRequest { experiment_id, page_size: PAGE, page_token: String::new() };
    loop {
        let response = client.list_journal(request.clone()).await?.into_inner();
        entries.extend(response.entries);
        if response.next_page_token.is_empty() {
            return Ok(entries);
        }
        request.page_token = response.next_page_token;
    }
}

fn entry_json(entry: &pb::JournalEntry) -> Value {
    json!({
        "time": moment(entry.time_ms),
        "action": entry.action,
        "actor": entry.actor,
        "detail": entry.detail,
        "reason": entry.reason,
    })
}

/// A moment in UTC, such as `2026-03-01T12:00:00.123Z`.
pub(super) fn moment(ms: i64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).ok();
    moment.and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_else(|| ms.to_string())
}
