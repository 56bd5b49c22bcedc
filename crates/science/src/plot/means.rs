//! Means with intervals.

use super::axis::Axis;
use super::cells::{Cells, Estimate, Group};
use super::error::PlotError;
use super::figure::{Figure, Heading, LABEL};
use super::legend::{Sign, legend};
use super::marks::{interval, marker};
use super::panel::Panel;
use super::style;
use super::text::width;

/// Draws the means of one or two factors as points with their intervals.
///
/// Levels stand side by side if their names fit, else below each other.
///
/// # Errors
/// If there is nothing to draw or too much, lists differ in length, or a value is not usable.
pub fn means(heading: &Heading<'_>, cells: &Cells) -> Result<String, PlotError> {
    cells.check()?;
    let mut figure = Figure::new(heading)?;
    figure.describe(cells.in_words());
    if cells.groups.len() > 1 {
        legend(&mut figure, &cells.by, &cells.keys(Sign::Marker));
    }
    let rows = !fits_side_by_side(cells);
    let values = Axis::numbers(&cells.measure, cells.domain().padded(0.06), 6.0);
    let mut levels = Axis::names(&cells.factor, cells.levels.iter().map(String::as_str));
    levels.grid = rows;
    let panel = if rows {
        let row = 10.0 + 10.0 * cells.groups.len() as f64;
        Panel::add(&mut figure, (row * cells.levels.len() as f64).max(80.0), &values, &levels)
    } else {
        Panel::add(&mut figure, 310.0, &levels, &values)
    };
    for (index, group) in cells.groups.iter().enumerate() {
        draw_group(&mut figure, cells, (index, group), &panel, rows);
    }
    Ok(figure.finish())
}

fn draw_group(figure: &mut Figure<'_>, cells: &Cells, (index, group): (usize, &Group), panel: &Panel, rows: bool) {
    let at = |level: f64, value: f64| if rows { panel.at(value, level) } else { panel.at(level, value) };
    let step = (0.75 / cells.groups.len() as f64).min(if rows { 1.0 } else { 0.16 });
    let shift = step * (index as f64 - (cells.groups.len() as f64 - 1.0) / 2.0);
    figure.svg.open(&style::series(index));
    for (level, estimate) in group.estimates.iter().enumerate() {
        let Some(estimate @ Estimate { value, interval: ends }) = *estimate else { continue };
        let place = level as f64 + shift;
        if let Some((low, high)) = ends {
            interval(&mut figure.svg, at(place, low), at(place, high), 4.0);
        }
        marker(&mut figure.svg, index, at(place, value), 4.5, &cells.title(group, level, estimate));
    }
    figure.svg.close();
}

fn fits_side_by_side(cells: &Cells) -> bool {
    let room = 600.0 / cells.levels.len() as f64;
    let widest = cells.levels.iter().map(|level| width(level, LABEL)).fold(0.0, f64::max);
    widest + 8.0 <= room && room >= 14.0 * cells.groups.len() as f64
}
