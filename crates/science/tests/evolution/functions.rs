//! Functions to be minimised, as `tools/science/test_functions.py` has them: the minimum is 0, at a place that no start
//! favours.

use std::f64::consts::{E, PI};

/// The function of this name.
pub(crate) fn find(name: &str) -> fn(&[f64]) -> f64 {
    match name {
        "sphere" => sphere,
        "ellipsoid" => ellipsoid,
        "cigar" => cigar,
        "different_powers" => different_powers,
        "rosenbrock" => rosenbrock,
        "rastrigin" => rastrigin,
        "ackley" => ackley,
        _ => panic!("there is no function {name}"),
    }
}

/// The point seen from the minimum.
fn centred(x: &[f64]) -> impl Iterator<Item = f64> + Clone + '_ {
    let place = |index: usize| 2.0 * ((index + 1) as f64 * 0.618_033_988_749_894_9).fract() - 1.0;
    x.iter().enumerate().map(move |(index, x)| x - place(index))
}

/// The parts of a point with their places, from 0 to 1.
fn ramped(x: &[f64]) -> impl Iterator<Item = (f64, f64)> + '_ {
    let last = x.len() as f64 - 1.0;
    centred(x).enumerate().map(move |(index, y)| (index as f64 / last, y))
}

fn sphere(x: &[f64]) -> f64 {
    centred(x).map(|y| y * y).sum()
}

fn ellipsoid(x: &[f64]) -> f64 {
    ramped(x).map(|(place, y)| 1e6_f64.powf(place) * y * y).sum()
}

fn cigar(x: &[f64]) -> f64 {
    centred(x).enumerate().map(|(index, y)| if index == 0 { y * y } else { 1e6 * y * y }).sum()
}

fn different_powers(x: &[f64]) -> f64 {
    ramped(x).map(|(place, y)| y.abs().powf(2.0 + 4.0 * place)).sum()
}

fn rosenbrock(x: &[f64]) -> f64 {
    let y: Vec<_> = centred(x).map(|y| y + 1.0).collect();
    y.windows(2).map(|pair| 100.0 * (pair[0] * pair[0] - pair[1]).powi(2) + (pair[0] - 1.0).powi(2)).sum()
}

fn rastrigin(x: &[f64]) -> f64 {
    centred(x).map(|y| 10.0 + y * y - 10.0 * (2.0 * PI * y).cos()).sum()
}

fn ackley(x: &[f64]) -> f64 {
    let n = x.len() as f64;
    let distance = (sphere(x) / n).sqrt();
    let waves = centred(x).map(|y| (2.0 * PI * y).cos()).sum::<f64>() / n;
    -20.0 * (-0.2 * distance).exp() - waves.exp() + 20.0 + E
}
