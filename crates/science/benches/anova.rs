//! Time of an analysis of variance with all pairs by Tukey, on 100,000 rows; the same data and questions as in
//! `tools/science/anova_speed.py`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use science::linear::{Adjustment, Frame, LinearError, Squares, Term, Terms, fit};

const ROWS: usize = 100_000;
/// Levels of the factors a, b and c.
const LEVELS: [usize; 3] = [5, 4, 3];

/// Rows of a linear congruential sequence: levels from its high bits, then scatter and an effect of the level of a.
fn rows() -> (Vec<[usize; 3]>, Vec<f64>) {
    let mut state: u64 = 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let row = |_| {
        let levels = LEVELS.map(|count| next() % count);
        let scatter = (next() % 1_000_000) as f64 / 1e6;
        (levels, scatter + 0.01 * levels[0] as f64)
    };
    (0..ROWS).map(row).unzip()
}

/// From columns to the table of type II and all pairs of every factor.
fn analyse(levels: &[[usize; 3]], y: &[f64], factors: usize) -> Result<usize, LinearError> {
    let mut frame = Frame::new("y", y.to_vec())?;
    for factor in 0..factors {
        let codes: Vec<usize> = levels.iter().map(|row| row[factor]).collect();
        let names: Vec<String> = (0..LEVELS[factor]).map(|level| level.to_string()).collect();
        frame = frame.categorical(["a", "b", "c"][factor], &codes, &names)?;
    }
    let fit = fit(&frame, &Terms::up_to(&frame, factors)?)?;
    let mut tests = fit.anova(Squares::Hierarchical)?.rows.len();
    for factor in 0..factors {
        tests += fit.marginal_means(&Term::of(&[factor]), 0.95)?.pairwise(Adjustment::Tukey, 0.95)?.len();
    }
    Ok(tests)
}

fn anova(criterion: &mut Criterion) {
    let (levels, y) = rows();
    let mut group = criterion.benchmark_group("anova");
    group.sample_size(20);
    for (factors, name) in [(1, "one-way"), (2, "two-way"), (3, "three-way")] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| analyse(black_box(&levels), black_box(&y), factors).expect("the data are sound"));
        });
    }
    group.finish();
}

criterion_group!(benches, anova);
criterion_main!(benches);
