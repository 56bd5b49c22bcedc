//! The conditions of every kind of design, as places of levels.

use domain::Violation;
use domain::experiment::{Alpha as Given, DesignKind, DesignSpec, FactorSpec, FoldOver};
use science::design::{
    self, Alpha, CompositeKind, DesignError, Fraction, SearchEffort, box_behnken, central_composite, latin_hypercube,
    plackett_burman,
};

use super::error::refusal;
use super::{fraction, names};

/// Where a condition has its level of a factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// At the level with this number: of those that are listed, or of the two ends of the range.
    Level(usize),
    /// Within the range: its ends are at -1 and 1.
    At(f64),
}

/// The conditions in standard order.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Points {
    pub(super) places: Vec<Vec<Place>>,
    pub(super) fraction: Option<Fraction>,
    /// Whether the last one is a centre point.
    pub(super) centre: bool,
    pub(super) alpha: Option<f64>,
}

/// Makes the conditions.
pub(super) fn points(spec: &DesignSpec, seed: u64) -> Result<Points, Violation> {
    let levels: Vec<_> = spec.factors.iter().map(FactorSpec::count).collect();
    let points = match spec.kind {
        DesignKind::FullFactorial => listed(design::full_factorial(&levels)),
        DesignKind::OneFactorAtATime => listed(design::one_factor_at_a_time(&levels)),
        DesignKind::FractionalFactorial => {
            let fraction = fraction::of(spec)?;
            // A list of conditions that is refused for its length need not be made.
            super::check_size(fraction.runs() as u64).map_err(|mut found| found.remove(0))?;
            Points { fraction: Some(fraction.clone()), ..listed(fraction.conditions()) }
        }
        DesignKind::PlackettBurman => listed(screening(spec)?),
        DesignKind::CentralComposite => composite(spec)?,
        DesignKind::BoxBehnken => {
            let surface = box_behnken(levels.len(), 1).map_err(|error| refusal(spec, &error))?;
            Points { places: ranges(once(surface.points())), ..Points::default() }
        }
        DesignKind::LatinHypercube | DesignKind::Sobol => {
            let points = spread(spec, seed).map_err(|error| refusal(spec, &error))?;
            Points {
                places: points.iter().map(|point| spread_over(&spec.factors, point)).collect(),
                ..Points::default()
            }
        }
    };
    if has_centre(spec) { with_centre(points, spec) } else { Ok(points) }
}

/// Whether the centre of all ranges is one more condition.
pub(super) fn has_centre(spec: &DesignSpec) -> bool {
    spec.centre_points.unwrap_or(0) > 0
}

fn listed(conditions: Vec<Vec<usize>>) -> Points {
    let places = conditions.into_iter().map(|levels| levels.into_iter().map(Place::Level).collect());
    Points { places: places.collect(), ..Points::default() }
}

fn ranges(points: Vec<Vec<f64>>) -> Vec<Vec<Place>> {
    points.into_iter().map(|point| point.into_iter().map(Place::At).collect()).collect()
}

/// The points without repetitions: every condition plays all seeds, and so is replicated by them.
fn once(points: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut kept: Vec<Vec<f64>> = Vec::with_capacity(points.len());
    let mut centre = false;
    for point in points {
        let is_centre = point.iter().all(|&level| level == 0.0);
        if !(is_centre && centre) {
            kept.push(point.clone());
        }
        centre |= is_centre;
    }
    kept
}

fn screening(spec: &DesignSpec) -> Result<Vec<Vec<usize>>, Violation> {
    let factors = spec.factors.len();
    let runs = spec.runs.map_or_else(|| (factors + 1).next_multiple_of(4).max(4), |runs| runs as usize);
    let conditions = plackett_burman(factors, runs).map_err(|error| refusal(spec, &error))?;
    match &spec.fold_over {
        None | Some(FoldOver::Whole(false)) => Ok(conditions),
        Some(FoldOver::Whole(true)) => {
            let mirrored = conditions.iter().map(|levels| levels.iter().map(|level| 1 - level).collect());
            Ok(conditions.iter().cloned().chain(mirrored.collect::<Vec<_>>()).collect())
        }
        Some(FoldOver::On(_)) => {
            let message = "a design of Plackett and Burman is folded over as a whole";
            Err(Violation::new("design.fold_over", message).with_help("write fold_over = true"))
        }
    }
}

fn composite(spec: &DesignSpec) -> Result<Points, Violation> {
    let cube = fraction::cube(spec)?;
    let alpha = match spec.alpha.unwrap_or_default() {
        Given::Rotatable => Some(Alpha::Rotatable),
        Given::Orthogonal => Some(Alpha::Orthogonal),
        Given::Spherical => Some(Alpha::Spherical),
        Given::FaceCentred => None,
    };
    let kind = match (alpha, spec.inscribed.unwrap_or(false)) {
        (Some(alpha), false) => CompositeKind::Circumscribed(alpha),
        (Some(alpha), true) => CompositeKind::Inscribed(alpha),
        (None, _) => CompositeKind::FaceCentred,
    };
    let made = central_composite(&cube, kind, [1, 0]).map_err(|error| refusal(spec, &error))?;
    Ok(Points {
        places: ranges(once(made.surface.points())),
        fraction: Some(cube),
        alpha: Some(made.alpha),
        ..Points::default()
    })
}

/// Points with coordinates from 0 to 1.
fn spread(spec: &DesignSpec, seed: u64) -> Result<Vec<Vec<f64>>, DesignError> {
    let (factors, runs) = (spec.factors.len(), spec.runs.unwrap_or(0));
    if spec.kind == DesignKind::Sobol {
        return design::sobol(factors, 0, runs);
    }
    latin_hypercube(factors, runs as usize, effort(runs), seed).map(|design| design.points())
}

/// How long a Latin hypercube is improved: every exchange looks at all pairs of points. Plans depend on it.
fn effort(runs: u32) -> SearchEffort {
    let pairs = u64::from(runs.max(1)).pow(2);
    SearchEffort { starts: 4, exchanges: (4_000_000 / pairs).clamp(20, 1000) as u32 }
}

/// A point in the ranges; levels that are listed get equal parts of their factor's axis.
fn spread_over(factors: &[FactorSpec], point: &[f64]) -> Vec<Place> {
    let place = |(factor, &share): (&FactorSpec, &f64)| match factor.levels.len() {
        0 => Place::At(2.0 * share - 1.0),
        count => Place::Level(((share * count as f64) as usize).min(count - 1)),
    };
    factors.iter().zip(point).map(place).collect()
}

fn with_centre(mut points: Points, spec: &DesignSpec) -> Result<Points, Violation> {
    if let Some((index, factor)) = spec.factors.iter().enumerate().find(|(_, factor)| factor.range().is_none()) {
        let name = names::quoted(index, factor);
        let message = format!("the factor {name} has no centre: it is neither a range nor two ascending numbers");
        let help = "give it low and high, or leave out the centre point";
        return Err(Violation::new("design.centre_points", message).with_help(help));
    }
    points.places.push(vec![Place::At(0.0); spec.factors.len()]);
    points.centre = true;
    Ok(points)
}
