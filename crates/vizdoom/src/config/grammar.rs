//! The grammar of config files: lines of `key = value` and lists in braces.
//!
//! `#` starts a comment at the start of a line only. A list may span lines. What the
//! keys mean is not known here.

/// One setting of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    /// Line of the key, from 1.
    pub(super) line: usize,
    /// The key, as written.
    pub(super) key: &'a str,
    /// Says whether it was `+=`.
    pub(super) append: bool,
    /// What stands behind the sign.
    pub(super) value: Value<'a>,
}

/// What stands behind the sign.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Plain(&'a str),
    List(Vec<&'a str>),
}

/// A line that is no setting.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault<'a> {
    pub(super) line: usize,
    pub(super) key: &'a str,
    pub(super) reason: &'static str,
}

/// The lines of a text that carry something, with their numbers.
struct Lines<'a> {
    lines: std::iter::Enumerate<std::str::Lines<'a>>,
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (index, line) = self.lines.find(|(_, line)| {
            let line = line.trim();
            !line.is_empty() && !line.starts_with('#')
        })?;
        Some((index + 1, line.trim()))
    }
}

/// Splits a text into its settings. `is_list` says which keys may take a list that starts
/// on a later line.
pub(super) fn entries<'a>(text: &'a str, is_list: impl Fn(&str) -> bool) -> Result<Vec<Entry<'a>>, Fault<'a>> {
    // Editors on other systems put a mark in front.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = Lines { lines: text.lines().enumerate() };
    let mut entries = Vec::new();
    while let Some((line, content)) = lines.next() {
        let (key, append, rest) = split(line, content)?;
        let value = if is_list(key) { Value::List(list(line, key, rest, &mut lines)?) } else { Value::Plain(rest) };
        entries.push(Entry { line, key, append, value });
    }
    Ok(entries)
}

fn split(line: usize, content: &str) -> Result<(&str, bool, &str), Fault<'_>> {
    let fault = |key, reason| Fault { line, key, reason };
    let (left, value) = content.split_once('=').ok_or_else(|| fault(content, "expected `key = value`"))?;
    let (key, append) = match left.strip_suffix('+') {
        Some(key) => (key.trim(), true),
        None => (left.trim(), false),
    };
    if key.is_empty() {
        return Err(fault(content, "the key is missing"));
    }
    Ok((key, append, value.trim()))
}

/// Reads a list from the rest of its first line and the lines after it.
fn list<'a>(line: usize, key: &'a str, first: &'a str, lines: &mut Lines<'a>) -> Result<Vec<&'a str>, Fault<'a>> {
    let fault = |reason| Fault { line, key, reason };
    let mut part = first;
    if part.is_empty() {
        let next = lines.next();
        part = next.map(|(_, content)| content).unwrap_or_default();
    }
    part = part.strip_prefix('{').ok_or_else(|| fault("expected a list in braces"))?;
    let mut items = Vec::new();
    loop {
        let (inner, closed) = match part.strip_suffix('}') {
            Some(inner) => (inner, true),
            None => (part, false),
        };
        if inner.contains(['{', '}']) {
            return Err(fault("a brace stands within the list"));
        }
        items.extend(inner.split_whitespace());
        if closed {
            return Ok(items);
        }
        (_, part) = lines.next().ok_or_else(|| fault("the list has no closing brace"))?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Vec<Entry<'_>>, Fault<'_>> {
        entries(text, |key| key == "list")
    }

    #[test]
    fn plain_settings_comments_and_blank_lines() {
        let entries = parse("\u{feff}# comment\n\n  a = b c # kept \r\n\tb+=c=d\n").unwrap();
        let expected = [("a", false, "b c # kept", 3), ("b", true, "c=d", 4)];
        for (entry, (key, append, value, line)) in entries.iter().zip(expected) {
            assert_eq!(entry.key, key);
            assert_eq!(entry.append, append);
            assert_eq!(entry.value, Value::Plain(value));
            assert_eq!(entry.line, line);
        }
        assert_eq!(entries.len(), 2);
    }

    #[test]
    fn lists_on_one_line_and_over_many() {
        let texts = ["list = { a b }", "list =\n {\n a\n# no\n\n b\n }", "list = { a\nb}", "list={a b}"];
        for text in texts {
            let entries = parse(text).unwrap();
            assert_eq!(entries[0].value, Value::List(vec!["a", "b"]), "{text}");
        }
        assert_eq!(parse("list = { }").unwrap()[0].value, Value::List(vec![]));
    }

    #[test]
    fn what_is_no_setting_is_told_with_its_line() {
        for (text, line) in [
            ("a = 1\nnonsense", 2),
            ("\n= 1", 2),
            ("list = a b", 1),
            ("list = { a", 1),
            ("list =", 1),
            ("list = { a } b }", 1),
        ] {
            assert_eq!(parse(text).unwrap_err().line, line, "{text}");
        }
    }

    #[test]
    fn garbage_never_panics() {
        let pieces = ["list", "=", "+=", "{", "}", "\n", "#", " ", "é", "\0", "\u{feff}", "a"];
        let mut seed = 1u64;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..12 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text.push_str(pieces[(seed >> 33) as usize % pieces.len()]);
            }
            let _ = parse(&text);
        }
    }
}
