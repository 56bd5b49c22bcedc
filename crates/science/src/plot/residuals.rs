//! Four views of the residuals of a model.

use super::axis::Axis;
use super::error::{PlotError, count, finite, length};
use super::figure::{Figure, Heading};
use super::marks::{cloud, shaded};
use super::panel::Panel;
use super::scale::Domain;
use super::style;
use super::svg::{Rect, polyline};
use crate::distribution::normal::{density, quantile};

/// Height of one of the two rows.
const ROW: f64 = 270.0;

/// Residuals up to which each one is a dot; more are counted in small squares.
const DOTS: usize = 3000;

/// The data of a panel of residuals.
#[derive(Debug, Clone, PartialEq)]
pub struct Residuals {
    /// What was measured, with its unit.
    pub measure: String,
    /// The fitted values in run order, 3 to 1,000,000.
    pub fitted: Vec<f64>,
    /// The residuals in run order, raw or standardised.
    pub residuals: Vec<f64>,
    /// What the residuals are called, such as `Residual` or `Standardised residual`.
    pub name: String,
}

/// Draws residuals against fitted values, against normal quantiles and against run order, and their histogram.
///
/// The line of the normal plot goes through both quartiles, the curve of the histogram has the residuals' mean and
/// standard deviation.
///
/// # Errors
/// If there are fewer than three residuals or too many, the lists differ in length, or a value is not usable.
pub fn residuals(heading: &Heading<'_>, data: &Residuals) -> Result<String, PlotError> {
    count("residuals", data.residuals.len(), 3, 1_000_000)?;
    length("the list of fitted values", data.fitted.len(), data.residuals.len())?;
    finite("the fitted value", data.fitted.iter().copied())?;
    finite("the residual", data.residuals.iter().copied())?;
    let mut figure = Figure::new(heading)?;
    let number = data.residuals.len();
    figure.describe(format!("{number} residuals of {} in four panels.", data.measure));
    if number > DOTS {
        figure.note(
            "Where points would cover each other they are counted in squares: the stronger the colour, the more.",
            1,
        );
    }
    let mut sorted = data.residuals.clone();
    sorted.sort_by(f64::total_cmp);
    let [upper, lower] = [figure.strip(ROW), figure.strip(ROW)];
    let half = |row: Rect, right: bool| {
        let width = row.width / 2.0 - 6.0;
        Rect { x: if right { row.right() - width } else { row.x }, width, ..row }
    };
    let fitted: Vec<_> = data.fitted.iter().copied().zip(data.residuals.iter().copied()).collect();
    let x = Axis::numbers(&format!("Fitted: {}", data.measure), across(&fitted), 4.0);
    scatter(&mut figure, half(upper, false), (&x, &data.name), &fitted, Lines::Zero);
    let normal: Vec<_> =
        sorted.iter().enumerate().map(|(rank, value)| (plotting_quantile(rank, number), *value)).collect();
    let x = Axis::numbers("Normal quantile", across(&normal), 4.0);
    scatter(&mut figure, half(upper, true), (&x, &data.name), &normal, Lines::Quartiles);
    let order: Vec<_> = data.residuals.iter().enumerate().map(|(run, value)| (run as f64 + 1.0, *value)).collect();
    let x = Axis::counts("Run order", across(&order), 4.0);
    scatter(&mut figure, half(lower, false), (&x, &data.name), &order, Lines::Zero);
    histogram(&mut figure, half(lower, true), &data.name, &sorted);
    Ok(figure.finish())
}

/// The line of reference of a scatter plot.
#[derive(Clone, Copy, PartialEq)]
enum Lines {
    Zero,
    Quartiles,
}

fn across(points: &[(f64, f64)]) -> Domain {
    Domain::of(points.iter().map(|point| point.0)).padded(0.04)
}

fn scatter(figure: &mut Figure<'_>, place: Rect, (x, name): (&Axis, &str), points: &[(f64, f64)], lines: Lines) {
    let residuals = Domain::of(points.iter().map(|point| point.1).chain([0.0])).padded(0.06);
    let y = Axis::numbers(name, residuals, 5.0);
    let panel = Panel::fill(&mut figure.svg, place, x, &y);
    match lines {
        Lines::Zero => panel.horizontal(&mut figure.svg, "cdp-rule cdp-d1", 0.0),
        Lines::Quartiles => quartile_line(figure, &panel, points),
    }
    let size = match points.len() {
        0..=60 => "cdp-large",
        61..=600 => "cdp-medium",
        _ => "cdp-small",
    };
    let places = points.iter().map(|&(x, y)| panel.at(x, y));
    figure.svg.open(&format!("{} {size}", style::series(0)));
    if points.len() > DOTS && lines == Lines::Zero {
        shaded(&mut figure.svg, places, panel.area, 4.0);
    } else {
        cloud(&mut figure.svg, places, panel.area, 1.5);
    }
    figure.svg.close();
}

/// Probability points (rank - 1/2) / n, as Hazen's.
fn plotting_quantile(rank: usize, count: usize) -> f64 {
    quantile((rank as f64 + 0.5) / count as f64)
}

/// Draws the line through both quartiles of sorted points, as far as it stays in the panel.
fn quartile_line(figure: &mut Figure<'_>, panel: &Panel, points: &[(f64, f64)]) {
    let quartile = |share: f64| points[libm::round(share * (points.len() as f64 - 1.0)) as usize];
    let (low, high) = (quartile(0.25), quartile(0.75));
    let slope = (high.1 - low.1) / (high.0 - low.0);
    if !slope.is_finite() {
        return;
    }
    let (x, y) = (panel.x.domain, panel.y.domain);
    let value = |x: f64| low.1 + slope * (x - low.0);
    let cut = |edge: f64| {
        let place = if slope > 0.0 { low.0 + (value(edge).clamp(y.low, y.high) - low.1) / slope } else { edge };
        panel.at(place, value(place))
    };
    figure.svg.path("cdp-rule cdp-d1", &polyline(&[cut(x.low), cut(x.high)]), "");
}

fn histogram(figure: &mut Figure<'_>, place: Rect, name: &str, sorted: &[f64]) {
    let domain = Domain::of(sorted.iter().copied());
    let bins = bins(sorted, domain);
    let width = domain.span() / bins as f64;
    let mut counts = vec![0usize; bins];
    for value in sorted {
        counts[(libm::floor((value - domain.low) / width) as usize).min(bins - 1)] += 1;
    }
    let (mean, sd) = moments(sorted);
    let count = sorted.len() as f64;
    // Equal values may seem to differ by rounding; they have no curve.
    let curved = sd > domain.span() * 1e-6;
    let peak = if curved { count * width * density(0.0) / sd } else { 0.0 };
    let highest = counts.iter().max().map_or(1.0, |&most| most as f64);
    let x = Axis::numbers(name, domain.padded(0.06), 4.0);
    let y = Axis::counts("Count", Domain { low: 0.0, high: highest.max(peak.min(highest * 1.5)) * 1.06 }, 5.0);
    let panel = Panel::fill(&mut figure.svg, place, &x, &y);
    figure.svg.open(&style::series(0));
    for (bin, &number) in counts.iter().enumerate().filter(|(_, number)| **number > 0) {
        let left = panel.at(domain.low + bin as f64 * width, number as f64);
        let right = panel.x.at(domain.low + (bin as f64 + 1.0) * width);
        let bar = Rect { x: left.0, y: left.1, width: right - left.0, height: panel.area.bottom() - left.1 };
        figure.svg.rect("cdp-bar cdp-soft", bar, &format!("{number} values"));
    }
    figure.svg.close();
    if curved {
        let at = |step: usize| {
            let value = x.domain.low + x.domain.span() * step as f64 / 80.0;
            panel.at(value, count * width * density((value - mean) / sd) / sd)
        };
        figure.svg.path("cdp-rule", &polyline(&(0..=80).map(at).collect::<Vec<_>>()), "normal curve");
    }
}

/// Number of bins after Freedman and Diaconis (1981), between 5 and 40; without a spread of the middle half, 10.
fn bins(sorted: &[f64], domain: Domain) -> usize {
    let quartile = |share: f64| sorted[libm::round(share * (sorted.len() as f64 - 1.0)) as usize];
    let width = 2.0 * (quartile(0.75) - quartile(0.25)) / libm::cbrt(sorted.len() as f64);
    let bins = domain.span() / width;
    if bins.is_finite() { libm::ceil(bins).clamp(5.0, 40.0) as usize } else { 10 }
}

fn moments(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().map(|value| value / count).sum::<f64>();
    let largest = values.iter().map(|value| (value - mean).abs()).fold(0.0, f64::max);
    if largest == 0.0 {
        return (mean, 0.0);
    }
    let squares = values.iter().map(|value| ((value - mean) / largest) * ((value - mean) / largest)).sum::<f64>();
    (mean, largest * libm::sqrt(squares / (count - 1.0)))
}
