//! Central composite designs.

use super::super::{DesignError, Fraction, Word};
use super::{Surface, coded};

/// Most centre points of one block.
pub(super) const MOST_CENTRES: usize = 1000;

/// Where the axial points of a composite design are, as multiples of the distance of a face of the cube.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Alpha {
    /// The variance of a prediction depends on the distance from the centre only: the fourth root of the number of cube
    /// points (Box and Hunter 1957).
    Rotatable,
    /// Estimates of the quadratic terms are uncorrelated: the root of (sqrt(F N) - F) / 2 for F cube points of N runs (Box
    /// and Wilson 1951).
    Orthogonal,
    /// Cube and axial points are orthogonal blocks: the root of k (1 + b/2k) / (1 + a/F) for k factors, F cube points with a
    /// centre points, and b centre points with the axial points (Box and Hunter 1957).
    OrthogonalBlocks,
    /// All points but the centre have the same distance from it: the root of the number of factors.
    Spherical,
}

/// What lies within the limits of -1 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CompositeKind {
    /// The cube: the axial points lie outside, at plus and minus alpha.
    Circumscribed(Alpha),
    /// The axial points: the cube shrinks to plus and minus 1 / alpha.
    Inscribed(Alpha),
    /// Both: the axial points lie on the faces of the cube, and each factor has three levels.
    FaceCentred,
}

/// A central composite design (Box and Wilson 1951).
#[derive(Debug, Clone, PartialEq)]
pub struct Composite {
    /// The runs: the cube with its centre points is block 0, the axial points with theirs are block 1.
    pub surface: Surface,
    /// Distance of the axial points as a multiple of the distance of the cube's faces.
    pub alpha: f64,
}

/// A central composite design around `cube`, a full factorial or a fraction of it, with `centres[0]` centre points in the
/// block of the cube and `centres[1]` in the block of the axial points.
///
/// # Errors
/// If there are fewer than 2 or more than 16 factors; if two two-factor interactions share a column of the cube, for then
/// the quadratic model cannot be estimated (words of three letters do no harm: Hartley 1959); if there are more than 1000
/// centre points in a block; or if the axial points of an inscribed design would lie inside its cube.
pub fn central_composite(cube: &Fraction, kind: CompositeKind, centres: [usize; 2]) -> Result<Composite, DesignError> {
    let factors = cube.factors();
    if !(2..=16).contains(&factors) {
        return Err(DesignError::Factors { design: "a central composite design", least: 2, most: 16, got: factors });
    }
    check_cube(cube)?;
    centres.into_iter().try_for_each(check_centres)?;
    let (alpha, shrink) = match kind {
        CompositeKind::Circumscribed(alpha) => (distance(alpha, cube, centres), false),
        CompositeKind::Inscribed(alpha) => (distance(alpha, cube, centres), true),
        CompositeKind::FaceCentred => (1.0, false),
    };
    if shrink && alpha < 1.0 {
        let (name, range) = ("alpha of an inscribed design", "at least 1; take a circumscribed one");
        return Err(DesignError::Parameter { name, got: alpha, range });
    }
    let (face, axis) = if shrink { (1.0 / alpha, 1.0) } else { (1.0, alpha) };
    Ok(Composite { surface: points(cube, face, axis, centres), alpha })
}

pub(super) fn check_centres(count: usize) -> Result<(), DesignError> {
    if count <= MOST_CENTRES {
        return Ok(());
    }
    let (name, got) = ("the number of centre points of a block", count as f64);
    Err(DesignError::Parameter { name, got, range: "at most 1000" })
}

/// Two-factor interactions are estimated from the cube alone, so no two of them may share a column.
fn check_cube(cube: &Fraction) -> Result<(), DesignError> {
    for set in cube.aliases(2)? {
        let kept = |word: &&Word| word.length() != 1 || set.effects[0].factors == 0;
        let mut shared = set.effects.iter().filter(kept);
        if let (Some(first), Some(second)) = (shared.next(), shared.next()) {
            let of = |word: &Word| Word { negative: false, ..*word }.to_string();
            return Err(DesignError::Cube { first: of(first), second: of(second) });
        }
    }
    Ok(())
}

fn distance(alpha: Alpha, cube: &Fraction, centres: [usize; 2]) -> f64 {
    let factors = cube.factors() as f64;
    let corners = cube.runs() as f64;
    let [with_cube, with_axes] = centres.map(|count| count as f64);
    let square = match alpha {
        Alpha::Rotatable => libm::sqrt(corners),
        Alpha::Orthogonal => {
            let runs = corners + 2.0 * factors + with_cube + with_axes;
            (libm::sqrt(corners * runs) - corners) / 2.0
        }
        Alpha::OrthogonalBlocks => factors * (1.0 + with_axes / (2.0 * factors)) / (1.0 + with_cube / corners),
        Alpha::Spherical => factors,
    };
    libm::sqrt(square)
}

fn points(cube: &Fraction, face: f64, axis: f64, centres: [usize; 2]) -> Surface {
    let factors = cube.factors();
    let mut surface = Surface { points: vec![], blocks: vec![] };
    let corner = |levels: Vec<usize>| levels.into_iter().map(|level| face * coded(level, 2)).collect();
    surface.add(0, cube.conditions().into_iter().map(corner));
    surface.add_centres(0, factors, centres[0]);
    for factor in 0..factors {
        surface
            .add(1, [-axis, axis].map(|level| (0..factors).map(|f| if f == factor { level } else { 0.0 }).collect()));
    }
    surface.add_centres(1, factors, centres[1]);
    surface
}
