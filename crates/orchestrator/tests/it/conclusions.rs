//! What data show: analyses of tables, reports, comparisons, power.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use resvg::tiny_skia::Pixmap;
use tempfile::TempDir;

use crate::support::{embedded, fail, folder, json, orchestrator, succeed};

/// Two policies on eight seeds each; `third` is a third one's kills.
fn table(folder: &TempDir, third: Option<[i32; 8]>) -> PathBuf {
    let mut text = "policy,seed,kills\n".to_owned();
    let known = [("random", [9, 12, 7, 11, 10, 8, 13, 9]), ("aim", [19, 25, 16, 22, 21, 15, 24, 18])];
    for (policy, kills) in known.into_iter().chain(third.map(|kills| ("third", kills))) {
        for (seed, kills) in kills.into_iter().enumerate() {
            text += &format!("{policy},{seed},{kills}\n");
        }
    }
    let file = folder.path().join("data.csv");
    std::fs::write(&file, text).unwrap();
    file
}

fn analyse(file: &PathBuf, more: &[&str]) -> Command {
    let mut command = orchestrator();
    command.arg("analyse").arg(file).args(["--response", "kills", "--factors", "policy"]).args(more);
    command
}

#[test]
fn a_table_is_analysed_in_every_form() {
    let folder = folder();
    let file = table(&folder, None);

    let found = json(&mut analyse(&file, &["--block", "seed", "-o", "json"]));
    assert_eq!(found["verdicts"][0]["outcome"], "shown", "{found}");
    assert_eq!(found["gate"]["is_passed"], true, "{found}");
    let term = &found["model"]["terms"][1];
    // R: anova(lm(kills ~ factor(seed) + policy)).
    assert!((term["f"].as_f64().unwrap() - 250.967_213_114_754).abs() < 1e-8, "{term}");
    assert!((term["partial_eta_squared_interval"][1].as_f64().unwrap()) < 1.0, "{term}");

    let text = String::from_utf8(succeed(&mut analyse(&file, &[])).stdout).unwrap();
    assert!(text.contains("policy has an effect: F(1, 14)") && text.contains("Rule: "), "{text}");
    let page = String::from_utf8(succeed(&mut analyse(&file, &["-o", "html"])).stdout).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.matches("<svg").count() >= 4, "{page}");
    let markdown = String::from_utf8(succeed(&mut analyse(&file, &["-o", "markdown"])).stdout).unwrap();
    assert!(markdown.contains("## Gate") && !markdown.contains("<svg"), "{markdown}");
}

/// The names of a folder's files.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// How many pixels of a picture are darker than grey, of those whose row is in `rows`.
fn dark(picture: &Pixmap, rows: std::ops::Range<usize>) -> usize {
    let width = picture.width() as usize;
    let pixels = picture.pixels()[rows.start * width..rows.end * width].iter();
    pixels.filter(|pixel| pixel.red().max(pixel.green()).max(pixel.blue()) < 100).count()
}

#[test]
fn figures_are_written_as_files_that_say_what_they_show() {
    let folder = folder();
    let file = table(&folder, None);
    let figures = folder.path().join("new/figures");
    let to = |folder: &Path, more: &[&str]| {
        let mut command = analyse(&file, &["--block", "seed", "--figures"]);
        command.arg(folder).args(more);
        command
    };

    succeed(&mut to(&figures, &[]));
    let expected = ["distribution-kills", "main-effects-kills", "means-policy", "residuals-kills"];
    assert_eq!(names(&figures), expected.map(|name| format!("{name}.svg")));
    let means = std::fs::read_to_string(figures.join("means-policy.svg")).unwrap();
    assert!(means.starts_with("<svg xmlns") && means.contains("kills by policy"), "{means}");

    std::fs::remove_file(figures.join("distribution-kills.svg")).unwrap();
    let before = names(&figures);
    assert!(fail(&mut to(&figures, &[]), 2).contains("--force"));
    assert_eq!(names(&figures), before, "nothing is left behind");
    succeed(&mut to(&figures, &["--force"]));
    assert_eq!(names(&figures).len(), 4);
    assert!(fail(&mut to(&file, &[]), 1).contains("data.csv"));
    fail(&mut to(&figures, &["--scale", "9"]), 2);
    fail(&mut analyse(&file, &["--figure-format", "png"]), 2);
}

#[test]
fn a_png_has_the_colours_and_the_text_of_its_figure() {
    let folder = folder();
    let file = table(&folder, None);
    let figures = folder.path().join("figures");
    let mut command = analyse(&file, &["--figure-format", "png", "--figures"]);
    succeed(command.arg(&figures));
    let twice = Pixmap::load_png(figures.join("means-policy.png")).unwrap();
    succeed(command.args(["--scale", "1", "--force"]));
    let once = Pixmap::load_png(figures.join("means-policy.png")).unwrap();

    assert_eq!((once.width(), twice.width(), twice.height()), (720, 1440, 2 * once.height()));
    let corner = once.pixel(0, 0).unwrap();
    assert_eq!([corner.red(), corner.green(), corner.blue(), corner.alpha()], [255; 4], "white paper");
    assert!(dark(&once, 14..34) > 300, "a title in letters: {}", dark(&once, 14..34));
    assert!(once.pixels().iter().any(|pixel| [pixel.red(), pixel.green(), pixel.blue()] == [0, 0x72, 0xb2]), "marks");
}

#[test]
fn a_copy_of_a_condition_is_found_out() {
    let folder = folder();
    let file = table(&folder, Some([19, 25, 16, 22, 21, 15, 24, 18]));
    let found = json(&mut analyse(&file, &["-o", "json"]));
    assert_eq!(found["gate"]["is_passed"], false, "{found}");
    assert_eq!(found["verdicts"][0]["outcome"], "worthless", "{found}");
    assert!(found["gate"].to_string().contains("aim = third"), "{found}");
}

#[test]
fn a_table_that_cannot_be_analysed_says_why() {
    let folder = folder();
    let good = table(&folder, None);
    let told = |command: &mut Command, code: i32| fail(command, code);
    assert!(told(&mut analyse(&good, &["--block", "sed"]), 2).contains("did you mean seed?"));
    assert!(told(&mut analyse(&good, &["--control", "nobody"]), 2).contains("there are random, aim"));
    assert!(told(&mut analyse(&good, &["--alpha", "1.5"]), 2).contains("below 1"));
    assert!(told(&mut analyse(&folder.path().join("none.csv"), &[]), 3).contains("none.csv"));
    let cases = [
        ("policy,kills\na,1\nb\n", "line 3 has 1 cells"),
        ("policy,kills\na,1\na,2\n", "one level"),
        ("policy,kills\na,1\nb,1\n", "same value in every row"),
        ("policy,kills\na,1\nb,\n", "--missing drop"),
        ("policy,kills\n", "no rows"),
    ];
    for (text, expected) in cases {
        let bad = folder.path().join("bad.csv");
        std::fs::write(&bad, text).unwrap();
        let said = told(&mut analyse(&bad, &[]), 2);
        assert!(said.contains(expected) && said.contains("bad.csv"), "{text:?}: {said}");
    }
}

#[test]
fn a_table_can_come_through_a_pipe() {
    let folder = folder();
    let text = std::fs::read(table(&folder, None)).unwrap();
    let mut command = analyse(&PathBuf::from("-"), &["-o", "json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&text).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["rows"], 16);
}

#[test]
fn an_experiment_is_reported_and_its_agents_are_compared() {
    let data = folder();
    let file = data.path().join("experiment.toml");
    let text = "name = \"aimed\"\nseed = 5\n[scenario]\nname = \"defend_the_line\"\n[agent]\npolicy = \"aim\"\n[seeds]\n\
                episodes = 6\n[[design.factors]]\nparameter = \"agent.policy\"\nlevels = [\"aim\", \"random\"]\n";
    std::fs::write(&file, text).unwrap();
    let embedded = |command: &str| embedded(&data, command);
    json(embedded("launch").arg(&file).args(["-o", "json"]));

    let page = data.path().join("report.html");
    succeed(embedded("report aimed").arg("--out").arg(&page));
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(html.contains("<svg") && html.contains("Verdict") && html.contains("Audit"), "{html}");
    assert!(fail(embedded("report aimed").arg("--out").arg(&page), 2).contains("--force"));
    assert!(html.contains("there is no map") && html.contains("<code>ticks = true</code>"), "{html}");
    let report = json(embedded("report aimed --format json").stdin(Stdio::null()));
    let study = &report["generations"][0]["study"];
    assert_eq!(study["rows"], 12, "{report}");
    assert_eq!(
        (&study["gate"]["checks"][0]["name"], &study["gate"]["checks"][0]["state"]),
        (&"measures".into(), &"passed".into())
    );
    assert_eq!(study["factors"][1]["kind"], "block", "{study}");
    assert_eq!(report["generations"][0]["seeds"].as_array().unwrap().len(), 6);

    let compared = json(&mut embedded("compare aimed/policy-aim aimed/policy-random -o json"));
    assert_eq!(compared["is_paired"], true);
    let difference = report["generations"][0]["contrasts"][0]["difference"]["mean"].as_f64().unwrap();
    assert!((compared["difference"].as_f64().unwrap() + difference).abs() < 1e-12, "{compared}");
    assert!(compared["verdict"].as_str().unwrap().contains("more kills"), "{compared}");
    assert!(fail(&mut embedded("compare aimed aimed"), 2).contains("aimed/AGENT"));
}

/// The names of scenarios whose reward is made of measures.
const REWARDED: [&str; 7] = [
    "defend_the_center",
    "defend_the_line",
    "health_gathering",
    "health_gathering_supreme",
    "my_way_home",
    "predict_position",
    "take_cover",
];

#[test]
fn rewards_of_real_scenarios_are_made_of_what_is_measured() {
    let folder = folder();
    let file = folder.path().join("rewards.toml");
    let text = format!(
        "name = \"rewards\"\nseed = 3\nfitness = \"reward\"\n[scenario]\nname = \"basic\"\n\
         [agent]\npolicy = \"random\"\n[seeds]\nepisodes = 3\n\
         [[design.factors]]\nparameter = \"scenario.name\"\nlevels = {REWARDED:?}\n"
    );
    std::fs::write(&file, text).unwrap();
    let place = ["--embedded", "--data", folder.path().to_str().unwrap()];

    succeed(orchestrator().arg("launch").arg(&file).args(place));
    let report = json(orchestrator().args(["report", "rewards", "-o", "json"]).args(place));

    let checks = report["generations"][0]["study"]["gate"]["checks"].as_array().unwrap();
    let mapping = checks.iter().find(|check| check["name"] == "mapping").unwrap();
    assert_eq!(mapping["state"], "passed", "{mapping}");
    for scenario in REWARDED {
        let all = format!("in all 3 episodes of {scenario} the reward is");
        assert!(mapping["finding"].as_str().unwrap().contains(&all), "{scenario}: {mapping}");
    }
}

#[test]
fn positions_and_deaths_are_drawn_on_the_lines_of_the_map() {
    let data = folder();
    let file = data.path().join("experiment.toml");
    let text = "name = \"followed\"\nseed = 5\n[scenario]\nname = \"defend_the_line\"\n[agent]\npolicy = \"random\"\n\
                [seeds]\nepisodes = 4\n[record]\nticks = true\n[[design.factors]]\nparameter = \"scenario.skill\"\n\
                levels = [4, 5]\n";
    std::fs::write(&file, text).unwrap();
    let embedded = |command: &str| embedded(&data, command);
    json(embedded("launch").arg(&file).args(["-o", "json"]));
    let scores = json(embedded("scores followed -o json").stdin(Stdio::null()));
    let scores = scores.as_array().unwrap();
    let deaths = scores.iter().filter(|score| score["end"] == "death").count();
    let ticks: u64 = scores.iter().map(|score| score["ticks"].as_u64().unwrap()).sum();
    assert!(deaths > 0, "random agents die");

    let (page, figures) = (data.path().join("report.html"), data.path().join("figures"));
    succeed(embedded("report followed").arg("--out").arg(&page).arg("--figures").arg(&figures));
    let map = std::fs::read_to_string(figures.join("map-defend-the-line-map01.svg")).unwrap();
    assert!(std::fs::read_to_string(&page).unwrap().contains(&map), "both skills on one map, as in the page");
    assert!(map.contains(&format!("Map with {ticks} positions and {deaths} deaths.")), "{map}");
    assert!(map.contains("8 episodes of all agents together") && map.contains("class=\"cdp-wall\""), "{map}");

    let none = data.path().join("none");
    let elsewhere = embedded("report followed").arg("--engine-dir").arg(&none).args(["-o", "html"]).output().unwrap();
    let html = String::from_utf8(elsewhere.stdout).unwrap();
    assert!(html.contains("lines are left out") && !html.contains("class=\"cdp-wall\""), "{html}");
    let (told, left) =
        (embedded("report followed").arg("--figures").arg(&figures).output().unwrap(), names(&figures).len());
    assert_eq!((told.status.code(), names(&figures).len()), (Some(2), left));
    succeed(embedded("report followed --figure-format png --scale 1").arg("--figures").arg(&figures));
    let map = Pixmap::load_png(figures.join("map-defend-the-line-map01.png")).unwrap();
    assert!(map.width() == 720 && dark(&map, 14..34) > 300, "a title in letters");
}

#[test]
fn power_tells_the_third_of_effect_size_and_power() {
    let power = |more: &[&str]| json(orchestrator().args(["power", "-o", "json"]).args(more));
    // R: power.t.test(power = .8, delta = .5, type = "paired") gives 33.4 pairs.
    let found = power(&["--effect", "0.5", "--power", "0.8"]);
    assert_eq!(found["size"], 34, "{found}");
    // R: power.anova.test(groups = 3, between.var = 1, within.var = 4, n = 20), whose f is sqrt(2 / 3 / 4).
    let f = (2.0_f64 / 3.0 / 4.0).sqrt().to_string();
    let found = power(&["--test", "anova", "--groups", "3", "--effect", &f, "--size", "20"]);
    let p = found["power"].as_f64().unwrap();
    assert!((p - 0.793_311_837_656_218).abs() < 1e-9, "{found}");
    assert!(fail(orchestrator().args(["power", "--effect", "1"]), 2).contains("two of"));
    assert!(fail(orchestrator().args(["power", "--effect", "1", "--size", "1"]), 2).contains("at least 2"));
}
