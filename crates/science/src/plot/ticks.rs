//! Where an axis is labelled: multiples of 1, 2 or 5 times a power of ten.
//!
//! The step is Heckbert's ("Nice numbers for graph labels", Graphics Gems, 1990); unlike there the axis is not
//! stretched to whole steps.

use super::scale::Domain;
use super::text::grouped;

/// A labelled place on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub(super) at: f64,
    pub(super) label: String,
}

/// The ticks of an axis of numbers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ticks {
    pub(super) ticks: Vec<Tick>,
    /// What all labels have to be multiplied by, as text such as `×10⁶`; empty for 1.
    pub(super) factor: String,
}

/// About `wanted` ticks within a domain; only whole numbers if `whole`.
pub(super) fn ticks(domain: Domain, wanted: f64, whole: bool) -> Ticks {
    let (digit, exponent) = step(domain.span() / wanted.max(1.0), whole);
    let shift = shift(domain);
    let decimals = (shift - exponent).clamp(0, 17) as usize;
    let size = digit * power(exponent);
    let (first, last) = (libm::ceil(domain.low / size), libm::floor(domain.high / size));
    let count = (last - first + 1.0).clamp(0.0, 100.0) as usize;
    let tick = |index: usize| {
        let multiple = (first + index as f64) * digit;
        Tick { at: scaled(multiple, exponent), label: grouped(scaled(multiple, exponent - shift), decimals) }
    };
    let ticks = (0..count).map(tick).filter(|tick| domain.holds(tick.at)).collect();
    Ticks { ticks, factor: factor(shift) }
}

/// The nice step near a rough one: its digit and its power of ten.
fn step(rough: f64, whole: bool) -> (f64, i32) {
    if whole && rough < 1.0 {
        return (1.0, 0);
    }
    let exponent = libm::floor(libm::log10(rough)) as i32;
    match rough / power(exponent) {
        share if share < 1.5 => (1.0, exponent),
        share if share < 3.0 => (2.0, exponent),
        share if share < 7.0 => (5.0, exponent),
        _ => (1.0, exponent + 1),
    }
}

/// The power of ten taken out of all labels: a multiple of 3 where numbers would be long, else 0.
fn shift(domain: Domain) -> i32 {
    let size = domain.low.abs().max(domain.high.abs());
    if (1e-3..1e6).contains(&size) { 0 } else { 3 * libm::floor(libm::log10(size) / 3.0) as i32 }
}

fn power(exponent: i32) -> f64 {
    libm::pow(10.0, f64::from(exponent))
}

/// A whole number times a power of ten, rounded once.
fn scaled(whole: f64, exponent: i32) -> f64 {
    if exponent < 0 { whole / power(-exponent) } else { whole * power(exponent) }
}

fn factor(shift: i32) -> String {
    if shift == 0 {
        return String::new();
    }
    let raised = |digit: char| match digit {
        '-' => '\u{207b}',
        '1' => '\u{b9}',
        '2' => '\u{b2}',
        '3' => '\u{b3}',
        '4'..='9' => char::from_u32(0x2070 + digit as u32 - '0' as u32).unwrap_or(digit),
        _ => '\u{2070}',
    };
    format!("\u{d7}10{}", shift.to_string().chars().map(raised).collect::<String>())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(low: f64, high: f64, wanted: f64) -> Vec<String> {
        ticks(Domain { low, high }, wanted, false).ticks.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn steps_are_nice() {
        assert_eq!(labels(0.0, 10.0, 5.0), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(labels(-0.13, 0.31, 4.0), ["\u{2212}0.1", "0.0", "0.1", "0.2", "0.3"]);
        assert_eq!(labels(0.0, 25000.0, 3.0), ["0", "10\u{202f}000", "20\u{202f}000"]);
    }

    #[test]
    fn whole_numbers_stay_whole() {
        let ticks = ticks(Domain { low: 0.0, high: 2.0 }, 6.0, true);
        assert_eq!(ticks.ticks.iter().map(|tick| tick.at).collect::<Vec<_>>(), [0.0, 1.0, 2.0]);
    }

    #[test]
    fn long_numbers_share_a_factor() {
        let large = ticks(Domain { low: 0.0, high: 3e6 }, 3.0, false);
        assert_eq!(large.factor, "\u{d7}10\u{2076}");
        assert_eq!(large.ticks[1].label, "1");
        let small = ticks(Domain { low: 0.0, high: 4e-5 }, 2.0, false);
        assert_eq!((small.factor.as_str(), small.ticks[1].label.as_str()), ("\u{d7}10\u{207b}\u{2076}", "20"));
    }

    proptest! {
        #[test]
        fn ticks_lie_within_and_differ(low in -1e9f64..1e9, log_span in -2f64..9.0) {
            let domain = Domain { low, high: low + libm::pow(10.0, log_span) };
            let ticks = ticks(domain, 6.0, false).ticks;
            prop_assert!((3..=16).contains(&ticks.len()), "{ticks:?}");
            prop_assert!(ticks.iter().all(|tick| domain.holds(tick.at)));
            prop_assert!(ticks.windows(2).all(|pair| pair[0].at < pair[1].at && pair[0].label != pair[1].label));
        }
    }
}
