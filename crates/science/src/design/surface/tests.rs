use super::super::{DesignError, Fraction};
use super::*;

/// The sum over all runs of a product of levels to these powers.
fn moment(points: &[Vec<f64>], powers: &[(usize, i32)]) -> f64 {
    points.iter().map(|point| powers.iter().map(|&(factor, power)| point[factor].powi(power)).product::<f64>()).sum()
}

fn pairs(factors: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..factors).flat_map(|b| (0..b).map(move |a| (a, b)))
}

/// Rotatability of second order: odd moments vanish and pure fourth moments are three times the mixed ones (Box and
/// Hunter 1957).
fn is_rotatable(points: &[Vec<f64>]) -> bool {
    let factors = points[0].len();
    pairs(factors).all(|(a, b)| {
        let mixed = moment(points, &[(a, 2), (b, 2)]);
        (moment(points, &[(a, 4)]) - 3.0 * mixed).abs() < 1e-9 && (moment(points, &[(b, 4)]) - 3.0 * mixed).abs() < 1e-9
    })
}

fn odd_moments_vanish(points: &[Vec<f64>]) -> bool {
    let factors = points[0].len();
    pairs(factors).all(|(a, b)| {
        [
            vec![(a, 1)],
            vec![(b, 1)],
            vec![(a, 1), (b, 1)],
            vec![(a, 2), (b, 1)],
            vec![(a, 1), (b, 2)],
            vec![(a, 3), (b, 1)],
        ]
        .iter()
        .all(|powers| moment(points, powers).abs() < 1e-9)
    })
}

/// Blocks are orthogonal if in each of them the linear and mixed moments vanish and the share of the pure second moments
/// is its share of the runs (Box and Hunter 1957).
fn blocks_are_orthogonal(surface: &Surface) -> bool {
    let factors = surface.points[0].len();
    let of = |block| -> Vec<Vec<f64>> {
        surface
            .points
            .iter()
            .zip(&surface.blocks)
            .filter(|(_, b)| **b == block)
            .map(|(point, _)| point.clone())
            .collect()
    };
    (0..=*surface.blocks.iter().max().unwrap()).all(|block| {
        let points = of(block);
        let share = points.len() as f64 / surface.points.len() as f64;
        let linear = (0..factors).all(|a| moment(&points, &[(a, 1)]).abs() < 1e-9);
        let mixed = pairs(factors).all(|(a, b)| moment(&points, &[(a, 1), (b, 1)]).abs() < 1e-9);
        let all = |a| moment(&surface.points, &[(a, 2)]);
        linear && mixed && (0..factors).all(|a| (moment(&points, &[(a, 2)]) - share * all(a)).abs() < 1e-9)
    })
}

/// Numbers of runs without centre points, numbers of blocks and rotatable designs as in Box and Behnken (1960).
#[test]
fn designs_of_box_and_behnken_are_as_published() {
    for (factors, runs, blocks, centres) in [(3, 12, 1, 3), (4, 24, 3, 1), (5, 40, 2, 3), (6, 48, 2, 3), (7, 56, 2, 3)]
    {
        let surface = box_behnken(factors, centres).unwrap();
        assert_eq!(surface.points.len(), runs + blocks * centres);
        assert_eq!(*surface.blocks.iter().max().unwrap() + 1, blocks);
        assert!(surface.points.iter().flatten().all(|level| [-1.0, 0.0, 1.0].contains(level)));
        assert!(odd_moments_vanish(&surface.points), "{factors}");
        assert!(blocks_are_orthogonal(&surface), "{factors}");
        let second = |factor| moment(&surface.points, &[(factor, 2)]);
        assert!((1..factors).all(|factor| second(factor) == second(0)), "{factors}");
        assert_eq!(is_rotatable(&surface.points), [4, 7].contains(&factors), "{factors}");
        let mut distinct = surface.points.clone();
        distinct.sort_by(|a, b| a.partial_cmp(b).unwrap());
        distinct.dedup();
        assert_eq!(distinct.len(), runs + 1);
    }
}

#[test]
fn box_and_behnken_need_three_to_seven_factors_and_a_centre() {
    for factors in [0, 2, 8] {
        assert!(matches!(box_behnken(factors, 3), Err(DesignError::Factors { .. })));
    }
    assert!(matches!(box_behnken(3, 0), Err(DesignError::Parameter { .. })));
}

fn cube(factors: usize) -> Fraction {
    Fraction::with_resolution(factors, 5).unwrap()
}

/// Rotatable distances as in Box and Hunter (1957), for cubes of 2^2, 2^3, 2^4, 2^(5-1), 2^(6-1) and 2^(7-1).
#[test]
fn rotatable_designs_are_rotatable() {
    for (factors, alpha) in [(2, 1.414), (3, 1.682), (4, 2.0), (5, 2.0), (6, 2.378), (7, 2.828)] {
        let design = central_composite(&cube(factors), CompositeKind::Circumscribed(Alpha::Rotatable), [2, 2]).unwrap();
        assert!((design.alpha - alpha).abs() < 5e-4, "{factors}: {}", design.alpha);
        assert!(is_rotatable(&design.surface.points) && odd_moments_vanish(&design.surface.points), "{factors}");
    }
}

/// Quadratic terms are uncorrelated if N times the mixed fourth moment is the square of the pure second one. One centre
/// point gives the distances 1, 1.215, 1.414 for 2, 3, 4 factors (Box and Wilson 1951).
#[test]
fn orthogonal_designs_have_uncorrelated_quadratic_terms() {
    for (factors, centres, alpha) in [(2, 1, 1.0), (3, 1, 1.2154), (4, 1, std::f64::consts::SQRT_2), (4, 12, 2.0)] {
        let design =
            central_composite(&cube(factors), CompositeKind::Circumscribed(Alpha::Orthogonal), [centres, 0]).unwrap();
        let points = &design.surface.points;
        let runs = points.len() as f64;
        assert!((design.alpha - alpha).abs() < 1e-4 || centres == 12, "{factors}: {}", design.alpha);
        for (a, b) in pairs(factors) {
            let (mixed, pure) = (moment(points, &[(a, 2), (b, 2)]), moment(points, &[(a, 2)]));
            assert!((runs * mixed - pure * pure).abs() < 1e-6);
        }
    }
}

/// Box and Hunter (1957): blocks are orthogonal and the design is rotatable for 4 factors with 2 centre points
/// in each of three blocks, here 4 with the cube and 2 with the axes.
#[test]
fn blocks_of_cube_and_axes_can_be_orthogonal() {
    for (factors, centres) in [(2, [3, 3]), (3, [4, 2]), (4, [4, 2]), (5, [6, 1])] {
        let design =
            central_composite(&cube(factors), CompositeKind::Circumscribed(Alpha::OrthogonalBlocks), centres).unwrap();
        assert!(blocks_are_orthogonal(&design.surface), "{factors}");
    }
    let four = central_composite(&cube(4), CompositeKind::Circumscribed(Alpha::OrthogonalBlocks), [4, 2]).unwrap();
    assert!((four.alpha - 2.0).abs() < 1e-12);
}

#[test]
fn inscribed_and_face_centred_designs_stay_within_the_limits() {
    let inscribed = central_composite(&cube(3), CompositeKind::Inscribed(Alpha::Rotatable), [0, 3]).unwrap();
    let largest = inscribed.surface.points.iter().flatten().fold(0.0, |most: f64, level| most.max(level.abs()));
    assert_eq!(largest, 1.0);
    assert!(is_rotatable(&inscribed.surface.points));

    let faces = central_composite(&cube(3), CompositeKind::FaceCentred, [0, 3]).unwrap();
    assert!(faces.surface.points.iter().flatten().all(|level| [-1.0, 0.0, 1.0].contains(level)));
    assert_eq!(faces.surface.points.len(), 8 + 6 + 3);
    assert_eq!(faces.surface.blocks, [[0; 8].as_slice(), &[1; 9]].concat());

    let spherical = central_composite(&cube(3), CompositeKind::Circumscribed(Alpha::Spherical), [0, 1]).unwrap();
    let radius = |point: &Vec<f64>| point.iter().map(|level| level * level).sum::<f64>();
    assert!(spherical.surface.points.iter().all(|point| radius(point) < 1e-9 || (radius(point) - 3.0).abs() < 1e-9));
}

#[test]
fn composite_designs_that_cannot_be_fitted_are_refused() {
    let even = Fraction::from_generators(4, &["D=ABC"]).unwrap();
    let error = central_composite(&even, CompositeKind::FaceCentred, [1, 1]).unwrap_err().to_string();
    assert!(error.contains("AB and CD share a column"), "{error}");
    let twins = Fraction::from_generators(2, &["B=A"]).unwrap();
    assert!(matches!(central_composite(&twins, CompositeKind::FaceCentred, [1, 1]), Err(DesignError::Cube { .. })));
    assert!(central_composite(&Fraction::full(1).unwrap(), CompositeKind::FaceCentred, [1, 1]).is_err());
    assert!(central_composite(&cube(3), CompositeKind::FaceCentred, [1, 1001]).is_err());
    let inside = central_composite(&Fraction::full(2).unwrap(), CompositeKind::Inscribed(Alpha::Orthogonal), [0, 0]);
    assert!(matches!(inside, Err(DesignError::Parameter { .. })), "{inside:?}");
}

#[test]
fn conditions_become_points_with_centres_in_every_block() {
    let surface = Surface::of_conditions(&[vec![0, 0, 0], vec![1, 1, 0], vec![0, 2, 0]], &[2, 3, 1]).unwrap();
    assert_eq!(surface.points, [[-1.0, -1.0, 0.0], [1.0, 0.0, 0.0], [-1.0, 1.0, 0.0]]);
    let centred = surface.in_blocks(vec![1, 0, 1]).unwrap().with_centres(1).unwrap();
    assert_eq!(centred.blocks, [0, 0, 1, 1, 1]);
    assert_eq!(centred.points[1], [0.0; 3]);
    assert_eq!(centred.points[4], [0.0; 3]);
    assert_eq!(centred.points[3], [-1.0, 1.0, 0.0]);
}

#[test]
fn conditions_that_do_not_fit_their_factors_are_refused() {
    let ragged = Surface::of_conditions(&[vec![0, 0], vec![0]], &[2, 2]);
    assert_eq!(ragged, Err(DesignError::Ragged { run: 1, got: 1, expected: 2 }));
    assert!(matches!(Surface::of_conditions(&[vec![2]], &[2]), Err(DesignError::Parameter { .. })));
    let one = Surface::of_conditions(&[vec![1]], &[2]).unwrap();
    assert_eq!(one.clone().in_blocks(vec![]), Err(DesignError::BlockCount { got: 0, runs: 1 }));
    assert!(matches!(one.with_centres(1001), Err(DesignError::Parameter { .. })));
}
