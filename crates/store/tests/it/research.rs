//! Research sessions and episodes as people look at them, on both databases.

use std::sync::Arc;
use std::time::Duration;

use domain::ErrorKind;
use domain::ports::{
    Claim, EpisodeFilter, ExperimentStore as _, JobLedger as _, Page, ResearchStore as _, TickLog, TickRow,
};
use domain::score::EpisodeKey;
use store::{SqlStore, StoreConfig};
use testkit::builder::{self, PlainEncoder};
use testkit::postgres::TestDatabase;
use uuid::Uuid;

async fn connect(url: &str) -> SqlStore {
    store::connect(&StoreConfig::new(url).with_migrations(), Arc::new(PlainEncoder)).await.unwrap()
}

/// Runs a case on both databases.
async fn on_both(case: impl AsyncFn(SqlStore)) {
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());
    case(connect(&database.url()).await).await;
    case(connect(folder.path().join("ledger.db").to_str().unwrap()).await).await;
}

const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn a_session_is_changed_by_one_at_a_time_and_forgotten_when_idle() {
    on_both(async |store| {
        let id = Uuid::new_v4();
        let opened = store.open(id, "one").await.unwrap();
        assert_eq!((opened.version, store.use_session(id, HOUR).await.unwrap().state.as_str()), (1, "one"));

        assert!(store.replace(id, 1, "two").await.unwrap());
        assert!(store.replace(id, 1, "two").await.unwrap(), "the answer may have been lost");
        assert!(!store.replace(id, 1, "three").await.unwrap(), "somebody was faster");
        let used = store.use_session(id, HOUR).await.unwrap();
        assert_eq!((used.version, used.state.as_str()), (2, "two"));

        tokio::time::sleep(Duration::from_millis(30)).await;
        let other = Uuid::new_v4();
        store.open(other, "other").await.unwrap();
        assert!(store.use_session(other, Duration::from_millis(20)).await.is_ok());
        assert_eq!(store.use_session(id, HOUR).await.unwrap_err().kind, ErrorKind::NotFound, "it was idle");
        assert!(store.close(other).await.unwrap() && !store.close(other).await.unwrap());
        assert_eq!(store.replace(other, 1, "x").await.unwrap_err().kind, ErrorKind::NotFound);
    })
    .await;
}

#[tokio::test]
async fn episodes_are_listed_planned_and_scored_with_logs_and_ticks() {
    on_both(async |store| {
        let new = builder::experiment(2, 3);
        store.create(&new).await.unwrap();
        let job = &new.first.jobs[0];
        let Claim::Granted(held) = store.claim(job.id, "w", HOUR).await.unwrap() else { panic!("it is open") };
        let scores: Vec<_> = held.episodes.iter().map(|episode| builder::score(0, job.position, episode, 5)).collect();
        store.finish(job.id, held.fence, &scores).await.unwrap();
        let list = async |filter: EpisodeFilter, size| {
            let (mut all, mut page) = (Vec::new(), Page { after: None, size });
            loop {
                let (part, next) = store.episodes(new.id, &filter, &page).await.unwrap();
                all.extend(part);
                match next {
                    Some(_) => page.after = next,
                    None => return all,
                }
            }
        };

        let all = list(EpisodeFilter::default(), 2).await;
        assert_eq!(all.len(), 6);
        assert!(all.is_sorted_by_key(|episode| episode.key));
        let scored = list(EpisodeFilter { scored: Some(true), action_logs: true, ..Default::default() }, 2).await;
        let open = list(EpisodeFilter { scored: Some(false), ..Default::default() }, 2).await;
        assert_eq!((scored.len(), open.len()), (scores.len(), 6 - scores.len()));
        for (episode, score) in scored.iter().zip(&scores) {
            assert_eq!(episode.scored.as_ref(), Some(&(held.fence, score.clone())));
            assert_eq!((episode.job, episode.key), (job.id, score.key));
        }
        assert!(open.iter().all(|episode| episode.scored.is_none()));
        let agent = Some(new.first.members[1].agent.clone());
        let of_agent = list(EpisodeFilter { agent, generation: Some(0), ..Default::default() }, 10).await;
        assert!(of_agent.len() == 3 && of_agent.iter().all(|episode| episode.key.position == 1));

        let key = scores[0].key;
        let one = list(EpisodeFilter { key: Some(key), ..Default::default() }, 1).await;
        assert_eq!(one[0].scored.as_ref().unwrap().1, scores[0].without_log());
        let row = TickRow { tick: 0, tic: 4, buttons: 5, reward: 1.5, health: 99, position: [1.0, -2.0], angle: 90.0 };
        let rows = vec![row, TickRow { tick: 1, buttons: u64::MAX, ..row }];
        store.write_tick_logs(&[TickLog { experiment: new.id, key, rows: rows.clone() }]).await.unwrap();
        assert_eq!(store.ticks(new.id, key).await.unwrap(), rows);
        assert_eq!(store.ticks(new.id, EpisodeKey { replicate: 9, ..key }).await.unwrap(), []);
        let missing = store.episodes(builder::experiment(1, 7).id, &EpisodeFilter::default(), &Page::default()).await;
        assert_eq!(missing.unwrap_err().kind, ErrorKind::NotFound);
    })
    .await;
}
