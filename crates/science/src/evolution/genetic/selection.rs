//! Who becomes a parent.

use domain::seed::Draws;

use super::spec::Selection;

impl Selection {
    /// The two parents of the child at each of these `positions`, as indices into a ranking of `count` members. Both are
    /// the same member if there is no other, or if it won two tournaments in a row.
    pub(super) fn couples(
        self,
        count: usize,
        positions: impl Iterator<Item = u32>,
        draws: impl Fn(&str, u32) -> Draws,
    ) -> Vec<[usize; 2]> {
        match self {
            Self::Tournament { size } => {
                each(positions, draws, |without, draws| tournament(count, size, without, draws))
            }
            Self::Rank { pressure } => {
                each(positions, draws, |without, draws| linear_rank(count, pressure, without, draws))
            }
            Self::UnbiasedTournament { size } => {
                let mut winners = unbiased_tournaments(count, size, |round| draws("evolution/tournaments/v1", round));
                positions.map(|_| [0; 2].map(|_| winners.next().unwrap_or_default())).collect()
            }
        }
    }
}

/// Couples that are selected one by one. Where there is another, the second parent is not the first.
fn each(
    positions: impl Iterator<Item = u32>,
    draws: impl Fn(&str, u32) -> Draws,
    select: impl Fn(Option<usize>, &mut Draws) -> usize,
) -> Vec<[usize; 2]> {
    let couple = |position| {
        let mut draws = draws("evolution/selection/v1", position);
        let first = select(None, &mut draws);
        [first, select(Some(first), &mut draws)]
    };
    positions.map(couple).collect()
}

/// The best of `size` members drawn with replacement. One can be left out, if there is another.
fn tournament(count: usize, size: u32, without: Option<usize>, draws: &mut Draws) -> usize {
    let skip = without.filter(|_| count > 1).unwrap_or(count);
    let candidates = if skip < count { count - 1 } else { count };
    let pick = |draws: &mut Draws| {
        let index = draws.below(candidates as u64) as usize;
        if index >= skip { index + 1 } else { index }
    };
    (1..size.max(1)).fold(pick(draws), |best, _| best.min(pick(draws)))
}

/// The winners of tournaments for which the members line up in a random `order`, and when all have competed, line up anew.
fn unbiased_tournaments(count: usize, size: u32, order: impl Fn(u32) -> Draws) -> impl Iterator<Item = usize> {
    let line_up = move |round| {
        let mut members: Vec<_> = (0..count).collect();
        order(round).shuffle(&mut members);
        members
    };
    let mut line = (0..).flat_map(line_up);
    std::iter::from_fn(move || line.by_ref().take(size.max(1) as usize).min())
}

/// A member with a probability in proportion to pressure - 2 (pressure - 1) rank / (count - 1), the rank from 0. One can be
/// left out, if there is another.
fn linear_rank(count: usize, pressure: f64, without: Option<usize>, draws: &mut Draws) -> usize {
    let without = without.filter(|_| count > 1);
    let slope = 2.0 * (pressure - 1.0) / (count as f64 - 1.0).max(1.0);
    let weight = |rank: usize| if Some(rank) == without { 0.0 } else { pressure - slope * rank as f64 };
    let mut rest = draws.unit() * (0..count).map(weight).sum::<f64>();
    let mut chosen = usize::from(without == Some(0));
    for rank in (0..count).filter(|&rank| Some(rank) != without) {
        chosen = rank;
        rest -= weight(rank);
        if rest < 0.0 {
            break;
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use domain::seed::Address;

    use super::*;

    fn shares(count: usize, mut select: impl FnMut(&mut Draws) -> usize) -> Vec<f64> {
        let mut draws = Draws::new(3);
        let mut chosen = vec![0.0; count];
        (0..40_000).for_each(|_| chosen[select(&mut draws)] += 1.0 / 40_000.0);
        chosen
    }

    fn is_near(got: &[f64], expected: &[f64]) -> bool {
        got.iter().zip(expected).all(|(got, expected)| (got - expected).abs() < 0.01)
    }

    #[test]
    fn the_chance_of_a_rank_falls_linearly() {
        let rank = |pressure, count, without| shares(count, |draws| linear_rank(count, pressure, without, draws));
        assert!(is_near(&rank(2.0, 5, None), &[0.4, 0.3, 0.2, 0.1, 0.0]));
        assert!(is_near(&rank(1.5, 5, None), &[0.3, 0.25, 0.2, 0.15, 0.1]));
        assert!(is_near(&rank(1.0, 4, None), &[0.25; 4]));
        assert!(is_near(&rank(1.5, 5, Some(0)), &[0.0, 0.357, 0.286, 0.214, 0.143]));
        assert_eq!(rank(2.0, 2, Some(0))[1].round(), 1.0, "the other one, though its chance is 0");
        assert_eq!(rank(2.0, 1, None)[0].round(), 1.0);
    }

    #[test]
    fn in_unbiased_tournaments_everyone_competes_as_often_as_all_others() {
        let draws = |purpose: &str, position| Address::new(7, purpose).at(position).stream();
        let couples = |count, size, children: u32| {
            Selection::UnbiasedTournament { size }.couples(count, 3..3 + children, draws).concat()
        };
        let wins = |winners: &[usize], member| winners.iter().filter(|&&winner| winner == member).count();
        let alone = couples(6, 1, 9);
        assert!((0..6).all(|member| wins(&alone, member) == 3), "{alone:?}");
        let of_two = couples(6, 2, 9);
        assert_eq!((of_two.len(), wins(&of_two, 0), wins(&of_two, 5)), (18, 6, 0), "{of_two:?}");
        assert_ne!(of_two[..3], of_two[3..6]);
        assert_eq!(couples(1, 2, 2), [0; 4]);
    }

    #[test]
    fn a_tournament_is_won_by_the_best_who_is_drawn() {
        let of_two = shares(4, |draws| tournament(4, 2, None, draws));
        assert!(is_near(&of_two, &[7.0 / 16.0, 5.0 / 16.0, 3.0 / 16.0, 1.0 / 16.0]), "{of_two:?}");
    }
}
