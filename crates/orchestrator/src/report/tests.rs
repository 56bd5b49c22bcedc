use std::sync::Arc;
use std::time::Duration;

use domain::Violation;
use domain::environment::End;
use domain::experiment::ScenarioSpec;
use domain::game::ObservationSpec;
use domain::ports::{Claim, Environment, EnvironmentError, NewExperiment, TickLog, TickRow};
use domain::score::EpisodeKey;
use proto::events::Encoder;
use science::plot::Segment;
use store::{SqlStore, StoreConfig};
use testkit::builder;

use super::*;
use crate::games::{GameMap, Games, ScenarioFacts};

/// One scenario whose file has this hash.
struct OneMap(&'static str);

impl Games for OneMap {
    fn version(&self) -> String {
        String::new()
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    fn facts(&self, _: &ScenarioSpec) -> Result<ScenarioFacts, Vec<Violation>> {
        let files = BTreeMap::from([("basic.wad".to_owned(), self.0.to_owned())]);
        Ok(ScenarioFacts { name: "basic".to_owned(), buttons: vec![], variables: vec![], files })
    }

    fn map(&self, _: &ScenarioSpec) -> Option<GameMap> {
        let wall = Segment { from: (0.0, 0.0), to: (100.0, 0.0), solid: true };
        Some(GameMap { name: "map01".to_owned(), lines: vec![wall] })
    }

    fn open(
        &self,
        _: &ScenarioSpec,
        _: ObservationSpec,
        _: Option<usize>,
    ) -> Result<Box<dyn Environment>, EnvironmentError> {
        unreachable!("nothing is played here")
    }
}

/// Plays an experiment of one agent: episodes of three ticks, of which every second one ends by death.
async fn play(store: &SqlStore, new: &NewExperiment) {
    store.create(new).await.unwrap();
    for job in &new.first.jobs {
        let Claim::Granted(job) = store.claim(job.id, "worker", Duration::from_secs(60)).await.unwrap() else {
            panic!()
        };
        let mut scores: Vec<_> = job.episodes.iter().map(|episode| builder::score(0, 0, episode, 1)).collect();
        for score in &mut scores {
            score.measures.ticks = 3;
            score.measures.end = if score.key.replicate % 2 == 0 { End::Death } else { End::Timeout };
        }
        let logs: Vec<_> = scores.iter().map(|score| log(new, score.key)).collect();
        store.write_tick_logs(&logs).await.unwrap();
        store.finish(job.job, job.fence, &scores).await.unwrap();
    }
}

fn log(new: &NewExperiment, key: EpisodeKey) -> TickLog {
    let row = |tick: u32| TickRow {
        tick,
        tic: tick,
        buttons: 0,
        reward: 0.0,
        health: 100,
        position: [f64::from(tick), f64::from(key.replicate)],
        angle: 0.0,
    };
    TickLog { experiment: new.id, key, rows: (0..3).map(row).collect() }
}

#[tokio::test]
async fn the_lines_of_a_map_are_those_that_were_played_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig::new(format!("sqlite:{}", folder.path().join("a.db").display())).with_migrations();
    let store = store::connect(&config, Arc::new(Encoder)).await.unwrap();
    let mut spec = builder::spec(4);
    spec.record.ticks = true;
    let new = builder::experiment_of(spec, 1);
    play(&store, &new).await;
    let record = store.experiment(new.id).await.unwrap();
    let map = async |games: &OneMap| {
        let ground = Ground { store: &store, jobs: &store, games };
        let report = Report::of(&store, &record).await.unwrap().with_maps(&record, ground).await.unwrap();
        report.figures().into_iter().find(|figure| figure.name.contains("map")).unwrap()
    };

    let drawn = map(&OneMap("00ff")).await;
    assert_eq!(drawn.name, "generation-0-map-basic-map01");
    assert!(drawn.svg.contains("Map with 12 positions and 2 deaths."), "{}", drawn.svg);
    assert!(drawn.svg.contains("map01 of basic in generation 0") && drawn.svg.contains("class=\"cdp-wall\""));

    let changed = map(&OneMap("ff00")).await;
    assert_eq!(changed.name, "generation-0-map-basic");
    assert!(changed.svg.contains("no longer those that were played"), "{}", changed.svg);
    assert!(!changed.svg.contains("class=\"cdp-wall\""));
}
