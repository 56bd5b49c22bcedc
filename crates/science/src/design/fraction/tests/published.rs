//! Word lengths against what is published.
//!
//! Chen, Sun and Wu (1993), International Statistical Review 61, 131-145, print the designs of 16, 32 and 64 runs in their
//! tables 2, 3 and 4. `tools/science/word_lengths.py` reads the first design of every size from csw93 0.6.0, a package that
//! holds the text of these tables, so its columns, word lengths and clear interactions are the printed ones.

use serde::Deserialize;

use super::super::*;

/// The first design of a size in the tables.
#[derive(Deserialize)]
struct Printed {
    runs: usize,
    factors: usize,
    /// Columns after the basic ones.
    columns: Vec<u64>,
    /// The number of letters that `lengths` begins with.
    shortest: usize,
    /// Numbers of words, as far as they are printed.
    lengths: Vec<u64>,
    /// Number of two-factor interactions that are mixed with no main effect and no other of them.
    clear: usize,
}

impl Printed {
    /// The printed columns as a design.
    fn fraction(&self) -> Fraction {
        let basic = self.runs.trailing_zeros() as usize;
        Fraction::from_bits(basic, (0..basic).map(|place| 1 << place).chain(self.columns.iter().copied()))
    }

    /// The pattern of this design as it would be printed. In 32 runs a length more is printed than six factors can have.
    fn lengths_of(&self, fraction: &Fraction) -> Vec<u64> {
        let pattern = fraction.word_length_pattern();
        assert_eq!(pattern[1..self.shortest].iter().sum::<u64>(), 0, "{} factors in {} runs", self.factors, self.runs);
        let longer = pattern.into_iter().skip(self.shortest).chain(std::iter::repeat(0));
        longer.take(self.lengths.len()).collect()
    }
}

fn printed() -> Vec<Printed> {
    #[derive(Deserialize)]
    struct File {
        chen_sun_wu: Vec<Printed>,
    }
    let file: File = serde_json::from_str(include_str!("../../../../tests/references/word_lengths.json")).unwrap();
    file.chen_sun_wu
}

#[test]
fn minimum_aberration_designs_have_the_published_word_lengths() {
    for design in printed() {
        let fraction = Fraction::minimum_aberration(design.factors, design.runs).unwrap();
        assert_eq!((fraction.runs(), fraction.factors()), (design.runs, design.factors));
        assert_eq!(design.lengths_of(&fraction), design.lengths, "{} factors in {} runs", design.factors, design.runs);
        assert_eq!(group::dimension(fraction.columns.iter().map(|column| column.bits)), fraction.basic);
    }
}

/// All sizes of the tables are there.
#[test]
fn the_published_tables_are_complete() {
    let sizes: Vec<_> = printed().iter().map(|design| (design.runs, design.factors)).collect();
    let all = [(16, 5..=12), (32, 6..=28), (64, 7..=32)];
    let all: Vec<_> = all.into_iter().flat_map(|(runs, sizes)| sizes.map(move |factors| (runs, factors))).collect();
    assert_eq!(sizes, all);
}

/// A misprint, or a slip of who copied the tables, would set columns, lengths and interactions at odds.
#[test]
fn published_columns_have_the_word_lengths_and_clear_interactions_printed_beside_them() {
    for design in printed() {
        let fraction = design.fraction();
        assert_eq!(design.lengths_of(&fraction), design.lengths, "{} factors in {} runs", design.factors, design.runs);
        let sets = fraction.aliases(2).unwrap();
        let alone = sets.iter().filter(|set| matches!(set.effects[..], [only] if only.length() == 2));
        assert_eq!(alone.count(), design.clear, "{} factors in {} runs", design.factors, design.runs);
    }
}

/// A second source, which also has 4 and 8 runs: the generators in Minitab's documentation, "Design generators for 2-level
/// designs".
#[test]
fn the_generators_of_minitab_have_minimum_aberration() {
    let tables: [(usize, &[&str]); 14] = [
        (4, &["C=AB"]),
        (8, &["D=ABC"]),
        (8, &["D=AB", "E=AC"]),
        (8, &["D=AB", "E=AC", "F=BC"]),
        (8, &["D=AB", "E=AC", "F=BC", "G=ABC"]),
        (16, &["E=ABCD"]),
        (16, &["E=ABC", "F=BCD"]),
        (16, &["E=ABC", "F=BCD", "G=ACD"]),
        (16, &["E=BCD", "F=ACD", "G=ABC", "H=ABD"]),
        (32, &["F=ABCDE"]),
        (32, &["F=ABCD", "G=ABDE"]),
        (32, &["F=ABC", "G=ABD", "H=BCDE"]),
        (64, &["G=ABCDEF"]),
        (64, &["G=ABCD", "H=ABEF"]),
    ];
    for (runs, generators) in tables {
        let factors = runs.trailing_zeros() as usize + generators.len();
        let published = Fraction::from_generators(factors, generators).unwrap();
        let found = Fraction::minimum_aberration(factors, runs).unwrap();
        assert_eq!(published.runs(), runs);
        assert_eq!(published.word_length_pattern(), found.word_length_pattern(), "{generators:?}");
    }
}

/// Numbers of words of all lengths in a Hamming code of 2^m - 1 letters (MacWilliams and Sloane, The Theory of
/// Error-Correcting Codes, 1977).
fn hamming(letters: u64) -> Vec<u64> {
    let mut words = vec![1, 0];
    let mut choices = letters;
    for length in 2..=letters {
        let before = |by: u64| words[(length - by) as usize];
        words.push((choices - before(1) - (letters - length + 2) * before(2)) / length);
        choices = choices * (letters - length + 1) / length;
    }
    words
}

/// The tables end where there is one design of a size only. A saturated design has the words of a Hamming code. In it all
/// columns are alike, and all pairs of them, so without one or two columns the words without these letters remain.
#[test]
fn designs_with_nearly_all_columns_have_the_words_of_a_hamming_code() {
    assert_eq!(hamming(7), [1, 0, 0, 7, 7, 0, 0, 1]);
    assert_eq!(hamming(15)[3..9], [35, 105, 168, 280, 435, 435]);
    for (runs, least) in [(4, 3), (8, 5), (16, 13), (32, 29)] {
        let mut expected = hamming(runs - 1);
        for factors in (least..runs).rev() {
            let fraction = Fraction::minimum_aberration(factors as usize, runs as usize).unwrap();
            assert_eq!(fraction.word_length_pattern(), expected, "{factors} factors in {runs} runs");
            expected =
                (0..factors).zip(&expected).map(|(length, count)| count * (factors - length) / factors).collect();
        }
    }
}
