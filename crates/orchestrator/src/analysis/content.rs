//! What is told of a study.

use science::linear::Slope;
use science::study::gate::State;
use science::study::{
    CellSummary, ContrastRow, Detectable, FactorEffects, MeanRow, Model, RobustPair, RobustTest, ScreenedEffect,
    Screening, Study, TermRow,
};

use super::Figures;
use crate::document::numbers::{interval, number, p};
use crate::document::{Block, Figure, paragraph, table};

/// Cells, means and contrasts that are shown; all of them are in the JSON form.
const SHOWN: usize = 60;

/// A study as parts of a document, with its pictures where they belong and headings of this level.
#[must_use]
pub fn content(study: &Study, figures: &Figures, level: u8) -> Vec<Block> {
    let section = |text: &str| Block::Heading(level, text.to_owned());
    let picture = |figure: &Option<Figure>| figure.clone().map(Block::Figure);
    let mut blocks = vec![section("Verdict")];
    blocks.push(Block::List(study.verdicts.iter().map(|verdict| format!("{}.", verdict.sentence)).collect()));
    blocks.push(paragraph(format!("Rule: {}", study.rule)));
    blocks.extend([section("Gate"), gate(study), section("Cells")]);
    blocks.extend(cells(study));
    blocks.extend([&figures.cells, &figures.distribution].into_iter().filter_map(picture));
    blocks.extend([section("Model"), anova(&study.model)]);
    blocks.extend(study.model.notes.iter().map(|note| paragraph(format!("Note: {note}."))));
    blocks.extend(detectable(study));
    blocks.extend([section("What the model assumes"), diagnostics(study)]);
    blocks.extend(picture(&figures.residuals));
    blocks.push(section("What assumes less"));
    blocks.push(robust_tests(study));
    blocks.extend(robust_pairs(study));
    blocks.push(section("Effects"));
    blocks.extend([&figures.main_effects, &figures.pareto, &figures.half_normal].into_iter().filter_map(picture));
    blocks.extend(study.screening.as_ref().map(screening));
    blocks.extend(slopes(study));
    for effects in &study.effects {
        blocks.extend(means(study, effects));
        blocks.extend(contrasts(study, effects));
    }
    blocks
}

fn gate(study: &Study) -> Block {
    let rows = study.gate.checks.iter().map(|check| {
        let state = match check.state {
            State::Passed => "passed",
            State::Noted => "noted",
            State::Failed => "FAILED",
            State::Skipped => "skipped",
        };
        vec![check.name.to_owned(), state.to_owned(), check.finding.clone()]
    });
    table(&["check", "state", "finding"], rows.collect())
}

fn cells(study: &Study) -> Vec<Block> {
    let rows = study.cells.iter().take(SHOWN).map(|cell| {
        let CellSummary { name, n, mean, sd, low, high, min, median, max, .. } = cell;
        let mut row = vec![name.clone(), n.to_string(), number(Some(*mean)), number(*sd), interval(*low, *high)];
        row.extend([min, median, max].map(|value| number(Some(*value))));
        row
    });
    let heads = ["cell", "#n", "#mean", "#sd", &interval_head(study), "#min", "#median", "#max"];
    shortened(table(&heads, rows.collect()), study.cells.len())
}

fn anova(model: &Model) -> Block {
    let mut rows: Vec<_> = model.terms.iter().map(term).collect();
    let mut residuals = vec![String::new(); 9];
    residuals[..4].clone_from_slice(&[
        "residuals".to_owned(),
        model.residual_df.to_string(),
        number(Some(model.residual_ss)),
        number(model.residual_ms),
    ]);
    rows.push(residuals);
    let sums = format!("#sum of squares (type {})", model.squares);
    let heads = ["term", "#df", &sums, "#mean square", "#F", "#p", "#p (Holm)", "#p (permuted)", "#partial eta²"];
    table(&heads, rows)
}

fn term(term: &TermRow) -> Vec<String> {
    let name = if term.is_block { format!("{} (block)", term.name) } else { term.name.clone() };
    vec![
        name,
        term.df.to_string(),
        number(term.ss),
        number(term.ms),
        number(term.f),
        p(term.p),
        p(term.adjusted_p),
        p(term.permutation_p),
        term.partial_eta_squared.map_or_else(String::new, |share| format!("{share:.3}")),
    ]
}

/// Which effects would have been found; of factors and covariates in the response's unit.
fn detectable(study: &Study) -> Option<Block> {
    let found = study.model.terms.iter().filter_map(|term| Some((&term.name, term.detectable?)));
    let found: Vec<_> = found.collect();
    let has_slopes = found.iter().any(|(_, effect)| effect.slope.is_some());
    let row = |(name, effect): &(&String, Detectable)| {
        let share = format!("{:.3}", effect.partial_eta_squared);
        let mut row = vec![(*name).clone(), number(Some(effect.cohens_f)), share, number(effect.difference)];
        row.extend(has_slopes.then(|| number(effect.slope)));
        row
    };
    let first = format!("would be found with probability {}", study.question.power);
    let mut heads = vec![first.as_str(), "#Cohen's f", "#partial eta²", "#difference of two levels"];
    heads.extend(has_slopes.then_some("#slope"));
    (!found.is_empty()).then(|| table(&heads, found.iter().map(row).collect()))
}

fn robust_tests(study: &Study) -> Block {
    let rows = study.robust.tests.iter().map(|test| {
        let RobustTest { method, statistic, df, residual_df, p: probability, sentence } = test;
        let mut row =
            vec![(*method).to_owned(), number(*statistic), number(*df), number(*residual_df), p(*probability)];
        row.push(sentence.clone());
        row
    });
    table(&["test of the cells", "#statistic", "#df", "#residual df", "#p", "finding"], rows.collect())
}

fn robust_pairs(study: &Study) -> Vec<Block> {
    let Some(pairs) = &study.robust.pairs else {
        return study.robust.pairs_absent.iter().map(|reason| paragraph(format!("No pairs: {reason}."))).collect();
    };
    let rows = pairs.iter().take(SHOWN).map(|pair| {
        let RobustPair { name, estimate, df, adjusted_p, low, high, .. } = pair;
        let reach = interval(Some(*low), Some(*high));
        vec![name.clone(), number(Some(*estimate)), reach, number(Some(*df)), p(Some(*adjusted_p))]
    });
    let interval = format!("{} (Games-Howell)", interval_head(study));
    let heads = ["cells", "#difference", &interval, "#df", "#p (Games-Howell)"];
    shortened(table(&heads, rows.collect()), pairs.len())
}

fn slopes(study: &Study) -> Option<Block> {
    let rows = study.slopes.iter().map(|slope| {
        let Slope { covariate, slope, se, t, p: probability, low, high } = slope;
        vec![covariate.clone(), number(*slope), number(*se), interval(*low, *high), number(*t), p(*probability)]
    });
    let heads = ["covariate", "#slope", "#standard error", &interval_head(study), "#t", "#p"];
    (!study.slopes.is_empty()).then(|| table(&heads, rows.collect()))
}

fn diagnostics(study: &Study) -> Block {
    let rows = study
        .diagnostics
        .iter()
        .map(|check| vec![check.assumption.to_owned(), check.method.to_owned(), p(check.p), check.sentence.clone()]);
    table(&["assumption", "method", "#p", "finding"], rows.collect())
}

fn screening(screening: &Screening) -> Block {
    let beyond = |effect: f64, margin: Option<f64>| margin.is_some_and(|margin| effect.abs() > margin);
    let rows = screening.effects.iter().map(|ScreenedEffect { term, effect }| {
        let words = match (beyond(*effect, screening.margin), beyond(*effect, screening.simultaneous)) {
            (_, true) => "beyond the simultaneous margin",
            (true, false) => "beyond the margin",
            (false, false) => "",
        };
        vec![term.clone(), number(Some(*effect)), words.to_owned()]
    });
    table(&["term", "#effect, first level to second", "by Lenth's method"], rows.collect())
}

fn means(study: &Study, effects: &FactorEffects) -> Vec<Block> {
    let rows = effects.means.iter().take(SHOWN).map(|mean| {
        let MeanRow { level, mean, se, low, high } = mean;
        vec![level.clone(), number(*mean), number(*se), interval(*low, *high)]
    });
    let heads = [&effects.factor, "#marginal mean", "#standard error", &interval_head(study)];
    shortened(table(&heads, rows.collect()), effects.means.len())
}

fn contrasts(study: &Study, effects: &FactorEffects) -> Vec<Block> {
    let rows = effects.contrasts.iter().take(SHOWN).map(|contrast| {
        let ContrastRow { name, estimate, t, adjusted_p, low, high, d, .. } = contrast;
        vec![name.clone(), number(*estimate), interval(*low, *high), number(*t), p(*adjusted_p), number(*d)]
    });
    let adjusted = format!("#p ({})", effects.adjustment);
    let interval = format!("{} ({})", interval_head(study), effects.adjustment);
    let heads = ["contrast", "#difference", &interval, "#t", &adjusted, "#d"];
    shortened(table(&heads, rows.collect()), effects.contrasts.len())
}

fn shortened(table: Block, all: usize) -> Vec<Block> {
    match all.saturating_sub(SHOWN) {
        0 => vec![table],
        more => vec![table, paragraph(format!("{more} more are in the JSON form."))],
    }
}

fn interval_head(study: &Study) -> String {
    format!("{:.0} % interval", study.question.level() * 100.0)
}
