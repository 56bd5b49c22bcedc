//! Questions to PostgreSQL: a cursor, which takes nothing but questions, in a transaction that cannot write.

use domain::ErrorKind;
use domain::ports::PortError;
use sea_orm::sqlx::postgres::PgConnectOptions;
use serde_json::Value;
use tokio_postgres::error::ErrorPosition;
use tokio_postgres::types::Type;
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use super::{Answer, QueryError, Question, check_tables, too_long};
use crate::config::{StoreConfig, Target};
use crate::error::Error;
use crate::open::single;

const EXPLAIN: &str = "EXPLAIN (VERBOSE, FORMAT JSON) ";
const DECLARE: &str = "DECLARE answer NO SCROLL CURSOR FOR ";

pub(super) async fn ask(
    config: &StoreConfig,
    target: &Target,
    options: &PgConnectOptions,
    question: Question<'_>,
) -> Result<Answer, QueryError> {
    let mut client = single(config, target, options).await?;
    let Question { sql, rows } = question;
    let failed = |error: tokio_postgres::Error| told(config, sql, "", error);
    let transaction = client.build_transaction().read_only(true).start().await.map_err(failed)?;

    // The extended protocol takes one statement at a time.
    let plan = transaction.query_one(&format!("{EXPLAIN}{sql}"), &[]).await;
    let plan: Value = plan.and_then(|row| row.try_get(0)).map_err(|error| told(config, sql, EXPLAIN, error))?;
    let mut read = Vec::new();
    relations(&plan, &mut read);
    check_tables(read)?;

    let declared = transaction.execute(&format!("{DECLARE}{sql}"), &[]).await;
    declared.map_err(|error| told(config, sql, DECLARE, error))?;
    let fetch = format!("FETCH {} FROM answer", rows.saturating_add(1));
    let described = transaction.prepare(&fetch).await.map_err(failed)?;
    let columns = described.columns();
    // As text, which the database writes for every type that there is.
    let fetched = transaction.simple_query(&fetch).await.map_err(failed)?;
    let fetched = fetched.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(values(row, columns.iter().map(tokio_postgres::Column::type_))),
        _ => None,
    });
    Ok(Answer {
        rows: fetched.collect(),
        columns: columns.iter().map(|column| column.name().to_owned()).collect(),
        cut: false,
    })
}

/// Names of the relations that a plan reads.
fn relations<'a>(plan: &'a Value, found: &mut Vec<&'a str>) {
    match plan {
        Value::Array(items) => items.iter().for_each(|item| relations(item, found)),
        Value::Object(fields) => {
            found.extend(fields.get("Relation Name").and_then(Value::as_str));
            fields.values().for_each(|value| relations(value, found));
        }
        _ => {}
    }
}

fn values<'a>(row: &SimpleQueryRow, types: impl Iterator<Item = &'a Type>) -> Vec<Value> {
    types.enumerate().map(|(at, kind)| row.get(at).map_or(Value::Null, |text| value(text, kind))).collect()
}

/// A value from the database's own spelling. What is no number in JSON, such as `NaN`, stays text.
fn value(text: &str, kind: &Type) -> Value {
    let parsed = match *kind {
        Type::BOOL => Some(Value::Bool(text == "t")),
        Type::INT2 | Type::INT4 | Type::INT8 => text.parse::<i64>().ok().map(Value::from),
        Type::NUMERIC => text.parse::<i64>().map(Value::from).ok().or_else(|| real(text)),
        Type::FLOAT4 | Type::FLOAT8 => real(text),
        Type::JSON | Type::JSONB => serde_json::from_str(text).ok(),
        Type::BYTEA => text.strip_prefix("\\x").map(Value::from),
        _ => None,
    };
    parsed.unwrap_or_else(|| Value::from(text))
}

fn real(text: &str) -> Option<Value> {
    serde_json::Number::from_f64(text.parse().ok()?).map(Value::Number)
}

/// What the database says, and where. `before` was sent ahead of the statement.
fn told(config: &StoreConfig, sql: &str, before: &str, error: tokio_postgres::Error) -> QueryError {
    let Some(answer) = error.as_db_error() else {
        return match Error::from(error) {
            Error::Copy(error) if !error.is_closed() => {
                PortError::new(ErrorKind::Internal, format!("the answer cannot be read: {error}")).because(error).into()
            }
            error => error.into_port("ask the database").into(),
        };
    };
    if answer.code() == &tokio_postgres::error::SqlState::QUERY_CANCELED {
        return too_long(config);
    }
    let at = match answer.position() {
        Some(ErrorPosition::Original(position)) => {
            let characters = (*position as usize).checked_sub(before.chars().count() + 1);
            characters.and_then(|characters| Some(sql.char_indices().nth(characters)?.0))
        }
        _ => None,
    };
    let help = answer.hint().or_else(|| answer.detail()).map(str::to_owned);
    QueryError::Refused { message: answer.message().to_owned(), help, at }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_keep_their_types() {
        for (text, kind, expected) in [
            ("t", Type::BOOL, json!(true)),
            ("-9223372036854775808", Type::INT8, json!(i64::MIN)),
            ("0.1", Type::FLOAT8, json!(0.1)),
            ("NaN", Type::FLOAT8, json!("NaN")),
            ("12", Type::NUMERIC, json!(12)),
            ("12.3333333333333333", Type::NUMERIC, json!(12.333333333333334)),
            ("\\x00ff", Type::BYTEA, json!("00ff")),
            ("{\"a\": [1]}", Type::JSONB, json!({ "a": [1] })),
            ("2026-11-29 12:00:00+00", Type::TIMESTAMPTZ, json!("2026-11-29 12:00:00+00")),
        ] {
            assert_eq!(value(text, &kind), expected);
        }
    }

    #[test]
    fn every_relation_of_a_plan_is_found() {
        let scan = |name| json!({ "Node Type": "Seq Scan", "Relation Name": name });
        let plan =
            json!([{ "Plan": { "Node Type": "Append", "Plans": [scan("scores"), { "Plans": [scan("tokens")] }] } }]);
        let mut found = Vec::new();
        relations(&plan, &mut found);
        assert_eq!(found, ["scores", "tokens"]);
    }
}
