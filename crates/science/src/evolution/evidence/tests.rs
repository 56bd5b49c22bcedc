use domain::seed::{Address, Draws};
use proptest::prelude::*;

use super::*;

/// Scores of members with these means on the seeds of blocks, whose seeds are as hard as `hard` says.
fn scores(mean: f64, blocks: &[u32], draws: &mut Draws) -> Scores {
    let hard =
        |seed: SeedKey| Address::new(3, "test/seed").at(seed.0).at(seed.1).stream().normal() + 2.0 * f64::from(seed.0);
    let seeds = blocks.iter().flat_map(|&block| (0..5).map(move |replicate| (block, replicate)));
    seeds.map(|seed| (seed, mean - 3.0 * hard(seed) + draws.normal())).collect()
}

#[test]
fn members_of_one_block_have_their_plain_means_and_paired_errors() {
    let mut draws = Draws::new(1);
    let members = [scores(1.0, &[0], &mut draws), scores(2.0, &[0], &mut draws)];
    let estimates = estimate(&members).unwrap();
    let values = members.each_ref().map(|member| member.values().copied().collect::<Vec<_>>());
    for (mean, own) in estimates.means().iter().zip(&values) {
        assert!((mean - crate::stats::mean(own).unwrap()).abs() < 1e-12);
    }
    let differences: Vec<_> = values[0].iter().zip(&values[1]).map(|(a, b)| a - b).collect();
    let expected = crate::stats::standard_error(&differences).unwrap().unwrap();
    assert!((estimates.standard_error(0, 1).unwrap() - expected).abs() < 1e-12);
    assert_eq!(estimates.ranked(), [1, 0]);
}

#[test]
fn a_lucky_block_is_no_merit() {
    // The second block is far harder. The veteran played both, the lucky one only the easy block.
    let mut draws = Draws::new(5);
    let lucky = scores(4.0, &[0], &mut draws);
    let veteran = scores(6.0, &[0, 1], &mut draws);
    let newcomer = scores(8.0, &[1], &mut draws);
    let plain = |scores: &Scores| scores.values().sum::<f64>() / scores.len() as f64;
    assert!(plain(&lucky) > plain(&newcomer));
    let estimates = estimate(&[lucky, veteran, newcomer]).unwrap();
    assert_eq!(estimates.ranked(), [2, 1, 0]);
    assert_eq!(estimates.seeds(), [5, 10, 5]);
    // What was never compared directly is known less well.
    assert!(estimates.standard_error(0, 2) > estimates.standard_error(0, 1));
}

#[test]
fn differences_and_their_errors_are_as_stated() {
    let mut hits = 0;
    let mut mean = 0.0;
    for key in 0..400 {
        let mut draws = Draws::new(key);
        let members = [
            scores(1.0, &[0], &mut draws),
            scores(2.0, &[0, 1], &mut draws),
            scores(2.0, &[0, 1, 2], &mut draws),
            scores(4.0, &[2], &mut draws),
        ];
        let estimates = estimate(&members).unwrap();
        let difference = estimates.means()[3] - estimates.means()[0];
        let freedom = estimates.noise.unwrap().1;
        let reach = student_t::quantile(0.95, freedom) * estimates.standard_error(3, 0).unwrap();
        hits += u32::from((difference - 3.0).abs() <= reach);
        mean += difference / 400.0;
    }
    assert!((mean - 3.0).abs() < 0.15, "{mean}");
    assert!((345..=375).contains(&hits), "{hits} of 400 intervals at 90 %");
}

#[test]
fn contenders_are_the_elites_and_those_that_may_be_as_good() {
    let mut draws = Draws::new(9);
    let members = [9.0, 0.0, 9.2, 8.9, -5.0].map(|mean| scores(mean, &[0, 1], &mut draws));
    let estimates = estimate(&members).unwrap();
    let mut contenders = estimates.contenders(1, 5, 0.95);
    contenders.sort_unstable();
    assert_eq!(contenders, [0, 2, 3]);
    assert_eq!(estimates.contenders(1, 2, 0.95).len(), 2);
    assert_eq!(estimates.contenders(5, 1, 0.95), estimates.ranked());
    assert_eq!(estimates.contenders(9, 9, 0.95), estimates.ranked());
    let alone = estimate(&[Scores::from([((0, 0), 1.0)]), Scores::from([((0, 0), 2.0)])]).unwrap();
    assert_eq!(alone.standard_error(0, 1), None);
    assert_eq!(alone.contenders(1, 2, 0.95), [1, 0]);
}

#[test]
fn what_cannot_be_compared_is_named() {
    let of = |seeds: &[SeedKey]| seeds.iter().map(|&seed| (seed, 1.0)).collect::<Scores>();
    assert_eq!(estimate(&[]).unwrap_err(), EvidenceError::Empty);
    let apart = [of(&[(0, 0)]), of(&[(0, 0), (1, 0)]), of(&[(2, 0)])];
    assert_eq!(estimate(&apart).unwrap_err(), EvidenceError::Apart(2));
    let wrong = [Scores::from([((4, 2), f64::NAN)])];
    let error = estimate(&wrong).unwrap_err();
    assert_eq!(error, EvidenceError::NotFinite { member: 0, seed: (4, 2) });
    assert_eq!(error.to_string(), "the score of member 0 on seed 2 of block 4 is not a usable number");
}

proptest! {
    #[test]
    fn harder_seeds_change_no_difference(key: u64, harder in -50.0..50.0f64) {
        let mut draws = Draws::new(key);
        let members = [scores(1.0, &[0], &mut draws), scores(2.0, &[0, 1], &mut draws), scores(3.0, &[1], &mut draws)];
        let shifted = members.clone().map(|scores| {
            scores.into_iter().map(|(seed, score)| (seed, score + if seed.0 == 1 { harder } else { 0.0 })).collect()
        });
        let (before, after) = (estimate(&members).unwrap(), estimate(&shifted).unwrap());
        for one in 0..3 {
            let change = (before.means()[one] - before.means()[0]) - (after.means()[one] - after.means()[0]);
            prop_assert!(change.abs() < 1e-9, "{change}");
        }
    }
}
