//! Spans of time as people write them: a whole number and a unit.

use std::time::Duration;

/// Reads a span such as `90s`, `30m`, `24h` or `7d`.
pub fn parse(text: &str) -> Result<Duration, String> {
    let units = [('s', 1), ('m', 60), ('h', 60 * 60), ('d', 24 * 60 * 60)];
    let seconds = units.iter().find_map(|(unit, seconds)| {
        let number: u64 = text.strip_suffix(*unit)?.parse().ok()?;
        number.checked_mul(*seconds).filter(|seconds| *seconds > 0)
    });
    let span = seconds.map(Duration::from_secs);
    span.ok_or_else(|| "write a whole number above zero and a unit, such as 90s, 30m, 24h or 7d".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_a_number_and_a_unit() {
        for (text, seconds) in [("90s", 90), ("30m", 1800), ("24h", 86_400), ("7d", 604_800)] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "h", "24", "0h", "-1h", "1.5h", "24 h", "1w", "99999999999999999999d"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
