//! Installing the engine, offline from a wheel made of the installed files.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;

use vizdoom::Error;
use vizdoom::install::{Install, Options, Progress};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support;

/// Writes a wheel of the installed files, each passed through `change`.
fn wheel(dir: &Path, change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) -> PathBuf {
    let root = support::install().root().to_owned();
    let path = dir.join("vizdoom.whl");
    let mut zip = ZipWriter::new(File::create(&path).unwrap());
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for folder in ["vizdoom", "vizdoom/scenarios", "vizdoom.libs"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap().flatten() {
            if !entry.path().is_file() {
                continue;
            }
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if let Some(bytes) = change(&name, std::fs::read(entry.path()).unwrap()) {
                zip.start_file(name, options).unwrap();
                zip.write_all(&bytes).unwrap();
            }
        }
    }
    zip.finish().unwrap();
    path
}

fn options(dest: PathBuf, wheel: PathBuf) -> Options {
    Options { dest, wheel: Some(wheel), python: "no-python-here".to_owned() }
}

#[test]
fn two_at_once_install_once() {
    let dir = tempfile::tempdir().unwrap();
    let options = options(dir.path().join("deep/engine"), wheel(dir.path(), |_, bytes| Some(bytes)));
    let install = || {
        let mut steps = Vec::new();
        let install = Install::install(&options, &mut |step| steps.push(step)).unwrap();
        (install, steps)
    };

    let both = thread::scope(|scope| [(); 2].map(|()| scope.spawn(install)).map(|one| one.join().unwrap()));

    let already = both.iter().filter(|(_, steps)| steps.contains(&Progress::AlreadyInstalled)).count();
    assert_eq!(already, 1);
    both[0].0.verify().unwrap();
    let names = std::fs::read_dir(dir.path().join("deep")).unwrap().flatten();
    let names = names.map(|entry| entry.file_name().into_string().unwrap());
    assert!(names.into_iter().all(|name| name == "engine" || name == ".engine.lock"));

    // A damaged installation is noticed and put right.
    let pk3 = both[0].0.root().join("vizdoom/vizdoom.pk3");
    let mut bytes = std::fs::read(&pk3).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&pk3, bytes).unwrap();
    assert!(matches!(both[0].0.verify(), Err(Error::Mismatch { .. })));
    install().0.verify().unwrap();
    std::fs::write(&pk3, "short").unwrap();
    assert!(matches!(Install::open(options.dest), Err(Error::Mismatch { .. })));
}

#[test]
fn a_changed_or_incomplete_wheel_installs_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let dest = dir.path().join("engine");
    let changed = wheel(dir.path(), |name, mut bytes| {
        if name == "vizdoom/vizdoom" {
            bytes[5000] ^= 1;
        }
        Some(bytes)
    });
    let error = Install::install(&options(dest.clone(), changed), &mut |_| {}).unwrap_err();
    assert!(matches!(error, Error::Mismatch { .. }), "{error}");
    assert!(!dest.exists());

    let incomplete = wheel(dir.path(), |name, bytes| (!name.ends_with(".pk3")).then_some(bytes));
    let error = Install::install(&options(dest.clone(), incomplete), &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("vizdoom.pk3"), "{error}");
    assert!(!dest.exists());
}

#[test]
fn what_is_no_wheel_and_no_python_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let garbage = dir.path().join("garbage.whl");
    std::fs::write(&garbage, "garbage").unwrap();
    let mut options = options(dir.path().join("engine"), garbage);
    let error = Install::install(&options, &mut |_| {}).unwrap_err();
    assert!(matches!(error, Error::BadWheel { .. }), "{error}");

    options.wheel = None;
    let error = Install::install(&options, &mut |_| {}).unwrap_err().to_string();
    assert!(error.contains("no-python-here") && error.contains("--wheel"), "{error}");
}

#[test]
fn a_folder_with_other_things_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let dest = dir.path().join("home");
    std::fs::create_dir(&dest).unwrap();
    std::fs::write(dest.join("thesis.tex"), "years").unwrap();

    let error = Install::install(&options(dest.clone(), wheel(dir.path(), |_, bytes| Some(bytes))), &mut |_| {});

    let Err(Error::Occupied { other, .. }) = error else { panic!("{error:?}") };
    assert_eq!(other, "thesis.tex");
    assert_eq!(std::fs::read_to_string(dest.join("thesis.tex")).unwrap(), "years");
}
