//! Whether the analysis finds nothing where there is nothing, and finds what was put there.
//!
//! The response is put into a random order within blocks, so that no cell can have an effect, and analysed as the real
//! data are: an A/A comparison. Then the same is done with a known effect added to one cell.

use domain::seed::Address;

use super::{Check, State};
use crate::linear::{Fit, Frame, LinearError, Squares, Term, Terms, fit};
use crate::study::Question;
use crate::study::cells::{Cell, cell_of_row};
use crate::study::permutation::{Shuffle, blocks};
use crate::study::words::{number, percent};

/// Chance that an analysis without fault is blamed, which is small because it is asked at every study.
const BLAME: f64 = 0.001;

/// What the repetitions gave.
#[derive(Default)]
struct Counts {
    repeats: u32,
    called_different: u32,
    covered: u32,
    estimates: f64,
}

/// The checks, or what is missing for them.
pub(super) fn calibrate(frame: &Frame, cells: &[Cell], question: &Question) -> Result<Vec<Check>, LinearError> {
    let names = ["A/A comparison", "injected effect"];
    let skipped = |finding: &str| Ok(names.map(|name| Check::new(name, State::Skipped, finding)).to_vec());
    if cells.len() < 2 {
        return skipped("there are no two cells to compare");
    }
    let of_cells = by_cell(frame, cells)?;
    let terms = Terms::up_to(&of_cells, 1)?;
    let fitted = fit(&of_cells, &terms)?;
    let Some(effect) = fitted.sigma() else { return skipped("the cells leave no scatter to compare with") };
    let shuffle = Shuffle::within(blocks(&of_cells));
    if shuffle.is_fixed() {
        return skipped("every block holds one row, so nothing can change places within it");
    }
    let counts = repeat(&of_cells, &fitted, &shuffle, effect, question)?;
    if counts.repeats == 0 {
        return skipped("the rows cannot tell cells and blocks apart");
    }
    Ok(vec![same(&counts, question, names[0]), known(&counts, effect, question, names[1])])
}

/// The frame with one factor, whose levels are the cells, and its blocks.
fn by_cell(frame: &Frame, cells: &[Cell]) -> Result<Frame, LinearError> {
    let names: Vec<_> = (0..cells.len()).map(|number| number.to_string()).collect();
    let codes = cell_of_row(cells, frame.rows());
    let of_cells = Frame::new(frame.response(), frame.values().to_vec())?.categorical("(cell)", &codes, &names)?;
    Ok(of_cells.with_blocks_of(frame))
}

fn repeat(
    frame: &Frame,
    fitted: &Fit<'_>,
    shuffle: &Shuffle,
    effect: f64,
    question: &Question,
) -> Result<Counts, LinearError> {
    let cell = Term::of(&[0]);
    let number = fitted.terms().terms().iter().position(|term| *term == cell).unwrap_or_default();
    let hypothesis = fitted.hypothesis(number, Squares::Hierarchical)?;
    let means = fitted.marginal_means(&cell, question.level())?;
    let weights: Vec<_> = (0..means.means.len()).map(|cell| f64::from(cell == 1) - f64::from(cell == 0)).collect();
    let contrast = means.prepare(&weights, question.level())?;
    let address = Address::new(question.seed, "study/gate/v1");
    let mut counts = Counts::default();
    for index in 0..question.repeats(frame.rows() * 2) {
        let mut values = frame.values().to_vec();
        shuffle.apply(&mut address.clone().at(index).stream(), &mut values);
        let nothing = fitted.with_values(values)?;
        let Some(p) = nothing.p(&hypothesis) else { continue };
        let raised = nothing.values().iter().zip(frame.codes(0)).map(|(value, &cell)| value + raise(cell, effect));
        let Some((estimate, low, high)) = contrast.of(&nothing.with_values(raised.collect())?) else { continue };
        counts.repeats += 1;
        counts.called_different += u32::from(p < question.alpha);
        counts.covered += u32::from(low <= effect && effect <= high);
        counts.estimates += estimate;
    }
    Ok(counts)
}

fn raise(cell: u32, effect: f64) -> f64 {
    if cell == 1 { effect } else { 0.0 }
}

/// Equal things should be called different as often as `alpha` says, and not more often.
fn same(counts: &Counts, question: &Question, name: &'static str) -> Check {
    let share = f64::from(counts.called_different) / f64::from(counts.repeats);
    let finding = format!(
        "of {} comparisons of equal cells, {} were called different; {} should be",
        counts.repeats,
        percent(share),
        percent(question.alpha)
    );
    let state = if share > most(question.alpha, counts.repeats) { State::Failed } else { State::Passed };
    Check::new(name, state, finding)
}

/// A known effect should be found, and its interval should hold it as often as it says.
fn known(counts: &Counts, effect: f64, question: &Question, name: &'static str) -> Check {
    let missed = f64::from(counts.repeats - counts.covered) / f64::from(counts.repeats);
    let finding = format!(
        "an effect of {} was put into one cell {} times: found as {} on average, and inside {} of the {} intervals",
        number(effect),
        counts.repeats,
        number(counts.estimates / f64::from(counts.repeats)),
        percent(1.0 - missed),
        percent(question.level())
    );
    let state = if missed > most(question.alpha, counts.repeats) { State::Failed } else { State::Passed };
    Check::new(name, state, finding)
}

/// The share that an event of this probability exceeds with a chance of `BLAME`, by the normal approximation; methods that
/// are known to be approximate get half as much again.
fn most(probability: f64, repeats: u32) -> f64 {
    let spread = libm::sqrt(probability * (1.0 - probability) / f64::from(repeats));
    1.5 * probability + crate::distribution::normal::quantile(1.0 - BLAME) * spread
}
