//! The closest peer's scripts, repeated seed by seed: what ViZDoom's Python API measures is what we measure.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::support::{folder, json, orchestrator, python, root};

const SEEDS: [u32; 4] = [6001, 6038, 21001, 4_294_967_295];
const CUSTOM: &str = "TURN_LEFT TURN_RIGHT MOVE_LEFT MOVE_RIGHT ATTACK";

/// Kills and tics by policy and seed.
type Results = BTreeMap<(String, u32), (i64, i64)>;

fn ours(buttons: Option<&str>) -> Results {
    let data = folder();
    let file = data.path().join("peer.toml");
    let list = buttons.map(|buttons| {
        let quoted: Vec<_> = buttons.split(' ').map(|button| format!("\"{button}\"")).collect();
        format!("buttons = [{}]\n", quoted.join(", "))
    });
    let text = format!(
        "name = \"peer\"\nseed = 1\n[scenario]\nname = \"defend_the_line\"\nskill = 3\nframe_skip = 1\ntimeout = 2100\n{}\
         [agent]\npolicy = \"attack_only\"\n[seeds]\nexplicit = {SEEDS:?}\nseeding = \"vizdoom\"\n\
         [[design.factors]]\nparameter = \"agent.policy\"\nlevels = [\"attack_only\", \"rule_only\", \"sweep_lr\"]\n",
        list.unwrap_or_default()
    );
    std::fs::write(&file, text).unwrap();
    let place = ["--embedded", "--data", data.path().to_str().unwrap()];
    json(orchestrator().arg("launch").arg(&file).args(["-o", "json"]).args(place));
    let rows = json(orchestrator().args(["scores", "peer", "-o", "json"]).args(place));
    let policy = |row: &Value| row["label"].as_str().unwrap().trim_start_matches("policy=").to_owned();
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let seed = row["seed"].as_u64().unwrap() as u32;
            ((policy(row), seed), (row["kills"].as_i64().unwrap(), row["tics"].as_i64().unwrap()))
        })
        .collect()
}

fn theirs(buttons: Option<&str>) -> Results {
    // The API writes its settings into the working folder.
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(python());
    command.current_dir(folder.path());
    command.arg(root().join("crates/orchestrator/tests/it/python/scripts.py")).arg(buttons.unwrap_or("-"));
    command.args(SEEDS.map(|seed| seed.to_string()));
    let printed = json(&mut command);
    let rows = printed.as_array().unwrap().iter();
    rows.map(|row| {
        let key = (row[0].as_str().unwrap().to_owned(), row[1].as_u64().unwrap() as u32);
        (key, (row[2].as_i64().unwrap(), row[3].as_i64().unwrap()))
    })
    .collect()
}

#[test]
fn scripts_repeat_a_python_loop_with_the_scenario_s_buttons() {
    assert_eq!(ours(None), theirs(None));
}

#[test]
fn scripts_repeat_a_python_loop_with_a_custom_list_of_buttons() {
    assert_eq!(ours(Some(CUSTOM)), theirs(Some(CUSTOM)));
}
