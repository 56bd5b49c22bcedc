//! One child of two parents.

use domain::genome::Domain;
use domain::seed::Draws;

use super::space::Space;

/// How far a blend reaches beyond its parents, as a share of their distance: BLX-0.5 of Eshelman and Schaffer (1993),
/// the width at which blending neither narrows nor widens a population on average.
const ALPHA: f64 = 0.5;

/// Crosses two parents and says how: one half of the children take every gene whole from either parent, the other half
/// blend them. Blending widens the search around good parents, while whole genes keep what works together.
pub(super) fn cross(space: &Space, a: &[f64], b: &[f64], draws: &mut Draws) -> (Vec<f64>, &'static str) {
    let blends = draws.unit() < 0.5;
    let pairs = a.iter().zip(b).zip(&space.parameters);
    let genes = pairs
        .map(|((&a, &b), parameter)| match parameter.domain {
            Domain::Real { .. } | Domain::Integer { .. } if blends => {
                parameter.domain.nearest(blend(a, b, draws.unit()))
            }
            _ if draws.unit() < 0.5 => a,
            _ => b,
        })
        .collect();
    (genes, if blends { "blend_crossover" } else { "uniform_crossover" })
}

/// A point between `ALPHA` below the lower and `ALPHA` above the higher parent, at `share` (0 to 1) of the way.
fn blend(a: f64, b: f64, share: f64) -> f64 {
    let (low, high) = (a.min(b), a.max(b));
    let width = high - low;
    low - ALPHA * width + share * (1.0 + 2.0 * ALPHA) * width
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blend_reaches_half_the_distance_beyond_both_parents() {
        assert_eq!([0.0, 0.5, 1.0].map(|share| blend(4.0, 2.0, share)), [1.0, 3.0, 5.0]);
        assert_eq!(blend(2.0, 2.0, 0.9), 2.0);
    }
}
