//! The driver sees what the Python API sees, byte for byte.

use vizdoom::GameVariable;

use crate::trace::{Job, compare};

/// Small and with everything about things on: what agents use.
const SEEN: &str = "screen_resolution = RES_160X120\nscreen_format = RGB24\nlabels_buffer_enabled = true\n\
                    objects_info_enabled = true\n";

fn job(scenario: &'static str, settings: &'static str) -> Job {
    Job { scenario, settings, seeds: vec![1, 1234, u32::MAX], skips: vec![1, 4], tics: 120 }
}

macro_rules! scenarios {
    ($($name:ident)*) => {
        $(#[test] fn $name() { compare(&[job(stringify!($name), SEEN)]); })*
    };
}

scenarios! {
    basic simpler_basic defend_the_center defend_the_line deadly_corridor health_gathering
    health_gathering_supreme my_way_home predict_position take_cover rocket_basic deathmatch
}

#[test]
fn episodes_to_the_end_at_full_size() {
    let settings = "labels_buffer_enabled = true\nobjects_info_enabled = true\ndoom_skill = 5";
    let job = Job { seeds: vec![7, 8], skips: vec![4], tics: 1600, ..job("defend_the_line", settings) };

    let traces = compare(&[job]);

    assert_eq!(traces[0].matches(" dead\n").count(), 2);
}

#[test]
fn depth_automap_and_sectors() {
    let settings = "screen_resolution = RES_160X120\ndepth_buffer_enabled = true\nautomap_buffer_enabled = true\n\
                    automap_mode = objects_with_size\nautomap_rotate = true\nrender_hud = true\n\
                    sectors_info_enabled = true\nlabels_buffer_enabled = true\nobjects_info_enabled = true";
    let jobs = ["deathmatch", "my_way_home"].map(|scenario| Job {
        seeds: vec![3],
        skips: vec![2],
        tics: 60,
        ..job(scenario, settings)
    });

    for trace in compare(&jobs) {
        assert!(trace.contains("\nsector "));
    }
}

#[test]
fn notifications() {
    let settings = "notifications_buffer_size = 4";
    let job = Job { skips: vec![1], ..job("basic_notifications", settings) };

    let traces = compare(&[job]);

    assert!(traces[0].lines().any(|line| line.starts_with("notifications ") && line.len() > 16));
}

#[test]
fn every_screen_format() {
    let jobs = vizdoom::ScreenFormat::ALL.map(|format| {
        let settings = format!("screen_resolution = RES_200X125\nautomap_buffer_enabled = 1\nscreen_format = {format}");
        Job { seeds: vec![9], skips: vec![4], tics: 32, ..job("basic", settings.leak()) }
    });
    compare(&jobs);
}

#[test]
fn every_reward_coefficient() {
    let settings = "living_reward = 0.003\ndeath_penalty = 7.1\nmap_exit_reward = 3.3\nkill_reward = 1.7\n\
                    item_reward = 0.31\nsecret_reward = 0.77\nfrag_reward = 1.13\nhit_reward = 0.91\n\
                    hit_taken_penalty = 0.37\ndamage_made_reward = 0.0173\ndamage_taken_penalty = 0.0291\n\
                    health_reward = 0.053\narmor_reward = 0.0417\nscreen_resolution = RES_160X120";
    let wander = format!(
        "{settings}\ndoom_map = map07\ndoom_skill = 1\n\
         available_buttons = {{ MOVE_FORWARD TURN_LEFT_RIGHT_DELTA SPEED }}"
    );
    let scenarios = ["deadly_corridor", "basic", "health_gathering", "defend_the_center"];
    let mut jobs = Vec::from(scenarios.map(|scenario| Job { skips: vec![1, 3], tics: 400, ..job(scenario, settings) }));
    jobs.push(Job { seeds: vec![1], skips: vec![4], tics: 1500, ..job("freedoom2", wander.leak()) });

    let traces = compare(&jobs).concat();

    // A comparison says something about a coefficient only if its counter moved. Secrets are
    // not found by chance, and one player alone makes no frags.
    for variable in [
        GameVariable::Killcount,
        GameVariable::Itemcount,
        GameVariable::Hitcount,
        GameVariable::HitsTaken,
        GameVariable::Damagecount,
        GameVariable::DamageTaken,
        GameVariable::Health,
        GameVariable::Armor,
    ] {
        assert!(grew(&traces, variable), "{variable}");
    }
    assert!(traces.contains(" dead\n") && traces.contains(" map\n") && traces.contains(" timeout\n"));
}

/// Says whether a variable grew within an episode.
fn grew(traces: &str, variable: GameVariable) -> bool {
    let mut last = None;
    traces.lines().any(|line| {
        let mut fields = line.split(' ');
        match fields.next() {
            Some("episode") => last = None,
            Some("state") => {
                let bits = fields.nth(1 + variable.number()).unwrap();
                let value = f64::from_bits(u64::from_str_radix(bits, 16).unwrap());
                return last.replace(value).is_some_and(|last| value > last);
            }
            _ => {}
        }
        false
    })
}

#[test]
fn limits_on_axes() {
    let settings = "screen_resolution = RES_160X120\nbutton_max_value = TURN_LEFT_RIGHT_DELTA 1\n\
                    button_max_value = MOVE_LEFT_RIGHT_DELTA 2";
    compare(&[Job { seeds: vec![2], skips: vec![2], ..job("deathmatch", settings) }]);
}

#[test]
#[ignore = "long suite"]
fn long_matrix() {
    for scenario in ["basic", "defend_the_line", "deadly_corridor", "deathmatch", "my_way_home", "take_cover"] {
        let seeds = (0..20).map(|i| i * 0x0ccc_cccd).collect();
        compare(&[Job { seeds, tics: 600, ..job(scenario, SEEN) }]);
    }
}
