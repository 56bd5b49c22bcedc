//! Designs on the command line: what is played and what it can tell, refusals of false claims, and new files.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::{fail, folder, json, orchestrator, succeed};

const FIVE: &str = "name = \"five\"\nseed = 7\n[scenario]\nname = \"defend_the_line\"\n[agent]\npolicy = \"aim\"\n[design]\n\
                    type = \"fractional_factorial\"\nGENERATORS\n";

/// A file with five ranges and these lines in `[design]`.
fn five(folder: &tempfile::TempDir, lines: &str) -> PathBuf {
    let mut text = FIVE.replace("GENERATORS", lines);
    for (gene, low, high) in
        [("tolerance", 1, 6), ("burst", 2, 30), ("lead", 0, 2), ("pause", 0, 20), ("search", 10, 60)]
    {
        text += &format!("[[design.factors]]\nparameter = \"agent.genome.{gene}\"\nlow = {low}\nhigh = {high}\n");
    }
    let file = folder.path().join("five.toml");
    std::fs::write(&file, text).unwrap();
    file
}

fn design(file: &PathBuf) -> Command {
    let mut command = orchestrator();
    command.arg("design").arg(file);
    command
}

#[test]
fn a_design_is_shown_with_its_audit_in_every_form() {
    let folder = folder();
    let file = five(&folder, "generators = [\"E=ABCD\"]\nresolution = 5\ncentre_points = 1");

    let shown = json(design(&file).args(["-o", "json", "--effect", "2", "--sd", "3"]));
    assert_eq!((&shown["conditions"], &shown["episodes"]), (&17.into(), &170.into()));
    assert_eq!(shown["fraction"]["defining_relation"], serde_json::json!(["ABCDE"]));
    assert_eq!(shown["audit"]["resolution"]["length"], 5);
    assert_eq!(shown["audit"]["estimable"].as_array().unwrap().len(), 15);
    let power = shown["power"]["terms"][0]["power"].as_f64().unwrap();
    assert!(power > 0.9 && power < 1.0, "{power}");

    let csv = String::from_utf8(succeed(design(&file).args(["-o", "csv"])).stdout).unwrap();
    assert!(csv.starts_with("position,standard,agent,centre,tolerance,burst,lead,pause,search\n"), "{csv}");
    assert_eq!(csv.lines().count(), 18);
    assert!(csv.contains(",17,tolerance-3-5_burst-16_lead-1_pause-10_search-35,true,3.5,16,1,10,35\n"), "{csv}");
    let table = String::from_utf8(succeed(&mut design(&file)).stdout).unwrap();
    assert!(table.contains("true resolution 5") && table.contains("defining relation: I = ABCDE"), "{table}");
    let markdown = String::from_utf8(succeed(design(&file).args(["-o", "markdown"])).stdout).unwrap();
    assert!(markdown.contains("\n### Audit\n\n- true resolution 5"), "{markdown}");
}

#[test]
fn a_false_claim_is_refused_by_every_command_at_its_place() {
    let folder = folder();
    let file = five(&folder, "generators = [\"E=ABC\"]\nresolution = 5");
    let data = folder.path().join("data");
    let told = "design.resolution: the design does not have resolution 5: tolerance×burst is aliased with lead×search";
    let launch = |command: &mut Command| {
        command.arg("launch").arg(&file).args(["--embedded", "--data"]).arg(&data);
    };
    let mut launched = orchestrator();
    launch(&mut launched);
    for command in [&mut design(&file), orchestrator().arg("validate").arg(&file), &mut launched] {
        let refused = fail(command, 2);
        assert!(refused.contains(told) && refused.contains("five.toml:10:14]"), "{refused}");
    }
    let listed = json(orchestrator().args(["list", "-o", "json", "--embedded", "--data"]).arg(&data));
    assert_eq!(listed, serde_json::json!([]));
}

#[test]
fn an_evolution_has_no_design() {
    let folder = folder();
    let file = folder.path().join("evolution.toml");
    let text = "name = \"e\"\nseed = 1\n[scenario]\nname = \"basic\"\n[agent]\npolicy = \"aim\"\n[evolution]\n";
    std::fs::write(&file, text).unwrap();
    assert!(fail(&mut design(&file), 2).contains("has no [design]"));
}

#[test]
fn a_new_file_is_valid_and_nothing_is_written_over() {
    let folder = folder();
    let file = folder.path().join("new.toml");
    let new = |factors: &[&str]| {
        let mut command = orchestrator();
        command.args(["design", "new", "--goal", "interactions"]).arg(&file).stdin(Stdio::null());
        factors.iter().for_each(|factor| _ = command.args(["--factor", factor]));
        command
    };
    let factors = ["agent.genome.burst=2:30", "agent.genome.lead=0:2", "scenario.skill=1,5", "agent.genome.pause=0:9"];

    succeed(&mut new(&factors));

    succeed(orchestrator().arg("validate").arg(&file));
    assert_eq!(json(design(&file).args(["-o", "json"]))["conditions"], 16);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("# Every condition plays the same seeds"), "{text}");
    assert!(fail(&mut new(&factors), 2).contains("--force"));
    let slip = ["agent.genome.brust=1:2"];
    assert!(fail(new(&slip).arg("--force"), 2).contains("did you mean `burst`?"));
    let without_engine = fail(new(&slip).arg("--force").env("CLAUDOOM_ENGINE_DIR", folder.path().join("none")), 2);
    assert!(without_engine.contains("did you mean `burst`?"), "{without_engine}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text, "what is not valid is not written");
}

#[test]
fn questions_can_be_answered_by_a_pipe_and_a_closed_one_says_which_flag_would_do() {
    let folder = folder();
    let file = folder.path().join("asked.toml");
    let ask = |answers: &str| {
        let mut command = orchestrator();
        command.args(["design", "new", "--force"]).arg(&file);
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };

    let closed = ask("");
    let told = String::from_utf8_lossy(&closed.stderr).into_owned();
    assert_eq!(closed.status.code(), Some(2), "{told}");
    assert!(told.contains("answer it with --goal") && !file.exists(), "{told}");

    let answered = ask("9\ncompare\nagent.policy=aim,random\n\n");
    let told = String::from_utf8_lossy(&answered.stderr).into_owned();
    assert!(answered.status.success() && told.contains("answer 1 to 5, or a name"), "{told}");
    assert_eq!(json(design(&file).args(["-o", "json"]))["type"], "full_factorial");

    let slips = "agent.genome.brust=1:2\nagent.genome.burst=2:300";
    let corrected = ask(&format!("interactions\n{slips}\nagent.genome.burst=2:30\nagent.genome.lead=0:2\n\n"));
    let told = String::from_utf8_lossy(&corrected.stderr).into_owned();
    assert!(corrected.status.success() && told.contains("did you mean `burst`?"), "{told}");
    assert!(told.contains("300 is not a whole number from 1 to 105\n"), "{told}");
    assert_eq!(json(design(&file).args(["-o", "json"]))["conditions"], 4);
}
