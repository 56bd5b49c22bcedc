//! Pareto chart of effects: bars by size.

use super::axis::Axis;
use super::effects::{Effects, series, title};
use super::error::PlotError;
use super::figure::{Figure, Heading};
use super::legend::{Sign, legend};
use super::panel::Panel;
use super::scale::Domain;
use super::style;
use super::svg::Rect;

/// Most bars in one chart.
const MOST: usize = 40;

/// Draws the sizes of effects as bars, the largest on top, with Lenth's margins as lines. Of more than 40 effects it
/// shows the 40 largest and says so.
///
/// # Errors
/// If there are no effects or more than 1000, or a value is not usable.
pub fn pareto(heading: &Heading<'_>, effects: &Effects) -> Result<String, PlotError> {
    let mut ordered = effects.ordered()?;
    ordered.reverse();
    let mut figure = Figure::new(heading)?;
    figure.describe(effects.in_words());
    if ordered.len() > MOST {
        figure.note(&format!("The {MOST} largest of {} effects.", ordered.len()), 1);
        ordered.truncate(MOST);
    }
    legend(&mut figure, "", &effects.keys(Sign::Bar));
    let names: Vec<_> = ordered
        .iter()
        .map(|effect| format!("{} {}", if effect.value < 0.0 { "\u{2212}" } else { "+" }, effect.name))
        .collect();
    let y = Axis::names("", names.iter().map(String::as_str));
    let sizes = Domain { low: 0.0, high: Domain::of([0.0, effects.largest() * 1.05]).high };
    let x = Axis::numbers(&effects.axis_title(), sizes, 7.0);
    let panel = Panel::add(&mut figure, 20.0 * ordered.len() as f64, &x, &y);
    for (rank, effect) in ordered.iter().enumerate() {
        let (left, middle) = panel.at(0.0, rank as f64);
        let bar = Rect { x: left, y: middle - 7.0, width: panel.x.at(effect.value.abs()) - left, height: 14.0 };
        figure.svg.open(&style::series(series(effect)));
        figure.svg.rect("cdp-bar", bar, &title(effect));
        figure.svg.close();
    }
    for (margin, dashes) in effects.margins() {
        panel.vertical(&mut figure.svg, "cdp-rim", margin);
        panel.vertical(&mut figure.svg, &format!("cdp-rule {}", style::dashes(dashes)), margin);
    }
    Ok(figure.finish())
}
