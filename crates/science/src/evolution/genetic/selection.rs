//! Who becomes a parent.

use domain::seed::Draws;

use super::spec::Selection;

impl Selection {
    /// One of `count` members as an index into their ranking. One can be left out, if there is another.
    pub(super) fn index(self, count: usize, without: Option<usize>, draws: &mut Draws) -> usize {
        let without = without.filter(|_| count > 1);
        match self {
            Self::Tournament { size } => tournament(count, size, without, draws),
            Self::Rank { pressure } => linear_rank(count, pressure, without, draws),
        }
    }
}

/// The best of `size` members drawn with replacement.
fn tournament(count: usize, size: u32, without: Option<usize>, draws: &mut Draws) -> usize {
    let skip = without.unwrap_or(count);
    let candidates = if skip < count { count - 1 } else { count };
    let pick = |draws: &mut Draws| {
        let index = draws.below(candidates as u64) as usize;
        if index >= skip { index + 1 } else { index }
    };
    (1..size.max(1)).fold(pick(draws), |best, _| best.min(pick(draws)))
}

/// A member with a probability in proportion to pressure - 2 (pressure - 1) rank / (count - 1), the rank from 0.
fn linear_rank(count: usize, pressure: f64, without: Option<usize>, draws: &mut Draws) -> usize {
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
    use super::*;

    fn shares(selection: Selection, count: usize, without: Option<usize>) -> Vec<f64> {
        let mut draws = Draws::new(3);
        let mut chosen = vec![0.0; count];
        (0..40_000).for_each(|_| chosen[selection.index(count, without, &mut draws)] += 1.0 / 40_000.0);
        chosen
    }

    fn is_near(got: &[f64], expected: &[f64]) -> bool {
        got.iter().zip(expected).all(|(got, expected)| (got - expected).abs() < 0.01)
    }

    #[test]
    fn the_chance_of_a_rank_falls_linearly() {
        let rank = |pressure| Selection::Rank { pressure };
        assert!(is_near(&shares(rank(2.0), 5, None), &[0.4, 0.3, 0.2, 0.1, 0.0]));
        assert!(is_near(&shares(rank(1.5), 5, None), &[0.3, 0.25, 0.2, 0.15, 0.1]));
        assert!(is_near(&shares(rank(1.0), 4, None), &[0.25; 4]));
        assert!(is_near(&shares(rank(1.5), 5, Some(0)), &[0.0, 0.357, 0.286, 0.214, 0.143]));
        assert_eq!(shares(rank(2.0), 2, Some(0))[1].round(), 1.0, "the other one, though its chance is 0");
        assert_eq!(shares(rank(2.0), 1, None)[0].round(), 1.0);
    }

    #[test]
    fn a_tournament_is_won_by_the_best_who_is_drawn() {
        let of_two = shares(Selection::Tournament { size: 2 }, 4, None);
        assert!(is_near(&of_two, &[7.0 / 16.0, 5.0 / 16.0, 3.0 / 16.0, 1.0 / 16.0]), "{of_two:?}");
    }
}
