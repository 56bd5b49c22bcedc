//! Numbers in tables. JSON keeps them at full precision.

/// A number with four significant digits.
pub(crate) fn number(value: Option<f64>) -> String {
    let Some(value) = value else { return String::new() };
    let magnitude = value.abs();
    if magnitude == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e9).contains(&magnitude) {
        return format!("{value:.3e}");
    }
    let decimals = (3.0 - magnitude.log10().floor()).max(0.0) as usize;
    format!("{value:.decimals$}")
}

/// An interval with so many decimals.
pub(crate) fn range([low, high]: [f64; 2], decimals: usize) -> String {
    format!("[{low:.decimals$}, {high:.decimals$}]")
}

/// An interval, or nothing.
pub(crate) fn interval(low: Option<f64>, high: Option<f64>) -> String {
    low.zip(high).map_or_else(String::new, |(low, high)| format!("[{}, {}]", number(Some(low)), number(Some(high))))
}

/// A p value with four decimals.
pub(crate) fn p(p: Option<f64>) -> String {
    match p {
        None => String::new(),
        Some(p) if p < 1e-4 => "< 0.0001".to_owned(),
        Some(p) => format!("{p:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_four_digits_and_nothing_is_empty() {
        let cases =
            [(0.0, "0"), (12.3456, "12.35"), (-0.012_345, "-0.01235"), (123_456.7, "123457"), (1e-9, "1.000e-9")];
        for (value, expected) in cases {
            assert_eq!(number(Some(value)), expected);
        }
        assert_eq!((number(None), p(None), p(Some(1e-9)).as_str()), (String::new(), String::new(), "< 0.0001"));
        assert_eq!(interval(Some(1.0), Some(2.0)), "[1.000, 2.000]");
        assert_eq!(interval(None, Some(2.0)), "");
    }
}
