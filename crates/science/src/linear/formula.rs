//! Formulas: sums of factors, interactions and crossings.

use super::{Frame, LinearError, Term, term::subsets};

/// The terms of a formula, in its order.
pub(super) fn parse(frame: &Frame, formula: &str) -> Result<Vec<Term>, LinearError> {
    let unreadable = |reason| LinearError::Formula { formula: formula.to_owned(), reason };
    let (names, signs) = split(formula).map_err(unreadable)?;
    let mut terms = Vec::new();
    let mut factors = Vec::new();
    let mut joint = None;
    for (place, name) in names.iter().enumerate() {
        if name.is_empty() {
            return Err(unreadable("a name is missing"));
        }
        factors.push(frame.factor(name)?);
        match signs.get(place) {
            None | Some('+') => {
                terms.extend(expand(&mut factors, joint.take())?);
            }
            Some(&sign) if joint.is_some_and(|joint| joint != sign) => {
                return Err(unreadable("* and : cannot be mixed in one product"));
            }
            Some(&sign) => joint = Some(sign),
        }
    }
    Ok(terms)
}

fn expand(factors: &mut Vec<usize>, joint: Option<char>) -> Result<Vec<Term>, LinearError> {
    let mut factors = std::mem::take(factors);
    if joint == Some('*') {
        factors.sort_unstable();
        factors.dedup();
        subsets(&factors, factors.len())
    } else {
        Ok(vec![Term::of(&factors)])
    }
}

/// The names and the signs between them.
fn split(formula: &str) -> Result<(Vec<String>, Vec<char>), &'static str> {
    let (mut names, mut signs) = (vec![String::new()], Vec::new());
    let mut quoted = false;
    for letter in formula.chars() {
        match (letter, names.last_mut()) {
            ('`', _) => quoted = !quoted,
            ('+' | '*' | ':', _) if !quoted => {
                signs.push(letter);
                names.push(String::new());
            }
            (_, Some(name)) => name.push(letter),
            (_, None) => {}
        }
    }
    if quoted {
        return Err("a backtick is not closed");
    }
    Ok((names.iter().map(|name| name.trim().to_owned()).collect(), signs))
}
