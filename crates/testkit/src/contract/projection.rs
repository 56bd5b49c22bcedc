//! What every store of the projection must do: summaries, inbox, parked messages, and the ledger's way back into the
//! outbox. [`projection_contract!`](crate::projection_contract) makes one test per case.

#![allow(clippy::unwrap_used, reason = "a broken expectation is a failed test")]
#![allow(missing_docs, reason = "every case is named by the sentence that it proves")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::ErrorKind;
use domain::event::{Event, EventRecord, Fact};
use domain::event_chain::Fingerprint;
use domain::ids::{EventId, ExperimentId};
use domain::ports::{
    EventLedger, ExperimentStore, NewParked, Page, ParkedEvents, Projected, Projection, ReceivedEvent, StreamMessage,
    Summary,
};
use domain::projection::{ProjectedExperiment, ProjectedGeneration};
use domain::status::ExperimentStatus::{Completed, Paused};
use futures::future::join_all;
use uuid::Uuid;

use crate::builder;

/// A store with everything that events need.
pub trait EventsStore: ExperimentStore + EventLedger + Projection + ParkedEvents {}

impl<T: ExperimentStore + EventLedger + Projection + ParkedEvents> EventsStore for T {}

/// The store under test.
pub type Store = Arc<dyn EventsStore>;

const LEASE: Duration = Duration::from_secs(60);

/// Makes one test per case of the contract. `$open` is an async function that returns an empty store, and a guard that
/// keeps it alive.
#[macro_export]
macro_rules! projection_contract {
    ($open:path) => {
        $crate::projection_contract! { @cases $open:
            an_experiment_without_events_has_no_summary,
            every_event_counts_once,
            neither_order_nor_processes_make_a_difference,
            experiments_of_one_batch_are_kept_apart,
            another_event_with_the_same_id_changes_nothing,
            events_without_numbers_are_taken_in_too,
            the_inbox_is_read_in_parts,
            a_forgotten_summary_is_made_again,
            a_message_is_put_aside_once_with_all_that_it_holds,
            messages_that_were_put_aside_are_listed_and_forgotten,
            events_are_read_with_how_far_they_have_come,
            lost_events_go_back_into_the_outbox,
            what_was_never_projected_goes_back_into_the_outbox,
        }
    };
    (@cases $open:path: $($case:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let (store, _guard) = $open().await;
                $crate::contract::projection::$case(store).await;
            }
        )*
    };
}

fn experiment() -> ExperimentId {
    ExperimentId(Uuid::new_v4())
}

/// What the events add up to, by the rules of the domain alone.
fn added_up(id: ExperimentId, events: &[ReceivedEvent]) -> Summary {
    let mut experiment = ProjectedExperiment::new(id);
    let mut generations = BTreeMap::new();
    for ReceivedEvent { event, record } in events {
        experiment.apply(event, record);
        if let Some(index) = ProjectedGeneration::of(event) {
            generations.entry(index).or_insert_with(|| ProjectedGeneration::new(index)).apply(event, record);
        }
    }
    Summary { experiment, generations: generations.into_values().collect() }
}

pub async fn an_experiment_without_events_has_no_summary(store: Store) {
    let id = experiment();

    assert_eq!(store.project(&[]).await.unwrap(), []);

    assert_eq!(store.summary(id).await.unwrap(), None);
    assert_eq!(store.projected(None, 10).await.unwrap(), []);
    assert_eq!(store.inbox(id, None, 10).await.unwrap(), []);
}

pub async fn every_event_counts_once(store: Store) {
    let id = experiment();
    let events = builder::history(id, 3);

    assert_eq!(store.project(&events[..5]).await.unwrap(), [Projected::New; 5]);
    let outcomes = store.project(&events[3..]).await.unwrap();
    assert_eq!(outcomes[..3], [Projected::Known, Projected::Known, Projected::New]);
    let twice = [events[7].clone(), events[7].clone()];
    assert_eq!(store.project(&twice).await.unwrap(), [Projected::Known; 2]);

    let summary = store.summary(id).await.unwrap().unwrap();
    assert_eq!(summary, added_up(id, &events), "also to the last bit of its reals");
    assert_eq!((summary.experiment.status, summary.experiment.counts.events), (Some(Completed), 8));
    assert_eq!(store.projected(None, 10).await.unwrap(), [id]);
}

pub async fn neither_order_nor_processes_make_a_difference(store: Store) {
    let id = experiment();
    let events = builder::history(id, 20);
    let expected = added_up(id, &events);

    // Four processes, each with all events, in parts of other sizes and in orders of their own.
    let processes = (0..4).map(|process| {
        let (store, mut events) = (Arc::clone(&store), events.clone());
        events.rotate_left(process * 7);
        if process % 2 == 1 {
            events.reverse();
        }
        tokio::spawn(async move {
            let mut new = 0;
            for part in events.chunks(process + 2) {
                let outcomes = store.project(part).await.unwrap();
                new += outcomes.into_iter().filter(|outcome| *outcome == Projected::New).count();
            }
            new
        })
    });
    let new: usize = join_all(processes).await.into_iter().map(Result::unwrap).sum();

    assert_eq!(new, events.len());
    assert_eq!(store.summary(id).await.unwrap().unwrap(), expected);
}

pub async fn experiments_of_one_batch_are_kept_apart(store: Store) {
    let (one, other) = (experiment(), experiment());
    let mut mixed = builder::history(one, 2);
    mixed.extend(builder::history(other, 5));
    mixed.sort_by_key(|received| received.record.id);

    store.project(&mixed).await.unwrap();

    assert_eq!(store.summary(one).await.unwrap().unwrap(), added_up(one, &builder::history(one, 2)));
    assert_eq!(store.summary(other).await.unwrap().unwrap(), added_up(other, &builder::history(other, 5)));
    let mut ids = [one, other];
    ids.sort_unstable();
    assert_eq!(store.projected(None, 1).await.unwrap(), ids[..1]);
    assert_eq!(store.projected(Some(ids[0]), 10).await.unwrap(), ids[1..]);
}

pub async fn another_event_with_the_same_id_changes_nothing(store: Store) {
    let id = experiment();
    let events = builder::history(id, 1);
    store.project(&events).await.unwrap();
    let before = store.summary(id).await.unwrap();
    let forged = EventRecord { body: "{}".to_owned(), ..events[1].record.clone() };
    let forged = ReceivedEvent { event: events[1].event.clone(), record: forged };

    let outcomes = store.project(&[forged.clone(), events[1].clone(), forged]).await.unwrap();

    assert_eq!(outcomes, [Projected::Conflict, Projected::Known, Projected::Conflict]);
    assert_eq!(store.summary(id).await.unwrap(), before);
}

pub async fn events_without_numbers_are_taken_in_too(store: Store) {
    let id = experiment();
    let old = builder::history(id, 2)
        .into_iter()
        .map(|received| ReceivedEvent { record: EventRecord { sequence: None, ..received.record }, ..received });
    let old: Vec<_> = old.collect();

    store.project(&old).await.unwrap();

    assert_eq!(store.summary(id).await.unwrap().unwrap(), added_up(id, &old));
    assert!(store.inbox(id, None, 10).await.unwrap().iter().all(|entry| entry.sequence.is_none()));
}

pub async fn the_inbox_is_read_in_parts(store: Store) {
    let id = experiment();
    let mut events = builder::history(id, 9);
    store.project(&events).await.unwrap();
    store.project(&builder::history(experiment(), 1)).await.unwrap();

    let (mut read, mut after) = (Vec::new(), None);
    loop {
        let part = store.inbox(id, after, 4).await.unwrap();
        assert!(part.len() <= 4);
        let Some(last) = part.last() else { break };
        after = Some(last.id);
        read.extend(part);
    }

    events.sort_by_key(|received| received.record.id);
    let expected: Vec<_> = events
        .iter()
        .map(|received| (received.record.id, received.record.sequence, Fingerprint::of(&received.record)))
        .collect();
    assert_eq!(read.iter().map(|e| (e.id, e.sequence, e.fingerprint)).collect::<Vec<_>>(), expected);
}

pub async fn a_forgotten_summary_is_made_again(store: Store) {
    let (id, other) = (experiment(), experiment());
    let events = builder::history(id, 4);
    store.project(&events).await.unwrap();
    store.project(&builder::history(other, 1)).await.unwrap();

    store.forget(id).await.unwrap();
    store.forget(id).await.unwrap();
    assert_eq!(store.summary(id).await.unwrap(), None);
    assert_eq!(store.projected(None, 10).await.unwrap(), [other]);

    assert!(store.project(&events).await.unwrap().iter().all(|outcome| *outcome == Projected::New));
    assert_eq!(store.summary(id).await.unwrap().unwrap(), added_up(id, &events));
}

fn parked(subject: &str, body: &[u8]) -> NewParked {
    let headers = [("ce-id", "not an id\0"), ("schema-version", "9")];
    NewParked {
        stream: "STREAM".to_owned(),
        message: StreamMessage {
            subject: subject.to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            body: body.to_vec(),
            position: 7,
            stored_at_ms: 8,
        },
        error: "schema version `9` is not known here".to_owned(),
        deliveries: 1,
    }
}

pub async fn a_message_is_put_aside_once_with_all_that_it_holds(store: Store) {
    let first = parked("x.started", &[0, 255, b'{']);
    let later = NewParked { deliveries: 10, error: "still".to_owned(), ..first.clone() };

    store.park(&first).await.unwrap();
    let kept = store.parked_event(&first.id()).await.unwrap();
    assert_eq!((kept.parked, kept.id == first.id()), (first.clone(), true));
    store.park(&later).await.unwrap();
    store.park(&parked("x.started", b"another")).await.unwrap();

    let (all, next) = store.parked(None, &Page::default()).await.unwrap();
    assert_eq!((all.len(), next), (2, None));
    assert_eq!(store.parked_event(&first.id()).await.unwrap().parked, later);
    assert_eq!(store.parked_event("nothing").await.unwrap_err().kind, ErrorKind::NotFound);
}

pub async fn messages_that_were_put_aside_are_listed_and_forgotten(store: Store) {
    let id = experiment();
    for number in 0..5u8 {
        store.park(&parked(&format!("{id}.started"), &[number])).await.unwrap();
    }
    store.park(&parked("no-experiment.started", b"")).await.unwrap();

    let (mut listed, mut page) = (Vec::new(), Page { after: None, size: 2 });
    loop {
        let (part, next) = store.parked(Some(id), &page).await.unwrap();
        listed.extend(part);
        match next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }

    let mut ids: Vec<_> = listed.iter().map(|parked| parked.id.clone()).collect();
    assert!(listed.is_sorted_by_key(|parked| (parked.parked_at_ms, parked.id.clone())));
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 5);
    assert!(store.unpark(&ids[0]).await.unwrap());
    assert!(!store.unpark(&ids[0]).await.unwrap());
    assert_eq!(store.parked(None, &Page::default()).await.unwrap().0.len(), 5);
}

async fn created(store: &Store) -> ExperimentId {
    let new = builder::experiment(1, 1);
    store.create(&new).await.unwrap();
    new.id
}

async fn publish_all(store: &Store) {
    let taken = store.claim_outbox("relay", 100, Duration::ZERO).await.unwrap();
    store.mark_published(&taken.into_iter().map(|entry| entry.id).collect::<Vec<_>>()).await.unwrap();
}

pub async fn events_are_read_with_how_far_they_have_come(store: Store) {
    let id = created(&store).await;
    let before = store.now_ms().await.unwrap();
    publish_all(&store).await;
    store.set_status(id, Paused, &builder::note("")).await.unwrap();

    let events = store.ledger_events(id, 0, 100).await.unwrap();

    assert_eq!(events.iter().map(|event| event.sequence).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(events.iter().all(|event| event.record.sequence == Some(event.sequence)));
    let published: Vec<_> = events.iter().map(|event| event.published_at_ms).collect();
    assert!(published[0] >= Some(before) && published[1] == published[0] && published[2].is_none(), "{published:?}");
    assert_eq!(store.ledger_events(id, 1, 1).await.unwrap(), events[1..2]);
    let ids = [events[2].record.id, EventId(Uuid::new_v4()), events[0].record.id];
    let mut found = store.ledger_events_by_id(&ids).await.unwrap();
    found.sort_by_key(|event| event.sequence);
    assert_eq!(found, [events[0].clone(), events[2].clone()]);
}

pub async fn lost_events_go_back_into_the_outbox(store: Store) {
    let (id, old) = (created(&store).await, created(&store).await);
    publish_all(&store).await;
    let later = store.now_ms().await.unwrap() + 60_000;
    assert_eq!(store.recent_experiments(later).await.unwrap(), []);
    assert_eq!(store.recent_experiments(0).await.unwrap(), [id, old]);

    assert_eq!(store.unpublish(id, &[2, 99]).await.unwrap(), 1);
    assert_eq!(store.unpublish(id, &[2]).await.unwrap(), 0, "it waits already");

    assert_eq!(store.outbox_lag().await.unwrap(), 1);
    assert_eq!(store.recent_experiments(later).await.unwrap(), [id]);
    let taken = store.claim_outbox("relay", 10, LEASE).await.unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!((taken[0].record.sequence, taken[0].record.republished), (Some(2), 1));
    let event = &store.ledger_events(id, 1, 1).await.unwrap()[0];
    assert_eq!((event.record.republished, event.published_at_ms), (1, None));
}

pub async fn what_was_never_projected_goes_back_into_the_outbox(store: Store) {
    let id = created(&store).await;
    let event = Event::once(id, Fact::ExperimentPaused { reason: String::new() });
    store.set_status(id, Paused, &builder::note("")).await.unwrap();
    publish_all(&store).await;
    let records: Vec<_> = store.ledger_events(id, 0, 10).await.unwrap().into_iter().map(|event| event.record).collect();
    store.project(&[ReceivedEvent { event, record: records[1].clone() }]).await.unwrap();

    assert_eq!(store.unpublish_unprojected().await.unwrap(), 2);

    let waiting = store.claim_outbox("relay", 10, LEASE).await.unwrap();
    assert_eq!(waiting.iter().map(|entry| entry.record.sequence).collect::<Vec<_>>(), [Some(1), Some(3)]);
}
