//! How long decisions took: a small histogram of fixed size.

use std::time::Duration;

/// Bits of a time that are kept exactly: quantiles are off by at most one part in eight.
const BITS: u32 = 3;
const SUB: usize = 1 << BITS;
const BUCKETS: usize = (64 - BITS as usize + 1) * SUB;

/// Counts of times in buckets that grow with the time: eight per power of two nanoseconds.
#[derive(Debug, Clone)]
pub struct Histogram {
    counts: Box<[u64; BUCKETS]>,
    total: u64,
    max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: Box::new([0; BUCKETS]), total: 0, max: 0 }
    }
}

impl Histogram {
    /// Counts one time.
    pub fn record(&mut self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.counts[bucket(nanos)] += 1;
        self.total += 1;
        self.max = self.max.max(nanos);
    }

    /// How many times were counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The longest time in microseconds.
    #[must_use]
    pub fn max_us(&self) -> f64 {
        self.max as f64 / 1e3
    }

    /// The time in microseconds that a share of `quantile` of all times did not exceed: the upper end of its bucket,
    /// never above the longest time. 0 if nothing was counted.
    #[must_use]
    pub fn quantile_us(&self, quantile: f64) -> f64 {
        let rank = ((self.total as f64 * quantile).ceil() as u64).clamp(1, self.total.max(1));
        let mut seen = 0;
        for (index, &count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return upper_end(index).min(self.max) as f64 / 1e3;
            }
        }
        0.0
    }
}

fn bucket(nanos: u64) -> usize {
    if nanos < SUB as u64 {
        return nanos as usize;
    }
    let shift = 63 - nanos.leading_zeros() - BITS;
    (shift as usize) * SUB + (nanos >> shift) as usize
}

fn upper_end(index: usize) -> u64 {
    if index < 2 * SUB {
        return index as u64;
    }
    let shift = index / SUB - 1;
    let first = ((index % SUB + SUB) as u64) << shift;
    first + ((1 << shift) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_lies_in_its_bucket() {
        for nanos in (0..5000).chain([1 << 20, (1 << 40) + 12345, u64::MAX - 1, u64::MAX]) {
            let index = bucket(nanos);
            assert!(index < BUCKETS && upper_end(index) >= nanos, "{nanos}");
            assert!(index == 0 || upper_end(index - 1) < nanos, "{nanos}");
        }
    }

    #[test]
    fn quantiles_are_close_from_above() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile_us(0.5), 0.0);
        (1..=1000).for_each(|us| histogram.record(Duration::from_micros(us)));
        let (p50, p99) = (histogram.quantile_us(0.5), histogram.quantile_us(0.99));
        assert!((500.0..=500.0 * 1.125).contains(&p50), "{p50}");
        assert!((990.0..=1000.0).contains(&p99), "{p99}");
        assert_eq!((histogram.max_us(), histogram.total()), (1000.0, 1000));
    }
}
