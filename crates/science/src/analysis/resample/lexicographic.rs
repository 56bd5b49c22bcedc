//! Orders and choices of places, one after the other in lexicographic order.

/// The number of orders of `count` places, if it fits.
pub(super) fn orders(count: usize) -> Option<u64> {
    (1..=count as u64).try_fold(1u64, u64::checked_mul)
}

/// The next order; after the last one it starts again and says false.
pub(super) fn advance(places: &mut [usize]) -> bool {
    let Some(pivot) = places.windows(2).rposition(|pair| pair[0] < pair[1]) else {
        places.reverse();
        return false;
    };
    let larger = places.iter().rposition(|&place| place > places[pivot]).unwrap_or(pivot);
    places.swap(pivot, larger);
    places[pivot + 1..].reverse();
    true
}

/// The number of choices of `count` out of `total` places, if it fits.
pub(super) fn choices(total: u64, count: u64) -> Option<u64> {
    (0..count.min(total - count)).try_fold(1u64, |ways, index| Some(ways.checked_mul(total - index)? / (index + 1)))
}

/// The next choice out of `total` places; after the last one it says false.
pub(super) fn advance_choice(chosen: &mut [usize], total: usize) -> bool {
    let count = chosen.len();
    let Some(place) = (0..count).rev().find(|&place| chosen[place] < total - count + place) else { return false };
    let first = chosen[place] + 1;
    chosen[place..].iter_mut().zip(first..).for_each(|(chosen, value)| *chosen = value);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_and_choice_comes_once() {
        let mut places = vec![0, 1, 2, 3];
        let mut seen = std::collections::BTreeSet::from([places.clone()]);
        while advance(&mut places) {
            assert!(seen.insert(places.clone()));
        }
        assert_eq!((seen.len() as u64, places), (orders(4).unwrap(), vec![0, 1, 2, 3]));

        let mut chosen = vec![0, 1, 2];
        let mut seen = std::collections::BTreeSet::from([chosen.clone()]);
        while advance_choice(&mut chosen, 7) {
            assert!(seen.insert(chosen.clone()));
        }
        assert_eq!(seen.len() as u64, choices(7, 3).unwrap());
        assert_eq!((choices(200, 100), orders(30)), (None, None));
    }
}
