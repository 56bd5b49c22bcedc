//! What config files may say.

use std::path::Path;

use super::*;
use crate::screen::{Resolution, ScreenFormat};

fn parse(text: &str) -> GameConfig {
    GameConfig::parse(text, "/base").unwrap()
}

fn error(text: &str) -> String {
    GameConfig::parse(text, "/base").unwrap_err().to_string()
}

#[test]
fn keys_and_values_in_any_case_with_or_without_underscores() {
    for text in [
        "episode_timeout = 300\nscreen_format = rgb24\nrender_hud = True",
        "episodeTimeout = 300\nScreenFormat = RGB24\nRENDER_HUD=1",
    ] {
        let config = parse(text);
        assert_eq!(config.timeout, 300);
        assert_eq!(config.format, ScreenFormat::Rgb24);
        assert!(config.render.hud);
        assert!(config.warnings.is_empty());
    }
}

#[test]
fn paths_keep_their_case_and_are_relative_to_the_file() {
    let config = parse("doom_scenario_path = My Maps/A.wad\ndoom_game_path = /x/Doom2.WAD");
    assert_eq!(config.scenario.as_deref(), Some(Path::new("/base/My Maps/A.wad")));
    assert_eq!(config.game.as_deref(), Some(Path::new("/x/Doom2.WAD")));
}

#[test]
fn lists_append_and_forget_repeats() {
    let config = parse(
        "available_buttons = { ATTACK attack USE }\navailable_buttons += { JUMP USE }\n\
         available_game_variables = { AMMO2 }\navailable_game_variables = { HEALTH }",
    );
    assert_eq!(config.buttons, [Button::Attack, Button::Use, Button::Jump]);
    assert_eq!(config.variables, [GameVariable::Health]);
}

#[test]
fn game_args_append_and_keep_their_case() {
    let config = parse("game_args = +Name Bob\ngame_args += +sv_noautoaim 1");
    assert_eq!(config.game_args, ["+Name", "Bob", "+sv_noautoaim", "1"]);
}

#[test]
fn penalties_are_negative_rewards() {
    let config = parse("death_reward = -5\nhit_taken_reward = 2\ndamage_taken_penalty = 0.5");
    assert_eq!(config.rewards.death_penalty, 5.0);
    assert_eq!(config.rewards.hit_taken_penalty, -2.0);
    assert_eq!(config.rewards.damage_taken_penalty, 0.5);
}

#[test]
fn the_rest_of_the_keys() {
    let config = parse(
        "doom_map = E1M1\ndoom_skill = 5\nseed = 4294967295\nmode = ASYNC_PLAYER\nticrate = 70\n\
         episode_start_time = 0\nscreen_resolution = RES_640X480\nautomap_mode = Objects_With_Size\n\
         automap_rotate = true\nbutton_max_value = TURN_LEFT_RIGHT_DELTA 90\n\
         notifications_buffer_size = 35\nsectors_info_enabled = 1\nrender_corpses = false",
    );
    assert_eq!(config.map.as_deref(), Some("e1m1"));
    assert_eq!((config.skill, config.seed), (5, Some(u32::MAX)));
    assert_eq!((config.mode, config.ticrate), (Mode::AsyncPlayer, 70));
    assert_eq!(config.start_time, 1);
    assert_eq!(config.resolution, Resolution::new(640, 480).unwrap());
    assert_eq!(config.automap.mode, AutomapMode::ObjectsWithSize);
    assert!(config.automap.rotate && config.buffers.sectors && !config.render.corpses);
    assert_eq!(config.delta_limits, [0.0, 90.0, 0.0, 0.0, 0.0]);
    assert_eq!(config.buffers.notifications_tics, 35);
    assert!(config.warnings.is_empty());
}

#[test]
fn what_has_no_effect_is_a_warning() {
    let config = parse("frobnicate = 1\n\nwindow_visible = true\nsound_enabled = false");
    let lines: Vec<_> = config.warnings.iter().map(|w| (w.line, w.key.as_str())).collect();
    assert_eq!(lines, [(1, "frobnicate"), (3, "window_visible")]);
}

#[test]
fn errors_name_line_key_and_value() {
    for (text, parts) in [
        ("doom_skill = 6", ["config text:1", "doom_skill", "1 to 5"]),
        ("\nepisode_timeout = -3", ["config text:2", "episode_timeout", "-3"]),
        ("living_reward = much", [":1", "living_reward", "much"]),
        ("kill_reward = nan", [":1", "kill_reward", "nan"]),
        ("render_hud = maybe", [":1", "render_hud", "maybe"]),
        ("mode = fast", [":1", "mode", "fast"]),
        ("screen_resolution = res_1x1", [":1", "screen_resolution", "1x1"]),
        ("screen_format = ega", [":1", "screen_format", "ega"]),
        ("available_buttons = { FIRE }", [":1", "available_buttons", "fire"]),
        ("available_game_variables = { LUCK }", [":1", "available_game_variables", "luck"]),
        ("button_max_value = 3", [":1", "button_max_value", "button"]),
        ("doom_map =", [":1", "doom_map", "missing"]),
        ("doom_map += x", [":1", "doom_map", "+="]),
        ("hello", [":1", "hello", "key = value"]),
    ] {
        let error = error(text).to_lowercase();
        for part in parts {
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}

#[test]
fn render_bits_are_the_library_s() {
    let mut config = GameConfig::default();
    assert_eq!(config.render.bits(&config.automap), 4 + 16 + 32 + 64 + 512 + 2048 + 4096);
    // What defend_the_line gives.
    config.render.screen_flashes = false;
    assert_eq!(config.render.bits(&config.automap), 2676);
}
