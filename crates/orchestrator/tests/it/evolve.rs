//! Evolutions by every algorithm, in the real game: how they stand, who is best, where agents come from.

use serde_json::Value;

use crate::support::{Place, json};

const EVOLUTION: &str = "name = \"bred\"\nseed = 5\n[scenario]\nname = \"defend_the_line\"\n[agent]\npolicy = \"aim\"\n\
                         [seeds]\nepisodes = 2\n[evolution]\npopulation = 4\ngenerations = 3\nconfirmation = 3\n";

fn algorithms() -> [&'static [&'static str]; 6] {
    [
        &[],
        &["--set", "evolution.mutation=self_adaptive", "--set", "evolution.selection=rank"],
        &["--set", "evolution.algorithm=cma_es"],
        &["--set", "evolution.algorithm=separable_cma_es", "--set", "evolution.step=0.1"],
        &["--set", "evolution.algorithm=random"],
        &["--set", "evolution.algorithm=latin_hypercube"],
    ]
}

fn agents(place: &Place) -> Vec<Value> {
    let all = json(place.command("evolve lineage").args(["bred", "--all", "-o", "json"]));
    all.as_array().unwrap().clone()
}

#[test]
fn every_algorithm_goes_on_where_it_stands_as_if_it_had_never_stopped() {
    for settings in algorithms() {
        let (whole, parts) = (Place::new(EVOLUTION), Place::new(EVOLUTION));
        let expected = whole.launch(settings);
        assert_eq!(expected["status"], "completed", "{settings:?}");

        // Another process that knows nothing of the rounds before plays each of the later ones.
        let short: Vec<_> = settings.iter().copied().chain(["--set", "evolution.confirmation=0"]).collect();
        let first = parts.launch(&[&short[..], &["--set", "evolution.generations=1"]].concat());
        parts.run("extend", &["bred", "--generations", "1"]);
        let resume = || parts.launch(&[&short[..], &["--set", "evolution.generations=1"]].concat());
        assert_eq!(resume()["id"], first["id"]);
        parts.run("extend", &["bred", "--generations", "1"]);
        assert_eq!(resume()["generations"].as_array().map(Vec::len), Some(3));

        let rounds = |place: &Place| {
            let agents = agents(place).into_iter();
            agents.filter(|agent| agent["agent"].as_str().unwrap().starts_with('g')).collect::<Vec<_>>()
        };
        assert_eq!(rounds(&parts), rounds(&whole), "{settings:?}");
    }
}

#[test]
fn an_evolution_can_be_looked_at_from_every_side() {
    let place = Place::new(EVOLUTION);
    place.launch(&["--set", "evolution.algorithm=cma_es"]);

    let status = json(place.command("evolve status").args(["bred", "-o", "json"]));
    assert_eq!((&status["algorithm"], &status["rounds_played"]), (&"cma_es".into(), &3.into()));
    assert_eq!(status["confirmation"]["sides"][0]["n"], 3, "{status:#}");
    let table = place.run("evolve status", &["bred", "--watch"]);
    assert!(table.contains("rounds      3 of 3") && table.contains("Verdict: "), "{table}");

    let best = json(place.command("evolve best").args(["bred", "-o", "json"]));
    assert_eq!(best["agent"], "champion");
    let earlier = json(place.command("evolve best").args(["bred", "--generation", "0", "-o", "json"]));
    assert!(earlier["agent"].as_str().unwrap().starts_with("g0-"), "{earlier}");
    assert!(place.run("evolve best", &["bred"]).contains("tolerance"));

    let lineage = json(place.command("evolve lineage").args(["bred", "-o", "json"]));
    let lineage = lineage.as_array().unwrap();
    assert_eq!(lineage.last().unwrap()["agent"], "champion");
    assert!(lineage.len() > 3 && lineage[0]["generation"] == 0, "{lineage:#?}");
    assert!(place.run("evolve lineage", &["bred", "-o", "dot"]).starts_with("digraph lineage {"));
    assert_eq!(place.run("evolve lineage", &["bred", "--all", "-o", "csv"]).lines().count(), 1 + 3 * 4 + 2);
}

#[test]
fn a_champion_by_evidence_has_one_name_everywhere() {
    let place = Place::new(EVOLUTION);
    place.launch(&["--set", "evolution.champion=evidence", "--set", "evolution.confirmation=0", "--set", "name=open"]);
    place.launch(&["--set", "evolution.champion=evidence"]);
    let of = |command: &str, name: &str| json(place.command(command).args([name, "-o", "json"]));

    // The same rounds with a confirmation and without one: it confirms whom the other names.
    let (open, closed) = (of("evolve best", "open"), of("evolve best", "bred"));
    assert_eq!((&closed["agent"], &closed["genes"]), (&"champion".into(), &open["genes"]));
    assert_eq!(closed["parents"], serde_json::json!([open["agent"]]));
    assert!(closed["label"].as_str().unwrap().starts_with("best by evidence, "), "{closed}");
    assert_eq!(
        [of("evolve status", "open"), of("evolve status", "bred")].map(|s| s["champion"].clone()),
        [open["agent"].clone(), open["agent"].clone()]
    );
    assert_eq!(of("evolve lineage", "open").as_array().unwrap().last().unwrap()["agent"], open["agent"]);
}

#[test]
fn a_champion_plays_on_by_its_definition() {
    let place = Place::new(EVOLUTION);
    place.launch(&[]);
    let definition = place.path().join("champion.toml");
    place.run("evolve best", &["bred", "-o", "definition", "--out", definition.to_str().unwrap()]);
    let champion = json(place.command("evolve best").args(["bred", "-o", "json"]));

    let replay = "name = \"again\"\nseed = 9\n[scenario]\nname = \"defend_the_line\"\n[agent]\nfile = \"champion.toml\"\n\
                  [seeds]\nepisodes = 2\n[design]\n[[design.factors]]\nparameter = \"scenario.skill\"\nlevels = [1, 3]\n";
    std::fs::write(place.path().join("again.toml"), replay).unwrap();
    let file = place.path().join("again.toml");
    let again = json(place.command("launch").arg(file).args(["-o", "json"]));
    assert_eq!(again["spec"]["agent"]["file"]["genome"], champion["genes"]);
    // What is there is not overwritten unasked.
    let refused = place.command("evolve best").args(["bred", "--out", definition.to_str().unwrap()]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn a_search_without_progress_ends_early_and_is_confirmed() {
    let place = Place::new(EVOLUTION);
    let settings = ["--set", "evolution.patience=1", "--set", "evolution.generations=9"];
    let ended = place.launch(&settings);
    assert_eq!(ended["status"], "completed");
    let played = ended["generations"].as_array().unwrap().len();
    assert!(played < 10, "two scores of an agent show no progress in nine generations running: {ended:#}");
    assert_eq!(ended["generations"][played - 1]["purpose"], "confirmation");
    assert_eq!(ended["episodes_planned"], ended["episodes_scored"]);
    let journal = place.run("journal", &["bred"]);
    assert!(
        journal.contains("shortened") && journal.contains("no progress beyond noise for 1 generations"),
        "{journal}"
    );
    assert!(place.run("show", &["bred"]).contains("shortened  from 9 to "));
    assert!(place.run("evolve status", &["bred"]).contains("ended early, 9 were planned"));

    // It is over, and the same file says so again; whoever wants more gets more.
    assert_eq!(place.launch(&settings)["digest"], ended["digest"]);
    place.run("extend", &["bred", "--generations", "2"]);
    let more = place.launch(&settings);
    assert_eq!(more["generations"].as_array().unwrap().len(), played + 3, "two rounds and their confirmation");
}

#[test]
fn episodes_and_minutes_bound_a_search() {
    let paid = Place::new(EVOLUTION).launch(&["--set", "evolution.max_episodes=17"]);
    assert_eq!((&paid["status"], &paid["episodes_scored"]), (&"completed".into(), &(2 * 4 * 2 + 2 * 3).into()));
    let late = Place::new(EVOLUTION).launch(&["--set", "evolution.max_minutes=0.0001"]);
    assert_eq!((&late["status"], &late["episodes_scored"]), (&"completed".into(), &(4 * 2 + 2 * 3).into()));
}

#[test]
fn a_search_begins_with_statistics_and_its_champion_meets_the_baselines() {
    let (place, plain) = (Place::new(EVOLUTION), Place::new(EVOLUTION));
    let settings = ["--set", "evolution.statistics.episodes=4", "--set", "evolution.statistics.effect=1"];
    let measured = place.launch(&settings);
    plain.launch(&[]);

    let purposes = |experiment: &Value| -> Vec<String> {
        let generations = experiment["generations"].as_array().unwrap().iter();
        generations.map(|generation| generation["purpose"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(purposes(&measured), ["statistics", "evolution", "evolution", "evolution", "confirmation"]);
    let episodes = 2 * 4 + 3 * 4 * 2 + 4 * 3;
    assert_eq!(
        (&measured["status"], &measured["episodes_scored"], &measured["episodes_planned"]),
        (&"completed".into(), &episodes.into(), &episodes.into())
    );
    // The search is the one that it is without them.
    let genes = |place: &Place| -> Vec<Value> {
        let is_bred = |agent: &Value| agent["agent"].as_str().unwrap().starts_with('g');
        agents(place).into_iter().filter(is_bred).map(|agent| agent["genes"].clone()).collect()
    };
    assert_eq!(genes(&place), genes(&plain));

    let status = json(place.command("evolve status").args(["bred", "-o", "json"]));
    let baselines: Vec<_> = status["statistics"]["baselines"].as_array().unwrap().iter().map(|b| &b["agent"]).collect();
    assert_eq!(baselines, ["own", "random"], "{status:#}");
    assert!(status["statistics"]["effect"][1].as_u64().unwrap() > 1, "{status:#}");
    assert_eq!(status["rounds_played"], 3);
    let table = place.run("evolve status", &["bred"]);
    for told in ["baseline own: ", "baseline random: ", "a difference of 1 takes ", "Verdict: "] {
        assert!(table.contains(told), "{table}");
    }
    let page = place.run("report", &["bred", "-o", "markdown"]);
    assert!(page.contains("Baselines, before the search"), "{page}");

    place.run("extend", &["bred", "--generations", "1"]);
    let more = place.launch(&settings);
    assert_eq!(purposes(&more)[5..], ["evolution", "confirmation"]);
    assert_eq!(more["episodes_planned"], episodes + 4 * 2 + 4 * 3);
    let wrong = ["--set", "evolution.statistics.baselines=[\"radnom\"]"];
    let wrong = place.command("launch").arg(place.path().join("experiment.toml")).args(wrong).output().unwrap();
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(wrong.status.code() == Some(2) && said.contains("radnom") && said.contains("random"), "{said}");
}

#[test]
fn champions_of_two_searches_meet_on_the_same_seeds() {
    let place = Place::new(EVOLUTION);
    place.launch(&[]);
    place.launch(&["--set", "evolution.algorithm=random", "--set", "name=control"]);
    let met = json(place.command("evolve compare").args(["bred", "control", "-o", "json"]));
    assert_eq!((&met["is_paired"], &met["sides"][0]["n"]), (&true.into(), &3.into()), "{met:#}");
    let wrong = place.command("evolve compare").args(["bred", "nobody"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(3), "{}", String::from_utf8_lossy(&wrong.stderr));
}

#[test]
fn a_race_is_played_look_by_look_and_told_of() {
    let place = Place::new(EVOLUTION);
    let settings = ["--set", "seeds.episodes=8", "--set", "evolution.racing.first=3", "--set", "evolution.parents=1"];
    let settings = [&settings[..], &["--set", "evolution.elites=1", "--set", "evolution.racing.error=0.5"]].concat();
    let raced = place.launch(&settings);
    assert_eq!((&raced["status"], &raced["episodes_planned"]), (&"completed".into(), &raced["episodes_scored"]));

    let status = json(place.command("evolve status").args(["bred", "-o", "json"]));
    let (saved, most) = (status["episodes_saved"].as_u64().unwrap(), 3 * 4 * 8 + 2 * 3);
    assert!(saved > 0, "{status:#}");
    assert_eq!(raced["episodes_scored"].as_u64(), Some(most - saved));
    let table = place.run("evolve status", &["bred"]);
    assert!(table.contains("4, 3 to 8 episodes each, 1 kept"), "{table}");
    assert!(table.contains(&format!("{0} of {0}; {saved} saved by racing", most - saved)), "{table}");
    let agents = agents(&place);
    let episodes = agents.iter().map(|agent| agent["episodes"].as_u64().unwrap());
    assert!(episodes.clone().all(|count| (3..=8).contains(&count)) && episodes.sum::<u64>() == most - saved);
    // Whoever played fewer seeds than others of its generation is behind them.
    for generation in 0..3 {
        let of = || agents.iter().filter(|agent| agent["generation"] == generation);
        let fitness = |agent: &Value| agent["fitness"].as_f64().unwrap();
        let most = of().map(|agent| agent["episodes"].as_u64()).max().unwrap();
        let went_on = of().filter(|agent| agent["episodes"].as_u64() == most);
        let highest = went_on.map(fitness).fold(f64::MIN, f64::max);
        assert!(of().all(|agent| fitness(agent) <= highest), "{agents:#?}");
        assert_eq!(raced["generations"][generation]["best"].as_f64(), Some(highest));
    }

    let other = Place::new(EVOLUTION).launch(&[&settings[..], &["--engines", "1"]].concat());
    assert_eq!(other["digest"], raced["digest"]);
}

const LEARNING: &str = "name = \"bred\"\nseed = 5\n[scenario]\nname = \"defend_the_line\"\nskill = 5\n\
                        [agent]\npolicy = \"cascade\"\n[agent.genome]\nl2_score = 0.2\nl2_radius = 2\n\
                        [seeds]\nepisodes = 3\n[evolution]\npopulation = 4\ngenerations = 3\nconfirmation = 3\n\
                        genes = [\"near\", \"l1_confidence\"]\n[evolution.learning]\n";

#[test]
fn what_is_learned_is_the_same_whoever_plays_it_and_goes_with_the_champion() {
    let (whole, parts) = (Place::new(LEARNING), Place::new(LEARNING));
    let expected = whole.launch(&["--set", "evolution.learning.experience=parents"]);
    let settings = ["--set", "evolution.learning.experience=parents", "--set", "evolution.confirmation=0"];
    let short = [&settings[..], &["--set", "evolution.generations=1"]].concat();
    parts.launch(&short);
    for _ in 0..2 {
        parts.run("extend", &["bred", "--generations", "1"]);
        parts.launch(&short);
    }
    let knowledge = |place: &Place, generation: &str| {
        let mut command = place.command("evolve knowledge");
        json(command.args(["bred", "--generation", generation, "-o", "json"]))
    };
    for generation in ["0", "1", "2"] {
        assert_eq!(knowledge(&parts, generation), knowledge(&whole, generation), "generation {generation}");
    }
    let [none, some] = ["0", "2"].map(|generation| knowledge(&whole, generation));
    assert_eq!((&none["experience"][0]["tried"], &none["documents"]), (&Value::Array(vec![]), &Value::Array(vec![])));
    assert_ne!(some["experience"][0]["tried"], Value::Array(vec![]), "{some:#}");
    let documents = some["documents"].as_array().unwrap();
    assert!(documents.iter().any(|document| document["agents"] == 2), "half of them do without: {documents:#?}");
    assert!(whole.run("evolve knowledge", &["bred", "--generation", "2"]).contains("under review"));

    let again = Place::new(LEARNING).launch(&["--set", "evolution.learning.experience=parents", "--engines", "1"]);
    assert_eq!(again["digest"], expected["digest"]);

    let refused = whole.command("evolve best").args(["bred", "-o", "definition"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "what was learned is no text");
    let definition = whole.path().join("champion.toml");
    whole.run("evolve best", &["bred", "-o", "definition", "--out", definition.to_str().unwrap()]);
    let text = std::fs::read_to_string(&definition).unwrap();
    assert!(text.contains("experience = \"champion.clxp\"") && text.contains("library = \"champion.cldc\""), "{text}");
}
