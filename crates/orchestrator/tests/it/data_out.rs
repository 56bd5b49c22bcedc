//! What is known gets out: exports, questions in SQL, findings.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use domain::ports::ExperimentStore as _;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{embedded, fail, folder, json, orchestrator, python, succeed};
use crate::system::System;

const EXPERIMENT: &str = "name = \"told_100%\"\nseed = 5\n[scenario]\nname = \"defend_the_line\"\n[agent]\npolicy = \"aim\"\n\
                          [seeds]\nepisodes = 3\n[[design.factors]]\nparameter = \"agent.policy\"\n\
                          levels = [\"aim\", \"attack_only\"]\n[[design.factors]]\nparameter = \"scenario.skill\"\n\
                          levels = [1, 5]\n";

/// A data folder with an experiment that has been played.
fn played() -> TempDir {
    let data = folder();
    let file = data.path().join("experiment.toml");
    std::fs::write(&file, EXPERIMENT).unwrap();
    let launched = json(embedded(&data, "launch").arg(&file).args(["-o", "json"]));
    assert_eq!(launched["status"], "completed", "{launched}");
    data
}

fn text(command: &mut Command) -> String {
    String::from_utf8(succeed(command).stdout).unwrap()
}

#[test]
fn an_export_has_every_episode_with_levels_and_measures_in_every_form() {
    let data = played();
    let export = |more: &[&str]| text(embedded(&data, "export told_100%").args(more));
    let rows: Vec<Value> =
        export(&["--format", "jsonl"]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let scores = json(embedded(&data, "scores told_100% -o json").stdin(Stdio::null()));

    assert_eq!(rows.len(), 12);
    for (row, score) in rows.iter().zip(scores.as_array().unwrap()) {
        for same in [
            "generation",
            "position",
            "agent",
            "label",
            "replicate",
            "seed",
            "doom_seed",
            "fitness",
            "kills",
            "reward",
            "path",
            "ammo_efficiency",
            "end",
            "trajectory",
        ] {
            assert_eq!(row[same], score[same], "{same}");
        }
        assert_eq!(
            (&row["experiment"], &row["status"], &row["purpose"]),
            (&json!("told_100%"), &json!("scored"), &json!("design"))
        );
        assert_eq!(row["experiment_digest"].as_str().map(str::len), Some(64));
        assert!(row["factor_policy"].is_string() && row["factor_skill"].is_u64(), "{row}");
    }

    let csv = export(&[]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let heads = reader.headers().unwrap().clone();
    let columns = text(embedded(&data, "export told_100% --columns").stdin(Stdio::null()));
    assert!(heads.iter().all(|head| columns.contains(&format!(" {head} "))), "{columns}");
    for (record, row) in reader.records().zip(&rows) {
        for (head, field) in heads.iter().zip(record.unwrap().iter()) {
            let expected = &row[head];
            match expected {
                Value::Null => assert_eq!(field, ""),
                Value::String(text) => assert_eq!(field, text),
                number => assert_eq!(field.parse::<f64>().unwrap(), number.as_f64().unwrap(), "{head}"),
            }
        }
    }

    let table = export(&["--format", "latex", "--response", "kills"]);
    assert!(table.contains("\\toprule") && table.contains("Mean kills per episode"), "{table}");
    let first: Vec<f64> = rows[..3].iter().map(|row| row["kills"].as_f64().unwrap()).collect();
    let mean = first.iter().sum::<f64>() / 3.0;
    let line = table.lines().find(|line| line.contains("policy=aim, skill=1")).unwrap();
    let shown: Vec<_> = line.split(" & ").collect();
    assert_eq!(shown[1], "3");
    assert!((shown[2].trim_matches('$').parse::<f64>().unwrap() - mean).abs() <= 0.5, "{line}");
}

#[test]
fn other_programs_read_the_parquet_file() {
    let data = played();
    let file = data.path().join("episodes.parquet");
    succeed(embedded(&data, "export told_100%").arg("--out").arg(&file));
    let jsonl = text(embedded(&data, "export told_100% --format jsonl").stdin(Stdio::null()));

    let mut reader = Command::new(python());
    reader.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/python/parquet.py")).arg(&file);
    let read = json(&mut reader);

    let expected: Vec<Value> = jsonl.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read["rows"].as_array().unwrap(), &expected, "bit for bit");
    for (column, kind) in
        [("kills", "int64"), ("reward", "double"), ("factor_policy", "string"), ("factor_skill", "int64")]
    {
        assert_eq!(read["types"][column], kind, "{column}");
    }
    assert_eq!(read["meanings"]["kills"], "enemies killed");
}

#[test]
fn a_file_is_never_overwritten_unless_asked_and_a_reader_may_leave() {
    let data = played();
    let file = data.path().join("episodes.csv");
    std::fs::write(&file, "mine").unwrap();
    let told = fail(embedded(&data, "export told_100%").arg("--out").arg(&file), 2);
    assert!(told.contains("--force") && std::fs::read(&file).unwrap() == b"mine", "{told}");
    succeed(embedded(&data, "export told_100% --force").arg("--out").arg(&file));
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 13);
    fail(embedded(&data, "export nothing").arg("--out").arg(data.path().join("other.csv")), 3);
    assert!(!data.path().join("other.csv").exists());

    let mut export = embedded(&data, "export told_100%");
    let mut export = export.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(export.stdout.take());
    let mut told = String::new();
    export.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!((export.wait().unwrap().code(), told.as_str()), (Some(0), ""));
}

#[test]
fn questions_are_answered_in_every_form_and_mistakes_shown_where_they_are() {
    let data = played();
    let sql = |statement: &str| {
        let mut command = embedded(&data, "sql");
        command.arg(statement);
        command
    };
    let count = "select label, count(*) as n from scores natural join members group by label order by label";
    let answer = json(sql(count).args(["-o", "json"]));
    assert_eq!(answer[0], json!({ "label": "policy=aim, skill=1", "n": 3 }));
    assert_eq!(text(sql(count).args(["-o", "csv"])).lines().next(), Some("label,n"));
    let cut = succeed(sql("select * from episodes").args(["-o", "jsonl", "--limit", "5"]));
    assert_eq!(String::from_utf8(cut.stdout).unwrap().lines().count(), 5);
    assert!(String::from_utf8(cut.stderr).unwrap().contains("more than 5 rows"));
    assert!(text(embedded(&data, "sql --tables").stdin(Stdio::null())).contains("findings"));

    let told = fail(&mut sql("select kils from scores"), 2);
    assert!(told.contains("no such column: kils") && told.contains("here"), "{told}");
    for statement in ["delete from scores", "select * from tokens"] {
        fail(&mut sql(statement), 2);
    }
}

#[test]
fn a_finding_is_current_until_its_experiment_goes_on() {
    let data = played();
    let finding = |command: &str, more: &[&str]| {
        json(embedded(&data, &format!("finding {command}")).args(more).args(["-o", "json"]))
    };
    let kept = finding("add", &["aim kills more", "--experiment", "told_100%", "--term", "policy", "--author", "ada"]);
    assert_eq!(
        (&kept["standing"], &kept["author"], &kept["term"]),
        (&json!("current"), &json!("ada"), &json!("policy"))
    );
    assert_eq!(kept["digest"], json(embedded(&data, "show told_100% -o json").stdin(Stdio::null()))["digest"]);
    assert_eq!(finding("list", &["--stale"]), json!([]));

    succeed(embedded(&data, "extend told_100% --replicates 1").stdin(Stdio::null()));

    let id = kept["id"].as_str().unwrap();
    let stale = finding("show", &[&id[..8]]);
    assert_eq!((&stale["standing"], &stale["digest"]), (&json!("stale"), &kept["digest"]));
    assert_eq!(finding("list", &["--stale"]), json!([stale]));
    assert!(text(embedded(&data, "finding list").stdin(Stdio::null())).contains("stale"));
    fail(&mut embedded(&data, "finding show 0000"), 3);
    let told = fail(embedded(&data, "finding add").args([" ", "--experiment", "told_100%", "--term", "policy"]), 2);
    assert!(told.contains("the statement is empty"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_s_ledger_is_exported_asked_and_rested_upon() {
    let system = System::new().await;
    let served = system.serve(&[]);
    let worker = system.work();
    let id = served.launch(&system.data, EXPERIMENT);
    served.run("watch", &[&id]);

    let csv = String::from_utf8(served.run("export", &[&id]).stdout).unwrap();
    assert_eq!(csv.lines().count(), 13);
    let database = system.database.url();
    let of_database = |args: &[&str]| json(orchestrator().args(args).args(["-o", "json", "--database-url", &database]));
    let answer = of_database(&["sql", "select name, status, id::text = id::text as same from experiments"]);
    assert_eq!(answer, json!([{ "name": "told_100%", "status": "completed", "same": true }]));
    let kept = of_database(&["finding", "add", "it ends", "--experiment", &id, "--term", "policy"]);
    assert_eq!(kept["standing"], "current");

    let store = system.store().await;
    assert!(store.experiment(id.parse().unwrap()).await.unwrap().digest.is_some());
    let told = fail(orchestrator().args(["sql", "select nam from experiments", "--database-url", &database]), 2);
    assert!(told.contains("column \"nam\" does not exist"), "{told}");
    assert_eq!(worker.stop(), Some(0));
    assert_eq!(served.process.stop(), Some(0));
}
