//! Main effects: the mean at each level, factor by factor, on one scale.

use super::axis::Axis;
use super::cells::{Estimate, check};
use super::error::{PlotError, count, finite, length};
use super::figure::{Figure, Heading, LABEL, MARGIN, WIDTH};
use super::legend::{Key, Sign, legend};
use super::marks::{interval, marker};
use super::panel::{GAP, Panel};
use super::scale::Domain;
use super::style;
use super::svg::{Rect, polyline};
use super::text::{width, with_interval};

/// Inner height of a panel.
const HEIGHT: f64 = 200.0;
/// Most panels in a row.
const ROW: usize = 6;

/// The data of a plot of main effects.
#[derive(Debug, Clone, PartialEq)]
pub struct MainEffects {
    /// What was measured, with its unit.
    pub measure: String,
    /// The mean over everything, drawn as a line of reference.
    pub grand_mean: f64,
    /// The factors in their order, 1 to 24.
    pub factors: Vec<FactorMeans>,
}

/// The means at the levels of one factor.
#[derive(Debug, Clone, PartialEq)]
pub struct FactorMeans {
    /// The factor, with its unit if its levels are quantities.
    pub name: String,
    /// Its levels in their order, 1 to 30.
    pub levels: Vec<String>,
    /// The mean at each level.
    pub means: Vec<Estimate>,
}

/// Draws one panel for each factor, all on one scale: the steeper the line, the stronger the effect.
///
/// # Errors
/// If there is nothing to draw or too much, lists differ in length, or a value is not usable.
pub fn main_effects(heading: &Heading<'_>, data: &MainEffects) -> Result<String, PlotError> {
    validate(data)?;
    let mut figure = Figure::new(heading)?;
    legend(&mut figure, "", &[Key::new(Sign::LineMarker(0), "mean"), Key::new(Sign::Rule(1), "grand mean")]);
    let estimates = data.factors.iter().flat_map(|factor| &factor.means).flat_map(|mean| mean.extremes());
    let domain = Domain::of(estimates.chain([data.grand_mean])).padded(0.06);
    for factors in data.factors.chunks(per_row(data)) {
        draw_row(&mut figure, data, factors, domain);
    }
    Ok(figure.finish())
}

fn validate(data: &MainEffects) -> Result<(), PlotError> {
    count("factors", data.factors.len(), 1, 24)?;
    finite("the grand mean", [data.grand_mean])?;
    for factor in &data.factors {
        count("levels of a factor", factor.levels.len(), 1, 30)?;
        length(&format!("factor {:?}", factor.name), factor.means.len(), factor.levels.len())?;
        check(&factor.name, factor.means.iter().copied().map(Some))?;
    }
    Ok(())
}

/// As many panels side by side as leave every name some room.
fn per_row(data: &MainEffects) -> usize {
    let wanted = |factor: &FactorMeans| {
        let levels = factor.levels.iter().map(|level| width(level, LABEL).min(70.0) + 8.0);
        let widest = levels.fold(24.0, f64::max) * factor.levels.len() as f64;
        widest.max(width(&factor.name, LABEL).min(160.0) + 12.0)
    };
    let widest = data.factors.iter().map(wanted).fold(1.0, f64::max);
    let fitting = libm::floor(620.0 / widest).clamp(1.0, ROW as f64) as usize;
    // Rows of equal length: seven panels stand as four and three, not as six and one.
    data.factors.len().div_ceil(data.factors.len().div_ceil(fitting))
}

fn draw_row(figure: &mut Figure<'_>, data: &MainEffects, factors: &[FactorMeans], domain: Domain) {
    let mut values = Axis::numbers(&data.measure, domain, 5.0);
    let names: Vec<_> =
        factors.iter().map(|factor| Axis::names(&factor.name, factor.levels.iter().map(String::as_str))).collect();
    let free = values.room_left();
    let step = (WIDTH - 2.0 * MARGIN - free) / per_row(data) as f64;
    let width = step - GAP;
    // All panels of a row have one height, whatever room their names take.
    let below = |(index, names): (usize, &Axis)| names.room_below(if index == 0 { free } else { 0.0 }, width);
    let below = names.iter().enumerate().map(below).fold(0.0, f64::max);
    let strip = figure.strip(HEIGHT + GAP + below);
    for (index, (factor, names)) in factors.iter().zip(&names).enumerate() {
        let x = strip.x + free + index as f64 * step;
        let panel = Panel::draw(&mut figure.svg, Rect { x, y: strip.y + GAP, width, height: HEIGHT }, names, &values);
        draw_factor(figure, data, factor, &panel);
        (values.title, values.named) = (String::new(), false);
    }
}

fn draw_factor(figure: &mut Figure<'_>, data: &MainEffects, factor: &FactorMeans, panel: &Panel) {
    panel.horizontal(&mut figure.svg, "cdp-rule cdp-d1", data.grand_mean);
    let places: Vec<_> =
        factor.means.iter().enumerate().map(|(level, mean)| panel.at(level as f64, mean.value)).collect();
    figure.svg.open(&style::series(0));
    figure.svg.path("cdp-line", &polyline(&places), "");
    let mut words = Vec::new();
    for (level, (mean, name)) in factor.means.iter().zip(&factor.levels).enumerate() {
        if let Some((low, high)) = mean.interval {
            interval(&mut figure.svg, panel.at(level as f64, low), panel.at(level as f64, high), 4.0);
        }
        let title = format!("{name}: {}", with_interval(mean.value, mean.interval));
        marker(&mut figure.svg, 0, panel.at(level as f64, mean.value), 4.5, &title);
        words.push(title);
    }
    figure.svg.close();
    figure.describe(format!("{} by {}. {}.", data.measure, factor.name, words.join("; ")));
}
