//! A child of two parents.

use domain::genome::{Domain, Parameter};
use domain::seed::Draws;

use super::spec::Crossover;
use crate::evolution::space::{Axis, Space};

/// Numbers that differ less than this share of their range are one: crossing them would divide by it.
const ALIKE: f64 = 1e-14;

/// Which of two children. By the same draws, the second gets from its parents what the first does not: of every gene the
/// other parent's, or the other side of the middle between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Child {
    First,
    Second,
}

/// What is done with a gene that is a number.
#[derive(Clone, Copy)]
enum OfNumbers {
    Whole,
    Blended(f64),
    SimulatedBinary(f64),
}

/// Crosses two parents and says how. For the second child `a` is the parent that is `b` for the first. A gene that has an
/// effect in one parent only comes from that one.
pub(super) fn cross(
    space: &Space,
    a: &[f64],
    b: &[f64],
    crossover: Crossover,
    child: Child,
    draws: &mut Draws,
) -> (Vec<f64>, &'static str) {
    let (of_numbers, name) = match crossover {
        Crossover::UniformOrBlend { alpha } if draws.unit() < 0.5 => (OfNumbers::Blended(alpha), "blend_crossover"),
        Crossover::Uniform | Crossover::UniformOrBlend { .. } => (OfNumbers::Whole, "uniform_crossover"),
        Crossover::Blend { alpha } => (OfNumbers::Blended(alpha), "blend_crossover"),
        Crossover::SimulatedBinary { eta } => (OfNumbers::SimulatedBinary(eta), "simulated_binary_crossover"),
    };
    let gene = |(parameter, (&a, &b)): (&Parameter, (&f64, &f64))| match (&parameter.domain, of_numbers) {
        (Domain::Real { .. } | Domain::Integer { .. }, OfNumbers::Blended(alpha)) => {
            let axis = Axis::from(parameter);
            let share = draws.unit();
            let share = if child == Child::First { share } else { 1.0 - share };
            axis.value(blend(axis.place(a), axis.place(b), alpha, share))
        }
        (Domain::Real { .. } | Domain::Integer { .. }, OfNumbers::SimulatedBinary(eta)) => {
            simulated_binary(parameter, a, b, eta, child, draws)
        }
        _ if draws.unit() < 0.5 => a,
        _ => b,
    };
    let mut genes: Vec<_> = space.parameters.iter().zip(a.iter().zip(b)).map(gene).collect();
    let active = space.active(a).into_iter().zip(space.active(b));
    for (gene, active) in active.enumerate() {
        match active {
            (true, false) => genes[gene] = a[gene],
            (false, true) => genes[gene] = b[gene],
            _ => {}
        }
    }
    (genes, name)
}

/// A point between `alpha` of the distance below the lower and above the higher parent, at `share` (0 to 1) of the way.
fn blend(a: f64, b: f64, alpha: f64, share: f64) -> f64 {
    let (low, high) = (a.min(b), a.max(b));
    let width = high - low;
    low - alpha * width + share * (1.0 + 2.0 * alpha) * width
}

/// With even chances, `a` itself or one of the two children of simulated binary crossover, either as likely to be the
/// first.
fn simulated_binary(parameter: &Parameter, a: f64, b: f64, eta: f64, child: Child, draws: &mut Draws) -> f64 {
    let axis = Axis::from(parameter);
    let (is_crossed, share, is_first_lower) = (draws.unit() < 0.5, draws.unit(), draws.unit() < 0.5);
    let is_lower = is_first_lower == (child == Child::First);
    let (low, high) = axis.bounds();
    let (near, far) = (axis.place(a.min(b)), axis.place(a.max(b)));
    let distance = far - near;
    if !is_crossed || distance <= ALIKE * (high - low) {
        return a;
    }
    let centre = near + far;
    axis.value(if is_lower {
        0.5 * (centre - spread(1.0 + 2.0 * (near - low) / distance, eta, share) * distance)
    } else {
        0.5 * (centre + spread(1.0 + 2.0 * (high - far) / distance, eta, share) * distance)
    })
}

/// The distance of two children in that of their parents, at `share` of its distribution, where it may be at most
/// `most`: equation 9 of Deb and Agrawal (1995), with the density cut off at the bound and scaled (Deb 2000).
fn spread(most: f64, eta: f64, share: f64) -> f64 {
    let scaled = share * (2.0 - libm::pow(most, -(eta + 1.0)));
    let base = if scaled <= 1.0 { scaled } else { 1.0 / (2.0 - scaled) };
    libm::pow(base, 1.0 / (eta + 1.0))
}

#[cfg(test)]
mod tests {
    use domain::genome::Genome;

    use super::*;

    const WIDE: Parameter =
        Parameter { name: "wide", domain: Domain::Real { low: -10.0, high: 20.0 }, ..Parameter::PLAIN };

    #[test]
    fn a_blend_reaches_half_the_distance_beyond_both_parents() {
        assert_eq!([0.0, 0.5, 1.0].map(|share| blend(4.0, 2.0, 0.5, share)), [1.0, 3.0, 5.0]);
        assert_eq!(blend(2.0, 2.0, 0.5, 0.9), 2.0);
    }

    #[test]
    fn children_of_binary_crossover_lie_around_both_parents_and_within_the_range() {
        let mut draws = Draws::new(1);
        let children: Vec<_> =
            (0..20_000).map(|_| simulated_binary(&WIDE, 1.0, 3.0, 2.0, Child::First, &mut draws)).collect();
        let share = |wanted: &dyn Fn(f64) -> bool| {
            children.iter().filter(|&&child| wanted(child)).count() as f64 / children.len() as f64
        };
        assert!(children.iter().all(|child| (-10.0..=20.0).contains(child)));
        // Half are not crossed; of the others as many are nearer to the first parent as to the second.
        assert!((share(&|child| child == 1.0) - 0.5).abs() < 0.02);
        assert!((share(&|child| child < 2.0 && child != 1.0) - 0.25).abs() < 0.02);
        // As many lie between the parents as beyond them.
        assert!((share(&|child| child > 1.0 && child < 3.0) - 0.25).abs() < 0.02);
    }

    #[test]
    fn two_children_have_between_them_what_their_parents_have() {
        let parameters = [WIDE, Parameter { name: "narrow", ..WIDE }, Parameter { name: "flag", ..Parameter::PLAIN }];
        let space = Space::new(&parameters, None, &Genome::default()).unwrap();
        let (a, b) = ([1.0, 4.0, 0.0], [3.0, 4.5, 1.0]);
        for crossover in [
            Crossover::Uniform,
            Crossover::Blend { alpha: 0.5 },
            Crossover::UniformOrBlend { alpha: 0.5 },
            Crossover::SimulatedBinary { eta: 20.0 },
        ] {
            for key in 0..50 {
                let (first, _) = cross(&space, &a, &b, crossover, Child::First, &mut Draws::new(key));
                let (second, _) = cross(&space, &b, &a, crossover, Child::Second, &mut Draws::new(key));
                for gene in 0..3 {
                    let (had, have) = (a[gene] + b[gene], first[gene] + second[gene]);
                    // Bounds that are not equally far cut the distribution off on one side more than on the other.
                    assert!((had - have).abs() < 1e-6, "{crossover:?} {first:?} {second:?}");
                }
            }
        }
    }

    #[test]
    fn the_spread_is_the_one_of_the_paper() {
        // Without a bound, half of the spreads are below 1, and spread(u) = (2 u)^(1 / (eta + 1)) there.
        assert!((spread(f64::INFINITY, 2.0, 0.25) - libm::cbrt(0.5)).abs() < 1e-15);
        assert!((spread(f64::INFINITY, 2.0, 0.5) - 1.0).abs() < 1e-15);
        assert!((spread(f64::INFINITY, 2.0, 0.75) - libm::cbrt(2.0)).abs() < 1e-15);
        // At the bound's end the child is at the bound.
        assert!((spread(4.0, 5.0, 1.0) - 4.0).abs() < 1e-9);
    }
}
