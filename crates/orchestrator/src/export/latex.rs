//! A table of means for a paper, in LaTeX with the package `booktabs`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use domain::measures::Response;
use science::stats::Summary;

use super::Sink;
use super::columns::{Cell, Column};
use crate::standing;

/// Keeps one number of every scored episode, and sums up at the end.
pub(super) struct Latex {
    out: Box<dyn Write + Send>,
    title: String,
    response: &'static str,
    names: Vec<String>,
    groups: BTreeMap<(i64, i64), Group>,
}

/// The episodes of one condition or genome.
struct Group {
    label: String,
    sample: Vec<f64>,
}

impl Latex {
    pub(super) fn new(out: Box<dyn Write + Send>, columns: &[Column], response: Option<Response>, title: &str) -> Self {
        Self {
            out,
            title: title.to_owned(),
            response: response.map_or("fitness", Response::name),
            names: columns.iter().map(|column| column.name.clone()).collect(),
            groups: BTreeMap::new(),
        }
    }

    fn cell<'a>(&self, cells: &'a [Cell], name: &str) -> &'a Cell {
        let at = self.names.iter().position(|column| column == name);
        at.and_then(|at| cells.get(at)).unwrap_or(&Cell::Absent)
    }

    fn number(&self, cells: &[Cell], name: &str) -> i64 {
        if let Cell::Integer(number) = self.cell(cells, name) { *number } else { 0 }
    }

    fn text(&self) -> String {
        let has_rounds = self.groups.keys().any(|(generation, _)| *generation > 0);
        let summaries: Vec<_> =
            self.groups.iter().map(|(key, group)| (key.0, group, standing::sample(&group.sample))).collect();
        let decimals = decimals(summaries.iter().filter_map(|(_, _, summary)| summary.as_ref()));
        let rows = summaries.iter().map(|(generation, group, summary)| {
            let round = if has_rounds { format!("{generation} & ") } else { String::new() };
            format!("    {round}{} & {} \\\\\n", escaped(&group.label), numbers(summary.as_ref(), decimals))
        });
        let (round, columns) = if has_rounds { ("Generation & ", "rlrrrr") } else { ("", "lrrrr") };
        let mut text = format!(
            "% {}\n% needs \\usepackage{{booktabs}}\n\\begin{{table}}\n  \\centering\n  \\caption{{Mean {} per episode, \
             with standard deviation and 95\\,\\% interval of the mean (Student's $t$).}}\n  \\begin{{tabular}}{{{columns}}}\n    \
             \\toprule\n    {round}Condition & $n$ & Mean & SD & 95\\,\\% interval \\\\\n    \\midrule\n",
            self.title.replace(['\n', '\r'], " "),
            escaped(&self.response.replace('_', " ")),
        );
        text.extend(rows);
        let _ = write!(text, "    \\bottomrule\n  \\end{{tabular}}\n\\end{{table}}\n");
        text
    }
}

impl Sink for Latex {
    fn row(&mut self, cells: Vec<Cell>) -> io::Result<()> {
        let key = (self.number(&cells, "generation"), self.number(&cells, "position"));
        let named = ["label", "agent"].map(|name| match self.cell(&cells, name) {
            Cell::Text(text) => text.clone(),
            _ => String::new(),
        });
        let value = match self.cell(&cells, self.response) {
            Cell::Integer(number) => Some(*number as f64),
            Cell::Real(number) => Some(*number),
            _ => None,
        };
        let label = named.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        self.groups.entry(key).or_insert_with(|| Group { label, sample: Vec::new() }).sample.extend(value);
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        let text = self.text();
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

/// `n & mean & sd & interval`, with dashes for what cannot be computed.
fn numbers(summary: Option<&Summary>, decimals: usize) -> String {
    const NONE: &str = "--";
    let Some(summary) = summary else { return format!("0 & {NONE} & {NONE} & {NONE}") };
    let number = |value: f64| format!("${value:.decimals$}$");
    let sd = summary.sd.map_or_else(|| NONE.to_owned(), number);
    let interval = summary.low.zip(summary.high);
    let interval =
        interval.map_or_else(|| NONE.to_owned(), |(low, high)| format!("$[{low:.decimals$}, {high:.decimals$}]$"));
    format!("{} & {} & {sd} & {interval}", summary.n, number(summary.mean))
}

/// Decimals that show three digits of the smallest spread there is, so that small numbers are not rounded away.
fn decimals<'a>(summaries: impl Iterator<Item = &'a Summary>) -> usize {
    let spread = summaries.filter_map(|summary| summary.sd).filter(|sd| *sd > 0.0).fold(f64::INFINITY, f64::min);
    if !spread.is_finite() {
        return 2;
    }
    (2.0 - libm::floor(libm::log10(spread))).clamp(0.0, 9.0) as usize
}

/// Text in which nothing is a command.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\textbackslash{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '<' => escaped.push_str("\\textless{}"),
            '>' => escaped.push_str("\\textgreater{}"),
            '|' => escaped.push_str("\\textbar{}"),
            '"' => escaped.push_str("''"),
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => escaped.extend(['\\', c]),
            _ if c.is_control() => escaped.push(' '),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_a_command() {
        assert_eq!(
            escaped("a_b & 50% \\x{}~^#$<\n"),
            "a\\_b \\& 50\\% \\textbackslash{}x\\{\\}\\textasciitilde{}\\textasciicircum{}\\#\\$\\textless{} "
        );
    }

    #[test]
    fn small_spreads_are_not_rounded_away() {
        let summary = |sd| Summary { n: 2, mean: 1.0, sd, low: None, high: None };
        let decimals = |sds: &[Option<f64>]| decimals(sds.iter().map(|sd| summary(*sd)).collect::<Vec<_>>().iter());
        assert_eq!(decimals(&[Some(4.2), Some(12.0)]), 2);
        assert_eq!(decimals(&[Some(0.004)]), 5);
        assert_eq!(decimals(&[Some(1234.0)]), 0);
        assert_eq!(decimals(&[None, Some(0.0)]), 2);
        assert_eq!(numbers(None, 2), "0 & -- & -- & --");
        assert_eq!(numbers(Some(&summary(None)), 1), "2 & $1.0$ & -- & --");
    }
}
