//! Time of a study of two factors over blocks: gate, model, permutation tests, diagnostics and effects.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use domain::seed::Address;
use science::linear::{Frame, LinearError};
use science::study::{Question, Study};

/// Every seed plays every combination of the levels of two factors once; both have an effect.
fn frame(levels: [usize; 2], seeds: usize) -> Result<Frame, LinearError> {
    let mut draws = Address::new(1, "bench/study").stream();
    let rows = seeds * levels[0] * levels[1];
    let place = |row: usize| [row % levels[0], row / levels[0] % levels[1], row / (levels[0] * levels[1])];
    let values = (0..rows).map(|row| draws.normal() + 0.2 * place(row)[0] as f64 + 0.1 * place(row)[1] as f64);
    let names = |factor: usize| (0..rows).map(|row| format!("{:03}", place(row)[factor])).collect::<Vec<_>>();
    let frame = Frame::new("kills", values.collect())?.labels("aim", &names(0))?.labels("turn", &names(1))?;
    frame.block("seed", &names(2))
}

fn study(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("study");
    group.sample_size(10);
    for (levels, seeds) in [([3, 3], 30), ([5, 4], 250)] {
        let frame = frame(levels, seeds).expect("the data are sound");
        let question = Question::default();
        group.bench_function(format!("{} rows", frame.rows()), |bencher| {
            bencher.iter(|| Study::of(black_box(&frame), &question).expect("the data are sound"));
        });
    }
    group.finish();
}

criterion_group!(benches, study);
criterion_main!(benches);
