//! Empirical distribution functions.

use super::axis::Axis;
use super::error::{PlotError, count, finite};
use super::figure::{Figure, Heading};
use super::legend::{Key, Sign, legend};
use super::panel::Panel;
use super::scale::Domain;
use super::style;
use super::svg::{Point, polyline};
use super::text::significant;

/// The data of a plot of distribution functions.
#[derive(Debug, Clone, PartialEq)]
pub struct Ecdf {
    /// What was measured, with its unit.
    pub measure: String,
    /// The samples, 1 to 12.
    pub samples: Vec<Sample>,
}

/// One sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Its name.
    pub name: String,
    /// Its values in any order, at least one.
    pub values: Vec<f64>,
}

/// Draws, for each sample, which share of it is at most as large as a value.
///
/// # Errors
/// If there are no samples or too many, one is empty, or a value is not usable.
pub fn ecdf(heading: &Heading<'_>, data: &Ecdf) -> Result<String, PlotError> {
    count("samples", data.samples.len(), 1, 12)?;
    for sample in &data.samples {
        count("values", sample.values.len(), 1, usize::MAX)?;
        finite(&format!("sample {:?}", sample.name), sample.values.iter().copied())?;
    }
    let mut figure = Figure::new(heading)?;
    figure.describe(format!("Share of values at or below each value of: {}.", data.measure));
    let key = |(index, sample): (usize, &Sample)| {
        Key::new(Sign::Line(index), format!("{} (n = {})", sample.name, sample.values.len()))
    };
    legend(&mut figure, "", &data.samples.iter().enumerate().map(key).collect::<Vec<_>>());
    let values = Domain::of(data.samples.iter().flat_map(|sample| sample.values.iter().copied())).padded(0.03);
    let x = Axis::numbers(&data.measure, values, 8.0);
    let y = Axis::numbers("Share of values at or below", Domain { low: -0.02, high: 1.03 }, 5.0);
    let panel = Panel::add(&mut figure, 310.0, &x, &y);
    for (index, sample) in data.samples.iter().enumerate() {
        let mut sorted = sample.values.clone();
        sorted.sort_by(f64::total_cmp);
        let median = significant(sorted[(sorted.len() - 1) / 2] / 2.0 + sorted[sorted.len() / 2] / 2.0);
        figure.describe(format!("{}: median {median} of {}.", sample.name, sorted.len()));
        figure.svg.open(&style::series(index));
        let class = format!("cdp-line {}", style::dashes(index));
        figure.svg.path(&class, &polyline(&stairs(&sorted, &panel)), &sample.name);
        figure.svg.close();
    }
    Ok(figure.finish())
}

/// The stairs through a sorted sample, without steps that are too small to be seen.
fn stairs(sorted: &[f64], panel: &Panel) -> Vec<Point> {
    let count = sorted.len() as f64;
    let mut level = panel.y.at(0.0);
    let mut points = vec![(panel.area.x, level)];
    let mut done = 0;
    for equal in sorted.chunk_by(|a, b| a == b) {
        done += equal.len();
        let (x, y) = panel.at(equal[0], done as f64 / count);
        let last_x = points[points.len() - 1].0;
        if x - last_x >= 0.5 || level - y >= 0.5 || done == sorted.len() {
            points.extend([(x, level), (x, y)]);
            level = y;
        }
    }
    points.push((panel.area.right(), level));
    points
}
