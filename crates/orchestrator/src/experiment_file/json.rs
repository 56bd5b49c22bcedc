//! A TOML table as the JSON that specifications are read from.

use serde_json::Value;
use toml::de::{DeInteger, DeTable, DeValue};

/// The table as a JSON object. Numbers that are not finite become null, since JSON has no word for them, and times become
/// texts; a specification has neither.
pub(super) fn object(table: &DeTable<'_>) -> Value {
    table.iter().map(|(key, item)| (key.get_ref().to_string(), value(item.get_ref()))).collect()
}

fn value(item: &DeValue<'_>) -> Value {
    match item {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => integer(number),
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Boolean(flag) => Value::from(*flag),
        DeValue::Datetime(time) => Value::from(time.to_string()),
        DeValue::Array(items) => items.iter().map(|item| value(item.get_ref())).collect(),
        DeValue::Table(table) => object(table),
    }
}

/// A whole number; as a float where it has more than 64 bits, so that it is out of every range.
fn integer(number: &DeInteger<'_>) -> Value {
    let (digits, radix) = (number.as_str(), number.radix());
    let signed = || i64::from_str_radix(digits, radix).map(Value::from).ok();
    let unsigned = || u64::from_str_radix(digits, radix).map(Value::from).ok();
    signed()
        .or_else(unsigned)
        .unwrap_or_else(|| i128::from_str_radix(digits, radix).map_or(f64::MAX, |big| big as f64).into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_of_value_is_read() {
        let text = "a = 'x'\nb = -5\nc = 18446744073709551615\nd = 0x1F\ne = 1e3\nf = true\ng = [1, { h = 2 }]\n\
                    i = nan\nj = -inf\nk = 1979-05-27\nl = 36893488147419103232\nm = +7\nn = 1_000\no.p = 1.0";
        let expected = json!({
            "a": "x", "b": -5, "c": u64::MAX, "d": 31, "e": 1000.0, "f": true, "g": [1, { "h": 2 }],
            "i": null, "j": null, "k": "1979-05-27", "l": 36893488147419103232.0, "m": 7, "n": 1000, "o": { "p": 1.0 },
        });
        assert_eq!(object(DeTable::parse(text).unwrap().get_ref()), expected);
    }
}
