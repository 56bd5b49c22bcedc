use proptest::prelude::*;

use super::*;

fn any_trial() -> impl Strategy<Value = Trial> {
    (0..grid::CELLS + 2, 0u8..17, any::<bool>()).prop_map(|(cell, code, success)| Trial {
        cell,
        tactic: Tactic::of_code(code).unwrap(),
        success,
    })
}

fn tried(cell: u32, tactic: Tactic, successes: u32, trials: u32) -> impl Iterator<Item = Trial> {
    (0..trials).map(move |trial| Trial { cell, tactic, success: trial < successes })
}

proptest! {
    #[test]
    fn what_is_encoded_is_read_back_and_named_by_its_content(
        trials in prop::collection::vec(any_trial(), 0..200),
        other in any_trial(),
    ) {
        let experience = Experience::default().fold(trials.iter().copied());
        let bytes = experience.encode();
        prop_assert_eq!(&Experience::decode(&bytes).unwrap(), &experience);
        let mut backward = trials;
        backward.reverse();
        let again = Experience::default().fold(backward);
        prop_assert_eq!(again.hash(), experience.hash());
        if other.cell < grid::CELLS {
            prop_assert_ne!(experience.fold([other]).hash(), experience.hash());
        }
    }

    #[test]
    fn folding_in_parts_is_folding_at_once(
        trials in prop::collection::vec(any_trial(), 0..100),
        share in 0usize..100,
    ) {
        let (first, second) = trials.split_at(share.min(trials.len()));
        let parts = Experience::default().fold(first.iter().copied()).fold(second.iter().copied());
        prop_assert_eq!(parts, Experience::default().fold(trials));
    }

    #[test]
    fn broken_bytes_are_refused_or_mean_themselves(
        trials in prop::collection::vec(any_trial(), 1..20),
        place: prop::sample::Index,
        byte: u8,
        cut: prop::sample::Index,
    ) {
        let mut bytes = Experience::default().fold(trials).encode();
        prop_assert!(Experience::decode(&bytes[..cut.index(bytes.len())]).is_err());
        let at = place.index(bytes.len());
        bytes[at] = byte;
        if let Ok(read) = Experience::decode(&bytes) {
            prop_assert_eq!(read.encode(), bytes);
        }
    }
}

#[test]
fn errors_say_what_is_wrong_and_where() {
    let good = Experience::default().fold(tried(3, Tactic::Aim, 1, 2)).encode();
    let message = |bytes: &[u8]| Experience::decode(bytes).unwrap_err().to_string();
    assert!(message(b"PK\x03\x04").contains("no snapshot of experience"));
    assert!(message(&[&LETTERS[..], &9u32.to_le_bytes(), &0u32.to_le_bytes()].concat()).contains("version 9"));
    assert!(message(&good[..20]).contains("ends after 20 bytes"));
    assert!(message(&[&good[..], b"x"].concat()).contains("more bytes follow"));
    let mut many = good;
    many[17] = 1;
    many[21] = 200;
    assert!(message(&many).contains("200 successes in 1 trials"), "{}", message(&many));
}

#[test]
fn a_sure_rate_beats_a_lucky_one() {
    let lucky = tried(5, Tactic::Fire, 3, 3);
    let sure = tried(5, Tactic::Aim, 90, 100);
    let elsewhere = tried(6, Tactic::Flee, 1, 1);
    let experience = Experience::default().fold(lucky.chain(sure).chain(elsewhere));

    let advice = experience.advice(1, |_| true);
    let told: Vec<_> = advice.iter().map(|(cell, advice)| (*cell, advice.tactic)).collect();
    assert_eq!(told, [(5, Tactic::Aim), (6, Tactic::Flee)]);
    assert_eq!(experience.advice(3, |_| true).len(), 1);
    assert_eq!(experience.advice(1, |tactic| tactic != Tactic::Aim)[0].1.tactic, Tactic::Fire);
    assert_eq!(experience.of_cell(5).count(), 2);
}
