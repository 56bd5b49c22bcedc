//! What is told of a design.

use domain::experiment::PlayOrder;

use serde_json::Value;

use super::{AuditReport, FractionReport, PowerReport, Report, SMALL};
use crate::document::{Block, paragraph, table};

/// Most aliases or words that are listed; JSON has all.
const MOST: usize = 24;

/// A level as a cell.
pub(crate) fn level(value: Option<&Value>) -> String {
    match value {
        // A file that was taken in is known by its name.
        Some(Value::Object(fields)) if fields.contains_key("blake3") => level(fields.get("name")),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// A design as parts of a document.
pub(crate) fn content(report: &Report) -> Vec<Block> {
    let order = match report.order {
        PlayOrder::Standard => "in standard order",
        PlayOrder::Random => "in a random order that follows from the experiment's seed",
    };
    let Report { name, kind, conditions, seeds, episodes, .. } = report;
    let factors = match report.factors.len() {
        1 => "1 factor".to_owned(),
        factors => format!("{factors} factors"),
    };
    let mut lines = vec![
        format!("{name}: {kind}, {factors} in {conditions} conditions, played {order}"),
        format!("{episodes} episodes: every condition plays the same {seeds} seeds, which are blocks"),
    ];
    lines.extend(report.factors.iter().map(|f| format!("{} is {} ({})", f.letter, f.name, f.parameter)));
    let mut blocks = vec![Block::List(lines), heading("Conditions"), matrix(report)];
    blocks.extend(audited(report));
    if let Some(power) = &report.power {
        blocks.push(heading("Power"));
        blocks.extend(power_parts(power));
    }
    blocks
}

/// What the audit of a design found.
pub(crate) fn audited(report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    if let Some(fraction) = &report.fraction {
        let title = if report.alpha.is_some() { "Fraction of the cube" } else { "Fraction" };
        blocks.extend([heading(title), Block::List(fraction_lines(fraction))]);
    }
    let axial = report.alpha.map(|alpha| format!("axial points: {alpha:.4} times as far as the cube's faces"));
    let found = match &report.audit {
        Some(audit) => audit_lines(audit),
        None => vec!["too large to be proven condition by condition; it is complete by its type".to_owned()],
    };
    blocks.extend([heading("Audit"), Block::List(axial.into_iter().chain(found).collect())]);
    blocks
}

fn heading(text: &str) -> Block {
    Block::Heading(3, text.to_owned())
}

fn matrix(report: &Report) -> Block {
    let names = report.factors.iter().map(|factor| format!("#{}", factor.name));
    let heads: Vec<_> = ["#play", "#standard"].map(str::to_owned).into_iter().chain(names).collect();
    let rows = report.matrix.iter().map(|condition| {
        let standard = format!("{}{}", condition.standard, if condition.centre { " (centre)" } else { "" });
        let levels = report.factors.iter().map(|factor| level(condition.levels.get(&factor.name)));
        [(condition.position + 1).to_string(), standard].into_iter().chain(levels).collect()
    });
    table(&heads.iter().map(String::as_str).collect::<Vec<_>>(), rows.collect())
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

fn power_parts(power: &PowerReport) -> [Block; 2] {
    let effect = power.effect;
    let rows = power.terms.iter().map(|term| {
        let freedom = format!("{}, {}", term.numerator, term.denominator);
        let power = term.power.map(|power| format!("{power:.3}")).unwrap_or_default();
        vec![term.term.clone(), freedom, format!("{:.2}", term.noncentrality), power]
    });
    [
        paragraph(format!(
            "chance to find a difference of {} where episodes of one condition have the standard deviation {}, at {}",
            effect.effect, effect.sd, effect.alpha
        )),
        table(&["effect", "#degrees of freedom", "#noncentrality", "#power"], rows.collect()),
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
