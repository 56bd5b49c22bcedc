//! The Python package against running daemons.

use std::process::Command;

use crate::support::{python, root, succeed};
use crate::system::System;

#[tokio::test(flavor = "multi_thread")]
async fn the_package_does_what_it_says() {
    let system = System::new().await;
    let served = system.serve(&["--workers", "1", "--practice-games", "6"]);
    let package = root().join("clients/python");

    let mut tests = Command::new(python());
    tests.args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]).arg(package.join("tests"));
    tests.env("PYTHONPATH", package.join("src")).env("PYTHONDONTWRITEBYTECODE", "1");
    tests.env("ORCHESTRATOR_URL", &served.server).env("PRACTICE_GAMES", "6");
    succeed(&mut tests);

    assert_eq!(served.process.stop(), Some(0));
    assert!(!system.logged("serve").contains("panicked"), "{}", system.logged("serve"));
}

#[test]
fn generated_stubs_are_what_the_protos_say() {
    let package = root().join("clients/python");
    let fresh = tempfile::tempdir().unwrap();
    succeed(Command::new(python()).arg(package.join("generate.py")).arg(fresh.path()));

    for name in ["agent", "events", "orchestrator", "retrospection"] {
        let folder = format!("claudoom/{name}/v1");
        for entry in std::fs::read_dir(fresh.path().join(&folder)).unwrap() {
            let path = entry.unwrap().path();
            let here = package.join("src").join(&folder).join(path.file_name().unwrap());
            let same = std::fs::read(&here).is_ok_and(|present| present == std::fs::read(&path).unwrap());
            assert!(same, "{} is out of date: run python clients/python/generate.py", here.display());
        }
    }
}
