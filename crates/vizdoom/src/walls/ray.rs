//! Where a ray meets a line: plain arithmetic in a fixed order, so that equal numbers give equal bits everywhere.

type Point = [f64; 2];

/// A half-line in the plane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ray {
    from: Point,
    /// Of length 1.
    direction: Point,
}

impl Ray {
    /// The ray from a point in a direction: degrees counter-clockwise from east.
    pub(super) fn new(from: Point, degrees: f64) -> Self {
        let angle = degrees.to_radians();
        Self { from, direction: [libm::cos(angle), libm::sin(angle)] }
    }

    /// Returns how far along the ray the line between two points is met; `None` where it is not, and where the line runs
    /// along the ray, which has no width then.
    ///
    /// Lines that share an end leave no gap there: on which side of the ray a point lies depends on nothing but the point.
    pub(super) fn meets(&self, a: Point, b: Point) -> Option<f64> {
        let [a, b] = [a, b].map(|point| [point[0] - self.from[0], point[1] - self.from[1]]);
        let (side_a, side_b) = (cross(self.direction, a), cross(self.direction, b));
        let is_crossed = (side_a <= 0.0 && side_b >= 0.0) || (side_a >= 0.0 && side_b <= 0.0);
        let along = [b[0] - a[0], b[1] - a[1]];
        let slant = cross(self.direction, along);
        if !is_crossed || slant == 0.0 {
            return None;
        }
        let distance = cross(a, along) / slant;
        // Of the two zeros the one without a sign.
        (distance >= 0.0).then_some(distance.abs())
    }
}

fn cross(a: Point, b: Point) -> f64 {
    a[0] * b[1] - a[1] * b[0]
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const EAST: Ray = Ray { from: [10.0, 5.0], direction: [1.0, 0.0] };

    #[test]
    fn a_line_is_met_where_it_is_crossed() {
        assert_eq!(EAST.meets([50.0, -5.0], [50.0, 15.0]), Some(40.0));
        assert_eq!(EAST.meets([50.0, 15.0], [50.0, -5.0]), Some(40.0));
        assert_eq!(EAST.meets([40.0, -5.0], [60.0, 15.0]), Some(40.0));
    }

    #[test]
    fn what_is_behind_beside_or_parallel_is_not_met() {
        assert_eq!(EAST.meets([0.0, -5.0], [0.0, 15.0]), None);
        assert_eq!(EAST.meets([50.0, 6.0], [50.0, 15.0]), None);
        assert_eq!(EAST.meets([0.0, 6.0], [50.0, 6.0]), None);
        assert_eq!(EAST.meets([20.0, 5.0], [50.0, 5.0]), None);
        assert_eq!(EAST.meets([50.0, 5.0], [50.0, 5.0]), None);
    }

    #[test]
    fn an_end_of_a_line_belongs_to_it() {
        assert_eq!(EAST.meets([50.0, 5.0], [70.0, 15.0]), Some(40.0));
        assert_eq!(EAST.meets([30.0, -5.0], [50.0, 5.0]), Some(40.0));
    }

    #[test]
    fn who_stands_on_a_line_is_stopped_at_once() {
        assert_eq!(EAST.meets([10.0, -5.0], [10.0, 15.0]), Some(0.0));
        assert_eq!(EAST.meets([10.0, 5.0], [20.0, 15.0]), Some(0.0));
    }

    #[test]
    fn directions_are_counter_clockwise_from_east() {
        let met = |degrees, a, b| Ray::new([0.0, 0.0], degrees).meets(a, b).unwrap();
        assert!((met(90.0, [-8.0, 32.0], [8.0, 32.0]) - 32.0).abs() < 1e-12);
        assert!((met(450.0, [-8.0, 32.0], [8.0, 32.0]) - 32.0).abs() < 1e-12);
        assert!((met(-90.0, [-8.0, -24.0], [8.0, -24.0]) - 24.0).abs() < 1e-12);
        assert!((met(45.0, [0.0, 20.0], [20.0, 0.0]) - 200f64.sqrt()).abs() < 1e-12);
    }

    fn turned([x, y]: Point, degrees: f64) -> Point {
        let (sin, cos) = (libm::sin(degrees.to_radians()), libm::cos(degrees.to_radians()));
        [x * cos - y * sin, x * sin + y * cos]
    }

    /// The nearest line of the polygon with these corners.
    fn nearest(ray: Ray, corners: &[Point]) -> Option<f64> {
        let next = corners.iter().cycle().skip(1);
        corners.iter().zip(next).filter_map(|(&a, &b)| ray.meets(a, b)).min_by(f64::total_cmp)
    }

    /// Corners on a circle around the origin, so that the room is convex and has the origin inside.
    fn room() -> impl Strategy<Value = Vec<Point>> {
        (32f64..2000.0, vec(0f64..55.0, 3)).prop_map(|(radius, offsets)| {
            let angles = offsets.into_iter().enumerate().map(|(place, offset)| 120.0 * place as f64 + offset);
            angles.map(|angle| turned([radius, 0.0], angle)).collect()
        })
    }

    proptest! {
        #[test]
        fn turning_everything_changes_nothing_beyond_rounding(
            corners in room(),
            place in (-300f64..300.0, -300f64..300.0),
            degrees in 0f64..360.0,
            turn in -720f64..720.0,
        ) {
            let move_by = |[x, y]: Point| [x + place.0, y + place.1];
            let before: Vec<_> = corners.iter().copied().map(move_by).collect();
            let after: Vec<_> = before.iter().map(|&corner| turned(corner, turn)).collect();
            let from = move_by([0.0, 0.0]);

            let here = nearest(Ray::new(from, degrees), &before);
            let there = nearest(Ray::new(turned(from, turn), degrees + turn), &after);

            let (Some(here), Some(there)) = (here, there) else {
                return Err(TestCaseError::fail(format!("a way out of a room: {here:?} {there:?}")));
            };
            prop_assert!((here - there).abs() < 1e-6, "{here} {there}");
        }

        #[test]
        fn the_nearest_of_parallel_walls_is_as_far_as_it_stands(distances in vec(0f64..3000.0, 1..20)) {
            let met = distances.iter().filter_map(|&x| EAST.meets([10.0 + x, -1.0], [10.0 + x, 9.0]));
            let nearest = met.fold(f64::INFINITY, f64::min);
            let least = distances.iter().copied().fold(f64::INFINITY, f64::min);
            prop_assert!((nearest - least).abs() < 1e-9, "{nearest} for {least}");
        }

        #[test]
        fn no_ray_leaves_through_a_corner(corners in room(), corner in 0usize..3, nudge in -2i32..=2) {
            let [x, y] = corners[corner];
            let mut degrees = libm::atan2(y, x).to_degrees();
            for _ in 0..nudge.abs() {
                degrees = if nudge < 0 { degrees.next_down() } else { degrees.next_up() };
            }
            prop_assert!(nearest(Ray::new([0.0, 0.0], degrees), &corners).is_some());
        }
    }
}
