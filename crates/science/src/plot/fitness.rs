//! Fitness from generation to generation.

use super::axis::Axis;
use super::error::{PlotError, count, finite, interval};
use super::figure::{Figure, Heading};
use super::legend::{Key, Sign, legend};
use super::marks::marker;
use super::panel::Panel;
use super::scale::Domain;
use super::style;
use super::svg::{Point, polyline};
use super::text::significant;

/// Generations up to which each one has its own mark.
const MARKED: usize = 40;

/// The data of a plot of fitness.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitness {
    /// What was maximised, with its unit.
    pub measure: String,
    /// What the band is, such as `10 % to 90 % of the population`; not shown without a band.
    pub band: String,
    /// The generations in any order, 1 to 100,000.
    pub generations: Vec<Generation>,
}

/// One generation in numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Generation {
    /// Its number.
    pub number: u32,
    /// Fitness of its best member.
    pub best: f64,
    /// Mean fitness of its members.
    pub mean: f64,
    /// Lower and upper quantile of its members' fitness.
    pub band: Option<(f64, f64)>,
}

/// Draws best and mean fitness by generation, with a band of quantiles.
///
/// # Errors
/// If there are no generations or too many, or a value is not usable.
pub fn fitness(heading: &Heading<'_>, data: &Fitness) -> Result<String, PlotError> {
    validate(&data.generations)?;
    let mut generations = data.generations.clone();
    generations.sort_by_key(|generation| generation.number);
    let generations = generations.as_slice();
    let mut figure = Figure::new(heading)?;
    describe(&mut figure, &data.measure, generations);
    let mut keys = vec![Key::new(Sign::LineMarker(0), "best"), Key::new(Sign::LineMarker(1), "mean")];
    if generations.len() > MARKED {
        keys = vec![Key::new(Sign::Line(0), "best"), Key::new(Sign::Line(1), "mean")];
    }
    if generations.iter().any(|generation| generation.band.is_some()) {
        keys.push(Key::new(Sign::Band(1), &data.band));
    }
    legend(&mut figure, "", &keys);
    let numbers = Domain::of(generations.iter().map(|generation| f64::from(generation.number)));
    let values = Domain::of(generations.iter().flat_map(|generation| {
        let (low, high) = generation.band.unwrap_or((generation.mean, generation.mean));
        [generation.best, generation.mean, low, high]
    }));
    let x = Axis::counts("Generation", numbers.padded(0.02), 9.0);
    let y = Axis::numbers(&data.measure, values.padded(0.06), 6.0);
    let panel = Panel::add(&mut figure, 310.0, &x, &y);
    draw_band(&mut figure, generations, &panel);
    draw_line(&mut figure, 1, generations, |generation| generation.mean, &panel);
    draw_line(&mut figure, 0, generations, |generation| generation.best, &panel);
    Ok(figure.finish())
}

fn validate(generations: &[Generation]) -> Result<(), PlotError> {
    count("generations", generations.len(), 1, 100_000)?;
    finite("best fitness", generations.iter().map(|generation| generation.best))?;
    finite("mean fitness", generations.iter().map(|generation| generation.mean))?;
    for (index, band) in generations.iter().enumerate().filter_map(|(index, g)| Some((index, g.band?))) {
        interval("the generation", index, band)?;
    }
    Ok(())
}

fn describe(figure: &mut Figure<'_>, measure: &str, generations: &[Generation]) {
    let (Some(first), Some(last)) = (generations.first(), generations.last()) else { return };
    let of = |generation: &Generation| {
        let Generation { number, best, mean, .. } = generation;
        format!("generation {number}: best {}, mean {}", significant(*best), significant(*mean))
    };
    figure.describe(format!("{} by generation. From {} to {}.", measure, of(first), of(last)));
}

fn draw_band(figure: &mut Figure<'_>, generations: &[Generation], panel: &Panel) {
    figure.svg.open(&style::series(1));
    for run in generations.split(|generation| generation.band.is_none()).filter(|run| run.len() > 1) {
        let edge = |pick: fn((f64, f64)) -> f64| -> Vec<Point> {
            let place = |g: &Generation| Some(panel.at(f64::from(g.number), pick(g.band?)));
            run.iter().filter_map(place).collect()
        };
        let mut outline = thinned(&edge(|band| band.0));
        outline.extend(thinned(&edge(|band| band.1)).into_iter().rev());
        figure.svg.path("cdp-band", &(polyline(&outline) + "Z"), "");
    }
    figure.svg.close();
}

fn draw_line(
    figure: &mut Figure<'_>,
    series: usize,
    generations: &[Generation],
    value: fn(&Generation) -> f64,
    panel: &Panel,
) {
    let places: Vec<_> = generations.iter().map(|g| panel.at(f64::from(g.number), value(g))).collect();
    figure.svg.open(&style::series(series));
    figure.svg.path(&format!("cdp-line {}", style::dashes(series)), &polyline(&thinned(&places)), "");
    for (generation, &place) in generations.iter().zip(&places).filter(|_| generations.len() <= MARKED) {
        let title = format!("generation {}: {}", generation.number, significant(value(generation)));
        marker(&mut figure.svg, series, place, 3.5, &title);
    }
    figure.svg.close();
}

/// The line with at most its first, lowest, highest and last point in every pixel column: it looks the same.
fn thinned(points: &[Point]) -> Vec<Point> {
    let mut thinned = Vec::new();
    for column in points.chunk_by(|a, b| libm::floor(a.0) == libm::floor(b.0)) {
        if column.len() <= 4 {
            thinned.extend_from_slice(column);
            continue;
        }
        let highest = (0..column.len()).min_by(|&a, &b| column[a].1.total_cmp(&column[b].1)).unwrap_or(0);
        let lowest = (0..column.len()).max_by(|&a, &b| column[a].1.total_cmp(&column[b].1)).unwrap_or(0);
        let last = column.len() - 1;
        let mut kept = [0, highest.min(lowest), highest.max(lowest), last].to_vec();
        kept.dedup();
        thinned.extend(kept.into_iter().map(|index| column[index]));
    }
    thinned
}
