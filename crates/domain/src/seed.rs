//! Randomness has an address: every draw is a pure function of (seed, purpose, indices).
//!
//! No generator position is saved or shared. [`Address`] names a stream of draws; draw `n` of the stream
//! is computed directly, so work can be split, repeated or resumed without changing a bit.

use crate::ids::DoomSeed;

/// The Doom seed of a replicate: the first four bytes, little-endian, of
/// BLAKE3("doom-seed/v1", experiment seed, block, replicate), numbers as little-endian u64.
///
/// It never depends on the agent, the condition or a file, so all conditions play the same seeds
/// (common random numbers).
#[must_use]
pub fn doom_seed(experiment_seed: u64, block: u32, replicate: u32) -> DoomSeed {
    let hash = Address::new(experiment_seed, "doom-seed/v1").at(block).at(replicate).hash();
    let [a, b, c, d, ..] = *hash.as_bytes();
    DoomSeed(u32::from_le_bytes([a, b, c, d]))
}

/// The seed of an agent for one episode; the same for every agent that plays the same Doom seed.
#[must_use]
pub fn agent_seed(experiment_seed: u64, doom_seed: DoomSeed) -> u64 {
    Address::new(experiment_seed, "agent-seed/v1").at(doom_seed.0).stream().key
}

/// Where a stream of random draws lives: a purpose below a seed, then any number of indices.
#[derive(Debug, Clone)]
pub struct Address(blake3::Hasher);

impl Address {
    /// The address of `purpose` under `seed`.
    #[must_use]
    pub fn new(seed: u64, purpose: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(purpose.as_bytes());
        hasher.update(&seed.to_le_bytes());
        Self(hasher)
    }

    /// The address one index further down.
    #[must_use]
    pub fn at(mut self, index: u32) -> Self {
        self.0.update(&u64::from(index).to_le_bytes());
        self
    }

    /// The draws at this address.
    #[must_use]
    pub fn stream(&self) -> Draws {
        let hash = self.hash();
        let [a, b, c, d, e, f, g, h, ..] = *hash.as_bytes();
        Draws::new(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
    }

    fn hash(&self) -> blake3::Hash {
        self.0.finalize()
    }
}

/// An endless sequence of draws: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), whose n-th output is a
/// pure function of the key and n.
#[derive(Debug, Clone)]
pub struct Draws {
    key: u64,
    next: u64,
}

impl Draws {
    const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

    /// The sequence with this key, from its first draw.
    #[must_use]
    pub fn new(key: u64) -> Self {
        Self { key, next: 0 }
    }

    /// The sequence with this key, from draw number `index` on.
    #[must_use]
    pub fn from_index(key: u64, index: u64) -> Self {
        Self { key, next: index }
    }

    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.next = self.next.wrapping_add(1);
        let mut z = self.key.wrapping_add(self.next.wrapping_mul(Self::GOLDEN_GAMMA));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A real in [0, 1) with 53 random bits.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// An integer in `0..count`; 0 if `count` is 0. Multiply-shift (Lemire 2019) without rejection: the
    /// bias is below `count` / 2^64.
    pub fn below(&mut self, count: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(count)) >> 64) as u64
    }

    /// A standard normal draw by the Box-Muller transform (Box and Muller 1958), with `libm` so that the
    /// bits are the same on every machine.
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(2.0 * std::f64::consts::PI * self.unit())
    }

    /// Puts `items` into a random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn doom_seeds_are_pinned() {
        let mut bytes = b"doom-seed/v1".to_vec();
        for number in [42u64, 3, 7] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        let hash = blake3::hash(&bytes);
        let first = u32::from_le_bytes(hash.as_bytes()[..4].try_into().unwrap());
        assert_eq!(doom_seed(42, 3, 7), DoomSeed(first));
    }

    #[test]
    fn splitmix_matches_its_published_reference_output() {
        // First outputs for seed 1234567 of the reference implementation by Sebastiano Vigna.
        let mut draws = Draws::new(1_234_567);
        assert_eq!(draws.bits(), 6_457_827_717_110_365_317);
        assert_eq!(draws.bits(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn normal_draws_have_mean_zero_and_unit_variance() {
        let mut draws = Address::new(1, "test").stream();
        let sample: Vec<f64> = (0..20_000).map(|_| draws.normal()).collect();
        let mean = sample.iter().sum::<f64>() / sample.len() as f64;
        let variance = sample.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / sample.len() as f64;
        assert!(mean.abs() < 0.03, "mean {mean}");
        assert!((variance - 1.0).abs() < 0.05, "variance {variance}");
    }

    proptest! {
        #[test]
        fn any_draw_can_be_computed_alone(key: u64, index in 0u64..50) {
            let mut from_start = Draws::new(key);
            (0..index).for_each(|_| { from_start.bits(); });
            prop_assert_eq!(from_start.bits(), Draws::from_index(key, index).bits());
        }

        #[test]
        fn draws_stay_in_range(key: u64, count in 1u64..1000) {
            let mut draws = Draws::new(key);
            prop_assert!(draws.below(count) < count);
            let unit = draws.unit();
            prop_assert!((0.0..1.0).contains(&unit));
        }

        #[test]
        fn shuffling_keeps_every_item(key: u64, count in 0usize..40) {
            let mut items: Vec<_> = (0..count).collect();
            Draws::new(key).shuffle(&mut items);
            items.sort_unstable();
            prop_assert_eq!(items, (0..count).collect::<Vec<_>>());
        }
    }
}
