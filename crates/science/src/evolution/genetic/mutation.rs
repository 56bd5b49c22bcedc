//! Small random changes.

use domain::genome::{Domain, Parameter};
use domain::seed::Draws;

use super::spec::{GeneticSpec, Mutation};
use crate::evolution::space::{Axis, Space};

/// Smallest and largest step that a member can carry, as a share of the range.
const STEPS: (f64, f64) = (1e-4, 0.5);

/// What children that were changed so are called.
pub(super) fn name(mutation: Mutation) -> &'static str {
    match mutation {
        Mutation::Gaussian { .. } => "mutation",
        Mutation::Polynomial { .. } => "polynomial_mutation",
        Mutation::SelfAdaptive { .. } => "self_adaptive_mutation",
    }
}

/// Changes each gene that has an effect with the probability `spec.mutation_rate`, normal draws with the standard
/// deviation `step`. With `at_least_one`, a child that would otherwise repeat its parent gets one change, unless mutation
/// is switched off. Returns whether a gene was changed.
pub(super) fn mutate(
    space: &Space,
    genes: &mut [f64],
    spec: &GeneticSpec,
    step: f64,
    at_least_one: bool,
    draws: &mut Draws,
) -> bool {
    let active: Vec<_> = space.active(genes).iter().enumerate().filter_map(|(gene, &is)| is.then_some(gene)).collect();
    let forced = (at_least_one && spec.mutation_rate > 0.0).then(|| draws.below(active.len() as u64) as usize);
    let before = genes.to_vec();
    let mut chosen = vec![false; genes.len()];
    chosen.iter_mut().for_each(|chosen| *chosen = draws.unit() < spec.mutation_rate);
    if let Some(&gene) = forced.and_then(|place| active.get(place)).filter(|_| active.iter().all(|&gene| !chosen[gene]))
    {
        chosen[gene] = true;
    }
    let is_active = |gene: usize| active.binary_search(&gene).is_ok();
    for (gene, parameter) in space.parameters.iter().enumerate() {
        let value = changed(parameter, genes[gene], spec.mutation, step, draws);
        if chosen[gene] && is_active(gene) {
            genes[gene] = value;
        }
    }
    genes != before
}

/// The step that a child of members with `step` carries: times exp(N(0, 1) / sqrt(n)), the learning rate that Schwefel
/// (1981) gives for a single step size.
pub(super) fn adapted(step: f64, genes: usize, draws: &mut Draws) -> f64 {
    let rate = 1.0 / libm::sqrt(genes as f64);
    (step * libm::exp(rate * draws.normal())).clamp(STEPS.0, STEPS.1)
}

/// The value after a change of its own kind.
fn changed(parameter: &Parameter, value: f64, mutation: Mutation, step: f64, draws: &mut Draws) -> f64 {
    let axis = Axis::from(parameter);
    let (low, high) = axis.bounds();
    let place = axis.place(value);
    let (target, is_down) = match mutation {
        Mutation::Gaussian { .. } | Mutation::SelfAdaptive { .. } => {
            let step = draws.normal() * step;
            (reflected(place + step * (high - low), low, high), step < 0.0)
        }
        Mutation::Polynomial { eta } => {
            let share = draws.unit();
            (polynomial(place, low, high, eta, share), share < 0.5)
        }
    };
    match parameter.domain {
        Domain::Choice { names } => another(value, names.len(), draws),
        Domain::Flag => 1.0 - value,
        Domain::Real { .. } => axis.value(target),
        Domain::Integer { .. } => moved(&parameter.domain, value, axis.value(target), is_down),
    }
}

/// A whole number moves by at least 1.
fn moved(domain: &Domain, value: f64, target: f64, is_down: bool) -> f64 {
    if target != value {
        return target;
    }
    let (low, high) = domain.bounds();
    domain.nearest(reflected(value + if is_down { -1.0 } else { 1.0 }, low, high))
}

/// Any number from 0 below `count` but `value`, if there is one.
fn another(value: f64, count: usize, draws: &mut Draws) -> f64 {
    let other = draws.below(count.saturating_sub(1) as u64) as f64;
    if count > 1 && other >= value { other + 1.0 } else { other }
}

/// A step that left the range is reflected at its end, so that values do not heap up there.
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

/// The place at `share` (0 to 1) of the polynomial distribution around `place`, cut off at the bounds (Deb and Goyal 1996;
/// bounded as Deb and Agrawal 1999).
fn polynomial(place: f64, low: f64, high: f64, eta: f64, share: f64) -> f64 {
    let width = high - low;
    if width <= 0.0 {
        return place;
    }
    let beyond = |distance: f64| libm::pow(1.0 - distance / width, eta + 1.0);
    let root = |power: f64| libm::pow(power, 1.0 / (eta + 1.0));
    let change = if share <= 0.5 {
        root(2.0 * share + (1.0 - 2.0 * share) * beyond(place - low)) - 1.0
    } else {
        1.0 - root(2.0 * (1.0 - share) + 2.0 * (share - 0.5) * beyond(high - place))
    };
    (place + change * width).clamp(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REAL: Parameter =
        Parameter { name: "real", domain: Domain::Real { low: 0.0, high: 10.0 }, ..Parameter::PLAIN };

    #[test]
    fn steps_beyond_the_range_come_back() {
        assert_eq!(reflected(12.0, 0.0, 10.0), 8.0);
        assert_eq!(reflected(-2.0, 0.0, 10.0), 2.0);
        assert_eq!(reflected(95.0, 0.0, 10.0), 0.0);
    }

    #[test]
    fn whole_numbers_move_by_at_least_one_and_flags_flip() {
        let domain = Domain::Integer { low: 1, high: 3 };
        assert_eq!(moved(&domain, 2.0, 2.0, false), 3.0);
        assert_eq!(moved(&domain, 3.0, 3.0, false), 2.0);
        assert_eq!(moved(&domain, 1.0, 1.0, true), 2.0);
        assert_eq!(moved(&domain, 1.0, 3.0, true), 3.0);
        let flipped =
            |value| changed(&Parameter::PLAIN, value, Mutation::Gaussian { scale: 0.1 }, 0.1, &mut Draws::new(1));
        assert_eq!([0.0, 1.0].map(flipped), [1.0, 0.0]);
    }

    #[test]
    fn a_choice_becomes_any_of_the_others_alike() {
        let mut draws = Draws::new(5);
        let mut counts = [0; 4];
        (0..3000).for_each(|_| counts[another(1.0, 4, &mut draws) as usize] += 1);
        assert_eq!(counts[1], 0);
        assert!([0, 2, 3].iter().all(|&name| counts[name] > 900), "{counts:?}");
        assert_eq!(another(0.0, 1, &mut draws), 0.0);
    }

    #[test]
    fn polynomial_changes_stay_in_the_range_and_are_as_often_up_as_down() {
        let at = |place, share| polynomial(place, 0.0, 10.0, 20.0, share);
        assert_eq!([at(3.0, 0.0), at(3.0, 0.5), at(3.0, 1.0)], [0.0, 3.0, 10.0]);
        assert!(at(3.0, 0.4) < 3.0 && at(3.0, 0.6) > 3.0);
        // delta = (2 u)^(1 / (eta + 1)) - 1 far from the bounds.
        assert!((at(5.0, 0.25) - (5.0 + 10.0 * (libm::pow(0.5, 1.0 / 21.0) - 1.0))).abs() < 1e-6);
        assert_eq!(polynomial(2.0, 2.0, 2.0, 20.0, 0.3), 2.0);
    }

    #[test]
    fn steps_are_handed_down_with_even_chances_to_grow_and_shrink() {
        let mut draws = Draws::new(2);
        let steps: Vec<_> = (0..10_000).map(|_| adapted(0.1, 4, &mut draws)).collect();
        let grown = steps.iter().filter(|&&step| step > 0.1).count();
        assert!((4800..5200).contains(&grown), "{grown}");
        assert!(steps.iter().all(|step| (STEPS.0..=STEPS.1).contains(step)));
        assert_eq!(adapted(1e-9, 4, &mut draws), STEPS.0);
    }

    #[test]
    fn a_real_number_moves_by_its_step() {
        let moved = |key| changed(&REAL, 5.0, Mutation::Gaussian { scale: 0.1 }, 0.1, &mut Draws::new(key)) - 5.0;
        let variance = (0..4000).map(|key| moved(key) * moved(key)).sum::<f64>() / 4000.0;
        assert!((variance - 1.0).abs() < 0.1, "{variance}");
    }
}
