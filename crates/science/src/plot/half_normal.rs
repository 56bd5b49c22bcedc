//! Half-normal plot of effects (Daniel 1959).

use super::axis::Axis;
use super::effects::{Effect, Effects, series, title};
use super::error::PlotError;
use super::figure::{Figure, Heading, LABEL};
use super::labels::Labels;
use super::legend::{Key, Sign, legend};
use super::marks::marker;
use super::panel::Panel;
use super::scale::Domain;
use super::style;
use super::svg::{Point, polyline};
use super::text::shorten_name;
use crate::distribution::normal::quantile;

/// Draws the sizes of effects against the quantiles of a half-normal distribution.
///
/// Effects that are only noise lie on the line where a size is Lenth's pseudo standard error times the quantile; real
/// ones lie to its right. Those beyond the margin of error are named, the largest first, where there is room.
///
/// # Errors
/// If there are no effects or more than 1000, or a value is not usable.
pub fn half_normal(heading: &Heading<'_>, effects: &Effects) -> Result<String, PlotError> {
    let ordered = effects.ordered()?;
    let mut figure = Figure::new(heading)?;
    figure.describe(effects.in_words());
    let mut keys = effects.keys(Sign::Marker);
    keys.extend(effects.pse.map(|_| Key::new(Sign::Rule(0), "noise alone")));
    legend(&mut figure, "", &keys);
    let count = ordered.len() as f64;
    let quantiles: Vec<_> =
        (0..ordered.len()).map(|rank| quantile(0.5 + (rank as f64 + 0.5) / (2.0 * count))).collect();
    let top = quantiles.last().map_or(1.0, |last| last * 1.1);
    let sizes = Domain { high: Domain::of([0.0, effects.largest() * 1.08]).high, low: 0.0 };
    let x = Axis::numbers(&effects.axis_title(), sizes, 7.0);
    let y = Axis::numbers("Half-normal quantile", Domain { low: 0.0, high: top }, 6.0);
    let panel = Panel::add(&mut figure, 350.0, &x, &y);
    draw_references(&mut figure, effects, &panel);
    let points: Vec<_> =
        ordered.into_iter().zip(quantiles).map(|(effect, q)| (effect, panel.at(effect.value.abs(), q))).collect();
    draw_points(&mut figure, effects, &points, &panel);
    Ok(figure.finish())
}

fn draw_references(figure: &mut Figure<'_>, effects: &Effects, panel: &Panel) {
    for (margin, dashes) in effects.margins() {
        panel.vertical(&mut figure.svg, &format!("cdp-rule {}", style::dashes(dashes)), margin);
    }
    let Some(pse) = effects.pse.filter(|&pse| pse > 0.0) else { return };
    let (right, top) = (panel.x.domain.high, panel.y.domain.high);
    let end = if pse * top <= right { (pse * top, top) } else { (right, right / pse) };
    figure.svg.path("cdp-rule", &polyline(&[panel.at(0.0, 0.0), panel.at(end.0, end.1)]), "");
}

fn draw_points(figure: &mut Figure<'_>, effects: &Effects, points: &[(&Effect, Point)], panel: &Panel) {
    let mut labels = Labels::new(panel.area);
    for &(effect, place) in points {
        figure.svg.open(&style::series(series(effect)));
        marker(&mut figure.svg, series(effect), place, 4.5, &title(effect));
        figure.svg.close();
        labels.block(place, 5.0);
    }
    // From the largest down, so that the most important are named where room is scarce.
    for &(effect, place) in points.iter().rev().filter(|(effect, _)| effects.is_active(effect)) {
        let text = shorten_name(&effect.name, LABEL, 180.0);
        labels.put(&mut figure.svg, place, &text, &effect.name);
    }
}
