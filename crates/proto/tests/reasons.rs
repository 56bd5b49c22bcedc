//! Every reason that a status can give has a page, and every page a reason.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use domain::reason;
use proto::status;
use runtime::grpc::reason as of_calls;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors")
}

#[test]
fn every_reason_has_a_page_and_every_page_a_reason() {
    let names = reason::ALL.iter().map(|reason| reason.name).chain(of_calls::ALL.iter().map(|reason| reason.0));
    let expected: BTreeSet<_> = names.map(|name| of_calls::page(name).replace("errors/", "")).collect();
    let pages = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let pages: BTreeSet<_> = pages.filter(|page| page != "README.md").collect();

    assert_eq!(pages, expected);
    let index = fs::read_to_string(folder().join("README.md")).unwrap();
    for page in &pages {
        assert!(index.contains(&format!("]({page})")), "{page} is not in the index");
    }
}

#[test]
fn every_page_names_the_reason_and_its_code() {
    for reason in reason::ALL {
        let page = fs::read_to_string(folder().join("..").join(of_calls::page(reason.name))).unwrap();
        let code = runtime::grpc::code_name(status::code(reason.kind));
        assert!(page.starts_with(&format!("# {}\n", reason.name)), "{}", reason.name);
        assert!(page.contains(&format!("Code: {code}")), "{}: {code}", reason.name);
    }
}
