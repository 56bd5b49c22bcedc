//! Terms of a model.

use super::{Frame, LinearError};

/// Most terms of a model.
const MOST_TERMS: u128 = 1 << 12;

/// A main effect or an interaction: a set of factors, ascending.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term(Vec<usize>);

impl Term {
    /// The interaction of these factors, or the main effect if there is one.
    #[must_use]
    pub fn of(factors: &[usize]) -> Self {
        let mut factors = factors.to_vec();
        factors.sort_unstable();
        factors.dedup();
        Self(factors)
    }

    /// The factors, ascending.
    #[must_use]
    pub fn factors(&self) -> &[usize] {
        &self.0
    }

    /// Whether every factor of this term is in the other one.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.iter().all(|factor| other.0.contains(factor))
    }

    /// The term in words, such as `a` or `a:b`.
    #[must_use]
    pub fn name(&self, frame: &Frame) -> String {
        let name = |&factor: &usize| frame.factors().nth(factor).unwrap_or("?").to_owned();
        self.0.iter().map(name).collect::<Vec<_>>().join(":")
    }

    fn without(&self, factor: usize) -> Self {
        Self(self.0.iter().copied().filter(|&other| other != factor).collect())
    }
}

/// The terms of a model besides the mean: hierarchical, blocks first, then short terms before long ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms(Vec<Term>);

impl Terms {
    /// A model of these terms and the frame's blocks. Terms of equal length keep their order, and repeated ones count
    /// once.
    ///
    /// # Errors
    /// If there are no terms or too many, a factor does not exist, or an interaction comes without a term inside it.
    pub fn new(frame: &Frame, terms: &[Term]) -> Result<Self, LinearError> {
        let blocks = frame.blocks().map(|factor| Term(vec![factor]));
        let mut all: Vec<Term> = blocks.collect();
        for term in terms.iter().filter(|term| !term.0.is_empty()) {
            if let Some(&factor) = term.0.iter().find(|&&factor| factor >= frame.count()) {
                return Err(frame.no_such_factor(format!("number {factor}")));
            }
            if !all.contains(term) {
                too_many(all.len() as u128 + 1)?;
                all.push(term.clone());
            }
        }
        if all.is_empty() {
            return Err(LinearError::NoTerms);
        }
        all.sort_by_key(|term| term.0.len());
        check_hierarchy(frame, &all)?;
        Ok(Self(all))
    }

    /// All main effects and interactions of up to `order` of the factors that are not blocks.
    ///
    /// # Errors
    /// As for [`Terms::new`].
    pub fn up_to(frame: &Frame, order: usize) -> Result<Self, LinearError> {
        let factors: Vec<usize> = (0..frame.count()).filter(|&factor| !frame.is_block(factor)).collect();
        Self::new(frame, &subsets(&factors, order)?)
    }

    /// Reads a formula such as `a*b + c` or `a + b + a:b`: `:` is an interaction, and `*` is one with everything inside
    /// it. A name that holds one of `+*:` is put between backticks.
    ///
    /// # Errors
    /// If the formula cannot be read, and as for [`Terms::new`].
    pub fn parse(frame: &Frame, formula: &str) -> Result<Self, LinearError> {
        Self::new(frame, &super::formula::parse(frame, formula)?)
    }

    /// The terms, in their order.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.0
    }

    /// Whether another term of the model holds all factors of this one.
    pub(super) fn is_contained(&self, term: &Term) -> bool {
        self.0.iter().any(|other| other != term && term.is_within(other))
    }
}

/// All sets of 1 to `order` of these factors, short ones first.
pub(super) fn subsets(factors: &[usize], order: usize) -> Result<Vec<Term>, LinearError> {
    let mut all = Vec::new();
    let mut last = vec![vec![]];
    for _ in 0..order.min(factors.len()) {
        let mut longer: Vec<Vec<usize>> = Vec::new();
        for chosen in &last {
            let rest = factors.iter().filter(|&&factor| chosen.last().is_none_or(|&last| last < factor));
            longer.extend(rest.map(|&factor| [chosen.as_slice(), &[factor]].concat()));
            too_many((all.len() + longer.len()) as u128)?;
        }
        all.extend(longer.iter().map(|factors| Term::of(factors)));
        last = longer;
    }
    Ok(all)
}

fn too_many(got: u128) -> Result<(), LinearError> {
    if got > MOST_TERMS {
        return Err(LinearError::TooLarge { what: "the number of terms".to_owned(), got, most: MOST_TERMS });
    }
    Ok(())
}

fn check_hierarchy(frame: &Frame, terms: &[Term]) -> Result<(), LinearError> {
    let known: std::collections::BTreeSet<&Term> = terms.iter().collect();
    for term in terms.iter().filter(|term| term.0.len() > 1) {
        let inside = term.0.iter().map(|&factor| term.without(factor));
        if let Some(missing) = inside.into_iter().find(|inside| !known.contains(inside)) {
            let (term, missing) = (term.name(frame), missing.name(frame));
            return Err(LinearError::NotHierarchical { term, missing });
        }
    }
    Ok(())
}
