mod published;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn word(text: &str) -> Word {
    Word::parse(text).unwrap()
}

fn texts(words: &[Word]) -> Vec<String> {
    words.iter().map(Word::to_string).collect()
}

/// The product of some factors in one run, by its definition.
fn product(condition: &[usize], factors: u64) -> i64 {
    let chosen = condition.iter().enumerate().filter(|&(factor, _)| factors >> factor & 1 == 1);
    chosen.map(|(_, &level)| if level == 1 { 1 } else { -1 }).product()
}

/// The words of the defining relation, found by multiplying out every product of factors in every run.
fn words_by_brute_force(fraction: &Fraction) -> BTreeSet<(u64, bool)> {
    let conditions = fraction.conditions();
    (1u64..1 << fraction.factors())
        .filter_map(|factors| {
            let sum: i64 = conditions.iter().map(|condition| product(condition, factors)).sum();
            (sum.unsigned_abs() as usize == conditions.len()).then_some((factors, sum < 0))
        })
        .collect()
}

fn any_fraction() -> impl Strategy<Value = Fraction> {
    (2usize..5, prop::collection::vec((any::<u64>(), any::<bool>()), 0..6)).prop_map(|(basic, generated)| {
        let column = |(bits, negative)| Column { bits: bits % ((1 << basic) - 1) + 1, negative };
        let own = (0..basic).map(|place| Column { bits: 1 << place, negative: false });
        Fraction { basic, columns: own.chain(generated.into_iter().map(column)).collect() }
    })
}

proptest! {
    #[test]
    fn the_defining_relation_is_what_multiplying_out_finds(fraction in any_fraction()) {
        let words: BTreeSet<_> =
            fraction.defining_words().unwrap().iter().map(|word| (word.factors, word.negative)).collect();
        prop_assert_eq!(&words, &words_by_brute_force(&fraction));

        let mut lengths = vec![0; fraction.factors() + 1];
        lengths[0] = 1;
        words.iter().for_each(|(factors, _)| lengths[factors.count_ones() as usize] += 1);
        prop_assert_eq!(fraction.word_length_pattern(), lengths);
        let shortest = words.iter().map(|(factors, _)| factors.count_ones() as usize).min();
        prop_assert_eq!(fraction.resolution(), shortest);
    }

    #[test]
    fn aliased_effects_are_equal_up_to_their_sign_in_every_run(fraction in any_fraction()) {
        let conditions = fraction.conditions();
        let sets = fraction.aliases(3).unwrap();
        let mut seen = BTreeSet::new();
        for set in &sets {
            prop_assert!(!set.effects[0].negative);
            for effect in &set.effects {
                prop_assert!(seen.insert(effect.factors), "each effect is in one set");
                let sign = if effect.negative { -1 } else { 1 };
                for condition in &conditions {
                    let first = product(condition, set.effects[0].factors);
                    prop_assert_eq!(first, sign * product(condition, effect.factors));
                }
            }
        }
        for (a, b) in sets.iter().zip(sets.iter().skip(1)) {
            let both = a.effects[0].factors ^ b.effects[0].factors;
            prop_assert_eq!(conditions.iter().map(|condition| product(condition, both)).sum::<i64>(), 0);
        }
    }

    #[test]
    fn generators_make_the_same_runs_again(fraction in any_fraction()) {
        let again = Fraction::from_generators(fraction.factors(), &fraction.generators()).unwrap();
        let runs = |fraction: &Fraction| fraction.conditions().into_iter().collect::<BTreeSet<_>>();
        prop_assert_eq!(runs(&again), runs(&fraction));
        prop_assert_eq!(runs(&again).len(), fraction.runs());
    }

    #[test]
    fn a_fold_over_is_the_design_and_its_mirror_image(fraction in any_fraction(), chosen in 1u64..16) {
        let chosen: Vec<_> = (0..fraction.factors()).filter(|factor| chosen >> factor & 1 == 1).collect();
        let old: BTreeSet<_> = fraction.conditions().into_iter().collect();
        let mirrored = |mut condition: Vec<usize>| {
            chosen.iter().for_each(|&factor| condition[factor] = 1 - condition[factor]);
            condition
        };
        let new: BTreeSet<_> = old.iter().cloned().map(mirrored).collect();
        match fraction.fold_over_on(&chosen) {
            Ok(folded) => {
                let both: BTreeSet<_> = folded.conditions().into_iter().collect();
                prop_assert_eq!(&both, &old.union(&new).cloned().collect());
                prop_assert_eq!(both.len(), folded.runs());
            }
            Err(DesignError::FoldRepeats { .. }) => prop_assert_eq!(old, new),
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        }
    }

    #[test]
    fn no_generator_text_panics(factors in 0usize..60, texts in prop::collection::vec("[A-Za-z=+ -]{0,8}", 0..3)) {
        let _ = Fraction::from_generators(factors, &texts);
    }

    #[test]
    fn what_is_promised_about_the_resolution_is_true(factors in 3usize..9, resolution in 3usize..7) {
        let fraction = Fraction::with_resolution(factors, resolution);
        if let Ok(fraction) = fraction {
            let shortest = words_by_brute_force(&fraction).iter().map(|(word, _)| word.count_ones() as usize).min();
            prop_assert!(shortest.is_none_or(|shortest| shortest >= resolution));
        }
    }

    #[test]
    fn chosen_effects_are_clear_of_all_others(
        factors in 3usize..8,
        chosen in prop::collection::vec((0usize..8, 0usize..8), 1..5),
    ) {
        let effects: Vec<_> = chosen
            .into_iter()
            .map(|(a, b)| Word { factors: 1 << (a % factors) | 1 << (b % factors), negative: false })
            .collect();
        let found = Fraction::with_clear_effects(factors, &effects).unwrap();
        prop_assert!(found.proven);
        for effect in effects {
            let aliases = found.fraction.aliases_of(effect, 2).unwrap();
            prop_assert!(aliases.is_empty(), "{effect} {}", texts(&aliases).join(" "));
        }
        prop_assert_eq!(found.fraction.conditions().into_iter().collect::<BTreeSet<_>>().len(), found.fraction.runs());
    }
}

/// Montgomery, Design and Analysis of Experiments, 8th edition, section 8.3: a 2^(6-2) design with E = ABC, F = BCD.
#[test]
fn the_alias_table_of_a_textbook_is_met() {
    let fraction = Fraction::from_generators(6, &["E=ABC", "F=BCD"]).unwrap();
    assert_eq!(texts(&fraction.defining_words().unwrap()), ["ABCE", "ADEF", "BCDF"]);
    assert_eq!(fraction.runs(), 16);
    assert_eq!(fraction.resolution(), Some(4));
    let of = |effect, order| texts(&fraction.aliases_of(word(effect), order).unwrap());
    assert_eq!(of("A", 3), ["BCE", "DEF"]);
    assert_eq!(of("AB", 2), ["CE"]);
    assert_eq!(of("AE", 2), ["BC", "DF"]);
    assert_eq!(of("ABD", 3), ["ACF", "BEF", "CDE"]);
    assert_eq!(texts(&fraction.aliases(2).unwrap()[0].effects), ["I"]);
}

#[test]
fn a_minus_sign_carries_through() {
    let fraction = Fraction::from_generators(3, &["C=-AB"]).unwrap();
    assert_eq!(texts(&fraction.defining_words().unwrap()), ["-ABC"]);
    assert_eq!(fraction.conditions(), [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]);
    assert_eq!(texts(&fraction.aliases_of(word("A"), 2).unwrap()), ["-BC"]);
}

/// Montgomery, section 8.6: folding the 2^(7-4) of resolution III over gives resolution IV; folding it over on one factor
/// frees that factor and its two-factor interactions.
#[test]
fn fold_overs_break_the_aliases_they_should() {
    let generators = ["D=AB", "E=AC", "F=BC", "G=ABC"];
    let fraction = Fraction::from_generators(7, &generators).unwrap();
    assert_eq!(fraction.resolution(), Some(3));
    assert_eq!(fraction.fold_over().unwrap().resolution(), Some(4));

    let on_d = fraction.fold_over_on(&[3]).unwrap();
    for effect in ["D", "AD", "BD", "CD", "DE", "DF", "DG"] {
        assert!(on_d.aliases_of(word(effect), 2).unwrap().is_empty(), "{effect}");
    }
    assert_eq!(texts(&on_d.aliases_of(word("A"), 2).unwrap()), ["CE", "FG"]);
}

#[test]
fn a_fold_over_that_repeats_the_design_is_refused() {
    let even = Fraction::from_generators(4, &["D=ABC"]).unwrap();
    let error = even.fold_over().unwrap_err().to_string();
    assert!(error.contains("ABCD"), "{error}");
    assert!(even.fold_over_on(&[0]).is_ok());
    assert_eq!(even.fold_over_on(&[4]), Err(DesignError::NoSuchFactor { factor: 4, factors: 4 }));
}

#[test]
fn bad_generators_are_refused_in_words() {
    for (text, problem) in [
        ("EABC", "no equals sign"),
        ("=ABC", "one factor must stand before"),
        ("EF=AB", "one factor must stand before"),
        ("E=", "no factor in the product"),
        ("E=AIB", "names no factor"),
        ("E=AAB", "comes twice"),
        ("E=ABZ", "Z is not among them"),
        ("E=ABE", "itself defined"),
    ] {
        let error = Fraction::from_generators(5, &[text]).unwrap_err().to_string();
        assert!(error.contains(problem) && error.contains("write it like"), "{error}");
    }
    let twice = Fraction::from_generators(5, &["E=AB", "E=CD"]).unwrap_err().to_string();
    assert!(twice.contains("already"), "{twice}");
    let unordered = Fraction::from_generators(5, &["D=ABE", "E=AB"]).unwrap_err().to_string();
    assert!(unordered.contains("factor E is itself defined"), "{unordered}");
}

/// All designs of resolution IV in 64 runs are looked at; those of resolution III have a shorter word.
#[test]
fn no_design_of_64_runs_has_less_aberration_than_that_of_the_catalogue() {
    for factors in 7..=32 {
        let searched = Fraction::from_bits(6, classes::minimum_aberration(6, factors));
        let catalogued = Fraction::minimum_aberration(factors, 64).unwrap();
        assert_eq!(searched.word_length_pattern(), catalogued.word_length_pattern(), "{factors} factors");
    }
}

#[test]
fn saturated_designs_use_every_column() {
    for (runs, factors) in [(4, 3), (8, 7), (16, 15), (32, 31)] {
        let fraction = Fraction::minimum_aberration(factors, runs).unwrap();
        let columns: BTreeSet<_> = fraction.columns.iter().map(|column| column.bits).collect();
        assert_eq!(columns, (1..runs as u64).collect());
    }
}

#[test]
fn sizes_without_a_minimum_aberration_design_are_refused() {
    for (factors, runs) in [(5, 12), (5, 1), (5, 128), (3, 16), (16, 16), (33, 64), (0, 2), (70, 64)] {
        let error = Fraction::minimum_aberration(factors, runs).unwrap_err();
        assert!(matches!(error, DesignError::Runs { .. }), "{factors} {runs}: {error}");
    }
    assert_eq!(Fraction::minimum_aberration(4, 16).unwrap().resolution(), None);
}

/// Most factors in so many runs: every column for resolution III, half of them for IV, Draper and Mitchell (Technometrics
/// 10, 1968) for V, and one more than V has in half the runs for VI.
#[test]
fn the_smallest_fraction_of_a_resolution_is_as_small_as_is_known() {
    for (resolution, runs, most) in
        [(3, 8, 7), (3, 16, 15), (3, 64, 50), (4, 8, 4), (4, 16, 8), (4, 32, 16), (4, 64, 32), (4, 128, 50)]
            .into_iter()
            .chain([(5, 16, 5), (5, 32, 6), (5, 64, 8), (5, 128, 11), (6, 32, 6), (6, 64, 7), (6, 128, 9), (7, 64, 7)])
    {
        let fraction = Fraction::with_resolution(most, resolution).unwrap();
        assert_eq!(fraction.runs(), runs, "{most} factors, resolution {resolution}");
        assert!(fraction.resolution().unwrap() >= resolution);
        if most < MAX_FACTORS {
            let more = Fraction::with_resolution(most + 1, resolution);
            assert!(more.is_err() || more.unwrap().runs() > runs, "{} factors, resolution {resolution}", most + 1);
        }
    }
}

#[test]
fn a_resolution_that_cannot_be_had_is_refused() {
    assert_eq!(Fraction::with_resolution(5, 2), Err(DesignError::Resolution(2)));
    let error = Fraction::with_resolution(12, 5).unwrap_err().to_string();
    assert!(error.contains("128 runs has resolution 5"), "{error}");
    assert!(Fraction::with_resolution(51, 3).is_err() && Fraction::with_resolution(0, 3).is_err());
    assert_eq!(Fraction::with_resolution(4, 99).unwrap().resolution(), None);
}

/// Whether columns can be given to the remaining factors, all columns tried in every place.
fn exists(basic: usize, factors: usize, columns: &mut Vec<u64>, effects: &[u64]) -> bool {
    let of = |factors: u64| (0..64).filter(|f| factors >> f & 1 == 1).try_fold(0, |p, f| Some(p ^ columns.get(f)?));
    let all: Vec<_> =
        super::effects(columns.len(), 2).unwrap().into_iter().map(|effect| (effect, of(effect))).collect();
    let clear = |&effect: &u64| {
        let own = of(effect);
        own.is_none() || all.iter().all(|&(other, column)| other == effect || column != own)
    };
    if !effects.iter().all(clear) {
        return false;
    }
    if columns.len() == factors {
        return true;
    }
    (1..1 << basic).any(|column| {
        if columns.contains(&column) {
            return false;
        }
        columns.push(column);
        let found = exists(basic, factors, columns, effects);
        columns.pop();
        found
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_smaller_fraction_has_the_clear_effects(
        factors in 4usize..7,
        chosen in prop::collection::vec((0usize..6, 0usize..6), 1..6),
    ) {
        let effects: Vec<_> =
            chosen.into_iter().map(|(a, b)| 1u64 << (a % factors) | 1 << (b % factors)).collect();
        let words: Vec<_> = effects.iter().map(|&factors| Word { factors, negative: false }).collect();
        let found = Fraction::with_clear_effects(factors, &words).unwrap();
        for basic in 1..found.fraction.basic {
            prop_assert!(!exists(basic, factors, &mut vec![], &effects), "{} in {} runs", texts(&words).join(" "), 1 << basic);
        }
    }
}

#[test]
fn effects_that_cannot_be_clear_are_refused() {
    for (text, problem) in [("ABC", "only main effects"), ("AF", "fewer factors")] {
        let error = Fraction::with_clear_effects(5, &[word(text)]).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
    let all = Fraction::with_clear_effects(5, &[word("AB"), word("CE")]).unwrap();
    assert_eq!(all.fraction.runs(), 16);
}

#[test]
fn lists_that_would_be_endless_are_refused() {
    let large = Fraction::minimum_aberration(31, 32).unwrap();
    assert!(matches!(large.defining_words(), Err(DesignError::TooMany { .. })));
    assert!(matches!(large.aliases(31), Err(DesignError::TooMany { .. })));
    assert_eq!(large.resolution(), Some(3));
    assert_eq!(large.word_length_pattern().iter().sum::<u64>(), 1 << 26);
}

#[test]
fn blocks_halve_the_design_by_the_signs_of_words() {
    let fraction = Fraction::full(4).unwrap();
    let blocks = fraction.in_blocks(&[word("ABC"), word("BCD")]).unwrap();
    for block in 0..4 {
        assert_eq!(blocks.iter().filter(|&&other| other == block).count(), 4);
    }
    for (condition, block) in fraction.conditions().iter().zip(&blocks) {
        let half = |text| usize::from(product(condition, word(text).factors) > 0);
        assert_eq!(*block, 2 * half("ABC") + half("BCD"));
    }
    let error = fraction.in_blocks(&[word("AB"), word("BC"), word("AC")]).unwrap_err().to_string();
    assert!(error.contains("AC cannot make blocks"), "{error}");
    let half = Fraction::from_generators(4, &["D=ABC"]).unwrap();
    assert!(matches!(half.in_blocks(&[word("ABCD")]), Err(DesignError::Blocks { .. })));
    assert!(matches!(half.in_blocks(&[word("AE")]), Err(DesignError::NoSuchFactor { .. })));
}
