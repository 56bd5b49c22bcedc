//! Fractions by generators, and generators of fractions.

use super::super::DesignError;
use super::word::{factor_of, letter, parse_product};
use super::{Column, Fraction, MAX_BASIC, Word, check_factors, group};

impl Fraction {
    /// The fraction of `factors` factors with these generators, such as `E=ABCD` or `F=-ABC`. Factors that no generator
    /// defines are basic; a generator defines its factor from basic ones only.
    ///
    /// # Errors
    /// If a generator cannot be read, names a factor that the design does not have or that another generator defines,
    /// or if there are more than 20 basic factors.
    pub fn from_generators<T: AsRef<str>>(factors: usize, generators: &[T]) -> Result<Self, DesignError> {
        check_factors(factors)?;
        let mut defined: Vec<Option<Word>> = vec![None; factors];
        let mut words = Vec::with_capacity(generators.len());
        for text in generators.iter().map(AsRef::as_ref) {
            let bad = |problem| DesignError::Generator { text: text.to_owned(), problem };
            let (target, word) = parse(text, factors).map_err(bad)?;
            if defined[target].replace(word).is_some() {
                return Err(bad(format!("factor {} has a generator already", letter(target))));
            }
            words.push((text, word));
        }
        for (text, word) in words {
            if let Some(factor) = word.iter().find(|&factor| defined[factor].is_some()) {
                let problem = format!("factor {} is itself defined by a generator", letter(factor));
                return Err(DesignError::Generator { text: text.to_owned(), problem });
            }
        }
        assemble(&defined)
    }

    /// The generators by which [`Fraction::from_generators`] makes this fraction again, if its first independent
    /// factors are taken as basic.
    #[must_use]
    pub fn generators(&self) -> Vec<String> {
        group::relations(&self.columns)
            .into_iter()
            .map(|relation| {
                let target = group::top(relation) as usize;
                let word = Word { factors: relation & !(1 << target), negative: self.column(relation).negative };
                format!("{}={word}", letter(target))
            })
            .collect()
    }
}

fn parse(text: &str, factors: usize) -> Result<(usize, Word), String> {
    let Some((left, right)) = text.split_once('=') else { return Err("there is no equals sign".to_owned()) };
    let mut letters = left.trim().chars();
    let (Some(target), None) = (letters.next(), letters.next()) else {
        return Err("one factor must stand before the equals sign".to_owned());
    };
    let target = factor_of(target)?;
    let word = parse_product(right)?;
    match word.iter().chain([target]).find(|&factor| factor >= factors) {
        Some(factor) => Err(format!("the design has {factors} factors, and {} is not among them", letter(factor))),
        None => Ok((target, word)),
    }
}

fn assemble(defined: &[Option<Word>]) -> Result<Fraction, DesignError> {
    let basics: Vec<_> = (0..defined.len()).filter(|&factor| defined[factor].is_none()).collect();
    if basics.len() > MAX_BASIC {
        let (least, most) = (1, MAX_BASIC);
        return Err(DesignError::Factors { design: "the basis of a fraction", least, most, got: basics.len() });
    }
    let place = |factor| 1 << basics.iter().position(|&basic| basic == factor).unwrap_or(0);
    let column = |(factor, word): (usize, &Option<Word>)| match word {
        Some(word) => Column { bits: word.iter().map(place).sum(), negative: word.negative },
        None => Column { bits: place(factor), negative: false },
    };
    Ok(Fraction { basic: basics.len(), columns: defined.iter().enumerate().map(column).collect() })
}
