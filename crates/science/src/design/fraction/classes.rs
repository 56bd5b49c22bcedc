//! Sets of columns up to isomorphism, and the best of them.
//!
//! A column of a fraction with m basic factors is a point of the projective space over two elements, and two sets of
//! columns are the same design with other names if a linear map takes one to the other. Growing sets point by point and
//! keeping one of each class lists all designs of a size (Chen, Sun and Wu 1993).

use std::collections::BTreeMap;

use super::group::{dimension, word_lengths};

/// Points as bits; bit `p` is point `p`, and points are numbered from 1.
type Set = u64;

/// The columns of a minimum aberration design of `factors` factors with `basic` basic ones, at most 6.
///
/// If there is room for resolution IV, only sets without three dependent points are grown; else the columns that are
/// left out are grown instead (Chen and Hedayat 1996; Tang and Wu 1996), for they are fewer.
pub(super) fn minimum_aberration(basic: usize, factors: usize) -> Vec<u64> {
    let all = points(!0, basic);
    let candidates: Vec<Set> = if factors <= 1 << (basic - 1) {
        let spanning = |&set: &Set| dimension(points(set, basic)) == basic;
        grow(basic, factors, true).into_iter().filter(spanning).collect()
    } else {
        let everything: Set = all.clone().map(|point| 1 << point).sum();
        grow(basic, all.count() - factors, false).into_iter().map(|left_out| everything & !left_out).collect()
    };
    let best = candidates.into_iter().min_by_key(|&set| word_lengths(basic, points(set, basic)));
    basis_first(basic, &best.map_or_else(Vec::new, |set| points(set, basic).collect()))
}

/// The same set in coordinates of its first independent columns, which come first.
fn basis_first(basic: usize, columns: &[u64]) -> Vec<u64> {
    let mut basis: Vec<u64> = Vec::new();
    for &column in columns {
        if dimension(basis.iter().copied().chain([column])) > basis.len() {
            basis.push(column);
        }
    }
    let products = spanned(&basis);
    let mut coordinates = vec![0; 1 << basic];
    (0u64..).zip(&products).for_each(|(combination, &product)| coordinates[product as usize] = combination);
    let mut others: Vec<u64> =
        columns.iter().filter(|column| !basis.contains(column)).map(|&column| coordinates[column as usize]).collect();
    others.sort_unstable();
    (0..basis.len()).map(|place| 1 << place).chain(others).collect()
}

/// All products of basis vectors; element `i` has those whose bits are set in `i`.
fn spanned(basis: &[u64]) -> Vec<u64> {
    basis.iter().fold(vec![0], |mut products, &vector| {
        products.extend(products.clone().into_iter().map(|product| product ^ vector));
        products
    })
}

fn points(set: Set, basic: usize) -> impl Iterator<Item = u64> + Clone {
    (1u64..1 << basic).filter(move |&point| set >> point & 1 == 1)
}

/// One set of `size` points of every class; with `caps` only sets in which no three points are dependent.
fn grow(basic: usize, size: usize, caps: bool) -> Vec<Set> {
    (0..size).fold(vec![0], |smaller, _| {
        let mut classes: BTreeMap<Signature, Vec<Class>> = BTreeMap::new();
        for set in smaller {
            for point in extensions(set, basic, caps) {
                let class = Class::new(set | 1 << point, basic);
                let known = classes.entry(class.signature.clone()).or_default();
                if !known.iter().any(|other| class.is_isomorphic(other)) {
                    known.push(class);
                }
            }
        }
        classes.into_values().flatten().map(|class| class.set).collect()
    })
}

/// Points that may join the set. Those outside its span are alike, so one of them is enough.
fn extensions(set: Set, basic: usize, caps: bool) -> Vec<u64> {
    let members: Vec<_> = points(set, basic).collect();
    let sums: Set = if caps {
        members.iter().flat_map(|a| members.iter().map(move |b| 1u64 << (a ^ b))).fold(0, |sums, sum| sums | sum)
    } else {
        0
    };
    let rank = dimension(members.iter().copied());
    let outside = |point: u64| dimension(members.iter().copied().chain([point])) > rank;
    let (new, known): (Vec<_>, Vec<_>) = points(!(set | sums), basic).partition(|&point| outside(point));
    new.into_iter().take(1).chain(known).collect()
}

/// What isomorphic sets have in common: rank, and for each point in how many dependent triples and quadruples it is.
type Signature = (usize, Vec<(u32, u32)>);

struct Class {
    set: Set,
    basic: usize,
    /// Members with their numbers of dependent triples and quadruples, rarest numbers first.
    members: Vec<(u64, (u32, u32))>,
    signature: Signature,
}

impl Class {
    fn new(set: Set, basic: usize) -> Self {
        let points: Vec<_> = points(set, basic).collect();
        let mut pairs = vec![0u32; 1 << basic];
        points.iter().for_each(|a| points.iter().for_each(|b| pairs[(a ^ b) as usize] += 1));
        let marks = |&point: &u64| {
            let partners = points.iter().filter(|&&other| other != point);
            let quadruples = partners.map(|other| pairs[(point ^ other) as usize]).sum();
            (point, (pairs[point as usize], quadruples))
        };
        let mut members: Vec<_> = points.iter().map(marks).collect();
        let mut sorted: Vec<_> = members.iter().map(|&(_, marks)| marks).collect();
        sorted.sort_unstable();
        members.sort_by_key(|&(_, marks)| (sorted.iter().filter(|&&other| other == marks).count(), marks));
        Self { set, basic, members, signature: (dimension(points), sorted) }
    }

    /// Whether a linear map takes this set to the other, which has the same signature.
    fn is_isomorphic(&self, other: &Self) -> bool {
        let mut basis: Vec<(u64, (u32, u32))> = Vec::new();
        for &(point, marks) in &self.members {
            if dimension(basis.iter().map(|&(point, _)| point).chain([point])) > basis.len() {
                basis.push((point, marks));
            }
        }
        let mut map = vec![(0, 0)];
        map.reserve(1 << self.basic);
        self.extend(other, &basis, &mut map)
    }

    /// Finds images for the remaining basis vectors; `map` has the images of everything that is spanned so far.
    fn extend(&self, other: &Self, basis: &[(u64, (u32, u32))], map: &mut Vec<(u64, u64)>) -> bool {
        let Some((&(vector, marks), rest)) = basis.split_first() else { return true };
        let spanned = map.len();
        for &(image, _) in other.members.iter().filter(|&&(_, others)| others == marks) {
            if map.iter().any(|&(_, taken)| taken == image) {
                continue;
            }
            map.extend_from_within(..);
            map[spanned..].iter_mut().for_each(|(from, to)| (*from, *to) = (*from ^ vector, *to ^ image));
            let agree = map[spanned..].iter().all(|&(from, to)| self.set >> from & 1 == other.set >> to & 1);
            if agree && self.extend(other, rest, map) {
                return true;
            }
            map.truncate(spanned);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of orbits of all 20160 and all 9999360 linear maps on sets of points, counted by Burnside's lemma. Without
    /// the sets that span less, they are the numbers of designs in Chen, Sun and Wu (1993), table 2: 3, 4, 5, 6, 5, 4, 3
    /// and 2 for 5 to 12 factors in 16 runs.
    #[test]
    fn as_many_classes_are_found_as_burnside_counts() {
        let of_16 = [1, 1, 1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1, 1, 1];
        let of_32 = [1, 1, 1, 2, 3, 5, 9, 14, 21, 34, 50, 67, 91, 113, 129];
        for (basic, counts) in [(4, &of_16[..]), (5, &of_32)] {
            for (size, &count) in counts.iter().enumerate() {
                assert_eq!(grow(basic, size, false).len(), count, "{size} points in {basic} dimensions");
            }
        }
    }

    /// Resolution IV at all sizes: keeping only sets without three dependent points loses none.
    #[test]
    fn caps_are_the_classes_without_dependent_triples() {
        for size in 0..=10 {
            let independent = |set: &Set| word_lengths(5, points(*set, 5)).get(3).is_none_or(|&count| count == 0);
            let spans = |set: &Set| dimension(points(*set, 5)) == 5;
            let all = grow(5, size, false).into_iter().filter(spans).filter(independent).count();
            assert_eq!(grow(5, size, true).into_iter().filter(spans).count(), all, "{size} points");
        }
    }

    /// In three dimensions the linear maps are few enough to try all 168.
    #[test]
    fn classes_in_three_dimensions_are_the_orbits_of_all_linear_maps() {
        for size in 0..=7 {
            let mut orbits = std::collections::BTreeSet::new();
            for set in (0u64..256).filter(|set| set & 1 == 0 && set.count_ones() == size) {
                orbits.insert(all_images(set).min().unwrap());
            }
            assert_eq!(grow(3, size as usize, false).len(), orbits.len(), "{size} points");
        }
    }

    fn all_images(set: Set) -> impl Iterator<Item = Set> {
        let triples = (1u64..8).flat_map(|a| (1..8).flat_map(move |b| (1..8).map(move |c| [a, b, c])));
        triples.filter(|basis| dimension(*basis) == 3).map(move |basis| {
            let products = spanned(&basis);
            points(set, 3).map(|point| 1 << products[point as usize]).sum()
        })
    }
}
