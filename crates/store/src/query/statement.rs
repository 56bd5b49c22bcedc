//! Reads as much of a statement as is needed to say at once what is wrong with it. It is not what keeps the ledger
//! unchanged: that is the database's part.

use super::QueryError;

/// What begins a statement that only asks.
const QUESTIONS: [&str; 4] = ["select", "with", "values", "table"];
/// Beginnings of names through which a statement reaches past the tables: the system's own, files, other databases.
const BEGINNINGS: [&str; 7] = ["pg_", "sqlite_", "pragma_", "lo_", "dblink", "load_extension", "set_config"];
/// Ends of names of functions that run statements given as text.
const ENDS: [&str; 3] = ["_to_xml", "_to_xmlschema", "_to_xml_and_xmlschema"];

/// The statement without what ends it.
///
/// # Errors
/// If there is none or more than one, if it does not only ask, or if it reaches past the tables.
pub(super) fn check(sql: &str) -> Result<&str, QueryError> {
    let mut tokens = Tokens { sql, at: 0 };
    let (mut end, mut begun) = (None, false);
    while let Some(token) = tokens.next() {
        if end.is_some() {
            return Err(QueryError::refused("one statement at a time: this is a second one", Some(token.at)));
        }
        match token.kind {
            Kind::End => end = Some(token.at),
            Kind::Word(word) => {
                let word = word.to_lowercase();
                if !begun && !QUESTIONS.contains(&word.as_str()) {
                    let message = format!("`{word}` does not ask: a statement begins with {}", QUESTIONS.join(", "));
                    return Err(QueryError::refused(message, Some(token.at)));
                }
                begun = true;
                check_name(&word, token.at)?;
            }
            Kind::Escaped => {
                return Err(QueryError::refused("names and text with U& are not read here", Some(token.at)));
            }
            Kind::Other => {}
        }
    }
    if begun { Ok(&sql[..end.unwrap_or(sql.len())]) } else { Err(QueryError::refused("there is no statement", None)) }
}

fn check_name(word: &str, at: usize) -> Result<(), QueryError> {
    let reaches_out =
        BEGINNINGS.iter().any(|start| word.starts_with(start)) || ENDS.iter().any(|end| word.ends_with(end));
    if !reaches_out {
        return Ok(());
    }
    Err(QueryError::Refused {
        message: format!("`{word}` reaches past the tables of the ledger"),
        help: Some("`orchestrator sql --tables` lists what may be read".to_owned()),
        at: Some(at),
    })
}

struct Token<'a> {
    at: usize,
    kind: Kind<'a>,
}

enum Kind<'a> {
    /// A keyword or a name, quoted or not.
    Word(&'a str),
    /// The end of a statement.
    End,
    /// What may be a name in another spelling.
    Escaped,
    /// Text, numbers, operators.
    Other,
}

struct Tokens<'a> {
    sql: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let rest = &self.sql[self.at..];
            let first = rest.chars().next()?;
            let blank = match first {
                _ if first.is_whitespace() => first.len_utf8(),
                '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
                '/' if rest.starts_with("/*") => comment(rest),
                _ => {
                    let (kind, length) = token(rest, first);
                    let at = self.at;
                    self.at += length;
                    return Some(Token { at, kind });
                }
            };
            self.at += blank;
        }
    }
}

/// What begins with `first`, and how long it is.
fn token(rest: &str, first: char) -> (Kind<'_>, usize) {
    match first {
        ';' => (Kind::End, 1),
        '\'' => (Kind::Other, quoted(rest, '\'', false)),
        '"' | '`' => {
            let length = quoted(rest, first, false);
            (Kind::Word(rest[1..length].trim_end_matches(first)), length)
        }
        '$' => (Kind::Other, dollars(rest)),
        _ if first.is_alphabetic() || first == '_' => {
            let length = rest.find(|c: char| !(c.is_alphanumeric() || "_$".contains(c))).unwrap_or(rest.len());
            let (word, after) = rest.split_at(length);
            match word.to_ascii_lowercase().as_str() {
                "e" if after.starts_with('\'') => (Kind::Other, length + quoted(after, '\'', true)),
                "u" if after.starts_with("&\"") || after.starts_with("&'") => (Kind::Escaped, length),
                _ => (Kind::Word(word), length),
            }
        }
        _ => (Kind::Other, first.len_utf8()),
    }
}

/// The length of what stands between two `quote`s, these included. A doubled one is part of it.
fn quoted(text: &str, quote: char, backslashes: bool) -> usize {
    let mut rest = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = rest.next() {
        match c {
            '\\' if backslashes => {
                rest.next();
            }
            _ if c == quote && rest.peek().is_some_and(|(_, next)| *next == quote) => {
                rest.next();
            }
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of text between `$tag$`s, or of a lonely `$`.
fn dollars(text: &str) -> usize {
    let tag = text[1..].find('$').map(|end| &text[..end + 2]);
    match tag.filter(|tag| tag[1..tag.len() - 1].chars().all(|c| c.is_alphanumeric() || c == '_')) {
        None => 1,
        Some(tag) => text[tag.len()..].find(tag).map_or(text.len(), |end| end + 2 * tag.len()),
    }
}

/// The length of a comment with the comments in it.
fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while let Some(next) = text[at..].find(['/', '*']) {
        at += next;
        match &text[at..] {
            rest if rest.starts_with("/*") => (depth, at) = (depth + 1, at + 2),
            rest if rest.starts_with("*/") => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(sql: &str) -> (String, Option<usize>) {
        match check(sql) {
            Err(QueryError::Refused { message, at, .. }) => (message, at),
            other => panic!("{sql}: {other:?}"),
        }
    }

    #[test]
    fn one_question_passes_as_it_is() {
        for sql in [
            "select 1",
            " -- a comment; with a semicolon\n SELECT ';' || \"a;b\" ",
            "with x as (select 1) /* ; /* nested */ ; */ select * from x",
            "values (1), ($$;$$), ($q$ ; $$ $q$), (e'\\';')",
            "(select 1) union (select 2)",
            "select json_extract(factors, '$.policy'), 'pg_sleep(1)' from members",
            "select 'unfinished",
        ] {
            assert_eq!(check(sql).unwrap(), sql);
        }
        assert_eq!(check("select 1 ; -- done").unwrap(), "select 1 ");
    }

    #[test]
    fn what_does_not_only_ask_is_refused_where_it_stands() {
        assert_eq!(refused("select 1; drop table scores").1, Some(10));
        assert_eq!(refused("  delete from scores").1, Some(2));
        for sql in ["", " ; ", "-- nothing", "pragma query_only = off", "vacuum into 'x'", "copy scores to '/tmp/x'"] {
            refused(sql);
        }
    }

    #[test]
    fn what_reaches_past_the_tables_is_refused() {
        assert_eq!(refused("select pg_read_file('/etc/passwd')").1, Some(7));
        for sql in [
            "select \"pg_read_file\"('x')",
            "select * from pg_catalog.pg_authid",
            "select query_to_xml('select * from tokens', true, true, '')",
            "select * from U&\"t\\006Fkens\"",
            "select * from sqlite_schema",
            "select * from pragma_table_info('tokens')",
            "select set_config('x', 'y', false)",
        ] {
            refused(sql);
        }
    }
}
