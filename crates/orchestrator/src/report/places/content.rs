//! What is told of places: a map of each generation that was followed.

use science::plot::{self, Map, PlotError};

use super::super::{Report, figures_of};
use super::{Places, Thinning};
use crate::document::{Block, Figure, paragraph, section};

/// How to get a map where there is none.
const HOW: &str = "Ticks were not recorded, so there is no map of positions and deaths. With `ticks = true` in the table \
                   `[record]` of the experiment file a report draws one.";

/// The section on places; empty where ticks were recorded and no map was asked for.
pub(in crate::report) fn content(report: &Report) -> Vec<Block> {
    let blocks = match report.records_ticks {
        false => vec![paragraph(HOW)],
        true => report.places.iter().map(|places| drawn(report, places)).collect(),
    };
    if blocks.is_empty() { blocks } else { [vec![section("Positions and deaths")], blocks].concat() }
}

fn drawn(report: &Report, places: &Places) -> Block {
    match figure(report, places) {
        Ok(figure) => Block::Figure(figure),
        Err(error) => paragraph(format!("{} cannot be drawn: {error}.", title(report, places))),
    }
}

fn figure(report: &Report, places: &Places) -> Result<Figure, PlotError> {
    let Places { generation, number, scenario, map, positions, deaths, .. } = places;
    let known = map.as_ref().ok();
    let map = known.map_or("", |map| &map.name);
    let number = if number.1 > 1 { (number.0 + 1).to_string() } else { String::new() };
    let data = Map {
        lines: known.map_or_else(Vec::new, |map| map.lines.clone()),
        positions: positions.clone(),
        deaths: deaths.clone(),
    };
    let of = figures_of(purpose(report, places), *generation);
    let name = [&of, "map", &number, scenario, map];
    Figure::tried(&name, &title(report, places), &note(places), |heading| plot::map(heading, &data))
}

/// Such as `Positions and deaths on map01 of basic in generation 3`.
fn title(report: &Report, places: &Places) -> String {
    let place = match &places.map {
        Ok(map) => format!("{} of {}", map.name, places.scenario),
        Err(_) => places.scenario.clone(),
    };
    let when = match purpose(report, places) {
        "design" => String::new(),
        "confirmation" => " in the confirmation".to_owned(),
        _ => format!(" in generation {}", places.generation),
    };
    format!("Positions and deaths on {place}{when}")
}

fn purpose(report: &Report, places: &Places) -> &'static str {
    report.generations.iter().find(|generation| generation.index == places.generation).map_or("", |found| found.purpose)
}

/// What was played, and what of it is not shown.
fn note(places: &Places) -> String {
    let Places { episodes, thinning: Thinning { episodes: every, positions }, map, .. } = places;
    let mut sentences = vec![format!(
        "{episodes} episodes of all agents together: positions after each decision, and the last ones of those who died."
    )];
    sentences.extend(match (every, positions) {
        (1, 1) => None,
        (1, positions) => Some(format!("Shown is one position in {positions}.")),
        (every, positions) => Some(format!("Shown is one episode in {every}, and of it one position in {positions}.")),
    });
    sentences.extend(map.as_ref().err().map(|why| format!("The map's lines are left out: {why}.")));
    sentences.join(" ")
}
