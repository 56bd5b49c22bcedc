//! The driver sees what the Python API sees, byte for byte.

use crate::trace::Job;

/// Small and with everything about things on: what agents use.
const SEEN: &str = "screen_resolution = RES_160X120\nscreen_format = RGB24\nlabels_buffer_enabled = true\n\
                    objects_info_enabled = true\n";

fn job(scenario: &'static str, skip: u32) -> Job {
    Job { scenario, settings: SEEN, seeds: vec![1, 1234, u32::MAX], skip, steps: 150 / skip }
}

fn compare(scenario: &'static str) {
    for skip in [1, 4] {
        let lines = job(scenario, skip).compare();
        println!("{scenario}, skip {skip}: {lines} lines equal");
    }
}

macro_rules! scenarios {
    ($($name:ident)*) => {
        $(#[test] fn $name() { compare(stringify!($name)); })*
    };
}

scenarios! {
    basic simpler_basic defend_the_center defend_the_line deadly_corridor health_gathering
    health_gathering_supreme my_way_home predict_position take_cover rocket_basic deathmatch
}

#[test]
fn episodes_to_the_end_at_full_size() {
    let settings = "labels_buffer_enabled = true\nobjects_info_enabled = true\ndoom_skill = 5";
    let job = Job { scenario: "defend_the_line", settings, seeds: vec![7, 8], skip: 4, steps: 400 };
    let trace = job.rust();
    assert_eq!(trace.matches(" dead\n").count(), 2);
    job.compare();
}

#[test]
fn depth_automap_and_sectors() {
    let settings = "screen_resolution = RES_160X120\ndepth_buffer_enabled = true\nautomap_buffer_enabled = true\n\
                    automap_mode = objects_with_size\nautomap_rotate = true\nrender_hud = true\n\
                    sectors_info_enabled = true\nlabels_buffer_enabled = true\nobjects_info_enabled = true";
    for scenario in ["deathmatch", "my_way_home"] {
        let job = Job { scenario, settings, seeds: vec![3], skip: 2, steps: 30 };
        assert!(job.rust().contains("\nsector "));
        job.compare();
    }
}

#[test]
fn notifications() {
    let settings = "notifications_buffer_size = 4";
    let job = Job { scenario: "basic_notifications", settings, seeds: vec![5, 6], skip: 1, steps: 120 };
    let trace = job.rust();
    assert!(trace.lines().any(|line| line.starts_with("notifications ") && line.len() > 16));
    job.compare();
}

#[test]
fn every_screen_format() {
    for format in vizdoom::ScreenFormat::ALL {
        let settings = format!("screen_resolution = RES_200X125\nautomap_buffer_enabled = 1\nscreen_format = {format}");
        let settings = String::leak(settings);
        Job { scenario: "basic", settings, seeds: vec![9], skip: 4, steps: 8 }.compare();
    }
}

#[test]
fn every_reward_coefficient() {
    let settings = "living_reward = 0.003\ndeath_penalty = 7.1\nmap_exit_reward = 3.3\nkill_reward = 1.7\n\
                    item_reward = 0.31\nsecret_reward = 0.77\nfrag_reward = 1.13\nhit_reward = 0.91\n\
                    hit_taken_penalty = 0.37\ndamage_made_reward = 0.0173\ndamage_taken_penalty = 0.0291\n\
                    health_reward = 0.053\narmor_reward = 0.0417\nscreen_resolution = RES_160X120";
    for scenario in ["deathmatch", "deadly_corridor", "freedoom2", "health_gathering", "defend_the_center"] {
        for skip in [1, 3] {
            Job { scenario, settings, seeds: vec![11, 12], skip, steps: 600 / skip }.compare();
        }
    }
}

#[test]
fn limits_on_axes() {
    let settings = "screen_resolution = RES_160X120\nbutton_max_value = TURN_LEFT_RIGHT_DELTA 1\n\
                    button_max_value = MOVE_LEFT_RIGHT_DELTA 2";
    Job { scenario: "deathmatch", settings, seeds: vec![2], skip: 2, steps: 60 }.compare();
}

#[test]
#[ignore = "long suite"]
fn long_matrix() {
    for scenario in ["basic", "defend_the_line", "deadly_corridor", "deathmatch", "my_way_home", "take_cover"] {
        for skip in [1, 4] {
            let seeds = (0..20).map(|i| i * 0x0ccc_cccd).collect();
            Job { scenario, settings: SEEN, seeds, skip, steps: 600 / skip }.compare();
        }
    }
}
