//! Puts contents in the place of paths.

use std::collections::{BTreeMap, BTreeSet};

use agent::definition::{Definition, Source};
use domain::Violation;
use domain::checkpoint::Checkpoint;
use domain::experiment::{ExperimentSpec, FileKind, Mention, StoredMention, TakenIn};
use domain::file::{
    ContentHash, GivenFile, StoredAgent, StoredCheckpoint, StoredConfig, StoredFile, name_beside, name_of,
};
use domain::knowledge::KnowledgeKind;
use domain::ports::{BlobStore, PortError, PortResult};

use super::content::{NamedFiles, checkpoint, definition, noun};

/// A specification without paths, as far as that could be done.
#[derive(Debug)]
pub struct Resolved {
    /// The specification.
    pub spec: ExperimentSpec,
    /// The files that are not here. Their paths are still in the specification.
    pub absent: Vec<Violation>,
}

/// Why files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// They are not what they are named for.
    #[error("files that the experiment names cannot be used")]
    Invalid(Vec<Violation>),
    /// They cannot be read.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Puts what was `given` for the paths of a specification, and is in `blobs`, in their place.
///
/// # Errors
/// If a file is not what it is named for, or `blobs` is away.
pub async fn resolve(
    spec: ExperimentSpec,
    given: &[GivenFile],
    blobs: &dyn BlobStore,
) -> Result<Resolved, ResolveError> {
    let mut resolver = Resolver::new(&spec, given, blobs).await?;
    let mut taken_in = BTreeMap::new();
    for mention in spec.paths() {
        if let Some(file) = resolver.take_in(&mention).await? {
            taken_in.insert((mention.kind, mention.path), file);
        }
    }
    for mention in spec.stored_files() {
        resolver.check(&mention).await?;
    }
    if !resolver.faults.is_empty() {
        return Err(ResolveError::Invalid(resolver.faults));
    }
    Ok(Resolved { spec: spec.with_files(&taken_in), absent: resolver.absent })
}

struct Resolver<'a> {
    /// The generation of a checkpoint that is asked for; the last one unless given.
    generation: Option<u32>,
    /// Whether what was learned before the checkpoint matters.
    learns: bool,
    given: BTreeMap<(Option<&'a str>, &'a str), ContentHash>,
    here: BTreeSet<ContentHash>,
    blobs: &'a dyn BlobStore,
    absent: Vec<Violation>,
    faults: Vec<Violation>,
}

impl<'a> Resolver<'a> {
    async fn new(spec: &ExperimentSpec, given: &'a [GivenFile], blobs: &'a dyn BlobStore) -> PortResult<Self> {
        let stored = spec.stored_files().into_iter().flat_map(|mention| mention.file.files());
        let hashes = stored.map(|file| file.blake3).chain(given.iter().map(|file| file.blake3));
        let hashes: BTreeSet<_> = hashes.collect();
        let hashes: Vec<_> = hashes.into_iter().collect();
        let here = if hashes.is_empty() { BTreeSet::new() } else { blobs.has(&hashes).await? };
        let given = given.iter().map(|file| ((file.named_in.as_deref(), file.path.as_str()), file.blake3)).collect();
        let evolution = spec.evolution.as_ref();
        let generation = evolution.and_then(|evolution| evolution.start_generation);
        let learns = evolution.is_some_and(|evolution| evolution.learning.is_some());
        Ok(Self { generation, learns, given, here, blobs, absent: Vec::new(), faults: Vec::new() })
    }

    /// What a path stands for; none if that is not here or not what it should be.
    async fn take_in(&mut self, mention: &Mention) -> PortResult<Option<TakenIn>> {
        let Some(hash) = self.find(mention, None, &mention.path) else { return Ok(None) };
        let name = name_of(&mention.path);
        Ok(match mention.kind {
            FileKind::Wad => Some(TakenIn::Wad(StoredFile { name, blake3: hash })),
            FileKind::Config => self.config(mention, name, hash).await?.map(TakenIn::Config),
            FileKind::Agent => self.agent(mention, name, hash).await?.map(TakenIn::Agent),
            FileKind::Checkpoint => self.checkpoint(mention, name, hash).await?.map(TakenIn::Checkpoint),
        })
    }

    /// The content that was given for a path, if it is here.
    fn find(&mut self, mention: &Mention, named_in: Option<&str>, path: &str) -> Option<ContentHash> {
        let given = self.given.get(&(named_in, path)).copied();
        let found = given.filter(|hash| self.here.contains(hash));
        if found.is_none() {
            let name = named_in.map_or_else(|| name_of(path), |config| name_beside(&name_of(config), path));
            let what = if given.is_some() { "was not put before" } else { "was not given with the experiment" };
            let violation = Violation::new(&mention.at, format!("the content of `{name}` {what}"));
            let help = "`orchestrator launch` gives it; other clients put it with PutArtifact and name it in `files`";
            self.absent.push(violation.with_help(help));
        }
        found
    }

    async fn config(
        &mut self,
        mention: &Mention,
        name: String,
        blake3: ContentHash,
    ) -> PortResult<Option<StoredConfig>> {
        let named = match NamedFiles::of(&self.blobs.get(&blake3).await?) {
            Ok(named) => named,
            Err(reason) => {
                self.fault(mention.kind, &mention.at, &name, &reason);
                return Ok(None);
            }
        };
        let missing = self.absent.len();
        let wad = self.beside(mention, &name, named.wad.as_deref());
        let game = self.beside(mention, &name, named.game.as_deref());
        let complete = self.absent.len() == missing;
        Ok(complete.then_some(StoredConfig { name, blake3, wad, game }))
    }

    /// The file that a config names; none if nothing was given for it, for it may come with the engine.
    fn beside(&mut self, mention: &Mention, config: &str, path: Option<&str>) -> Option<StoredFile> {
        let path = path?;
        let named_in = Some(mention.path.as_str());
        if !self.given.contains_key(&(named_in, path)) {
            return None;
        }
        let blake3 = self.find(mention, named_in, path)?;
        Some(StoredFile { name: name_beside(config, path), blake3 })
    }

    async fn agent(&mut self, mention: &Mention, name: String, blake3: ContentHash) -> PortResult<Option<StoredAgent>> {
        let said = match definition(&self.blobs.get(&blake3).await?) {
            Ok(said) => said,
            Err(reason) => {
                self.fault(mention.kind, &mention.at, &name, &reason);
                return Ok(None);
            }
        };
        let file = StoredFile { name, blake3 };
        let mut knowledge = BTreeMap::new();
        for (kind, source) in said.sources() {
            let Some(known) = self.known(mention, &file, source) else { continue };
            knowledge.insert(kind, known);
        }
        let complete = knowledge.len() == said.sources().len();
        let Definition { policy, genome, .. } = said;
        Ok(complete.then_some(StoredAgent { name: file.name, blake3, policy, genome, knowledge }))
    }

    /// The file with something that the agent of a definition knows; none if that is not here.
    fn known(&mut self, mention: &Mention, definition: &StoredFile, source: Source<'_>) -> Option<StoredFile> {
        let path = match source {
            Source::Definition => return Some(definition.clone()),
            Source::File(path) => path,
        };
        let blake3 = self.find(mention, Some(&mention.path), path)?;
        Some(StoredFile { name: name_beside(&definition.name, path), blake3 })
    }

    async fn checkpoint(
        &mut self,
        mention: &Mention,
        name: String,
        blake3: ContentHash,
    ) -> PortResult<Option<StoredCheckpoint>> {
        let whole = match checkpoint(&self.blobs.get(&blake3).await?) {
            Ok(whole) => whole,
            Err(reason) => {
                self.fault(mention.kind, &mention.at, &name, &reason);
                return Ok(None);
            }
        };
        let first = whole.rounds().next().map(|(part, round)| part.number(round)).unwrap_or_default();
        let last = whole.generation().unwrap_or_default();
        let generation = self.generation.unwrap_or(last);
        if self.learns && generation != last && !whole.handed.is_empty() {
            let message = format!("what was learned is in `{name}` for its last generation only, which is {last}");
            let help = format!("make one with `orchestrator evolve checkpoint --generation {generation}`");
            self.faults.push(Violation::new("evolution.start_generation", message).with_help(help));
            return Ok(None);
        }
        let Some(cut) = whole.through(generation) else {
            let message = format!("`{name}` has the generations {first} to {last}, and not generation {generation}");
            let help = "a confirmation is no generation that a search goes on from";
            self.faults.push(Violation::new("evolution.start_generation", message).with_help(help));
            return Ok(None);
        };
        let rounds = cut.rounds().count() as u32;
        Ok(Some(StoredCheckpoint { name, blake3, generation, rounds }))
    }

    /// Looks after a file that the specification names by its content.
    async fn check(&mut self, mention: &StoredMention) -> PortResult<()> {
        let away: Vec<_> = mention.file.files().into_iter().filter(|file| !self.here.contains(&file.blake3)).collect();
        for file in &away {
            let message = format!("there is no content {} for `{}`", file.blake3, file.name);
            self.faults.push(Violation::new(&mention.at, message).with_help("put it with PutArtifact first"));
        }
        if !away.is_empty() {
            return Ok(());
        }
        let (name, is_so) = match &mention.file {
            TakenIn::Config(_) | TakenIn::Wad(_) => return Ok(()),
            TakenIn::Agent(agent) => {
                let said = definition(&self.blobs.get(&agent.blake3).await?);
                (&agent.name, said.is_ok_and(|said| is_said(agent, &said)))
            }
            TakenIn::Checkpoint(stored) => {
                let whole = checkpoint(&self.blobs.get(&stored.blake3).await?);
                (&stored.name, whole.is_ok_and(|whole| is_in(stored, whole)))
            }
        };
        if !is_so {
            self.fault(mention.file.kind(), &mention.at, name, "says something else than is said of it here");
        }
        Ok(())
    }

    fn fault(&mut self, kind: FileKind, at: &str, name: &str, reason: &str) {
        self.faults.push(Violation::new(at, format!("`{name}` is not a {} that can be used: {reason}", noun(kind))));
    }
}

/// Whether a checkpoint has the generation that is said of it, after as many rounds.
fn is_in(stored: &StoredCheckpoint, whole: Checkpoint) -> bool {
    whole.through(stored.generation).is_some_and(|cut| cut.rounds().count() == stored.rounds as usize)
}

/// Whether a definition says what is said of it. What it names can have any content.
fn is_said(agent: &StoredAgent, said: &Definition) -> bool {
    let known = |(kind, source): (KnowledgeKind, Source<'_>)| {
        let file = agent.knowledge.get(&kind)?;
        Some(match source {
            Source::Definition => *file == agent.file(),
            Source::File(path) => file.name == name_beside(&agent.name, path),
        })
    };
    let sources = said.sources();
    (&said.policy, &said.genome, sources.len()) == (&agent.policy, &agent.genome, agent.knowledge.len())
        && sources.into_iter().all(|source| known(source) == Some(true))
}
