//! The reference of the services is made from the comments of the .proto files.
//!
//! After a change run `CLAUDOOM_REGENERATE=1 cargo test -p proto --test reference`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, ServiceDescriptorProto,
};

const FILES: [(&str, &str); 4] = [
    ("claudoom/agent/v1/agent.proto", "agent.md"),
    ("claudoom/events/v1/events.proto", "events.md"),
    ("claudoom/orchestrator/v1/orchestrator.proto", "orchestrator.md"),
    ("claudoom/retrospection/v1/retrospection.proto", "retrospection.md"),
];

/// Numbers of descriptors' own fields, which paths to comments are made of.
const MESSAGE: i32 = 4;
const ENUM: i32 = 5;
const SERVICE: i32 = 6;
const METHOD: i32 = 2;
const FIELD: i32 = 2;
const NESTED: i32 = 3;
const NESTED_ENUM: i32 = 4;
const VALUE: i32 = 2;
/// The comment above `syntax`.
const SYNTAX: i32 = 12;

#[test]
fn the_reference_says_what_the_protos_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let described = protox::compile(FILES.map(|(file, _)| file), [root.join("proto")]).unwrap();
    for (file, page) in FILES {
        let file = described.file.iter().find(|described| described.name() == file).unwrap();
        let (text, path) = (Reference::of(file).text, root.join("docs/api").join(page));
        if std::env::var_os("CLAUDOOM_REGENERATE").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &text).unwrap();
        }
        let same = fs::read_to_string(&path).is_ok_and(|present| present == text);
        assert!(same, "docs/api/{page} is out of date: run this test with CLAUDOOM_REGENERATE=1");
    }
}

struct Reference {
    comments: HashMap<Vec<i32>, String>,
    package: String,
    text: String,
}

impl Reference {
    fn of(file: &FileDescriptorProto) -> Self {
        let located = file.source_code_info.iter().flat_map(|info| &info.location);
        let comments = located.filter_map(|location| {
            let detached = location.leading_detached_comments.join("\n");
            let text = location.leading_comments.clone().unwrap_or(detached);
            (!text.trim().is_empty()).then(|| (location.path.clone(), plain(&text)))
        });
        let package = file.package().to_owned();
        let mut reference = Self { comments: comments.collect(), package: package.clone(), text: String::new() };
        reference.line(&format!("# {package}\n"));
        reference
            .line("Made from the comments of the .proto file; other languages get the same from their generators.\n");
        reference.comment(&[SYNTAX]);
        for (index, service) in (0..).zip(&file.service) {
            reference.service(service, index);
        }
        for (index, message) in (0..).zip(&file.message_type) {
            reference.message(message, &[MESSAGE, index], "");
        }
        for (index, described) in (0..).zip(&file.enum_type) {
            reference.enumeration(described, &[ENUM, index], "");
        }
        reference.text.truncate(reference.text.trim_end().len());
        reference.text.push('\n');
        reference
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn comment(&mut self, path: &[i32]) {
        if let Some(comment) = self.comments.get(path).cloned() {
            self.line(&format!("{}\n", fenced(&comment)));
        }
    }

    fn service(&mut self, service: &ServiceDescriptorProto, index: i32) {
        self.line(&format!("## Service {}\n", service.name()));
        self.comment(&[SERVICE, index]);
        for (number, method) in (0..).zip(&service.method) {
            let stream = |streams: bool| if streams { "stream " } else { "" };
            let (from, to) = (self.short(method.input_type()), self.short(method.output_type()));
            let kinds = (stream(method.client_streaming()), stream(method.server_streaming()));
            self.line(&format!("### {}\n", method.name()));
            self.line(&format!("`{}({}{from}) returns ({}{to})`\n", method.name(), kinds.0, kinds.1));
            self.comment(&[SERVICE, index, METHOD, number]);
        }
    }

    fn message(&mut self, message: &DescriptorProto, path: &[i32], outer: &str) {
        if message.options.as_ref().is_some_and(|options| options.map_entry()) {
            return;
        }
        let name = format!("{outer}{}", message.name());
        self.line(&format!("## {name}\n"));
        self.comment(path);
        if !message.field.is_empty() {
            self.line("| field | type | number | |\n|---|---|---:|---|");
            for (index, field) in (0..).zip(&message.field) {
                let comment = self.comments.get(&[path, &[FIELD, index]].concat()).map_or("", String::as_str);
                let row = format!(
                    "| {} | {} | {} | {} |",
                    field.name(),
                    self.kind(field, message),
                    field.number(),
                    cell(comment)
                );
                self.line(&row);
            }
            self.line("");
        }
        for (index, nested) in (0..).zip(&message.nested_type) {
            self.message(nested, &[path, &[NESTED, index]].concat(), &format!("{name}."));
        }
        for (index, nested) in (0..).zip(&message.enum_type) {
            self.enumeration(nested, &[path, &[NESTED_ENUM, index]].concat(), &format!("{name}."));
        }
    }

    fn enumeration(&mut self, described: &EnumDescriptorProto, path: &[i32], outer: &str) {
        self.line(&format!("## {outer}{}\n", described.name()));
        self.comment(path);
        self.line("| value | number | |\n|---|---:|---|");
        for (index, value) in (0..).zip(&described.value) {
            let comment = self.comments.get(&[path, &[VALUE, index]].concat()).map_or("", String::as_str);
            let row = format!("| {} | {} | {} |", value.name(), value.number(), cell(comment));
            self.line(&row);
        }
        self.line("");
    }

    fn kind(&self, field: &FieldDescriptorProto, of: &DescriptorProto) -> String {
        let entry = of.nested_type.iter().find(|nested| field.type_name().ends_with(&format!(".{}", nested.name())));
        if let Some(entry) = entry.filter(|entry| entry.options.as_ref().is_some_and(|options| options.map_entry())) {
            return format!("map of {} to {}", self.kind(&entry.field[0], entry), self.kind(&entry.field[1], entry));
        }
        let name = match field.r#type() {
            Type::Message | Type::Enum => self.short(field.type_name()),
            scalar => format!("{scalar:?}").to_lowercase(),
        };
        match (field.label(), field.proto3_optional(), field.oneof_index) {
            (Label::Repeated, ..) => format!("repeated {name}"),
            (_, true, _) => format!("optional {name}"),
            (_, false, Some(_)) => format!("{name}, one of"),
            _ => name,
        }
    }

    fn short(&self, name: &str) -> String {
        let name = name.trim_start_matches('.');
        name.strip_prefix(&format!("{}.", self.package)).unwrap_or(name).to_owned()
    }
}

/// A comment without the blank that begins its lines.
fn plain(comment: &str) -> String {
    let lines: Vec<_> = comment.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
    lines.join("\n").trim().to_owned()
}

/// Lines that are set in by hand are shown as they are.
fn fenced(comment: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for line in comment.lines() {
        let drawn = line.starts_with("  ");
        if drawn != inside && !(inside && line.is_empty()) {
            text.push_str("```\n");
            inside = drawn;
        }
        let _ = writeln!(text, "{}", if drawn { line.trim_start_matches("  ") } else { line });
    }
    if inside {
        text.push_str("```\n");
    }
    text.trim_end().replace("```\n\n", "```\n").replace("\n\n```", "\n```")
}

fn cell(comment: &str) -> String {
    comment.replace('\n', " ").replace('|', "\\|")
}
