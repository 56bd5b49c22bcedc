//! Paired differences, seed by seed.

use super::axis::Axis;
use super::cells::{Estimate, check};
use super::error::{PlotError, count};
use super::figure::{Figure, Heading};
use super::legend::{Key, Sign, legend};
use super::marks::{cloud, interval, marker};
use super::panel::Panel;
use super::scale::Domain;
use super::style;
use super::svg::Rect;
use super::text::with_interval;

/// Pairs up to which each one has a row with its name.
const NAMED: usize = 60;

/// The data of a plot of paired differences.
#[derive(Debug, Clone, PartialEq)]
pub struct Differences {
    /// What was compared, with its unit, such as `Kills: scripted − random`.
    pub measure: String,
    /// What the pairs share, such as `Seed`.
    pub pair: String,
    /// The pairs in any order, 1 to 1,000,000.
    pub pairs: Vec<Difference>,
    /// The mean difference over all pairs with its interval.
    pub overall: Option<Estimate>,
}

/// One pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Its name, such as its seed.
    pub name: String,
    /// The difference, with its interval if a pair has several replicates.
    pub difference: Estimate,
}

/// Draws the difference of every pair, sorted, with the mean difference as a line and its interval as a band.
///
/// # Errors
/// If there are no pairs or too many, or a value is not usable.
pub fn differences(heading: &Heading<'_>, data: &Differences) -> Result<String, PlotError> {
    count("pairs", data.pairs.len(), 1, 1_000_000)?;
    check("pairs", data.pairs.iter().map(|pair| Some(pair.difference)))?;
    check("the mean difference", [data.overall])?;
    let mut sorted: Vec<_> = data.pairs.iter().collect();
    sorted.sort_by(|a, b| b.difference.value.total_cmp(&a.difference.value));
    let mut figure = Figure::new(heading)?;
    describe(&mut figure, data);
    let mut keys = vec![Key::new(Sign::Marker(0), "one pair"), Key::new(Sign::Rule(0), "no difference")];
    if let Some(overall) = data.overall {
        keys.push(Key::new(Sign::Rule(1), format!("mean {}", with_interval(overall.value, None))));
        keys.extend(overall.interval.map(|_| Key::new(Sign::Band(1), "interval of the mean")));
    }
    if sorted.len() > NAMED && sorted.iter().any(|pair| pair.difference.interval.is_some()) {
        figure.note("Intervals of single pairs are left out: there are too many to be seen.", 1);
    }
    legend(&mut figure, "", &keys);
    let estimates = sorted.iter().map(|pair| pair.difference).chain(data.overall);
    let values = Domain::of(estimates.flat_map(Estimate::extremes).chain([0.0])).padded(0.05);
    let x = Axis::numbers(&data.measure, values, 7.0);
    let panel = if sorted.len() <= NAMED {
        let mut y = Axis::names(&data.pair, sorted.iter().map(|pair| pair.name.as_str()));
        y.grid = true;
        Panel::add(&mut figure, (16.0 * sorted.len() as f64).max(80.0), &x, &y)
    } else {
        let mut y = Axis::counts(&format!("{}, by rank", data.pair), ranks(sorted.len()), 6.0);
        (y.downwards, y.grid) = (true, false);
        Panel::add(&mut figure, 420.0, &x, &y)
    };
    draw_overall(&mut figure, data.overall, &panel);
    draw_pairs(&mut figure, &sorted, &panel);
    Ok(figure.finish())
}

/// Ranks count from 1, with half a rank of room at both ends.
fn ranks(count: usize) -> Domain {
    Domain { low: 0.5, high: count as f64 + 0.5 }
}

fn describe(figure: &mut Figure<'_>, data: &Differences) {
    let positive = data.pairs.iter().filter(|pair| pair.difference.value > 0.0).count();
    let negative = data.pairs.iter().filter(|pair| pair.difference.value < 0.0).count();
    let pairs = data.pairs.len();
    figure.describe(format!("{}. Of {pairs} pairs {positive} are above 0 and {negative} below.", data.measure));
    if let Some(overall) = data.overall {
        figure.describe(format!("The mean is {}.", with_interval(overall.value, overall.interval)));
    }
}

fn draw_overall(figure: &mut Figure<'_>, overall: Option<Estimate>, panel: &Panel) {
    if let Some((low, high)) = overall.and_then(|overall| overall.interval) {
        let (left, right) = (panel.x.at(low), panel.x.at(high));
        figure.svg.open(&style::series(1));
        figure.svg.rect("cdp-band", Rect { x: left, width: right - left, ..panel.area }, "");
        figure.svg.close();
    }
    panel.vertical(&mut figure.svg, "cdp-rule", 0.0);
    if let Some(overall) = overall {
        panel.vertical(&mut figure.svg, "cdp-rule cdp-d1", overall.value);
    }
}

fn draw_pairs(figure: &mut Figure<'_>, sorted: &[&Difference], panel: &Panel) {
    let svg = &mut figure.svg;
    svg.open(&style::series(0));
    if sorted.len() > NAMED {
        let place = |(index, pair): (usize, &&Difference)| panel.at(pair.difference.value, index as f64 + 1.0);
        svg.open(if sorted.len() > 600 { "cdp-small" } else { "cdp-medium" });
        cloud(svg, sorted.iter().enumerate().map(place), panel.area, 1.5);
        svg.close();
    }
    for (row, pair) in sorted.iter().enumerate().filter(|_| sorted.len() <= NAMED) {
        let Estimate { value, interval: ends } = pair.difference;
        if let Some((low, high)) = ends {
            interval(svg, panel.at(low, row as f64), panel.at(high, row as f64), 3.0);
        }
        let title = format!("{}: {}", pair.name, with_interval(value, ends));
        marker(svg, 0, panel.at(value, row as f64), 4.0, &title);
    }
    svg.close();
}
