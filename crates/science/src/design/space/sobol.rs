//! Sobol's low-discrepancy sequence.

use super::super::DesignError;

/// Most dimensions of the sequence here.
pub const SOBOL_DIMENSIONS: usize = NUMBERS.len() + 1;

/// Bits of a coordinate, and of the number of a point.
const BITS: usize = 32;

/// For each dimension after the first, a primitive polynomial as bits and the first direction numbers: file
/// new-joe-kuo-6.21201 of Joe and Kuo, Constructing Sobol sequences with better two-dimensional projections, SIAM Journal
/// on Scientific Computing 30 (2008) 2635-2654.
const NUMBERS: [(u32, &[u32]); 39] = [
    (3, &[1]),
    (7, &[1, 3]),
    (11, &[1, 3, 1]),
    (13, &[1, 1, 1]),
    (19, &[1, 1, 3, 3]),
    (25, &[1, 3, 5, 13]),
    (37, &[1, 1, 5, 5, 17]),
    (41, &[1, 1, 5, 5, 5]),
    (47, &[1, 1, 7, 11, 19]),
    (55, &[1, 1, 5, 1, 1]),
    (59, &[1, 1, 1, 3, 11]),
    (61, &[1, 3, 5, 5, 31]),
    (67, &[1, 3, 3, 9, 7, 49]),
    (91, &[1, 1, 1, 15, 21, 21]),
    (97, &[1, 3, 1, 13, 27, 49]),
    (103, &[1, 1, 1, 15, 7, 5]),
    (109, &[1, 3, 1, 15, 13, 25]),
    (115, &[1, 1, 5, 5, 19, 61]),
    (131, &[1, 3, 7, 11, 23, 15, 103]),
    (137, &[1, 3, 7, 13, 13, 15, 69]),
    (143, &[1, 1, 3, 13, 7, 35, 63]),
    (145, &[1, 3, 5, 9, 1, 25, 53]),
    (157, &[1, 3, 1, 13, 9, 35, 107]),
    (167, &[1, 3, 1, 5, 27, 61, 31]),
    (171, &[1, 1, 5, 11, 19, 41, 61]),
    (185, &[1, 3, 5, 3, 3, 13, 69]),
    (191, &[1, 1, 7, 13, 1, 19, 1]),
    (193, &[1, 3, 7, 5, 13, 19, 59]),
    (203, &[1, 1, 3, 9, 25, 29, 41]),
    (211, &[1, 3, 5, 13, 23, 1, 55]),
    (213, &[1, 3, 7, 3, 13, 59, 17]),
    (229, &[1, 3, 1, 3, 5, 53, 69]),
    (239, &[1, 1, 5, 5, 23, 33, 13]),
    (241, &[1, 1, 7, 7, 1, 61, 123]),
    (247, &[1, 1, 7, 9, 13, 61, 49]),
    (253, &[1, 3, 3, 5, 3, 55, 33]),
    (285, &[1, 3, 1, 15, 31, 13, 49, 245]),
    (299, &[1, 3, 5, 15, 31, 59, 63, 97]),
    (301, &[1, 3, 1, 11, 11, 11, 77, 249]),
];

/// Points `first` to `first + count - 1` of Sobol's sequence (Sobol' 1967) in so many dimensions, in the order of the Gray
/// code (Antonov and Saleev 1979). Coordinates are at least 0 and below 1, and point 0 is the origin. Any 2^m points from a
/// multiple of 2^m on have one point in each of 2^m equal parts of every dimension.
///
/// # Errors
/// If there are no dimensions or more than 40, or a point has a number of 2^32 or more.
pub fn sobol(dimensions: usize, first: u32, count: u32) -> Result<Vec<Vec<f64>>, DesignError> {
    if !(1..=SOBOL_DIMENSIONS).contains(&dimensions) {
        let (design, most) = ("Sobol's sequence", SOBOL_DIMENSIONS);
        return Err(DesignError::Factors { design, least: 1, most, got: dimensions });
    }
    let Some(end) = first.checked_add(count) else {
        let (got, range) = (f64::from(first) + f64::from(count), "below 2^32");
        return Err(DesignError::Parameter { name: "the number of the last point", got, range });
    };
    let directions: Vec<_> = (0..dimensions).map(directions).collect();
    let point = |number: u32| directions.iter().map(|directions| coordinate(directions, number)).collect();
    Ok((first..end).map(point).collect())
}

fn coordinate(directions: &[u32; BITS], number: u32) -> f64 {
    let gray = number ^ number >> 1;
    let chosen = directions.iter().enumerate().filter(|&(bit, _)| gray >> bit & 1 == 1);
    f64::from(chosen.fold(0, |sum, (_, direction)| sum ^ direction)) / (1u64 << BITS) as f64
}

/// The direction numbers of a dimension, as fractions of 2^32, by the recurrence of the polynomial (Bratley and Fox 1988).
fn directions(dimension: usize) -> [u32; BITS] {
    let mut numbers = [1; BITS];
    if let Some(&(polynomial, first)) = dimension.checked_sub(1).and_then(|place| NUMBERS.get(place)) {
        let degree = first.len();
        numbers[..degree].copy_from_slice(first);
        for place in degree..BITS {
            let terms = (1..=degree).filter(|back| polynomial >> (degree - back) & 1 == 1);
            let sum = terms.fold(0, |sum, back| sum ^ numbers[place - back] << back);
            numbers[place] = sum ^ numbers[place - degree];
        }
    }
    (0..BITS).for_each(|place| numbers[place] <<= BITS - 1 - place);
    numbers
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Points of `scipy.stats.qmc.Sobol(40, scramble=False)` of scipy 1.17.1, times 2^12 and times 2^20.
    const SCIPY: [(u32, u32, [u32; 40]); 4] = [
        (
            5,
            12,
            [
                3584, 3584, 512, 1536, 3584, 2560, 3584, 1536, 1536, 512, 1536, 3584, 3584, 512, 3584, 1536, 3584,
                1536, 1536, 2560, 2560, 2560, 3584, 1536, 1536, 1536, 3584, 512, 2560, 2560, 3584, 2560, 1536, 1536,
                512, 512, 512, 1536, 3584, 1536,
            ],
        ),
        (
            77,
            12,
            [
                3424, 3424, 32, 3168, 3424, 2080, 928, 2656, 736, 1760, 544, 3232, 2016, 1376, 4064, 288, 3360, 3616,
                3232, 32, 608, 3616, 3552, 3232, 3488, 2784, 3296, 1504, 672, 1888, 4000, 3040, 736, 224, 2848, 3168,
                2272, 3680, 544, 1120,
            ],
        ),
        (
            4095,
            12,
            [
                1, 3855, 1369, 3693, 3851, 323, 3889, 1601, 785, 1009, 2333, 1317, 1511, 2129, 2257, 1707, 255, 2495,
                3331, 2135, 925, 2999, 2777, 1825, 751, 2183, 1551, 117, 3827, 3503, 1481, 359, 3115, 1077, 3903, 719,
                2377, 1343, 679, 931,
            ],
        ),
        (
            1000000,
            20,
            [
                27761, 327071, 868217, 700707, 659197, 833683, 1017901, 17609, 315009, 266759, 669339, 976409, 286489,
                559251, 680637, 750881, 464531, 269993, 621695, 400863, 42079, 476371, 172041, 1037619, 678621, 39241,
                140589, 845619, 201447, 35161, 422037, 567703, 398185, 612421, 87441, 319913, 980915, 335423, 467839,
                536251,
            ],
        ),
    ];

    #[test]
    fn points_are_those_of_scipy() {
        for (number, bits, expected) in SCIPY {
            let expected: Vec<_> = expected.iter().map(|&part| f64::from(part) / f64::from(1u32 << bits)).collect();
            assert_eq!(sobol(40, number, 1).unwrap(), [expected], "point {number}");
        }
    }

    #[test]
    fn the_first_points_are_the_well_known_ones() {
        let expected = [[0.0, 0.0], [0.5, 0.5], [0.75, 0.25], [0.25, 0.75], [0.375, 0.375]];
        assert_eq!(sobol(2, 0, 5).unwrap(), expected);
    }

    proptest! {
        #[test]
        fn aligned_points_share_every_dimension_evenly(power in 0u32..8, start in 0u32..1000) {
            let count = 1 << power;
            let points = sobol(SOBOL_DIMENSIONS, start * count, count).unwrap();
            for dimension in 0..SOBOL_DIMENSIONS {
                let part = |point: &Vec<f64>| (point[dimension] * f64::from(count)) as u32;
                let mut parts: Vec<_> = points.iter().map(part).collect();
                parts.sort_unstable();
                prop_assert_eq!(parts, (0..count).collect::<Vec<_>>());
            }
        }

        #[test]
        fn any_point_can_be_computed_alone(first in 0u32..5000, count in 1u32..20) {
            let together = sobol(5, first, count).unwrap();
            for (number, point) in (first..).zip(together) {
                prop_assert_eq!(sobol(5, number, 1).unwrap(), [point]);
            }
        }
    }

    #[test]
    fn dimensions_and_points_out_of_range_are_refused() {
        assert!(sobol(0, 0, 1).is_err() && sobol(41, 0, 1).is_err() && sobol(2, u32::MAX, 2).is_err());
        assert_eq!(sobol(1, 0, 0).unwrap().len(), 0);
    }
}
