//! Where things happened on a map of the game.

use std::collections::BTreeMap;

use super::axis::Axis;
use super::error::{PlotError, count, finite};
use super::figure::{Figure, Heading};
use super::legend::{Key, Sign, legend};
use super::marks::{cloud, crosses, shades};
use super::panel::Panel;
use super::scale::Domain;
use super::style;
use super::svg::{Point, Rect, polyline};
use super::text::grouped;

/// Positions up to which each one is a dot; more are counted in cells.
const DOTS: usize = 1500;
/// Deaths up to which each one is a cross; of more, those in one square of a few pixels share a cross.
const CROSSES: usize = 2000;
const SQUARE: f64 = 5.0;

/// The data of a map.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Map {
    /// The map's line segments, at most 100,000.
    pub lines: Vec<Segment>,
    /// Positions as x and y in map units, in any number.
    pub positions: Vec<(f64, f64)>,
    /// Deaths as x and y in map units, in any number.
    pub deaths: Vec<(f64, f64)>,
}

/// A line of a map, in map units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// One end, as x and y.
    pub from: (f64, f64),
    /// The other end.
    pub to: (f64, f64),
    /// Whether nothing passes: drawn thick, while steps and openings are thin.
    pub solid: bool,
}

/// Draws positions and deaths on the lines of a map, both axes on one scale, north on top.
///
/// Up to 1500 positions are dots; more are counted in square cells: the stronger the colour, the more. Up to 2000
/// deaths are crosses; of more, those that would cover each other share a cross, and a note says so.
///
/// # Errors
/// If there is nothing to draw, there are too many lines, or a value is not usable.
pub fn map(heading: &Heading<'_>, data: &Map) -> Result<String, PlotError> {
    let (x, y) = ranges(data)?;
    let mut figure = Figure::new(heading)?;
    let (positions, deaths) = (data.positions.len(), data.deaths.len());
    figure.describe(format!("Map with {positions} positions and {deaths} deaths."));
    let cell = if positions > DOTS { nice_cell(x, y) } else { 0.0 };
    let mut keys = Vec::new();
    if positions > DOTS {
        keys.push(Key::new(Sign::Bar(0), format!("positions ({})", grouped(positions as f64, 0))));
        figure.note(
            &format!("Positions are counted in cells of {cell} map units: the stronger the colour, the more."),
            1,
        );
    } else if positions > 0 {
        keys.push(Key::new(Sign::Dot(0), format!("position ({positions})")));
    }
    if deaths > 0 {
        keys.push(Key::new(Sign::Cross(1), format!("death ({})", grouped(deaths as f64, 0))));
    }
    if deaths > CROSSES {
        figure.note("Deaths that would cover each other share a cross.", 1);
    }
    if !keys.is_empty() {
        legend(&mut figure, "", &keys);
    }
    let panel = draw_panel(&mut figure, x, y);
    if positions > DOTS {
        draw_cells(&mut figure, &data.positions, cell, &panel);
    }
    draw_lines(&mut figure, &data.lines, &panel);
    if positions <= DOTS {
        figure.svg.open(&format!("{} cdp-medium", style::series(0)));
        cloud(&mut figure.svg, data.positions.iter().map(|&(x, y)| panel.at(x, y)), panel.area, 1.0);
        figure.svg.close();
    }
    draw_deaths(&mut figure, &data.deaths, &panel);
    Ok(figure.finish())
}

fn ranges(data: &Map) -> Result<(Domain, Domain), PlotError> {
    count("map lines", data.lines.len(), 0, 100_000)?;
    count("lines and points", data.lines.len() + data.positions.len() + data.deaths.len(), 1, usize::MAX)?;
    finite("the position", data.positions.iter().map(|&(x, y)| larger(x, y)))?;
    finite("the death", data.deaths.iter().map(|&(x, y)| larger(x, y)))?;
    finite(
        "the line",
        data.lines.iter().map(|line| larger(larger(line.from.0, line.from.1), larger(line.to.0, line.to.1))),
    )?;
    let ends = || data.lines.iter().flat_map(|line| [line.from, line.to]);
    let points = || ends().chain(data.positions.iter().copied()).chain(data.deaths.iter().copied());
    Ok((Domain::of(points().map(|point| point.0)).padded(0.03), Domain::of(points().map(|point| point.1)).padded(0.03)))
}

/// The number that is less fit to be drawn: NaN, else the larger by size.
fn larger(a: f64, b: f64) -> f64 {
    if b.is_nan() || b.abs() > a.abs() { b } else { a }
}

/// Draws axes of one scale: the range with room to spare is widened.
fn draw_panel(figure: &mut Figure<'_>, x: Domain, y: Domain) -> Panel {
    let height = (600.0 * y.span() / x.span()).clamp(200.0, 560.0);
    let upright = |unit: f64| Axis::numbers("y (map units)", spread(y, unit * height), height / 80.0);
    let unit = |upright: &Axis| (x.span() / Panel::width(upright)).max(y.span() / height);
    // Units a pixel. A wider range may have wider labels, which leave less width: so the unit is found twice.
    let first = unit(&upright(y.span() / height));
    let mut upright = upright(first);
    let across = unit(&upright).max(first);
    upright.domain = spread(y, across * height);
    let flat = Axis::numbers("x (map units)", spread(x, across * Panel::width(&upright)), 7.5);
    Panel::add(figure, height, &flat, &upright)
}

/// A range of a given span about the middle of another one.
fn spread(domain: Domain, span: f64) -> Domain {
    Domain { low: domain.middle() - span / 2.0, high: domain.middle() + span / 2.0 }
}

fn draw_lines(figure: &mut Figure<'_>, lines: &[Segment], panel: &Panel) {
    for (class, solid) in [("cdp-step", false), ("cdp-wall", true)] {
        let mut data = String::new();
        for line in lines.iter().filter(|line| line.solid == solid) {
            data.push_str(&polyline(&[line.from, line.to].map(|(x, y)| panel.at(x, y))));
        }
        figure.svg.path(class, &data, "");
    }
}

/// The side of a cell: a power of two, as maps are built on, near a seventieth of the larger side.
fn nice_cell(x: Domain, y: Domain) -> f64 {
    libm::exp2(libm::round(libm::log2(x.span().max(y.span()) / 70.0)))
}

fn draw_cells(figure: &mut Figure<'_>, positions: &[Point], cell: f64, panel: &Panel) {
    let mut counts: BTreeMap<(i64, i64), usize> = BTreeMap::new();
    for (x, y) in positions {
        *counts.entry((libm::floor(x / cell) as i64, libm::floor(y / cell) as i64)).or_default() += 1;
    }
    let squares = counts.into_iter().map(|((column, row), count)| {
        let (left, bottom) = panel.at(column as f64 * cell, row as f64 * cell);
        let (right, top) = panel.at((column as f64 + 1.0) * cell, (row as f64 + 1.0) * cell);
        (Rect { x: left, y: top, width: right - left, height: bottom - top }, count)
    });
    figure.svg.open(&style::series(0));
    shades(&mut figure.svg, &squares.collect::<Vec<_>>());
    figure.svg.close();
}

fn draw_deaths(figure: &mut Figure<'_>, deaths: &[Point], panel: &Panel) {
    let mut places: Vec<_> = deaths.iter().map(|&(x, y)| panel.at(x, y)).collect();
    if places.len() > CROSSES {
        let mut cells = BTreeMap::new();
        for place in places {
            cells.entry(((place.0 / SQUARE) as i64, (place.1 / SQUARE) as i64)).or_insert(place);
        }
        places = cells.into_values().collect();
    }
    figure.svg.open(&style::series(1));
    crosses(&mut figure.svg, &places, 3.5);
    figure.svg.close();
}
