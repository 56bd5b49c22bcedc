//! Marks of single values: shapes, intervals, clouds of dots.

use std::collections::BTreeSet;

use super::svg::{Point, Rect, Svg, number, polyline};

/// Draws the shape that belongs to a series, in the colour of the group it stands in.
pub(super) fn marker(svg: &mut Svg, series: usize, place: Point, radius: f64, title: &str) {
    let corners: &[(f64, f64)] = match series % 7 {
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

/// Draws a diagonal cross.
pub(super) fn cross(svg: &mut Svg, (x, y): Point, radius: f64) {
    let (left, right, top, bottom) = (x - radius, x + radius, y - radius, y + radius);
    let data = polyline(&[(left, top), (right, bottom)]) + &polyline(&[(left, bottom), (right, top)]);
    svg.path("cdp-cross", &data, "");
}

/// Draws the line of an interval with its two caps.
pub(super) fn interval(svg: &mut Svg, low: Point, high: Point, cap: f64) {
    let (dx, dy) = if low.0 == high.0 { (cap, 0.0) } else { (0.0, cap) };
    let across = |(x, y): Point| polyline(&[(x - dx, y - dy), (x + dx, y + dy)]);
    svg.path("cdp-reach", &(polyline(&[low, high]) + &across(low) + &across(high)), "");
}

/// Draws many points as small dots and returns how many of them lie visibly apart.
///
/// Points that fall into one square of `cell` pixels share a dot, so a picture stays small whatever it shows.
pub(super) fn cloud(svg: &mut Svg, points: impl IntoIterator<Item = Point>, area: Rect, cell: f64) -> usize {
    let square = |value: f64| libm::round(value / cell) as i64;
    let cells: BTreeSet<_> = points.into_iter().map(|(x, y)| (square(y - area.y), square(x - area.x))).collect();
    let mut data = String::new();
    for (row, column) in &cells {
        let x = (area.x + *column as f64 * cell).clamp(area.x, area.right());
        let y = (area.y + *row as f64 * cell).clamp(area.y, area.bottom());
        data.push_str(&format!("M{} {}h0", number(x), number(y)));
    }
    svg.path("cdp-dots", &data, "");
    cells.len()
}
