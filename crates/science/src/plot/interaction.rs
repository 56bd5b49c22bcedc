//! Interaction of two factors: one line for each level of the second.

use super::axis::Axis;
use super::cells::{Cells, Group};
use super::error::{PlotError, count};
use super::figure::{Figure, Heading};
use super::legend::{Sign, legend};
use super::marks::{interval, marker};
use super::panel::Panel;
use super::style;
use super::svg::polyline;

/// Draws the means of two factors as lines: parallel lines mean no interaction.
///
/// A line is broken where a combination has no estimate.
///
/// # Errors
/// If there are fewer than two levels of either factor or too many, lists differ in length, or a value is not usable.
pub fn interaction(heading: &Heading<'_>, cells: &Cells) -> Result<String, PlotError> {
    cells.check()?;
    count("levels of the first factor", cells.levels.len(), 2, 50)?;
    count("levels of the second factor", cells.groups.len(), 2, 12)?;
    let mut figure = Figure::new(heading)?;
    figure.describe(cells.in_words());
    legend(&mut figure, &cells.by, &cells.keys(Sign::LineMarker));
    let levels = Axis::names(&cells.factor, cells.levels.iter().map(String::as_str));
    let values = Axis::numbers(&cells.measure, cells.domain().padded(0.06), 6.0);
    let panel = Panel::add(&mut figure, 320.0, &levels, &values);
    for (index, group) in cells.groups.iter().enumerate() {
        draw_group(&mut figure, cells, (index, group), &panel);
    }
    Ok(figure.finish())
}

fn draw_group(figure: &mut Figure<'_>, cells: &Cells, (index, group): (usize, &Group), panel: &Panel) {
    // Intervals of different lines stand beside each other, not on top of each other.
    let middle = (cells.groups.len() as f64 - 1.0) / 2.0;
    let shift = (index as f64 - middle) * (0.3 / cells.groups.len() as f64).min(0.04);
    let place = |level: usize, value: f64| panel.at(level as f64 + shift, value);
    figure.svg.open(&style::series(index));
    let mut run = Vec::new();
    for level in 0..=group.estimates.len() {
        match group.estimates.get(level).copied().flatten() {
            Some(estimate) => run.push(place(level, estimate.value)),
            None if run.len() > 1 => {
                figure.svg.path(&format!("cdp-line {}", style::dashes(index)), &polyline(&run), "");
                run.clear();
            }
            None => run.clear(),
        }
    }
    for (level, estimate) in group.estimates.iter().enumerate() {
        let Some(estimate) = *estimate else { continue };
        if let Some((low, high)) = estimate.interval {
            interval(&mut figure.svg, place(level, low), place(level, high), 4.0);
        }
        let title = cells.title(group, level, estimate);
        marker(&mut figure.svg, index, place(level, estimate.value), 4.5, &title);
    }
    figure.svg.close();
}
