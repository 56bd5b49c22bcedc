//! Steps per second of one engine, driver and engine on one core.

use std::time::{Duration, Instant};

use vizdoom::{Engine, Refresh};

use crate::support;

#[test]
#[ignore = "long suite"]
fn steps_per_second() {
    let (_dir, mut options) = support::options();
    options.cpus = Some(vec![0]);
    pin_to_first_cpu();
    let mut config = support::scenario("defend_the_line");
    config.resolution = vizdoom::Resolution::new(160, 120).unwrap();
    config.format = vizdoom::ScreenFormat::Rgb24;
    let mut engine = Engine::start(&support::install(), &config, &options).unwrap();
    for skip in [1, 4, 1, 4] {
        println!("skip {skip}: {:.0} steps/s", rate(&mut engine, skip));
    }
}

fn rate(engine: &mut Engine, skip: u32) -> f64 {
    let (mut steps, mut seed) = (0u32, 0);
    let mut spent = Duration::ZERO;
    while spent < Duration::from_secs(2) {
        seed += 1;
        engine.new_episode(seed).unwrap();
        let since = Instant::now();
        while engine.finished().is_none() {
            engine.step(&[0.0, 0.0, 1.0], skip, Refresh::Full).unwrap();
            steps += 1;
        }
        spent += since.elapsed();
    }
    f64::from(steps) / spent.as_secs_f64()
}

fn pin_to_first_cpu() {
    // SAFETY: an all-zero set is empty; the call reads one set. Not allowed is fine.
    unsafe {
        let mut set = std::mem::zeroed::<libc::cpu_set_t>();
        libc::CPU_SET(0, &mut set);
        libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &raw const set);
    }
}
