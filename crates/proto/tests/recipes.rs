//! The calls that the documentation shows exist, and their JSON is that of their requests.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::Value;

/// A call by grpcurl as a page shows it.
#[derive(Debug)]
struct Recipe {
    page: PathBuf,
    /// The request; empty where none is given.
    json: String,
    service: String,
    /// Methods, several where a shell loop names them.
    methods: Vec<String>,
}

/// Every call of a page to services of ours. Lines that end with a backslash go on.
fn recipes(page: &Path) -> Vec<Recipe> {
    let text = fs::read_to_string(page).unwrap().replace("\\\n", " ");
    let mut found = Vec::new();
    let mut looped = Vec::new();
    for line in text.lines() {
        if let Some(list) = line.strip_prefix("for list in ") {
            looped = list.trim_end_matches("; do").split_whitespace().map(str::to_owned).collect();
        }
        let Some(call) = line.trim_start().strip_prefix("grpcurl ") else { continue };
        let Some(target) = call.split_whitespace().find(|word| word.starts_with("claudoom.") && word.contains('/'))
        else {
            continue;
        };
        let (service, method) = target.split_once('/').unwrap();
        let methods = if method == "$list" { looped.clone() } else { vec![method.to_owned()] };
        found.push(Recipe { page: page.to_owned(), json: request(call), service: service.to_owned(), methods });
    }
    found
}

/// What follows `-d`, as the shell hands it over. A command in it makes bytes in base64.
fn request(call: &str) -> String {
    let Some((_, given)) = call.split_once("-d ") else { return "{}".to_owned() };
    if let Some(plain) = given.strip_prefix('\'') {
        return plain.split('\'').next().unwrap().to_owned();
    }
    let mut json = given[1..].split("\"  ").next().unwrap().to_owned();
    while let Some((before, rest)) = json.split_once("$(") {
        let (_, after) = rest.split_once(')').unwrap();
        json = format!("{before}AA=={after}");
    }
    json.replace("\\\"", "\"")
}

/// The first field of a request that its message does not have, or that is of another kind.
fn misfit(message: &MessageDescriptor, json: &Value) -> Option<String> {
    let Some(given) = json.as_object() else { return Some(format!("{json} is no message")) };
    given.iter().find_map(|(name, value)| {
        let field = message.get_field_by_json_name(name).or_else(|| message.get_field_by_name(name));
        let Some(field) = field else { return Some(format!("{} has no field {name}", message.name())) };
        let values = match (field.is_list(), value) {
            (true, Value::Array(items)) => items.iter().collect(),
            (true, other) => return Some(format!("{name} is a list, not {other}")),
            (false, one) => vec![one],
        };
        values.into_iter().find(|value| !fits(&field, value)).map(|value| format!("{name} cannot be {value}"))
    })
}

/// Whether a value is of the kind of a field, in the JSON of proto3.
fn fits(field: &FieldDescriptor, value: &Value) -> bool {
    match field.kind() {
        // A field mask is a text in JSON.
        Kind::Message(message) if message.full_name() == "google.protobuf.FieldMask" => value.is_string(),
        Kind::Message(message) => misfit(&message, value).is_none(),
        Kind::String | Kind::Bytes | Kind::Enum(_) => value.is_string(),
        Kind::Bool => value.is_boolean(),
        _ => value.is_number(),
    }
}

#[test]
fn calls_that_pages_show_exist_and_their_requests_are_understood() {
    let pool = DescriptorPool::decode(proto::FILE_DESCRIPTOR_SET).unwrap();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let pages = fs::read_dir(docs).unwrap().map(|entry| entry.unwrap().path());
    let found: Vec<_> =
        pages.filter(|path| path.extension().is_some_and(|end| end == "md")).flat_map(|p| recipes(&p)).collect();
    assert!(found.len() >= 9, "{found:?}");
    for recipe in found {
        let at = format!("{}: {recipe:?}", recipe.page.display());
        let service = pool.get_service_by_name(&recipe.service).unwrap_or_else(|| panic!("{at}: no such service"));
        assert!(!recipe.methods.is_empty(), "{at}");
        for name in &recipe.methods {
            let method = service.methods().find(|method| method.name() == name);
            let method = method.unwrap_or_else(|| panic!("{at}: there is no {name}"));
            let json: Value = serde_json::from_str(&recipe.json).unwrap_or_else(|error| panic!("{at}: {error}"));
            assert_eq!(misfit(&method.input(), &json), None, "{at}");
        }
    }
}

#[test]
fn a_request_that_does_not_fit_is_noticed() {
    let pool = DescriptorPool::decode(proto::FILE_DESCRIPTOR_SET).unwrap();
    let message = pool.get_message_by_name("claudoom.orchestrator.v1.ListScoresRequest").unwrap();
    let told = |json| misfit(&message, &json);

    assert_eq!(told(serde_json::json!({ "experiment_id": "e", "pageSize": 5 })), None);
    assert_eq!(told(serde_json::json!({ "page_sizes": 5 })).unwrap(), "ListScoresRequest has no field page_sizes");
    let message = pool.get_message_by_name("claudoom.orchestrator.v1.RedriveJobsRequest").unwrap();
    assert_eq!(misfit(&message, &serde_json::json!({ "job_ids": "j" })).unwrap(), "job_ids is a list, not \"j\"");
    assert_eq!(told(serde_json::json!({ "page_size": "five" })).unwrap(), "page_size cannot be \"five\"");
}
