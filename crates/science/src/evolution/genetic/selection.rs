//! Who is better, and who becomes a parent.

use domain::genome::Genome;
use domain::seed::Draws;

/// A member of a generation with what it achieved.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    /// Its position in the generation.
    pub position: u32,
    /// Its parameters.
    pub genome: Genome,
    /// What is maximised, such as the mean over its episodes. NaN is below every number.
    pub fitness: f64,
}

/// The members from best to worst: by fitness, ties by position.
#[must_use]
pub fn rank(evaluated: &[Evaluated]) -> Vec<&Evaluated> {
    let mut ranked: Vec<_> = evaluated.iter().collect();
    ranked.sort_by(|a, b| worth(b).total_cmp(&worth(a)).then(a.position.cmp(&b.position)));
    ranked
}

fn worth(member: &Evaluated) -> f64 {
    // Adding zero turns -0.0 into 0.0, which total_cmp would tell apart.
    if member.fitness.is_nan() { f64::NEG_INFINITY } else { member.fitness + 0.0 }
}

/// The best of `size` members drawn with replacement from `count` ranked ones, as an index into the ranking. One
/// member can be left out, if there is another.
pub(super) fn tournament(count: usize, size: u32, without: Option<usize>, draws: &mut Draws) -> usize {
    let skip = without.filter(|_| count > 1).unwrap_or(count);
    let candidates = if skip < count { count - 1 } else { count };
    let pick = |draws: &mut Draws| {
        let index = draws.below(candidates as u64) as usize;
        if index >= skip { index + 1 } else { index }
    };
    (1..size.max(1)).fold(pick(draws), |best, _| best.min(pick(draws)))
}
