//! Experiments with known effects.

use domain::seed::{Address, Draws};
use science::linear::Frame;
use science::study::{Question, Study};

pub(crate) const LEVELS: [&str; 3] = ["a", "b", "c"];

pub(crate) fn draws(purpose: &str) -> Draws {
    Address::new(20_261_129, purpose).stream()
}

/// Each of `blocks` blocks holds every level once; `effects` are added to the levels, and `between` times a draw to blocks.
pub(crate) fn experiment(purpose: &str, blocks: usize, effects: [f64; 3], between: f64) -> Vec<[f64; 3]> {
    let mut draws = draws(purpose);
    let block = |draws: &mut Draws| {
        let own = between * draws.normal();
        effects.map(|effect| 10.0 + effect + own + draws.normal())
    };
    (0..blocks).map(|_| block(&mut draws)).collect()
}

pub(crate) fn frame(rows: &[[f64; 3]], with_blocks: bool) -> Frame {
    let values = rows.iter().flatten().copied().collect();
    let levels: Vec<_> = rows.iter().flat_map(|_| LEVELS).collect();
    let seeds: Vec<_> =
        (0..rows.len()).flat_map(|seed| [seed.to_string(), seed.to_string(), seed.to_string()]).collect();
    let frame = Frame::new("kills", values).unwrap().labels("policy", &levels).unwrap();
    if with_blocks { frame.block("seed", &seeds).unwrap() } else { frame }
}

pub(crate) fn study(rows: &[[f64; 3]], with_blocks: bool) -> Study {
    Study::of(&frame(rows, with_blocks), &Question::default()).unwrap()
}
