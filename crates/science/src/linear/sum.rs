//! Sums that keep what addition rounds away.

/// A running sum with the part that its additions lost (Neumaier 1974).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    total: f64,
    lost: f64,
}

impl Sum {
    pub(super) fn add(&mut self, value: f64) {
        let next = self.total + value;
        self.lost +=
            if self.total.abs() >= value.abs() { (self.total - next) + value } else { (value - next) + self.total };
        self.total = next;
    }

    pub(super) fn value(self) -> f64 {
        self.total + self.lost
    }
}

/// The sum of the values.
pub(super) fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sum = Sum::default();
    values.into_iter().for_each(|value| sum.add(value));
    sum.value()
}

/// The inner product, in order.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The inner product of vectors of one length by four sums side by side, in a fixed order: no addition waits for the last.
pub(super) fn dot_by_four(a: &[f64], b: &[f64]) -> f64 {
    let ((fours, rest), (others, other_rest)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    let mut sums = [0.0; 4];
    for (four, other) in fours.iter().zip(others) {
        sums.iter_mut().zip(four.iter().zip(other)).for_each(|(sum, (a, b))| *sum += a * b);
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + dot(rest, other_rest)
}

/// The Euclidean length.
pub(super) fn norm(values: &[f64]) -> f64 {
    libm::sqrt(dot(values, values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_sums_are_one() {
        let values: Vec<f64> = (1..=11).map(f64::from).collect();
        for length in 0..=11 {
            assert_eq!(dot_by_four(&values[..length], &values[..length]), dot(&values[..length], &values[..length]));
        }
    }

    #[test]
    fn what_is_rounded_away_comes_back() {
        assert_eq!(sum([1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(sum(std::iter::repeat_n(0.1, 10)), 1.0);
        assert_eq!(sum([]), 0.0);
    }
}
