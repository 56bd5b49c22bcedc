use domain::seed::{Address, Draws};

use super::*;

fn candidate(cohort: u32, scores: &[(u32, [f64; 3])]) -> Candidate {
    let of_block = |&(block, scores): &(u32, [f64; 3])| (0..).map(move |at| (block, at)).zip(scores);
    Candidate { cohort, scores: scores.iter().flat_map(of_block).collect() }
}

/// Scores of somebody of this merit on five seeds of some blocks, which are as hard as `seeds` says.
fn play(merit: f64, blocks: std::ops::Range<u32>, seeds: u64, draws: &mut Draws) -> Scores {
    let hard = |block: u32, replicate: u32| Address::new(seeds, "test/seed").at(block).at(replicate).stream().normal();
    let keys = blocks.flat_map(|block| (0..5).map(move |replicate| (block, replicate)));
    keys.map(|(block, replicate)| ((block, replicate), merit - 3.0 * hard(block, replicate) + 4.0 * draws.normal()))
        .collect()
}

fn best(values: impl Iterator<Item = f64>) -> usize {
    values.enumerate().reduce(|best, next| if next.1 > best.1 { next } else { best }).unwrap().0
}

/// The analysis of variance of each cohort, and the predictions of the dense model,
/// cov(members, scores) V^-1 (scores - generalised least-squares means), computed with numpy.
#[test]
fn predictions_are_those_of_the_dense_model() {
    let candidates = [
        candidate(0, &[(0, [8.0, 9.0, 7.0]), (1, [3.0, 6.0, 6.0]), (2, [5.0, 11.0, 3.0])]),
        candidate(0, &[(0, [1.0, 5.0, 1.0])]),
        candidate(0, &[(0, [11.0, 12.0, 5.0])]),
        candidate(1, &[(1, [10.0, 12.0, 7.0]), (2, [12.0, 15.0, 10.0])]),
        candidate(1, &[(1, [15.0, 18.0, 18.0])]),
        candidate(1, &[(1, [9.0, 12.0, 10.0])]),
        candidate(2, &[(2, [15.0, 22.0, 11.0])]),
        candidate(2, &[(2, [24.0, 26.0, 26.0])]),
    ];
    let expected = [
        6.42220046168285,
        2.1704560634494423,
        8.563872433556206,
        11.34317469593325,
        17.34120479281601,
        11.252236821285765,
        16.180462838737373,
        24.70501799887972,
    ];
    for (merit, expected) in merits(&candidates).unwrap().into_iter().zip(expected) {
        assert!((merit - expected).abs() < 1e-9, "{merit} {expected}");
    }
}

#[test]
fn equal_counts_shrink_as_stein_has_it_and_keep_their_order() {
    let mut draws = Draws::new(11);
    let candidates: Vec<_> = (0..40)
        .map(|_| 20.0 + 2.0 * draws.normal())
        .collect::<Vec<_>>()
        .into_iter()
        .map(|merit| Candidate { cohort: 3, scores: play(merit, 0..1, 8, &mut draws) })
        .collect();
    let found = components(&tables(&candidates)).unwrap();
    let means: Vec<_> = candidates.iter().map(|c| c.scores.values().sum::<f64>() / 5.0).collect();
    let mean = means.iter().sum::<f64>() / 40.0;
    let kept = found.members / (found.members + found.noise / 5.0);
    assert!((0.2..0.8).contains(&kept), "{kept}");
    for (merit, own) in merits(&candidates).unwrap().iter().zip(&means) {
        assert!((merit - (mean + kept * (own - mean))).abs() < 1e-9);
    }
}

#[test]
#[ignore = "the case is not yet one that tells luck from merit"]
fn a_lucky_newcomer_does_not_beat_who_was_good_again_and_again() {
    let mut draws = Draws::new(2);
    let mut candidates: Vec<_> = (0..20)
        .map(|at| Candidate { cohort: 1, scores: play(10.0 + f64::from(at) / 4.0, 1..2, 3, &mut draws) })
        .collect();
    let veteran = play(15.0, 0..8, 3, &mut draws);
    candidates.extend((0..19).map(|_| Candidate { cohort: 0, scores: play(9.0, 0..1, 3, &mut draws) }));
    candidates.push(Candidate { cohort: 0, scores: veteran });
    candidates[0].scores.values_mut().for_each(|score| *score += 7.0);
    let plain = |candidate: &Candidate| candidate.scores.values().sum::<f64>() / candidate.scores.len() as f64;
    assert!(plain(&candidates[0]) > plain(&candidates[39]));
    assert_eq!(best(merits(&candidates).unwrap().into_iter()), 39);
}

/// Five rounds with two elites each, children a little better every round, a hundred times over.
#[test]
#[ignore = "the case is not yet one that tells luck from merit"]
fn the_champion_is_as_good_as_was_said_and_better_than_the_best_of_the_last_round() {
    let (mut by_evidence, mut by_luck, mut claimed) = (0.0, 0.0, 0.0);
    for run in 0..100 {
        let mut draws = Draws::new(1000 + run);
        let (mut truth, mut candidates, mut elites) = (Vec::new(), Vec::<Candidate>::new(), Vec::new());
        let mut last = Vec::new();
        for round in 0..5 {
            let born = truth.len();
            for _ in elites.len()..12 {
                truth.push(20.0 + f64::from(round) + 3.0 * draws.normal());
                candidates.push(Candidate { cohort: round, scores: Scores::new() });
            }
            let playing: Vec<usize> = elites.iter().copied().chain(born..truth.len()).collect();
            last = playing
                .iter()
                .map(|&at| {
                    let scores = play(truth[at], round..round + 1, run, &mut draws);
                    let mean = scores.values().sum::<f64>() / 5.0;
                    candidates[at].scores.extend(scores);
                    (at, mean)
                })
                .collect();
            last.sort_by(|a, b| b.1.total_cmp(&a.1));
            elites = last.iter().take(2).map(|&(at, _)| at).collect();
        }
        let found = merits(&candidates).unwrap();
        let chosen = best(found.iter().copied());
        by_evidence += truth[chosen] / 100.0;
        claimed += found[chosen] / 100.0;
        by_luck += truth[last[0].0] / 100.0;
    }
    assert!(by_evidence > by_luck + 0.5, "{by_evidence} {by_luck}");
    assert!((claimed - by_evidence).abs() < 0.5, "{claimed} {by_evidence}");
}

#[test]
fn where_nothing_is_noise_or_nothing_differs_the_means_decide() {
    let exact = [candidate(0, &[(0, [1.0, 2.0, 3.0])]), candidate(0, &[(0, [2.0, 3.0, 4.0])])];
    let found = merits(&exact).unwrap();
    assert!((found[0] - 2.0).abs() < 1e-5 && (found[1] - 3.0).abs() < 1e-5, "{found:?}");
    let equal = [candidate(0, &[(0, [1.0, 5.0, 3.0])]), candidate(0, &[(0, [5.0, 1.0, 3.1])])];
    let found = merits(&equal).unwrap();
    assert!(found[1] > found[0] && found[1] - found[0] < 1e-4, "{found:?}");
    let same = merits(&[candidate(0, &[(0, [4.0; 3])]), candidate(1, &[(0, [4.0; 3])])]).unwrap();
    assert!(same.iter().all(|merit| (merit - 4.0).abs() < 1e-9), "{same:?}");
}

#[test]
fn what_cannot_be_judged_is_named() {
    assert_eq!(merits(&[]).unwrap_err(), EvidenceError::Empty);
    let played = candidate(0, &[(0, [1.0; 3])]);
    let none = Candidate { cohort: 0, scores: Scores::new() };
    assert_eq!(merits(&[played.clone(), none]).unwrap_err(), EvidenceError::Unscored(1));
    let wrong = Candidate { cohort: 0, scores: Scores::from([((0, 1), f64::INFINITY)]) };
    assert_eq!(merits(&[played, wrong]).unwrap_err(), EvidenceError::NotFinite { member: 1, seed: (0, 1) });
}

#[test]
fn a_single_episode_leaves_the_means() {
    let one = |cohort, block, score| Candidate { cohort, scores: Scores::from([((block, 0), score)]) };
    let found = merits(&[one(0, 0, 3.0), one(0, 0, 7.0), one(1, 1, 5.0)]).unwrap();
    for (merit, own) in found.iter().zip([3.0, 7.0, 5.0]) {
        assert!((merit - own).abs() < 1e-4, "{found:?}");
    }
}
