//! The shipped scenarios load and start.

use vizdoom::{Engine, Error, Refresh};

use crate::support;

/// Need commercial game data, which does not come with the engine.
const COMMERCIAL: [&str; 2] = ["doom", "doom2"];
/// Have starts for deathmatches only: one player alone cannot be put on their maps. The
/// third multi-player scenario, multi, can be played alone.
const NOT_ALONE: [&str; 2] = ["cig", "multi_duel"];

#[test]
fn every_scenario_loads() {
    let install = support::install();
    let names = install.scenarios();
    assert_eq!(names.len(), 23, "{names:?}");
    for name in names {
        let config = install.scenario(&name).unwrap();
        assert!(!config.buttons.is_empty(), "{name}");
        // Only sound and windows, which this driver does not have.
        for warning in config.warnings {
            assert!(!warning.reason.contains("unknown"), "{name}: {warning:?}");
        }
    }
}

#[test]
fn every_scenario_with_its_data_starts_and_plays() {
    let install = support::install();
    for name in install.scenarios() {
        let (_dir, options) = support::options();
        let config = install.scenario(&name).unwrap();
        if COMMERCIAL.contains(&name.as_str()) {
            let error = Engine::start(&install, &config, &options).unwrap_err();
            assert!(matches!(error, Error::MissingWad { .. }), "{name}: {error}");
            continue;
        }
        if NOT_ALONE.contains(&name.as_str()) {
            let error = Engine::start(&install, &config, &options).unwrap_err();
            assert!(error.to_string().contains("No player 1 start"), "{name}: {error}");
            continue;
        }
        let mut engine = Engine::start(&install, &config, &options).unwrap();
        engine.new_episode(1).unwrap();
        let tic = engine.state().map_tic();
        engine.step(&[1.0], 4, Refresh::Full).unwrap();
        assert_eq!(engine.state().map_tic(), tic + 4, "{name}");
        assert_eq!(engine.state().doom_seed(), 1, "{name}");
        assert!(engine.state().screen().iter().any(|&byte| byte != 0), "{name}");
    }
}

#[test]
fn a_scenario_can_be_changed_by_its_fields() {
    let install = support::install();
    let (_dir, options) = support::options();
    let mut config = install.scenario("defend_the_line").unwrap();
    config.buttons = vec![vizdoom::Button::MoveLeft, vizdoom::Button::Attack];
    config.timeout = 20;
    config.skill = 1;
    config.resolution = vizdoom::Resolution::new(200, 150).unwrap();

    let mut engine = Engine::start(&install, &config, &options).unwrap();
    engine.new_episode(3).unwrap();
    let step = engine.step(&[1.0, 1.0], 50, Refresh::Full).unwrap();

    assert_eq!(step.finished, Some(vizdoom::End::Timeout));
    assert_eq!(step.tics, 20);
    assert_eq!(engine.state().screen().len(), 200 * 150 * 3);
    let again = engine.step(&[], 1, Refresh::Full).unwrap();
    assert_eq!((again.tics, again.reward), (0, 0.0));
}

#[test]
fn a_map_is_drawn_from_the_lines_of_its_wad() {
    let install = support::install();
    // All lines, and those of one side, as another program counts them.
    for (scenario, map, all, one_sided) in
        [("defend_the_line", "map01", 7, 7), ("deadly_corridor", "map01", 32, 26), ("freedoom2", "map01", 1274, 507)]
    {
        let config = install.scenario(scenario).unwrap();
        let (name, lines) = Engine::map_lines(&install, &config).unwrap();
        assert!(name.eq_ignore_ascii_case(map), "{scenario}: {name}");
        assert_eq!(lines.len(), all, "{scenario}");
        assert_eq!(lines.iter().filter(|line| line.is_one_sided).count(), one_sided, "{scenario}");
        let [min, max] = Engine::map_bounds(&install, &config).unwrap();
        let ends = lines.iter().flat_map(|line| [line.from, line.to]);
        assert!(ends.into_iter().all(|[x, y]| min[0] <= x && x <= max[0] && min[1] <= y && y <= max[1]), "{scenario}");
    }
}

#[test]
fn another_map_of_the_same_files() {
    let install = support::install();
    let (_dir, options) = support::options();
    let mut engine = Engine::start(&install, &install.scenario("freedoom2").unwrap(), &options).unwrap();

    engine.new_episode_on("map05", 1).unwrap();
    let elsewhere = engine.state().variable(vizdoom::GameVariable::PositionX);
    engine.new_episode_on("MAP01", 1).unwrap();

    assert_ne!(engine.state().variable(vizdoom::GameVariable::PositionX), elsewhere);
    let error = engine.new_episode_on("map99", 1).unwrap_err();
    assert!(matches!(error, Error::UnknownMap { .. }), "{error}");
    engine.new_episode(1).unwrap();
}
