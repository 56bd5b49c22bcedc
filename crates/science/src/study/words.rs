//! Numbers in sentences. Everything else keeps them at full precision.

/// A probability: `p = 0.031`, or `p < 0.001`.
pub(super) fn p(p: f64) -> String {
    if p < 0.001 { "p < 0.001".to_owned() } else { format!("p = {p:.3}") }
}

/// A number with three significant digits, or more if it is above 100.
pub(super) fn number(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e7).contains(&magnitude) {
        return format!("{value:.2e}");
    }
    let decimals = (2.0 - libm::floor(libm::log10(magnitude))).max(0.0) as usize;
    format!("{value:.decimals$}")
}

/// A share as a percentage.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// Some names, and how many more there are.
pub(super) fn some(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0.0, "0"),
            (12.345, "12.3"),
            (-0.01234, "-0.0123"),
            (1234.5, "1234"),
            (1e-9, "1.00e-9"),
            (1e300, "1.00e300"),
        ];
        for (value, expected) in cases {
            assert_eq!(number(value), expected);
        }
        assert_eq!(p(0.00001), "p < 0.001");
        assert_eq!(p(0.0314), "p = 0.031");
    }
}
