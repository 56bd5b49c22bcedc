//! Regenerates the code from the .proto files and compares it with what is checked in.
//!
//! After a change of a .proto file run `CLAUDOOM_REGENERATE=1 cargo test -p proto --test bootstrap`.

use std::fs;
use std::path::{Path, PathBuf};

use prost::Message as _;
use prost_types::FileDescriptorSet;
use prost_types::field_descriptor_proto::Type;
use tonic_prost_build::Builder;

const FILES: [&str; 4] = [
    "claudoom/agent/v1/agent.proto",
    "claudoom/events/v1/events.proto",
    "claudoom/orchestrator/v1/orchestrator.proto",
    "claudoom/retrospection/v1/retrospection.proto",
];

#[test]
fn generated_code_is_what_the_protos_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let checked_in = root.join("src/gen");
    let fresh = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("gen");
    let _ = fs::remove_dir_all(&fresh);
    fs::create_dir_all(&fresh).unwrap();

    generate(&root.join("../../proto"), &fresh);

    for entry in fs::read_dir(&fresh).unwrap() {
        let path = entry.unwrap().path();
        let target = checked_in.join(path.file_name().unwrap());
        let content = fs::read(&path).unwrap();
        if std::env::var_os("CLAUDOOM_REGENERATE").is_some() {
            fs::write(&target, &content).unwrap();
        }
        let same = fs::read(&target).is_ok_and(|present| present == content);
        assert!(same, "{} is out of date: run this test with CLAUDOOM_REGENERATE=1", target.display());
    }
}

fn generate(protos: &Path, out: &Path) {
    let mut descriptors = protox::compile(FILES, [protos]).expect("the .proto files compile");
    let builder = tonic_prost_build::configure()
        .out_dir(out)
        .bytes(".")
        .btree_map(".")
        // It comes once in a session, and would make every message as large as itself.
        .boxed(".claudoom.agent.v1.AgentStatus.practice")
        .type_attribute(".claudoom.events.v1", "#[derive(serde::Serialize, serde::Deserialize)]")
        .type_attribute(".claudoom.events.v1", "#[serde(rename_all = \"camelCase\")]");
    let written = readable_states(builder, &descriptors).compile_fds(descriptors.clone());
    written.expect("the generated code can be written");
    write_descriptors(&mut descriptors, out);
}

/// Lets game states be read from JSON, without images: by the names of their fields, and by those that protobuf's own
/// JSON gives them.
fn readable_states(mut builder: Builder, descriptors: &FileDescriptorSet) -> Builder {
    const PACKAGE: &str = "claudoom.agent.v1";
    let messages = descriptors.file.iter().filter(|file| file.package() == PACKAGE).flat_map(|file| &file.message_type);
    for message in messages.filter(|message| ["GameState", "Entity", "MapBounds"].contains(&message.name())) {
        let path = format!(".{PACKAGE}.{}", message.name());
        builder = builder.type_attribute(&path, "#[derive(serde::Deserialize)]");
        builder = builder.type_attribute(&path, "#[serde(default, deny_unknown_fields)]");
        for field in &message.field {
            let attribute = match field.r#type() {
                Type::Bytes => "#[serde(skip)]".to_owned(),
                _ if field.json_name() != field.name() => format!("#[serde(alias = \"{}\")]", field.json_name()),
                _ => continue,
            };
            builder = builder.field_attribute(format!("{path}.{}", field.name()), attribute);
        }
    }
    builder
}

/// Comments make the generated documentation, but reflection has no use for them.
fn write_descriptors(descriptors: &mut FileDescriptorSet, out: &Path) {
    for file in &mut descriptors.file {
        file.source_code_info = None;
    }
    let encoded = descriptors.encode_to_vec();
    fs::write(out.join("claudoom.binpb"), encoded).expect("the descriptors can be written");
}
