//! Checkpoints as files: JSON lines.
//!
//! ```text
//! {"checkpoint":{"version":1,"rounds":5}}             once, the first line; with what is handed on, if anything is
//! {"experiment":{"id":...,"name":...,"blake3":...}}   one for each experiment, with all that was launched, before
//! {"round":{"round":0,"generation":0,...}}            the rounds that it played
//! {"content":{"blake3":...,"hex":...}}                contents of what was learned
//! {"end":"..."}                                       once, the last line: BLAKE3 of all lines before
//! ```
//!
//! Fields have one order and numbers the shortest form that reads back as the same bits, so a checkpoint is written in one
//! way only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Checkpoint, Part, Round};
use crate::experiment::ExperimentSpec;
use crate::file::ContentHash;
use crate::handed::Handed;
use crate::hex;
use crate::ids::ExperimentId;
use crate::ports::Provenance;

/// The version that is written, and the only one that is read.
pub const VERSION: u64 = 1;

/// Why a file is no checkpoint that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCheckpoint {
    /// It is something else.
    #[error("it does not begin as a checkpoint does")]
    Foreign,
    /// It was written by another version of the program.
    #[error("it is written in version {0}, and version {VERSION} is what is read")]
    Version(u64),
    /// It was changed, or is not there to its end.
    #[error("it is damaged: {0}")]
    Damaged(String),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Checkpoint(Head),
    Experiment(Box<Experiment>),
    Round(Round),
    Content(Content),
    End(ContentHash),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    version: u64,
    rounds: u32,
    #[serde(default, skip_serializing_if = "Handed::is_empty")]
    handed: Handed,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Experiment {
    id: ExperimentId,
    name: String,
    /// Of the specification.
    blake3: ContentHash,
    engine: String,
    behaviour: String,
    files: BTreeMap<String, String>,
    policy: String,
    genes: Vec<String>,
    specification: ExperimentSpec,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    blake3: ContentHash,
    hex: String,
}

/// A checkpoint as the content of a file.
#[must_use]
pub fn write(checkpoint: &Checkpoint) -> Vec<u8> {
    let rounds = checkpoint.rounds().count() as u32;
    let mut text = String::new();
    let mut push = |line: Line| {
        text += &serde_json::to_string(&line).expect("names, hashes and finite numbers are JSON");
        text.push('\n');
    };
    push(Line::Checkpoint(Head { version: VERSION, rounds, handed: checkpoint.handed.clone() }));
    for part in &checkpoint.parts {
        push(Line::Experiment(Box::new(Experiment::of(part))));
        part.rounds.iter().for_each(|round| push(Line::Round(round.clone())));
    }
    for (&blake3, content) in &checkpoint.contents {
        push(Line::Content(Content { blake3, hex: hex::encode(content) }));
    }
    let end = ContentHash::of(text.as_bytes());
    text += &serde_json::to_string(&Line::End(end)).expect("a hash is JSON");
    text.push('\n');
    text.into_bytes()
}

/// Reads what [`write()`] has written.
///
/// # Errors
/// If it is no checkpoint, one of another version, or was changed since.
pub fn read(content: &[u8]) -> Result<Checkpoint, BadCheckpoint> {
    let first = content.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let first: Value = serde_json::from_slice(first).map_err(|_| BadCheckpoint::Foreign)?;
    match first["checkpoint"]["version"].as_u64() {
        Some(VERSION) => {}
        Some(other) => return Err(BadCheckpoint::Version(other)),
        None => return Err(BadCheckpoint::Foreign),
    }
    let lines = whole(content)?;
    let mut reader = Reader::default();
    for (number, line) in (1..).zip(lines.lines()) {
        let at = |reason: String| BadCheckpoint::Damaged(format!("line {number}: {reason}"));
        let line = serde_json::from_str(line).map_err(|error| at(error.to_string()))?;
        reader.take(line).map_err(at)?;
    }
    reader.finish()
}

/// The lines before the last one, which says what their hash is.
fn whole(content: &[u8]) -> Result<&str, BadCheckpoint> {
    let damaged = |reason: &str| BadCheckpoint::Damaged(reason.to_owned());
    let text = std::str::from_utf8(content).map_err(|_| damaged("it is no text"))?;
    let short = || damaged("its end is missing");
    let trimmed = text.strip_suffix('\n').ok_or_else(short)?;
    let (_, last) = trimmed.rsplit_once('\n').ok_or_else(short)?;
    let Ok(Line::End(hash)) = serde_json::from_str(last) else { return Err(short()) };
    let lines = &text[..trimmed.len() - last.len()];
    if ContentHash::of(lines.as_bytes()) == hash { Ok(lines) } else { Err(damaged("it has another hash than it says")) }
}

/// A checkpoint as far as it was read.
#[derive(Default)]
struct Reader {
    rounds: Option<u32>,
    checkpoint: Checkpoint,
}

impl Reader {
    fn take(&mut self, line: Line) -> Result<(), String> {
        match line {
            Line::Checkpoint(head) if self.rounds.is_none() => {
                self.rounds = Some(head.rounds);
                self.checkpoint.handed = head.handed;
                Ok(())
            }
            Line::Checkpoint(_) | Line::End(_) => Err("it stands at a wrong place".to_owned()),
            Line::Experiment(experiment) => experiment.part().map(|part| self.checkpoint.parts.push(part)),
            Line::Round(round) => self.round(round),
            Line::Content(content) => {
                let bytes = hex::decode(&content.hex).filter(|bytes| ContentHash::of(bytes) == content.blake3);
                let bytes = bytes.ok_or_else(|| format!("the content {} is another one", content.blake3))?;
                self.checkpoint.contents.insert(content.blake3, bytes);
                Ok(())
            }
        }
    }

    fn round(&mut self, round: Round) -> Result<(), String> {
        let expected = self.checkpoint.rounds().count() as u32;
        if round.round != expected {
            return Err(format!("round {} stands in the place of round {expected}", round.round));
        }
        let uneven = round.agents.iter().find(|player| player.fitness.len() != round.seeds.len());
        if let Some(player) = uneven {
            return Err(format!("{} has {} scores on {} seeds", player.agent, player.fitness.len(), round.seeds.len()));
        }
        if round.agents.is_empty() {
            return Err("nobody plays the round".to_owned());
        }
        let part = self.checkpoint.parts.last_mut().ok_or("the round is of no experiment")?;
        if part.rounds.last().is_some_and(|last| last.generation >= round.generation) {
            return Err(format!("generation {} is not after the one before", round.generation));
        }
        part.rounds.push(round);
        Ok(())
    }

    fn finish(self) -> Result<Checkpoint, BadCheckpoint> {
        let Self { rounds, checkpoint } = self;
        let count = checkpoint.rounds().count() as u32;
        let damaged = |reason: String| Err(BadCheckpoint::Damaged(reason));
        if rounds != Some(count) || count == 0 {
            return damaged(format!("it has {count} rounds instead of {}", rounds.unwrap_or_default()));
        }
        if let Some(part) = checkpoint.parts.iter().find(|part| part.rounds.is_empty()) {
            return damaged(format!("the experiment {} has no round", part.experiment));
        }
        if let Some(hash) = checkpoint.handed.contents().find(|hash| !checkpoint.contents.contains_key(hash)) {
            return damaged(format!("the content {hash} of what was learned is missing"));
        }
        Ok(checkpoint)
    }
}

impl Experiment {
    fn of(part: &Part) -> Self {
        let Part { experiment, spec, provenance, policy, genes, .. } = part;
        Self {
            id: *experiment,
            name: spec.name.clone(),
            blake3: ContentHash(spec.hash()),
            engine: provenance.engine.clone(),
            behaviour: provenance.behaviour.clone(),
            files: provenance.files.clone(),
            policy: policy.clone(),
            genes: genes.clone(),
            specification: spec.clone(),
        }
    }

    fn part(self) -> Result<Part, String> {
        if ContentHash(self.specification.hash()) != self.blake3 {
            return Err("the specification has another hash than it says".to_owned());
        }
        if self.specification.evolution.is_none() {
            return Err(format!("`{}` is no evolution", self.name));
        }
        Ok(Part {
            experiment: self.id,
            spec: self.specification,
            provenance: Provenance { engine: self.engine, behaviour: self.behaviour, files: self.files },
            policy: self.policy,
            genes: self.genes,
            rounds: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::checkpoint;
    use super::*;

    fn bits(checkpoint: &Checkpoint) -> Vec<u64> {
        let agents = checkpoint.rounds().flat_map(|(_, round)| &round.agents);
        agents.flat_map(|player| player.fitness.iter().chain(player.genome.0.values()).map(|v| v.to_bits())).collect()
    }

    /// A content with another text in the place of one, and the hash that goes with it.
    fn changed(from: &str, to: &str) -> BadCheckpoint {
        let text = String::from_utf8(write(&checkpoint())).unwrap();
        let (lines, _) = text.trim_end().rsplit_once('\n').unwrap();
        assert!(lines.contains(from), "{lines}");
        let lines = lines.replace(from, to) + "\n";
        let end = serde_json::to_string(&Line::End(ContentHash::of(lines.as_bytes()))).unwrap();
        read(format!("{lines}{end}\n").as_bytes()).unwrap_err()
    }

    #[test]
    fn what_is_written_reads_back_and_is_written_in_one_way() {
        let whole = checkpoint();
        let written = write(&whole);
        let again = read(&written).unwrap();
        assert_eq!(again, whole);
        assert_eq!(bits(&again), bits(&whole));
        assert_eq!(write(&again), written);
        let text = String::from_utf8(written).unwrap();
        assert!(text.starts_with("{\"checkpoint\":{\"version\":1,\"rounds\":5,\"handed\":{"), "{text}");
        assert!(text.contains("\"fitness\":[2.0,0.1,\"infinite\",-0.0]"), "{text}");
    }

    #[test]
    fn what_is_no_checkpoint_or_a_damaged_one_is_told_apart() {
        assert_eq!(read(b"name = \"a\"\n"), Err(BadCheckpoint::Foreign));
        assert_eq!(read(b""), Err(BadCheckpoint::Foreign));
        assert_eq!(read(b"{\"checkpoint\":{\"version\":7}}\n"), Err(BadCheckpoint::Version(7)));
        let written = write(&checkpoint());
        let damage = |content: &[u8]| match read(content) {
            Err(BadCheckpoint::Damaged(reason)) => reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(damage(&written[..written.len() - 1]), "its end is missing");
        assert_eq!(damage(&written[..written.len() / 2]), "its end is missing");
        let mut touched = written;
        touched[200] ^= 1;
        assert_eq!(damage(&touched), "it has another hash than it says");
    }

    #[test]
    fn what_does_not_go_together_is_damaged_whatever_its_hash_says() {
        for (from, to, reason) in [
            ("{\"round\":1,", "{\"round\":2,", "line 4: round 2 stands in the place of round 1"),
            ("\"rounds\":5,", "\"rounds\":6,", "it has 5 rounds instead of 6"),
            ("\"seeds\":[0,1,2,3]", "\"seeds\":[0,1]", "line 3: g0-0 has 4 scores on 2 seeds"),
            (
                "\"name\":\"second\",\"description\"",
                "\"name\":\"third\",\"description\"",
                "line 6: the specification has",
            ),
            ("\"hex\":\"6c", "\"hex\":\"6d", "is another one"),
            ("\"round\":1,\"generation\":1", "\"round\":1,\"generation\":0", "is not after the one before"),
            ("{\"experiment\":", "{\"end\":\"\"}\n{\"experiment\":", "line 2: "),
            ("\"operators\":[\"copy\"]", "\"operator\":[\"copy\"]", "unknown field `operator`"),
        ] {
            let told = changed(from, to).to_string();
            assert!(told.starts_with("it is damaged: ") && told.contains(reason), "{told}");
        }
    }

    proptest! {
        #[test]
        fn every_number_keeps_its_bits(values in prop::collection::vec(prop::num::f64::ANY, 1..20), gene in -1e300f64..1e300) {
            let mut whole = checkpoint();
            let round = &mut whole.parts[0].rounds[1];
            round.seeds = (0..values.len() as u32).map(crate::ids::DoomSeed).collect();
            for player in &mut round.agents {
                // There is one number that is none.
                player.fitness = values.iter().map(|&v| if v.is_nan() { f64::NAN } else { v }).collect();
                player.genome.0.insert("gain".to_owned(), gene);
            }
            let again = read(&write(&whole)).unwrap();
            prop_assert_eq!(bits(&again), bits(&whole));
            prop_assert_eq!(write(&again), write(&whole));
        }

        #[test]
        fn no_content_whatever_makes_it_panic(content: Vec<u8>, at: prop::sample::Index, to: u8) {
            let _ = read(&content);
            let mut written = write(&checkpoint());
            let at = at.index(written.len());
            let before = std::mem::replace(&mut written[at], to);
            prop_assert_eq!(read(&written).is_ok(), before == to);
        }
    }
}
