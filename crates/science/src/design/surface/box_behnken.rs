//! Designs of Box and Behnken.

use super::super::{DesignError, full_factorial};
use super::{Surface, coded};

/// For 3 to 7 factors, the groups of factors that vary together, block by block.
const GROUPS: [&[&[&[usize]]]; 5] = [
    &[&[&[0, 1], &[0, 2], &[1, 2]]],
    &[&[&[0, 1], &[2, 3]], &[&[0, 3], &[1, 2]], &[&[0, 2], &[1, 3]]],
    &[&[&[0, 1], &[2, 3], &[1, 4], &[0, 2], &[3, 4]], &[&[1, 2], &[0, 3], &[2, 4], &[0, 4], &[1, 3]]],
    &[&[&[0, 1, 3], &[1, 2, 4], &[2, 3, 5], &[0, 3, 4], &[1, 4, 5], &[0, 2, 5]]],
    &[&[&[3, 4, 5], &[0, 5, 6], &[1, 4, 6], &[0, 1, 3], &[2, 3, 6], &[0, 2, 4], &[1, 2, 5]]],
];

/// The three-level design of Box and Behnken, Some new three level designs for the study of quantitative variables,
/// Technometrics 2 (1960) 455-475, for 3 to 7 factors, with levels -1, 0 and 1: in each group of two or three factors all
/// combinations of -1 and 1, the others at 0, then `centres` centre points in every block.
///
/// Blocks are orthogonal to the quadratic model: one for 3 factors, three for 4 and two for 5, as published; 6 and 7 factors
/// have two, between which every group of three is split by the sign of its product.
///
/// # Errors
/// If there are fewer than 3 or more than 7 factors, or no centre point: without one the quadratic model of some sizes
/// cannot be estimated.
pub fn box_behnken(factors: usize, centres: usize) -> Result<Surface, DesignError> {
    let Some(blocks) = factors.checked_sub(3).and_then(|place| GROUPS.get(place)) else {
        return Err(DesignError::Factors { design: "a design of Box and Behnken", least: 3, most: 7, got: factors });
    };
    if !(1..=super::composite::MOST_CENTRES).contains(&centres) {
        let range = "from 1 to 1000";
        return Err(DesignError::Parameter {
            name: "the number of centre points per block",
            got: centres as f64,
            range,
        });
    }
    let mut surface = Surface { points: vec![], blocks: vec![] };
    let halves: &[Option<f64>] = if factors < 6 { &[None] } else { &[Some(1.0), Some(-1.0)] };
    for (block, (groups, &half)) in
        blocks.iter().flat_map(|groups| halves.iter().map(move |half| (groups, half))).enumerate()
    {
        groups.iter().for_each(|group| surface.add(block, varied(factors, group, half)));
        surface.add_centres(block, factors, centres);
    }
    Ok(surface)
}

/// All combinations of -1 and 1 of the group, or those with this product.
fn varied(factors: usize, group: &[usize], product: Option<f64>) -> Vec<Vec<f64>> {
    let signs = full_factorial(&vec![2; group.len()])
        .into_iter()
        .map(|levels| levels.into_iter().map(|level| coded(level, 2)).collect());
    let kept = signs.filter(|signs: &Vec<f64>| product.is_none_or(|product| signs.iter().product::<f64>() == product));
    kept.map(|signs| {
        let mut point = vec![0.0; factors];
        group.iter().zip(signs).for_each(|(&factor, sign)| point[factor] = sign);
        point
    })
    .collect()
}
