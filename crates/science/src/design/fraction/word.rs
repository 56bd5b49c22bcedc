//! Products of factors with a sign: words of a defining relation, and effects.

use std::fmt;

use super::super::DesignError;

/// Names of factors: the letters without I and i, for I is the identity.
const LETTERS: &[u8; 50] = b"ABCDEFGHJKLMNOPQRSTUVWXYZabcdefghjklmnopqrstuvwxyz";

/// Most factors that have a letter.
pub const MAX_FACTORS: usize = LETTERS.len();

/// A product of factors with a sign, such as `ABE` or `-CDF`; without factors it is the identity `I`.
///
/// Factor 0 is called A, factor 1 B, and so on: capital letters without I, then small letters without i.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Word {
    /// The factors as bits; bit 0 is factor 0.
    pub factors: u64,
    /// Whether the product has a minus sign.
    pub negative: bool,
}

impl Word {
    /// The positive product of these factors; one that comes twice cancels.
    ///
    /// # Errors
    /// If a factor has no letter.
    pub fn of(factors: &[usize]) -> Result<Self, DesignError> {
        let mut bits = 0;
        for &factor in factors {
            if factor >= MAX_FACTORS {
                return Err(DesignError::NoSuchFactor { factor, factors: MAX_FACTORS });
            }
            bits ^= 1 << factor;
        }
        Ok(Self { factors: bits, negative: false })
    }

    /// Reads a product of letters, each at most once, after an optional sign.
    ///
    /// # Errors
    /// If there is no letter, or one that names no factor or comes twice.
    pub fn parse(text: &str) -> Result<Self, DesignError> {
        parse_product(text).map_err(|problem| DesignError::Effect { text: text.to_owned(), problem })
    }

    /// How many factors are multiplied.
    #[must_use]
    pub fn length(&self) -> usize {
        self.factors.count_ones() as usize
    }

    /// The numbers of the factors, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + use<> {
        let bits = self.factors;
        (0..64).filter(move |factor| bits >> factor & 1 == 1)
    }

    /// Shorter before longer, then in the order of the alphabet.
    pub(super) fn rank(&self) -> (usize, u64) {
        (self.length(), u64::MAX - self.factors.reverse_bits())
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            f.write_str("-")?;
        }
        if self.factors == 0 {
            return f.write_str("I");
        }
        self.iter().try_for_each(|factor| write!(f, "{}", letter(factor)))
    }
}

/// The letter of a factor; `?` beyond the last one.
pub(super) fn letter(factor: usize) -> char {
    LETTERS.get(factor).map_or('?', |&letter| char::from(letter))
}

pub(super) fn factor_of(letter: char) -> Result<usize, String> {
    LETTERS
        .iter()
        .position(|&known| char::from(known) == letter)
        .ok_or_else(|| format!("{letter:?} names no factor (letters without I and i do)"))
}

pub(super) fn parse_product(text: &str) -> Result<Word, String> {
    let text = text.trim();
    let (negative, letters) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut factors = 0u64;
    for letter in letters.trim().chars() {
        let bit = 1 << factor_of(letter)?;
        if factors & bit != 0 {
            return Err(format!("factor {letter} comes twice"));
        }
        factors |= bit;
    }
    if factors == 0 { Err("there is no factor in the product".to_owned()) } else { Ok(Word { factors, negative }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_as_they_print() {
        for text in ["A", "-ABJ", "Zaz", "BCD"] {
            assert_eq!(Word::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Word::of(&[]).unwrap().to_string(), "I");
        assert_eq!(Word::of(&[7, 8]).unwrap().to_string(), "HJ");
        assert_eq!(Word::of(&[3, 3, 1]).unwrap().to_string(), "B");
    }

    #[test]
    fn what_is_no_product_is_refused_with_its_reason() {
        for (text, problem) in [("", "no factor"), ("AI", "names no factor"), ("ABA", "comes twice"), ("A*B", "'*'")] {
            let error = Word::parse(text).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
        assert!(Word::of(&[50]).is_err());
    }

    #[test]
    fn words_are_ordered_by_length_and_alphabet() {
        let mut words: Vec<_> = ["BC", "ABC", "AD", "B", "AC"].map(|text| Word::parse(text).unwrap()).into();
        words.sort_by_key(Word::rank);
        assert_eq!(words.iter().map(Word::to_string).collect::<Vec<_>>(), ["B", "AC", "AD", "BC", "ABC"]);
    }
}
