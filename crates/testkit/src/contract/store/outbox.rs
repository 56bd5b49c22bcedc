//! Events and their way out, and tick logs.
#![allow(missing_docs, reason = "every case is named by the sentence that it proves")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use domain::ports::{DecisionLog, OutboxEntry, TickLog, TickRow};
use domain::score::EpisodeKey;
use domain::status::ExperimentStatus::{Paused, Running};
use futures::future::join_all;
use tokio::time::sleep;

use super::{LAPSED, LEASE, Store, created, events, play_generation};
use crate::builder::{self, note};
use crate::trace::{TRACEPARENT, within};

pub async fn two_relays_never_take_the_same_event(store: Store) {
    for _ in 0..10 {
        created(&store, 1, 1).await;
    }
    let relay = |name: &'static str| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut taken = Vec::new();
            loop {
                let part = store.claim_outbox(name, 3, LEASE).await.unwrap();
                if part.is_empty() {
                    return taken;
                }
                assert!(part.len() <= 3 && part.windows(2).all(|pair| pair[0].id < pair[1].id));
                taken.extend(part.into_iter().map(|entry| entry.id));
            }
        })
    };

    let (one, other) = tokio::join!(relay("one"), relay("other"));

    let all: Vec<_> = one.unwrap().into_iter().chain(other.unwrap()).collect();
    // A relay that finds all free rows locked by the other one ends early; none is taken twice.
    assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>().len()), (20, 20));
}

pub async fn an_experiment_s_events_go_through_one_relay_at_a_time(store: Store) {
    let new = created(&store, 1, 1).await;
    let other = created(&store, 1, 1).await;
    let sequences = |entries: &[OutboxEntry]| {
        entries.iter().map(|entry| (entry.record.experiment, entry.record.sequence.unwrap())).collect::<Vec<_>>()
    };

    let held = store.claim_outbox("one", 1, LEASE).await.unwrap();
    assert_eq!(sequences(&held), [(new.id, 1)]);
    store.set_status(new.id, Paused, &note("")).await.unwrap();

    let others = store.claim_outbox("two", 10, LEASE).await.unwrap();
    assert_eq!(sequences(&others), [(other.id, 1), (other.id, 2)], "not what would overtake the first");
    let rest = store.claim_outbox("one", 10, LAPSED).await.unwrap();
    assert_eq!(sequences(&rest), [(new.id, 2), (new.id, 3)], "its holder goes on where it was");
    let all = store.claim_outbox("two", 10, LEASE).await.unwrap();
    assert_eq!(sequences(&all), [(new.id, 1), (new.id, 2), (new.id, 3)], "and who comes after it begins at the start");
    assert_eq!(store.claim_outbox("one", 10, LEASE).await.unwrap(), []);
}

pub async fn events_that_were_not_published_come_again(store: Store) {
    let id = created(&store, 1, 1).await.id;
    assert_eq!(store.outbox_lag().await.unwrap(), 2);

    let first = store.claim_outbox("relay", 10, LAPSED).await.unwrap();
    let again = store.claim_outbox("other", 10, LEASE).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(store.claim_outbox("relay", 10, LEASE).await.unwrap(), []);
    let stored: Vec<_> = events(&store, id).await.into_iter().map(|event| event.record).collect();
    assert_eq!(again.iter().map(|entry| entry.record.clone()).collect::<Vec<_>>(), stored);
    let ids: Vec<_> = again.iter().map(|entry| entry.id).collect();

    for _ in 0..2 {
        store.mark_published(&ids).await.unwrap();
    }
    store.mark_published(&[]).await.unwrap();

    assert_eq!(store.outbox_lag().await.unwrap(), 0);
    assert_eq!(store.claim_outbox("relay", 10, LEASE).await.unwrap(), []);
    assert_eq!(events(&store, id).await.len(), 2, "published events stay in the history");
}

pub async fn events_keep_the_time_when_they_were_recorded(store: Store) {
    let id = created(&store, 1, 1).await.id;
    let created_at = store.experiment(id).await.unwrap().created_at_ms;
    sleep(Duration::from_millis(20)).await;
    store.set_status(id, Paused, &note("")).await.unwrap();

    let taken = store.claim_outbox("relay", 10, LAPSED).await.unwrap();
    let times: Vec<_> = taken.iter().map(|entry| entry.record.recorded_at_ms).collect();

    assert_eq!(times[..2], [created_at; 2], "both are of the transaction that stored the experiment");
    assert!(times[2] >= created_at + 20, "{times:?}");
    let again = store.claim_outbox("relay", 10, LEASE).await.unwrap();
    assert_eq!(again, taken, "how late it is relayed changes nothing");
}

pub async fn events_keep_the_trace_in_which_they_were_recorded(store: Store) {
    let new = builder::experiment(1, 1);
    within(TRACEPARENT, store.create(&new)).await.unwrap();
    store.set_status(new.id, Paused, &note("")).await.unwrap();

    let taken = within("00-of-the-relay-01", store.claim_outbox("relay", 10, LEASE)).await.unwrap();

    let traces: Vec<_> = taken.iter().map(|entry| entry.record.traceparent.as_deref()).collect();
    assert_eq!(traces, [Some(TRACEPARENT), Some(TRACEPARENT), None]);
}

pub async fn event_numbers_have_no_gaps(store: Store) {
    let new = created(&store, 3, 4).await;
    let second = created(&store, 1, 1).await;
    play_generation(&store, &new.first).await;
    let switches = (0..4).map(|_| {
        let (store, id) = (Arc::clone(&store), new.id);
        tokio::spawn(async move {
            store.set_status(id, Paused, &note("")).await.unwrap();
            store.set_status(id, Running, &note("")).await.unwrap();
        })
    });
    join_all(switches).await.into_iter().for_each(Result::unwrap);

    let all = events(&store, new.id).await;

    let numbers: Vec<_> = all.iter().map(|event| event.sequence).collect();
    assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>());
    assert_eq!(store.events_after(new.id, 3, 2).await.unwrap(), all[3..5]);
    assert_eq!(events(&store, second.id).await[0].sequence, 1, "every experiment counts by itself");
}

pub async fn decisions_are_read_as_they_were_written_last(store: Store) {
    let new = created(&store, 2, 3).await;
    let log = |position, replicate, record: Vec<u8>| DecisionLog {
        experiment: new.id,
        key: EpisodeKey { generation: 0, position, replicate },
        record,
    };
    let long = vec![0xff; 100_000];

    store.write_decisions(&[]).await.unwrap();
    store.write_decisions(&[log(1, 2, long.clone()), log(0, 0, vec![1]), log(1, 0, vec![])]).await.unwrap();
    store.write_decisions(&[log(0, 0, vec![2, 0])]).await.unwrap();

    assert_eq!(store.decisions(new.id, 0, 0).await.unwrap(), [(0, vec![2, 0])]);
    assert_eq!(store.decisions(new.id, 0, 1).await.unwrap(), [(0, vec![]), (2, long)]);
    assert_eq!(store.decisions(new.id, 1, 0).await.unwrap(), []);
}

pub async fn tick_logs_are_written_again_without_complaint(store: Store) {
    let new = created(&store, 1, 1).await;
    let row = |tick| TickRow {
        tick,
        tic: u32::MAX,
        buttons: u64::MAX,
        reward: f64::from_bits(1),
        health: -1,
        position: [0.1, -0.0],
        angle: 359.999,
    };
    let key = EpisodeKey { generation: 0, position: 0, replicate: 0 };
    let log = |ticks| TickLog { experiment: new.id, key, rows: (0..ticks).map(row).collect() };

    store.write_tick_logs(&[]).await.unwrap();
    store.write_tick_logs(&[log(6_000)]).await.unwrap();
    store.write_tick_logs(&[log(10), log(3)]).await.unwrap();
}
