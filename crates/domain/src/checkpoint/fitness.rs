//! Fitness as JSON, bit for bit: numbers as they are, and what JSON has no number for by its name.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Value {
    Number(f64),
    Named(Named),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Named {
    Nan,
    Infinite,
    MinusInfinite,
}

pub(super) fn serialize<S: Serializer>(fitness: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(fitness.iter().map(|&value| match value {
        _ if value.is_nan() => Value::Named(Named::Nan),
        f64::INFINITY => Value::Named(Named::Infinite),
        f64::NEG_INFINITY => Value::Named(Named::MinusInfinite),
        number => Value::Number(number),
    }))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    let values: Vec<Value> = Deserialize::deserialize(deserializer)?;
    let number = |value| match value {
        Value::Number(number) => number,
        Value::Named(Named::Nan) => f64::NAN,
        Value::Named(Named::Infinite) => f64::INFINITY,
        Value::Named(Named::MinusInfinite) => f64::NEG_INFINITY,
    };
    Ok(values.into_iter().map(number).collect())
}
