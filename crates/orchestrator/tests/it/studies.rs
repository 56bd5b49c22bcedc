//! The studies of the docs, played again.

use std::fs;

use crate::support::{folder, orchestrator, root, succeed};

#[test]
#[ignore = "plays seven hundred episodes"]
fn the_studies_of_the_docs_come_out_the_same_to_the_last_digit() {
    for study in ["movement-and-attack", "screen-aim", "confirm-aim"] {
        let data = folder();
        let place = ["--embedded", "--data", data.path().to_str().unwrap()];
        let experiment = root().join("experiments").join(format!("{study}.toml"));
        let stored = root().join("docs/studies").join(format!("{study}.md"));

        succeed(orchestrator().arg("launch").arg(experiment).args(place));
        let report = succeed(orchestrator().args(["report", study]).args(place)).stdout;

        let stored = fs::read_to_string(&stored).unwrap();
        assert_eq!(String::from_utf8(report).unwrap(), stored, "write them anew with .mise/tasks/studies");
    }
}
