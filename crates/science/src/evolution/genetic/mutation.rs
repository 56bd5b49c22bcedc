//! Small random changes.

use domain::experiment::EvolutionSpec;
use domain::genome::Domain;
use domain::seed::Draws;

use super::space::Space;

/// Changes each gene with the probability `spec.mutation_rate`. With `at_least_one`, a child that would otherwise
/// repeat its parent gets one change, unless mutation is switched off. Returns whether a gene was changed.
pub(super) fn mutate(
    space: &Space,
    genes: &mut [f64],
    spec: &EvolutionSpec,
    at_least_one: bool,
    draws: &mut Draws,
) -> bool {
    let forced = (at_least_one && spec.mutation_rate > 0.0).then(|| draws.below(genes.len() as u64) as usize);
    let before = genes.to_vec();
    let mut chosen = vec![false; genes.len()];
    chosen.iter_mut().for_each(|chosen| *chosen = draws.unit() < spec.mutation_rate);
    if let Some(gene) = forced.filter(|_| !chosen.contains(&true)) {
        chosen[gene] = true;
    }
    for (index, parameter) in space.parameters.iter().enumerate() {
        let step = draws.normal();
        if chosen[index] {
            genes[index] = moved(&parameter.domain, genes[index], step * spec.mutation_scale);
        }
    }
    genes != before
}

/// The value moved by `step` of its range. What leaves the range is reflected at its end, so that values do not heap
/// up there. A whole number moves by at least 1, a flag is flipped.
fn moved(domain: &Domain, value: f64, step: f64) -> f64 {
    let (low, high) = domain.bounds();
    let target = reflected(value + step * (high - low), low, high);
    match domain {
        Domain::Real { .. } => domain.nearest(target),
        Domain::Integer { .. } if domain.nearest(target) == value => {
            let one = if step < 0.0 { -1.0 } else { 1.0 };
            domain.nearest(reflected(value + one, low, high))
        }
        Domain::Integer { .. } | Domain::Choice { .. } => domain.nearest(target),
        Domain::Flag => 1.0 - value,
    }
}

fn reflected(value: f64, low: f64, high: f64) -> f64 {
    let mirrored = if value < low {
        low + (low - value)
    } else if value > high {
        high - (value - high)
    } else {
        value
    };
    mirrored.clamp(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_beyond_the_range_come_back() {
        let domain = Domain::Real { low: 0.0, high: 10.0 };
        assert_eq!(moved(&domain, 9.0, 0.3), 8.0);
        assert_eq!(moved(&domain, 1.0, -0.3), 2.0);
        assert_eq!(moved(&domain, 5.0, 9.0), 0.0);
    }

    #[test]
    fn whole_numbers_move_by_at_least_one_and_flags_flip() {
        let domain = Domain::Integer { low: 1, high: 3 };
        assert_eq!(moved(&domain, 2.0, 0.01), 3.0);
        assert_eq!(moved(&domain, 3.0, 0.01), 2.0);
        assert_eq!(moved(&domain, 1.0, -0.01), 2.0);
        assert_eq!([0.0, 1.0].map(|flag| moved(&Domain::Flag, flag, 0.0)), [1.0, 0.0]);
    }
}
