//! A design as text.

use domain::experiment::PlayOrder;

use super::report::{AuditReport, FractionReport, PowerReport, Report, SMALL};
use crate::cli::{Failure, output};

/// Most aliases or words that are listed; JSON has all.
const MOST: usize = 24;

/// A part of a text.
enum Part {
    Heading(&'static str),
    Line(String),
    Table(Vec<String>, Vec<Vec<String>>),
}

/// For a terminal.
pub(super) fn plain(report: &Report) -> String {
    let part = |part: Part| match part {
        Part::Heading(text) => format!("\n{text}\n"),
        Part::Line(text) => format!("{text}\n"),
        Part::Table(heads, rows) => {
            let heads: Vec<_> = heads.iter().map(String::as_str).collect();
            output::table(&heads, &heads, rows) + "\n"
        }
    };
    parts(report).into_iter().map(part).collect()
}

/// For a document.
pub(super) fn markdown(report: &Report) -> String {
    let row = |cells: &[String]| {
        let cells: Vec<_> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut text = String::new();
    for part in parts(report) {
        match part {
            Part::Heading(heading) => text += &format!("\n### {heading}\n\n"),
            Part::Line(line) => text += &format!("- {line}\n"),
            Part::Table(heads, rows) => {
                if !text.ends_with("\n\n") {
                    text.push('\n');
                }
                text += &row(&heads);
                text += &row(&vec!["---:".to_owned(); heads.len()]);
                text.extend(rows.iter().map(|cells| row(cells)));
            }
        }
    }
    text
}

/// The conditions, one per line.
pub(super) fn csv(report: &Report) -> Result<String, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Failure::internal(error.to_string());
    let names = report.factors.iter().map(|factor| factor.name.as_str());
    writer.write_record(["position", "standard", "agent", "centre"].into_iter().chain(names)).map_err(failed)?;
    for condition in &report.matrix {
        let head = [
            condition.position.to_string(),
            condition.standard.to_string(),
            condition.agent.clone(),
            condition.centre.to_string(),
        ];
        let levels = report.factors.iter().map(|factor| level(condition.levels.get(&factor.name)));
        writer.write_record(head.into_iter().chain(levels)).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| Failure::internal(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn level(value: Option<&serde_json::Value>) -> String {
    match value {
        // A file that was taken in is known by its name.
        Some(serde_json::Value::Object(fields)) if fields.contains_key("blake3") => level(fields.get("name")),
        value => value.map(output::plain).unwrap_or_default(),
    }
}

fn parts(report: &Report) -> Vec<Part> {
    let order = match report.order {
        PlayOrder::Standard => "in standard order",
        PlayOrder::Random => "in a random order that follows from the experiment's seed",
    };
    let Report { name, kind, conditions, seeds, episodes, .. } = report;
    let factors = match report.factors.len() {
        1 => "1 factor".to_owned(),
        factors => format!("{factors} factors"),
    };
    let mut parts = vec![
        Part::Line(format!("{name}: {kind}, {factors} in {conditions} conditions, played {order}")),
        Part::Line(format!("{episodes} episodes: every condition plays the same {seeds} seeds, which are blocks")),
    ];
    parts.extend(report.factors.iter().map(|f| Part::Line(format!("{} is {} ({})", f.letter, f.name, f.parameter))));
    parts.push(Part::Heading("Conditions"));
    parts.push(matrix(report));
    if let Some(fraction) = &report.fraction {
        let title = if report.alpha.is_some() { "Fraction of the cube" } else { "Fraction" };
        parts.push(Part::Heading(title));
        parts.extend(fraction_lines(fraction).into_iter().map(Part::Line));
    }
    parts.push(Part::Heading("Audit"));
    parts.extend(
        report.alpha.map(|alpha| Part::Line(format!("axial points: {alpha:.4} times as far as the cube's faces"))),
    );
    match &report.audit {
        Some(audit) => parts.extend(audit_lines(audit).into_iter().map(Part::Line)),
        None => {
            parts.push(Part::Line("too large to be proven condition by condition; it is complete by its type".into()))
        }
    }
    if let Some(power) = &report.power {
        parts.push(Part::Heading("Power"));
        parts.extend(power_parts(power));
    }
    parts
}

fn matrix(report: &Report) -> Part {
    let names = report.factors.iter().map(|factor| factor.name.clone());
    let heads = ["play", "standard"].map(str::to_owned).into_iter().chain(names).collect();
    let rows = report.matrix.iter().map(|condition| {
        let standard = format!("{}{}", condition.standard, if condition.centre { " (centre)" } else { "" });
        let levels = report.factors.iter().map(|factor| level(condition.levels.get(&factor.name)));
        [(condition.position + 1).to_string(), standard].into_iter().chain(levels).collect()
    });
    Part::Table(heads, rows.collect())
}

fn fraction_lines(fraction: &FractionReport) -> Vec<String> {
    if fraction.generators.is_empty() {
        return vec!["it is the full factorial: no effect is aliased".to_owned()];
    }
    let pattern: Vec<_> = fraction.word_length_pattern.iter().skip(3).map(ToString::to_string).collect();
    let mut lines = vec![
        format!("generators: {}", fraction.generators.join(", ")),
        format!("defining relation: I = {}", listed(&fraction.defining_relation, " = ")),
        format!("words of 3, 4, 5, ... letters: {}", pattern.join(", ")),
    ];
    let sets: Vec<_> = fraction.aliases.iter().map(|set| set.join(" = ")).collect();
    match sets.is_empty() {
        true => lines.push("no main effect or two-factor interaction is aliased with another".to_owned()),
        false => lines.push(format!("aliases: {}", listed(&sets, "; "))),
    }
    lines
}

fn audit_lines(audit: &AuditReport) -> Vec<String> {
    let mut lines = Vec::new();
    match &audit.resolution {
        Some(truth) => lines.push(format!(
            "true resolution {}: the product {} has mean {:.3} instead of 0",
            truth.length, truth.word, truth.correlation
        )),
        None if audit.two_level => lines.push("every product of factors has mean 0: nothing is aliased".to_owned()),
        None => {}
    }
    let aliases = audit.aliases.iter().filter(|alias| alias.correlation.abs() >= SMALL);
    let aliases: Vec<_> =
        aliases.map(|alias| format!("{} with {} {:.3}", alias.left, alias.right, alias.correlation)).collect();
    if !aliases.is_empty() {
        lines.push(format!("correlated effects: {}", listed(&aliases, "; ")));
    }
    let how = if audit.exact { "proven in exact arithmetic" } else { "computed with a tolerance of 1e-9" };
    lines.push(format!(
        "model: mean and {}; {} coefficients, rank {} ({how})",
        listed(&audit.model, ", "),
        audit.coefficients,
        audit.rank
    ));
    match audit.rank == audit.coefficients {
        true => lines.push("estimable: all terms of the model".to_owned()),
        false => lines.push(format!("estimable: {}", listed(&audit.estimable, ", "))),
    }
    lines.push(balance(audit));
    if let Some(found) = &audit.efficiency {
        let g = found.g.map(|g| format!(", G {:.1}", 100.0 * g)).unwrap_or_default();
        lines.push(format!("efficiencies in percent: D {:.1}, A {:.1}{g}", 100.0 * found.d, 100.0 * found.a));
    }
    let inflation = audit.inflation.iter().flatten().max_by(|a, b| a.1.total_cmp(b.1));
    if let Some((term, value)) = inflation {
        lines.push(format!("largest variance inflation: {value:.2} ({term})"));
    }
    lines
}

fn balance(audit: &AuditReport) -> String {
    let few = |counts: &[usize]| listed(&counts.iter().map(ToString::to_string).collect::<Vec<_>>(), ", ");
    let uneven = audit.balance.iter().filter(|factor| !factor.balanced);
    let uneven: Vec<_> = uneven.map(|factor| format!("{} {}", factor.factor, few(&factor.counts))).collect();
    let balance = if uneven.is_empty() { "every factor".to_owned() } else { format!("not {}", listed(&uneven, "; ")) };
    let orthogonal = if audit.orthogonal { "orthogonal" } else { "not orthogonal" };
    format!("balanced: {balance}; main effects are {orthogonal}")
}

fn power_parts(power: &PowerReport) -> [Part; 2] {
    let effect = power.effect;
    let rows = power.terms.iter().map(|term| {
        let freedom = format!("{}, {}", term.numerator, term.denominator);
        let power = term.power.map(|power| format!("{power:.3}")).unwrap_or_default();
        vec![term.term.clone(), freedom, format!("{:.2}", term.noncentrality), power]
    });
    let heads = ["effect", "degrees of freedom", "noncentrality", "power"].map(str::to_owned);
    [
        Part::Line(format!(
            "chance to find a difference of {} where episodes of one condition have the standard deviation {}, at {}",
            effect.effect, effect.sd, effect.alpha
        )),
        Part::Table(heads.to_vec(), rows.collect()),
    ]
}

/// The first of a list, and how many more there are.
fn listed(items: &[String], between: &str) -> String {
    let shown = items[..items.len().min(MOST)].join(between);
    match items.len().checked_sub(MOST) {
        Some(more) if more > 0 => format!("{shown}{between}... and {more} more"),
        _ => shown,
    }
}
