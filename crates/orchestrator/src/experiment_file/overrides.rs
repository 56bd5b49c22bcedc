//! `--set path=value`: changing a field of a file from the command line.

use toml_edit::{DocumentMut, Item, Table, Value, value};

/// Applies overrides to the text of a document.
///
/// # Errors
/// A sentence that names the override and what is wrong with it.
pub(super) fn apply(document: &mut DocumentMut, overrides: &[String]) -> Result<(), String> {
    overrides.iter().try_for_each(|text| apply_one(document, text).map_err(|why| format!("--set {text}: {why}")))
}

fn apply_one(document: &mut DocumentMut, text: &str) -> Result<(), String> {
    let (path, given) = text.split_once('=').ok_or("expected path=value")?;
    let keys: Vec<&str> = path.trim().split('.').map(str::trim).collect();
    if keys.iter().any(|key| key.contains('[')) {
        return Err("a field inside a list cannot be set; set the whole list".into());
    }
    if keys.iter().any(|key| key.is_empty()) {
        return Err("the path has an empty part".into());
    }
    let (last, parents) = keys.split_last().ok_or("the path is empty")?;
    let mut item: &mut Item = document.as_item_mut();
    for key in parents {
        item = step(item, key)?;
    }
    let table = item.as_table_like_mut().ok_or("the path leads into a value that is not a table")?;
    table.insert(last, value(parse_value(given.trim())));
    Ok(())
}

fn step<'a>(item: &'a mut Item, key: &str) -> Result<&'a mut Item, String> {
    if item.is_array_of_tables() || item.is_array() {
        return Err("a field inside a list cannot be set; set the whole list".into());
    }
    let table = item.as_table_like_mut().ok_or("the path leads into a value that is not a table")?;
    if !table.contains_key(key) {
        table.insert(key, Item::Table(Table::new()));
    }
    table.get_mut(key).ok_or_else(|| format!("`{key}` cannot be set"))
}

/// A value as TOML has it; what is not valid TOML is taken as a plain text, so that quotes are not needed in a shell.
fn parse_value(text: &str) -> Value {
    text.parse().unwrap_or_else(|_| Value::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str, overrides: &[&str]) -> Result<String, String> {
        let mut document: DocumentMut = text.parse().unwrap();
        let overrides: Vec<_> = overrides.iter().map(|&o| o.to_owned()).collect();
        apply(&mut document, &overrides)?;
        Ok(document.to_string())
    }

    #[test]
    fn values_replace_or_add_fields() {
        let text = "seed = 1\n[agent]\npolicy = 'aim' # the best\n";
        let changed = set(text, &["seed=7", "agent.policy=random", "scenario.skill = 5"]).unwrap();
        let table: toml::Table = changed.parse().unwrap();
        assert_eq!(table["seed"].as_integer(), Some(7));
        assert_eq!(table["agent"]["policy"].as_str(), Some("random"));
        assert_eq!(table["scenario"]["skill"].as_integer(), Some(5));
    }

    #[test]
    fn bad_overrides_say_what_is_wrong() {
        for (text, needle) in [("seed", "expected path=value"), ("a..b=1", "empty part"), ("seed.x=1", "not a table")] {
            let error = set("seed = 1", &[text]).unwrap_err();
            assert!(error.contains(needle) && error.contains(text), "{error}");
        }
    }
}
