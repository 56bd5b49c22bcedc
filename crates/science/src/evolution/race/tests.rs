use domain::seed::{Address, Draws};
use proptest::prelude::*;

use super::*;

const RACE: Race = Race { keep: 1, error: 0.05, first: 5, every: 5, most: 40, bound: Bound::Student };

/// Scores whose seeds are common to all candidates: some seeds are hard for everybody.
fn scores(means: &[f64], seeds: usize, draws: &mut Draws) -> Vec<Vec<f64>> {
    let hard: Vec<_> = (0..seeds).map(|_| 2.0 * draws.normal()).collect();
    means.iter().map(|mean| hard.iter().map(|hard| mean + hard + draws.normal()).collect()).collect()
}

/// The share of `races` in which one of the first candidates, the best by a hair, was put out, and the share of all seeds
/// that were played.
fn raced(race: &Race, means: &[f64], races: u32, bounded: bool) -> (f64, f64) {
    let (mut lost, mut played) = (0, 0);
    for number in 0..races {
        let mut draws = Address::new(7, "test/race").at(number).stream();
        let mut scores = scores(means, race.most, &mut draws);
        if bounded {
            // Whole numbers from 0 to 10, as far from normal as counts are.
            scores.iter_mut().flatten().for_each(|score| *score = score.round().clamp(0.0, 10.0));
        }
        let standing = race.judge(&scores).unwrap();
        lost += u32::from(standing.out[..race.keep].iter().any(Option::is_some));
        played += standing.out.iter().map(|out| out.map_or(race.most, |out| out.seeds)).sum::<usize>();
    }
    (f64::from(lost) / f64::from(races), played as f64 / (races as usize * means.len() * race.most) as f64)
}

#[test]
fn the_best_is_put_out_no_more_often_than_the_error_says() {
    // Candidates that are as good as equal are the hardest case. The share is within three standard errors.
    let most = 0.05 + 3.0 * (0.05_f64 * 0.95 / 2000.0).sqrt();
    let even = [5.0; 6];
    let (lost, _) = raced(&RACE, &even, 2000, false);
    assert!(lost <= most, "{lost}");
    assert!(lost > 0.005, "a bound that never errs wastes seeds: {lost}");
    let (lost, _) = raced(&RACE, &[1.0; 6], 2000, true);
    assert!(lost <= most, "{lost}");
    let bernstein = Race { bound: Bound::Bernstein { range: 10.0 }, ..RACE };
    assert!(raced(&bernstein, &even, 300, true).0 <= 0.05);
}

#[test]
fn none_of_the_best_is_put_out_more_often_than_the_error_says() {
    // Two that are better than the rest by far, so that one more that errs is enough; and all as good as equal.
    let race = Race { keep: 3, ..RACE };
    let most = 0.05 + 3.0 * (0.05_f64 * 0.95 / 2000.0).sqrt();
    let (lost, _) = raced(&race, &[50.0, 49.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0], 2000, false);
    assert!(lost > 0.0 && lost <= most, "{lost}");
    assert!(raced(&race, &[5.0; 8], 2000, false).0 <= most);
    assert!(raced(&race, &[1.0; 8], 2000, true).0 <= most);
}

#[test]
fn as_many_as_are_kept_are_left_at_the_end() {
    let means = [90.0, 10.0, 80.0, 20.0, 70.0, 30.0];
    let scores = scores(&means, 40, &mut Draws::new(2));
    for keep in 1..=6 {
        let standing = Race { keep, ..RACE }.judge(&scores).unwrap();
        let best = [0, 2, 4, 5, 3, 1];
        assert_eq!((standing.racing.as_slice(), standing.next), (&best[..keep], None), "{standing:?}");
        assert!(standing.out.iter().flatten().all(|out| out.seeds < 40));
    }
    let (_, all) = raced(&Race { keep: 6, ..RACE }, &means, 2, false);
    assert_eq!(all, 1.0, "nobody is put out where all are kept");
}

#[test]
fn the_last_look_is_at_the_last_seed() {
    let race = Race { first: 3, every: 4, most: 10, ..RACE };
    let even = scores(&[5.0, 5.0], 10, &mut Draws::new(1));
    let next = |seeds: usize| race.judge(&[&even[0][..seeds], &even[1][..seeds]]).unwrap().next;
    assert_eq!([2, 3, 7, 10].map(next), [Some(3), Some(7), Some(10), None]);
}

#[test]
fn clear_losers_save_most_of_their_seeds() {
    let means = [8.0, 4.0, 4.0, 3.0, 2.0, 1.0];
    let (lost, played) = raced(&RACE, &means, 200, false);
    assert_eq!(lost, 0.0);
    assert!(played < 0.4, "{played}");
    let bernstein = Race { bound: Bound::Bernstein { range: 10.0 }, most: 200, ..RACE };
    let (lost, played) = raced(&bernstein, &means, 50, true);
    assert_eq!(lost, 0.0);
    assert!(played < 0.9, "{played}");
}

#[test]
fn a_race_ends_with_one_candidate_or_with_its_seeds() {
    let noise = [0.1, -0.2, 0.3, 0.0, -0.1, 0.2];
    let race = Race { most: 6, first: 3, every: 3, ..RACE };
    let good: Vec<_> = noise.iter().map(|noise| 9.0 + noise).collect();
    let two = [vec![1.0; 3], good[..3].to_vec()];
    let standing = race.judge(&two).unwrap();
    assert_eq!(standing, Standing { out: vec![Some(Out { seeds: 3, by: 1 }), None], racing: vec![1], next: None });

    let even = [good, noise.iter().rev().map(|noise| 9.0 + noise).collect()];
    assert_eq!(race.judge(&[&even[0][..2], &even[1][..2]]).unwrap().next, Some(3));
    assert_eq!(race.judge(&[&even[0][..3], &even[1][..3]]).unwrap().next, Some(6));
    let end = race.judge(&even).unwrap();
    assert_eq!((end.racing.len(), end.next), (2, None));
    assert_eq!(race.judge(&[vec![1.0, 2.0]]).unwrap().next, None);
}

#[test]
fn equal_differences_decide_nothing() {
    let scores = [vec![3.0; 10], vec![1.0; 10]];
    assert_eq!(RACE.judge(&scores).unwrap().racing, [0, 1]);
}

#[test]
fn what_cannot_be_judged_is_named() {
    let error = |scores: &[Vec<f64>]| RACE.judge(scores).unwrap_err();
    assert_eq!(error(&[]), RaceError::Empty);
    assert_eq!(error(&[vec![1.0; 5], vec![1.0; 4]]), RaceError::Missing { candidate: 1, got: 4, needed: 5 });
    assert_eq!(error(&[vec![1.0, f64::NAN]]), RaceError::NotFinite { candidate: 0, seed: 1 });
    for wrong in [
        Race { keep: 0, ..RACE },
        Race { error: 0.0, ..RACE },
        Race { error: f64::NAN, ..RACE },
        Race { first: 1, ..RACE },
        Race { every: 0, ..RACE },
        Race { most: 4, ..RACE },
        Race { bound: Bound::Bernstein { range: 0.0 }, ..RACE },
    ] {
        assert!(matches!(wrong.judge(&[vec![1.0]]), Err(RaceError::Rule { .. })), "{wrong:?}");
    }
}

proptest! {
    #[test]
    fn whoever_is_out_stays_out_with_more_seeds(key: u64, means in prop::collection::vec(0.0..4.0f64, 2..6)) {
        let scores = scores(&means, 40, &mut Draws::new(key));
        let after = |seeds: usize| {
            let played: Vec<_> = scores.iter().map(|own| &own[..seeds]).collect();
            RACE.judge(&played).unwrap()
        };
        let (half, whole) = (after(20), after(40));
        for (before, after) in half.out.iter().zip(&whole.out) {
            prop_assert!(before.is_none() || before == after);
        }
        // Whoever is out need not play on for the result to be the same.
        let mut short = scores.clone();
        for (own, out) in short.iter_mut().zip(&half.out) {
            own.truncate(out.map_or(40, |out| out.seeds));
        }
        prop_assert_eq!(RACE.judge(&short).unwrap(), whole);
    }
}
