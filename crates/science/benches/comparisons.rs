//! Time of the comparisons of ten groups: all pairs by Tukey and by Games and Howell, and with a control by Dunnett.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use domain::seed::Address;
use science::analysis::compare::games_howell;
use science::linear::{Adjustment, Frame, LinearError, Term, Terms, fit};

const GROUPS: usize = 10;

/// Groups of so many values each, whose means are a third of a standard deviation apart.
fn groups(size: usize) -> Vec<Vec<f64>> {
    let mut draws = Address::new(1, "bench/comparisons").stream();
    let group = |place: usize| (0..size).map(|_| draws.normal() + place as f64 / 3.0).collect();
    (0..GROUPS).map(group).collect()
}

fn frame(groups: &[Vec<f64>]) -> Result<Frame, LinearError> {
    let codes: Vec<_> = groups.iter().enumerate().flat_map(|(place, group)| group.iter().map(move |_| place)).collect();
    let names: Vec<_> = (0..GROUPS).map(|place| place.to_string()).collect();
    Frame::new("kills", groups.concat())?.categorical("policy", &codes, &names)
}

fn comparisons(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("comparisons");
    group.sample_size(20);
    for size in [2, 4, 11, 101, 1001] {
        let groups = groups(size);
        let frame = frame(&groups).expect("the data are sound");
        let terms = Terms::up_to(&frame, 1).expect("the data are sound");
        let fit = fit(&frame, &terms).expect("the data are sound");
        let means = fit.marginal_means(&Term::of(&[0]), 0.95).expect("the data are sound");
        let df = GROUPS * (size - 1);
        group.bench_function(format!("Tukey, {df} degrees of freedom"), |bencher| {
            bencher.iter(|| black_box(&means).pairwise(Adjustment::Tukey, 0.95).expect("the data are sound"));
        });
        group.bench_function(format!("Dunnett, {df} degrees of freedom"), |bencher| {
            bencher.iter(|| black_box(&means).versus(0, Adjustment::Dunnett, 0.95).expect("the data are sound"));
        });
        group.bench_function(format!("Games-Howell, {size} values each"), |bencher| {
            bencher.iter(|| games_howell(black_box(&groups), 0.95).expect("the data are sound"));
        });
    }
    group.finish();
}

criterion_group!(benches, comparisons);
criterion_main!(benches);
