//! `events parked`: events of which nothing could be made.

use clap::{Args, Subcommand};
use domain::ports::{Page, ParkedEvent};
use serde_json::{Value, json};

use super::{Failure, PlaceArgs, output, time};
use crate::cli::Exit;
use crate::cli::output::Form;
use crate::core::find;
use crate::events::EventPorts;
use crate::events::parked::{Retried, retry};

/// What can be done with events that were put aside.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ParkedCommand {
    /// List them, oldest first
    List(ListArgs),
    /// Show one with all that it holds
    Show(ShowArgs),
    /// Try to make something of them again
    Retry(ChooseArgs),
    /// Forget them
    Drop(ChooseArgs),
}

/// Arguments of `events parked list`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ListArgs {
    /// Only those of an experiment: its id, the beginning of it, or its name
    experiment: Option<String>,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Arguments of `events parked show`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArgs {
    /// The first column of the list
    id: String,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Arguments of `events parked retry` and `drop`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ChooseArgs {
    /// Which, by the first column of the list
    #[arg(required_unless_present = "all")]
    ids: Vec<String>,
    /// All of them
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Does what was asked for.
pub(super) async fn run(command: ParkedCommand) -> Result<(), Failure> {
    match command {
        ParkedCommand::List(args) => list(args).await,
        ParkedCommand::Show(args) => show(args).await,
        ParkedCommand::Retry(args) => retry_all(args).await,
        ParkedCommand::Drop(args) => drop_all(args).await,
    }
}

async fn list(args: ListArgs) -> Result<(), Failure> {
    let (ports, _) = args.place.ledger().await?;
    let events = all(&ports, args.experiment.as_deref()).await?;
    if args.output == Form::Json {
        return output::json(&events.iter().map(event_json).collect::<Vec<_>>());
    }
    let rows = events.iter().map(|event| {
        let parked = &event.parked;
        vec![
            event.id.clone(),
            time(event.parked_at_ms),
            parked.message.position.to_string(),
            parked.deliveries.to_string(),
            parked.message.subject.clone(),
            parked.error.clone(),
        ]
    });
    let heads = ["id", "put aside", "position", "deliveries", "subject", "why"];
    output::line(output::table(&heads, &["position", "deliveries"], rows))
}

async fn show(args: ShowArgs) -> Result<(), Failure> {
    let (ports, _) = args.place.ledger().await?;
    let event = ports.parked.parked_event(&args.id).await?;
    if args.output == Form::Json {
        return output::json(&event_json(&event));
    }
    let message = &event.parked.message;
    let mut lines = vec![
        ("id".to_owned(), event.id.clone()),
        ("put aside".to_owned(), time(event.parked_at_ms)),
        ("why".to_owned(), event.parked.error.clone()),
        ("stream".to_owned(), format!("{}, position {}", event.parked.stream, message.position)),
        ("stored".to_owned(), time(message.stored_at_ms)),
        ("deliveries".to_owned(), event.parked.deliveries.to_string()),
        ("subject".to_owned(), message.subject.clone()),
    ];
    lines.extend(message.headers.clone());
    lines.push(("body".to_owned(), String::from_utf8_lossy(&message.body).into_owned()));
    // What a stranger wrote is shown, not obeyed: no control character reaches the terminal.
    lines.iter().try_for_each(|(name, value)| {
        let value: String = value.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect();
        output::line(format!("{name:<16} {value}"))
    })
}

async fn retry_all(args: ChooseArgs) -> Result<(), Failure> {
    let (ports, _) = args.place.ledger().await?;
    let mut refused = 0;
    for id in chosen(&ports, &args).await? {
        match retry(&ports, &id).await? {
            Retried::Projected => output::line(format!("{id}  taken into the summaries"))?,
            Retried::Refused(why) => {
                refused += 1;
                output::line(format!("{id}  stays: {why}"))?;
            }
        }
    }
    match refused {
        0 => Ok(()),
        _ => Err(Failure::new(Exit::Failed, miette::miette!("{refused} events are still put aside"))),
    }
}

async fn drop_all(args: ChooseArgs) -> Result<(), Failure> {
    let (ports, _) = args.place.ledger().await?;
    for id in chosen(&ports, &args).await? {
        if !ports.parked.unpark(&id).await? {
            return Err(Failure::new(Exit::NotFound, miette::miette!("there is no parked event `{id}`")));
        }
        output::line(format!("{id}  forgotten"))?;
    }
    Ok(())
}

async fn chosen(ports: &EventPorts, args: &ChooseArgs) -> Result<Vec<String>, Failure> {
    if !args.all {
        return Ok(args.ids.clone());
    }
    let ids: Vec<_> = all(ports, None).await?.into_iter().map(|event| event.id).collect();
    if ids.is_empty() {
        output::line("nothing is put aside")?;
    }
    Ok(ids)
}

async fn all(ports: &EventPorts, experiment: Option<&str>) -> Result<Vec<ParkedEvent>, Failure> {
    let of = match experiment {
        Some(text) => Some(find(ports.store.as_ref(), text).await?),
        None => None,
    };
    let (mut events, mut page) = (Vec::new(), Page { after: None, size: 500 });
    loop {
        let (part, next) = ports.parked.parked(of, &page).await?;
        events.extend(part);
        match next {
            Some(next) => page.after = Some(next),
            None => return Ok(events),
        }
    }
}

fn event_json(event: &ParkedEvent) -> Value {
    let parked = &event.parked;
    json!({
        "id": event.id,
        "parked_at_ms": event.parked_at_ms,
        "error": parked.error,
        "deliveries": parked.deliveries,
        "stream": parked.stream,
        "position": parked.message.position,
        "stored_at_ms": parked.message.stored_at_ms,
        "subject": parked.message.subject,
        "headers": parked.message.headers,
        "body": String::from_utf8_lossy(&parked.message.body),
    })
}
