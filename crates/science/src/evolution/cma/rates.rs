//! Weights and learning rates.

use super::Covariance;

/// The numbers that follow from the dimension and the population: table 1 of the tutorial.
#[derive(Debug, Clone)]
pub(super) struct Rates {
    /// Weight of each rank, the best first. The positive ones sum to 1.
    pub(super) weights: Vec<f64>,
    /// How many weights are positive.
    pub(super) parents: usize,
    /// Variance-effective selection mass.
    pub(super) mass: f64,
    /// Decay of the path that adapts the step.
    pub(super) step_decay: f64,
    /// Damping of the step.
    pub(super) damping: f64,
    /// Decay of the path that adapts the shape.
    pub(super) shape_decay: f64,
    /// Learning rate of the path's own direction.
    pub(super) rank_one: f64,
    /// Learning rate of the members' directions.
    pub(super) rank_mu: f64,
    /// Expected length of a standard normal vector.
    pub(super) chi: f64,
}

impl Rates {
    pub(super) fn new(dimension: usize, population: u32, covariance: Covariance, is_active: bool) -> Self {
        let n = dimension as f64;
        let middle = libm::log((f64::from(population) + 1.0) / 2.0);
        let raw: Vec<_> = (1..=population).map(|rank| middle - libm::log(f64::from(rank))).collect();
        let parents = population as usize / 2;
        let (mass, mass_against) = (effective(&raw[..parents]), effective(&raw[parents..]));
        let step_decay = (mass + 2.0) / (n + mass + 5.0);
        let faster = match covariance {
            Covariance::Full => 1.0,
            Covariance::Separable => (n + 2.0) / 3.0,
        };
        let rank_one = (faster * 2.0 / ((n + 1.3) * (n + 1.3) + mass)).min(1.0);
        let rank_mu = faster * 2.0 * (0.25 + mass - 2.0 + 1.0 / mass) / ((n + 2.0) * (n + 2.0) + mass);
        let rank_mu = rank_mu.min(1.0 - rank_one);
        let against = (1.0 + rank_one / rank_mu)
            .min(1.0 + 2.0 * mass_against / (mass + 2.0))
            .min((1.0 - rank_one - rank_mu) / (n * rank_mu));
        Self {
            weights: scaled(&raw, parents, if is_active { against } else { 0.0 }),
            parents,
            mass,
            step_decay,
            damping: 1.0 + 2.0 * (libm::sqrt((mass - 1.0) / (n + 1.0)) - 1.0).max(0.0) + step_decay,
            shape_decay: (4.0 + mass / n) / (n + 4.0 + 2.0 * mass / n),
            rank_one,
            rank_mu,
            chi: libm::sqrt(n) * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n)),
        }
    }

    /// The share of the covariances that a generation keeps.
    pub(super) fn kept(&self) -> f64 {
        // Where all is replaced, rounding can leave a little less than nothing.
        (1.0 - self.rank_one - self.rank_mu * self.weights.iter().sum::<f64>()).max(0.0)
    }
}

/// How many equal weights would have the same effect.
fn effective(weights: &[f64]) -> f64 {
    let sum: f64 = weights.iter().sum();
    sum * sum / weights.iter().map(|weight| weight * weight).sum::<f64>()
}

/// The positive weights with the sum 1, the negative ones with the sum -`against`.
fn scaled(raw: &[f64], parents: usize, against: f64) -> Vec<f64> {
    let (positive, negative) = raw.split_at(parents);
    let (gain, loss): (f64, f64) = (positive.iter().sum(), negative.iter().sum());
    let positive = positive.iter().map(|weight| weight / gain);
    positive.chain(negative.iter().map(|weight| -against * weight / loss)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As pycma 4.5 has them for 10 dimensions: `cma.CMAEvolutionStrategy([0] * 10, 1).sp`. Its step adapts a little faster
    /// than the tutorial's.
    #[test]
    fn rates_are_those_of_pycma() {
        let rates = Rates::new(10, 10, Covariance::Full, true);
        let got = [rates.mass, rates.rank_one, rates.rank_mu, rates.shape_decay];
        let expected = [3.1672992814107017, 0.015283824524751714, 0.02355177665041747, 0.29499038303562225];
        let weights = [
            0.45627264690340597,
            0.2707530970017852,
            0.16223111715866978,
            0.08523354710016448,
            0.025509591835974777,
            -0.08001260758087224,
            -0.22176416099914653,
            -0.34455494178482093,
            -0.45286408637842196,
            -0.5497499176973853,
        ];
        assert_eq!((rates.parents, rates.weights.len()), (5, 10));
        for (got, expected) in got.iter().chain(&rates.weights).zip(expected.iter().chain(&weights)) {
            assert!((got - expected).abs() < 1e-12, "{got} {expected}");
        }
        let passive = Rates::new(10, 10, Covariance::Full, false);
        assert!(passive.weights[5..].iter().all(|&weight| weight == 0.0));
    }

    #[test]
    fn rates_are_in_range_for_every_size() {
        for covariance in [Covariance::Full, Covariance::Separable] {
            for (dimension, population) in [(1, 4), (2, 6), (5, 8), (40, 15), (40, 1000), (5000, 29)] {
                let rates = Rates::new(dimension, population, covariance, true);
                assert_eq!(rates.weights.len(), population as usize);
                let decays = [rates.step_decay, rates.shape_decay];
                assert!(decays.iter().all(|&rate| rate > 0.0 && rate < 1.0), "{rates:?}");
                assert!(rates.rank_one > 0.0 && rates.rank_mu >= 0.0 && rates.rank_one + rates.rank_mu <= 1.0);
                assert!(rates.kept() >= 0.0, "what is kept would make variances negative: {rates:?}");
            }
        }
    }
}
