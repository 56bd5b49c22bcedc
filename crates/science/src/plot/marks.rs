//! Marks of single values: shapes, intervals, clouds of dots.

use std::collections::{BTreeMap, BTreeSet};

use super::style::SERIES;
use super::svg::{Point, Rect, Svg, number, polyline};

/// Draws the shape that belongs to a series, in the colour of the group it stands in.
pub(super) fn marker(svg: &mut Svg, series: usize, place: Point, radius: f64, title: &str) {
    // Series whose colours are equal, seven apart, have different shapes.
    let corners: &[(f64, f64)] = match (series + series / SERIES) % 7 {
        0 => return svg.circle("cdp-mark", place, radius, title),
        1 => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        2 => &[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)],
        3 => &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
        4 => &[(0.0, 1.2), (1.1, -0.8), (-1.1, -0.8)],
        5 => &[(0.0, -1.2), (1.14, -0.37), (0.7, 0.97), (-0.7, 0.97), (-1.14, -0.37)],
        _ => &PLUS,
    };
    svg.path("cdp-mark", &outline(corners, place, radius), title);
}

const PLUS: [(f64, f64); 12] = [
    (-0.45, -1.3),
    (0.45, -1.3),
    (0.45, -0.45),
    (1.3, -0.45),
    (1.3, 0.45),
    (0.45, 0.45),
    (0.45, 1.3),
    (-0.45, 1.3),
    (-0.45, 0.45),
    (-1.3, 0.45),
    (-1.3, -0.45),
    (-0.45, -0.45),
];

fn outline(corners: &[(f64, f64)], (x, y): Point, radius: f64) -> String {
    let points: Vec<_> = corners.iter().map(|(dx, dy)| (x + dx * radius, y + dy * radius)).collect();
    polyline(&points) + "Z"
}

/// Draws diagonal crosses with a rim that sets them off from what is below.
pub(super) fn crosses(svg: &mut Svg, places: &[Point], radius: f64) {
    let mut data = String::new();
    for &(x, y) in places {
        let (left, right, top, bottom) = (x - radius, x + radius, y - radius, y + radius);
        data.push_str(&polyline(&[(left, top), (right, bottom)]));
        data.push_str(&polyline(&[(left, bottom), (right, top)]));
    }
    for class in ["cdp-rim", "cdp-cross"] {
        svg.path(class, &data, "");
    }
}

/// Draws the line of an interval with its two caps.
pub(super) fn interval(svg: &mut Svg, low: Point, high: Point, cap: f64) {
    let (dx, dy) = if low.0 == high.0 { (cap, 0.0) } else { (0.0, cap) };
    let across = |(x, y): Point| polyline(&[(x - dx, y - dy), (x + dx, y + dy)]);
    svg.path("cdp-reach", &(polyline(&[low, high]) + &across(low) + &across(high)), "");
}

/// Draws points as small dots. Points that fall into one square of `cell` pixels share a dot, so that a picture stays
/// small whatever it shows.
pub(super) fn cloud(svg: &mut Svg, points: impl IntoIterator<Item = Point>, area: Rect, cell: f64) {
    let square = |value: f64| libm::round(value / cell) as i64;
    let cells: BTreeSet<_> = points.into_iter().map(|(x, y)| (square(y - area.y), square(x - area.x))).collect();
    let mut data = String::new();
    for (row, column) in &cells {
        let x = (area.x + *column as f64 * cell).clamp(area.x, area.right());
        let y = (area.y + *row as f64 * cell).clamp(area.y, area.bottom());
        data.push_str(&format!("M{} {}h0", number(x), number(y)));
    }
    svg.path("cdp-dots", &data, "");
}

/// Draws counted squares in five shades, each for a fifth of the squares: the stronger, the more was counted.
///
/// Fifths, because agents that stand still would leave a scale of counts with one strong square and nothing else.
pub(super) fn shades(svg: &mut Svg, squares: &[(Rect, usize)]) {
    let mut counts: Vec<_> = squares.iter().map(|(_, count)| *count).collect();
    counts.sort_unstable();
    let mut paths = [const { String::new() }; 5];
    for (square, count) in squares {
        let shade = counts.partition_point(|other| other < count) * 5 / counts.len();
        let [left, right, top, bottom] = [square.x, square.right(), square.y, square.bottom()].map(number);
        paths[shade].push_str(&format!("M{left} {top}H{right}V{bottom}H{left}Z"));
    }
    for (shade, path) in paths.iter().enumerate() {
        svg.path(&format!("cdp-cell cdp-c{shade}"), path, "");
    }
}

/// Counts points of the picture in squares of `cell` pixels within an area and draws them in shades.
pub(super) fn shaded(svg: &mut Svg, points: impl IntoIterator<Item = Point>, area: Rect, cell: f64) {
    let mut counts: BTreeMap<(i64, i64), usize> = BTreeMap::new();
    for (x, y) in points {
        let key = (libm::floor((y - area.y) / cell) as i64, libm::floor((x - area.x) / cell) as i64);
        *counts.entry(key).or_default() += 1;
    }
    let squares = counts.into_iter().map(|((row, column), count)| {
        let (x, y) = (area.x + column as f64 * cell, area.y + row as f64 * cell);
        let (width, height) = (cell.min(area.right() - x).max(0.0), cell.min(area.bottom() - y).max(0.0));
        (Rect { x, y, width, height }, count)
    });
    shades(svg, &squares.collect::<Vec<_>>());
}
