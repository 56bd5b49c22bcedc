//! `agent check` and `agent explain`, on the files that the documents show.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn agents() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments/agents")
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_agent")).args(arguments).current_dir(agents()).output().unwrap()
}

/// What is printed by a command that ends with this code.
fn printed(arguments: &[&str], code: i32) -> String {
    let output = run(arguments);
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{told}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(arguments: &[&str], code: i32) -> Value {
    serde_json::from_str(&printed(&[arguments, &["-o", "json"]].concat(), code)).unwrap()
}

#[test]
fn a_definition_is_told_with_all_that_it_makes() {
    let text = printed(&["check", "cautious.toml"], 0);
    assert!(text.contains("policy      cascade: asks reflex rules") && text.ends_with("\nvalid\n"), "{text}");
    let told = json(&["check", "cautious.toml"], 0);
    assert_eq!(told["valid"], true);
    assert_eq!(told["agent"]["knowledge"][0]["content"]["rules"], 3);
    assert_eq!(told["agent"]["knowledge"][1]["content"]["played"], 2);
}

#[test]
fn every_definition_of_the_repository_is_valid() {
    for entry in std::fs::read_dir(agents()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            printed(&["check", path.to_str().unwrap()], 0);
        }
    }
}

#[test]
fn what_is_wrong_is_told_and_the_exit_code_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    let path = path.to_str().unwrap();
    let rule = "[[rules]]\nname = \"a\"\nwhen = { feature = \"helth\", below = 3 }\ndo = \"aim\"";
    std::fs::write(path, format!("policy = \"cascade\"\n{rule}")).unwrap();
    let text = printed(&["check", path], 2);
    assert!(text.contains("error: rules[0].when.feature: unknown feature `helth`\n  help: did you mean `health`"));
    assert!(text.ends_with("not valid: 1 error\n"), "{text}");
    assert_eq!(json(&["check", path], 2)["violations"][0]["path"], "rules[0].when.feature");
    printed(&["explain", path, "--state", "imp-ahead.json"], 2);

    std::fs::write(path, "policy = \"cascade\"\nlibrary = \"gone.cldc\"").unwrap();
    let text = printed(&["check", path], 2);
    assert!(text.starts_with("error: library: ") && text.contains("gone.cldc cannot be read"), "{text}");
    std::fs::write(path, "policy = \"cascade\"\nrulse = []").unwrap();
    assert!(printed(&["check", path], 2).starts_with("error: line 2: unknown field `rulse`"));
}

#[test]
fn a_decision_is_explained() {
    let told = json(&["explain", "cautious.toml", "--state", "imp-ahead.json"], 0);
    assert_eq!((&told["level"], &told["decided_by"]), (&"L2".into(), &"strafe_an_imp".into()));
    assert_eq!(told["explanation"]["documents"][0]["id"], "strafe_an_imp");
    assert_eq!(told["explanation"]["levels"][0]["decides"], false);
    let text = printed(&["explain", "cautious.toml", "--state", "imp-ahead.json"], 0);
    assert!(text.contains("decided by  strafe_an_imp") && text.contains("enemy_distance"), "{text}");
}

#[test]
fn walls_are_told_where_rules_look_at_them() {
    let told = json(&["explain", "off-the-wall.toml", "--state", "wall-ahead.json"], 0);
    assert_eq!((&told["decided_by"], &told["buttons"][0]), (&"turn_away".into(), &"TURN_LEFT".into()));
    assert_eq!(told["explanation"]["situation"]["wall_ahead"], 60.0);
    let text = printed(&["explain", "off-the-wall.toml", "--state", "wall-ahead.json"], 0);
    assert!(text.contains("wall_right") && text.contains("320"), "{text}");
    let told = json(&["explain", "cautious.toml", "--state", "wall-ahead.json"], 0);
    assert_eq!(told["explanation"]["situation"]["wall_ahead"], Value::Null);
}

#[test]
fn a_policy_without_explanations_says_so() {
    let text = printed(&["explain", "aim-default.toml", "--state", "imp-ahead.json"], 0);
    assert!(text.contains("the policy `aim` tells no more than this about its decisions"), "{text}");
    assert_eq!(json(&["explain", "aim-default.toml", "--state", "imp-ahead.json"], 0)["explanation"], Value::Null);
}

#[test]
fn states_have_the_names_of_the_protocol_in_both_of_its_spellings() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let explained = |state: &str, code| {
        std::fs::write(&path, state).unwrap();
        run(&["explain", "aim-default.toml", "--state", path.to_str().unwrap(), "-o", "json"]).status.code()
            == Some(code)
    };
    assert!(explained("{ \"attack_ready\": true, \"health\": 50 }", 0));
    assert!(explained("{ \"attackReady\": true, \"entities\": [{ \"posX\": 1.5 }] }", 0));
    assert!(explained("{ \"helth\": 50 }", 1));
    assert!(explained("{ \"tick\": -1 }", 1));
}
