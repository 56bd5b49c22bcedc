//! What users get wrong is told clearly, and nothing is left behind.

use vizdoom::{Engine, Error, GameConfig, Install};

use crate::support;

fn start(config: &GameConfig) -> Error {
    let (_dir, options) = support::options();
    Engine::start(&support::install(), config, &options).unwrap_err()
}

#[test]
fn an_engine_that_is_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let error = Install::open(dir.path()).unwrap_err().to_string();
    assert!(error.contains("engine install") && error.contains(&dir.path().display().to_string()), "{error}");
}

#[test]
fn files_that_are_not_there() {
    let mut config = support::scenario("basic");
    config.scenario = Some("/nowhere/mine.wad".into());
    assert!(start(&config).to_string().contains("/nowhere/mine.wad"));

    let mut config = support::scenario("basic");
    config.game = Some("doom2.wad".into());
    assert!(start(&config).to_string().contains("commercial"));

    let error = GameConfig::load("/nowhere/mine.cfg").unwrap_err().to_string();
    assert!(error.contains("/nowhere/mine.cfg"), "{error}");
}

#[test]
fn files_of_another_kind() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mine.wad");
    std::fs::write(&path, "not a wad, but long enough").unwrap();
    let mut config = support::scenario("basic");
    config.scenario = Some(path);
    assert!(matches!(start(&config), Error::BadWad { .. }));
}

#[test]
fn names_that_do_not_exist() {
    let error = support::install().scenario("defend_the_lime").unwrap_err().to_string();
    assert!(error.contains("defend_the_lime") && error.contains("defend_the_line"), "{error}");

    let mut config = support::scenario("basic");
    config.map = Some("map99".to_owned());
    assert!(matches!(start(&config), Error::UnknownMap { .. }));
}

#[test]
fn arguments_the_engine_does_not_survive() {
    let mut config = support::scenario("basic");
    config.game_args = vec!["+quit".to_owned()];
    let error = start(&config);
    assert!(error.is_engine_failure(), "{error}");
    assert_eq!(support::leftovers(std::process::id()), Vec::<String>::new());
}

#[test]
fn actions_that_do_not_fit() {
    let (_dir, options) = support::options();
    let mut engine = Engine::start(&support::install(), &support::scenario("basic"), &options).unwrap();
    engine.new_episode(1).unwrap();
    for action in [&[0.0; 4][..], &[f64::NAN]] {
        let error = engine.step(action, 1, vizdoom::Refresh::Full).unwrap_err();
        assert!(matches!(error, Error::BadAction { .. }), "{error}");
    }
    engine.step(&[1.0], 1, vizdoom::Refresh::Full).unwrap();
}
