use crate::support;
use vizdoom::{Engine, Refresh};

#[test]
fn smoke() {
    let (_dir, options) = support::options();
    let t = std::time::Instant::now();
    let mut engine = Engine::start(&support::install(), &support::scenario("defend_the_line"), &options).unwrap();
    println!("start {:?}", t.elapsed());
    for seed in [1, 2, 1] {
        engine.new_episode(seed).unwrap();
        let mut n = 0;
        loop {
            let s = engine.step(&[0.0, 0.0, 1.0], 4, Refresh::Full).unwrap();
            n += 1;
            if let Some(end) = s.finished {
                println!("{n} {end:?} {} {}", engine.total_reward(), engine.state().map_tic());
                break;
            }
        }
    }
    engine.close().unwrap();
}
