//! Extensions: more of an experiment comes to what a larger one would have come to.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::experiment::ExperimentSpec;
use domain::extension::Extent;
use domain::ports::ExperimentStore;
use serde_json::{Value, json};
use testkit::builder;
use tokio::time::sleep;

use crate::quiet::Quiet;
use crate::support::{Place, json as json_of};
use crate::system::System;

const DESIGN: &str = "name = \"grown\"\nseed = 3\n[scenario]\nname = \"defend_the_line\"\n[agent]\npolicy = \"random\"\n\
                      [seeds]\nepisodes = 3\n\
                      [[design.factors]]\nparameter = \"agent.policy\"\nlevels = [\"random\", \"attack_only\"]\n";
const EVOLUTION: &str = "name = \"bred\"\nseed = 5\n[scenario]\nname = \"defend_the_line\"\n[agent]\npolicy = \"aim\"\n\
                         [seeds]\nepisodes = 2\n[evolution]\npopulation = 3\ngenerations = 1\nconfirmation = 2\n";

#[test]
fn an_extended_design_has_the_digest_of_one_that_was_larger_from_the_start() {
    let (grown, large) = (Place::new(DESIGN), Place::new(DESIGN));
    let small = grown.launch(&[]);
    let expected = large.launch(&["--set", "seeds.episodes=7"]);
    assert_eq!((&small["status"], &small["replicates"]), (&"completed".into(), &3.into()));

    let told = grown.run("extend", &["grown", "--replicates", "2", "--reason", "the interval is wide"]);
    assert!(told.contains("goes from 3 to 5 replicates and is running"), "{told}");
    let again = grown.run("extend", &["grown", "--replicates", "5", "--total"]);
    assert!(again.contains("has 5 replicates already: nothing was changed"), "{again}");
    grown.run("extend", &["grown", "--replicates", "2"]);
    let open = json_of(grown.command("show").args(["grown", "-o", "json"]));
    assert_eq!(
        (&open["status"], &open["digest"], &open["episodes_planned"]),
        (&"running".into(), &Value::Null, &14.into())
    );
    // What was launched is still what it is: the same file goes on.
    let grown_up = grown.launch(&[]);

    assert_eq!((&grown_up["id"], &grown_up["spec"]), (&small["id"], &small["spec"]));
    assert_eq!((&grown_up["status"], &grown_up["episodes_scored"]), (&"completed".into(), &14.into()));
    assert_eq!(grown_up["digest"], expected["digest"]);
    assert_ne!(grown_up["digest"], small["digest"]);
    assert_eq!(grown.run("digest", &["grown"]).trim(), expected["digest"].as_str().unwrap());
    assert!(grown.run("show", &["grown"]).contains("extended   from 3 to 7 replicates"));
    let means =
        |shown: &Value| shown["conditions"].as_array().unwrap().iter().map(|c| c["mean"].clone()).collect::<Vec<_>>();
    assert_eq!(means(&grown_up), means(&expected));
    let journal = grown.run("journal", &["grown", "-o", "csv"]);
    let lines: Vec<_> = journal.lines().collect();
    assert_eq!(lines[0], "time,action,actor,detail,reason");
    assert_eq!(lines.len(), 1 + 5, "{journal}");
    assert!(lines[3].contains(",extended,ada@") && lines[3].contains(" (local uid "), "{journal}");
    assert!(lines[3].ends_with(",from 3 to 5 replicates,the interval is wide"), "{journal}");
    let jsonl = grown.run("journal", &["grown", "-o", "jsonl"]);
    assert_eq!(jsonl.lines().filter(|line| line.contains("\"action\":\"completed\"")).count(), 2, "{jsonl}");
    assert!(grown.run("journal", &["grown"]).contains("from 5 to 7 replicates"));
}

#[test]
fn an_extended_evolution_breeds_what_a_longer_one_would_have_bred() {
    let (grown, large) = (Place::new(EVOLUTION), Place::new(EVOLUTION));
    assert_eq!(grown.launch(&[])["status"], "completed");
    let told = grown.run("extend", &["bred", "--generations", "1"]);
    assert!(told.contains("goes from 1 to 2 generations and is running"), "{told}");

    let grown_up = grown.launch(&[]);
    let expected = large.launch(&["--set", "evolution.generations=2"]);

    assert_eq!(grown_up["status"], "completed");
    let purposes = |shown: &Value| {
        let generations = shown["generations"].as_array().unwrap();
        generations.iter().map(|g| g["purpose"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(purposes(&grown_up), ["evolution", "confirmation", "evolution", "confirmation"]);
    assert_eq!(purposes(&expected), ["evolution", "evolution", "confirmation"]);
    let scores = |place: &Place, generation: &str| {
        let rows = json_of(place.command("scores").args(["bred", "-o", "json", "--generation", generation]));
        let rows = rows.as_array().unwrap().clone();
        rows.iter().map(|row| (row["doom_seed"].clone(), row["trajectory"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(scores(&grown, "2"), scores(&large, "1"), "round 1, wherever it stands");
    // The second confirmation is on seeds that the first one did not play.
    let seeds = |generation| scores(&grown, generation).into_iter().map(|(seed, _)| seed.to_string());
    let (first, second): (Vec<_>, Vec<_>) = (seeds("1").collect(), seeds("3").collect());
    assert!(!first.is_empty() && first.iter().all(|seed| !second.contains(seed)), "{first:?} {second:?}");
}

#[test]
fn what_cannot_be_extended_says_why() {
    let place = Place::new(DESIGN);
    place.launch(&[]);
    let refused = |args: &[&str]| {
        let output = place.command("extend").arg("grown").args(args).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };

    for (args, code, part) in [
        (&["--generations", "2"][..], 2, "it is extended by replicates"),
        (&["--replicates", "0"], 2, "0 is not in"),
        (&["--replicates", "2", "--total"], 2, "has 3 replicates already"),
        (&["--replicates", "4000000000"], 2, "seeds.episodes"),
        (&["--replicates", "1", "--generations", "1"], 2, "cannot be used with"),
        (&[], 2, "required"),
    ] {
        let (status, told) = refused(args);
        assert!(status == Some(code) && told.contains(part), "{args:?}: {status:?} {told}");
    }
    let more = Place::new(DESIGN);
    more.launch(&[]);
    more.run("extend", &["grown", "--replicates", "1"]);
    more.run("stop", &["grown", "--reason", "after all"]);
    let output = more.command("extend").args(["grown", "--replicates", "1"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && told.contains("is stopped"), "{told}");
}

async fn extend(quiet: &Quiet, extent: Extent) -> bool {
    quiet.core.extend(quiet.id, extent, &builder::note("more")).await.unwrap()
}

fn evolution(generations: u32, confirmation: u32) -> ExperimentSpec {
    serde_json::from_value(json!({
        "name": "bred", "seed": 8, "scenario": { "name": "basic" }, "agent": { "policy": "aim" },
        "seeds": { "episodes": 3 },
        "evolution": { "population": 4, "generations": generations, "confirmation": confirmation },
    }))
    .unwrap()
}

/// Results by what was played, wherever it stands in the experiment.
async fn rounds(quiet: &Quiet) -> BTreeMap<u32, Vec<i32>> {
    let record = quiet.store.experiment(quiet.id).await.unwrap();
    let mut rounds = BTreeMap::new();
    for index in 0..=record.generation {
        let generation = quiet.store.generation(quiet.id, index).await.unwrap();
        let stage = record.course().stage(index).unwrap();
        assert_eq!(stage.purpose, generation.purpose);
        if generation.purpose == domain::plan::Purpose::Evolution {
            let scores = generation.members.iter().flat_map(|member| &member.scores);
            rounds.insert(stage.round, scores.map(|score| score.measures.kills).collect());
        }
    }
    rounds
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evolution_that_is_extended_in_time_has_the_digest_of_a_longer_one() {
    let (system, other) = (System::new().await, System::new().await);
    let (short, long) = (Quiet::new(&system, &evolution(2, 5)).await, Quiet::new(&other, &evolution(5, 5)).await);
    let expected = long.finish().await;

    short.play(2).await;
    assert!(extend(&short, Extent::Generations(3)).await);
    assert!(!extend(&short, Extent::Generations(3)).await, "asked for again");
    short.play(3).await;
    assert!(extend(&short, Extent::Generations(5)).await);

    assert_eq!(short.finish().await, expected);
    assert_eq!(rounds(&short).await, rounds(&long).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evolution_that_is_extended_while_the_leader_plans_loses_nothing() {
    let (system, other) = (System::new().await, System::new().await);
    let (grown, long) = (Quiet::new(&system, &evolution(1, 2)).await, Quiet::new(&other, &evolution(9, 2)).await);
    long.finish().await;
    let growing = async {
        for total in 2..=9 {
            extend(&grown, Extent::Generations(total)).await;
            sleep(Duration::from_millis(30)).await;
        }
    };

    tokio::join!(growing, grown.finish());
    grown.finish().await;

    // Where confirmations stand depends on the moment; what evolves does not.
    assert_eq!(rounds(&grown).await, rounds(&long).await);
    let record = grown.store.experiment(grown.id).await.unwrap();
    assert_eq!(record.episodes_planned, record.episodes_scored);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_design_that_is_extended_while_it_is_played_has_the_digest_of_a_larger_one() {
    let design = |episodes: u32| -> ExperimentSpec {
        serde_json::from_value(json!({
            "name": "grown", "seed": 8, "scenario": { "name": "basic" }, "agent": { "policy": "aim" },
            "seeds": { "episodes": episodes },
            "design": { "factors": [{ "parameter": "scenario.skill", "levels": [1, 2, 3] }] },
        }))
        .unwrap()
    };
    let (system, other) = (System::new().await, System::new().await);
    let (grown, large) = (Quiet::new(&system, &design(2)).await, Quiet::new(&other, &design(30)).await);
    let expected = large.finish().await;
    let growing = async {
        for total in [4, 4, 9, 13, 30, 30] {
            let (once, twice) =
                tokio::join!(extend(&grown, Extent::Replicates(total)), extend(&grown, Extent::Replicates(total)));
            assert!(!(once && twice), "the same extension was made twice");
            sleep(Duration::from_millis(30)).await;
        }
    };

    tokio::join!(growing, grown.finish());

    assert_eq!(grown.finish().await, expected);
}
