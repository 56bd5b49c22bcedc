//! What a design is asked, and what its file claims about it: whoever made it, its conditions have to bear it out.

use std::collections::BTreeSet;

use domain::Violation;
use domain::experiment::{DesignKind, DesignSpec};
use science::design::audit::{self, Audit, AuditError, Claims, Term, aliases_of};

use super::{Design, names};

/// The model that a design is to estimate, and what is claimed about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The terms of the model besides the mean.
    pub terms: Vec<Term>,
    /// What has to be true.
    pub claims: Claims,
}

/// What is asked of a design. Every design has to estimate all main effects, one for a response surface the quadratic
/// model; and what the file names. Two-factor interactions are in the model as well, where the design keeps them apart from
/// each other and from main effects.
///
/// # Errors
/// If an effect in the file is none.
pub fn question(spec: &DesignSpec, design: &Design) -> Result<Question, Vec<Violation>> {
    let named = |field, effects| names::terms(spec, field, effects).map_err(|violation| vec![violation]);
    let named_terms = named("estimable", spec.estimable.as_ref())?;
    let clear = named("clear", spec.clear.as_ref())?;
    let factors = spec.factors.len();
    let must = if spec.kind.needs_ranges() { Term::quadratic(factors) } else { Term::up_to(factors, 1) };
    // What the file names comes first: it is told before the main effects that suffer from it.
    let estimable = once(named_terms.into_iter().chain(clear.iter().cloned()).chain(must.clone()));
    let terms = once(must.into_iter().chain(estimable.iter().cloned()).chain(apart(spec, design)));
    // The resolution of a composite design is that of its cube, which was made to have it.
    let resolution = spec.resolution.filter(|_| spec.kind.is_two_level()).map(|resolution| resolution as usize);
    Ok(Question { terms, claims: Claims { resolution, clear, estimable } })
}

/// Every term once, where it comes first.
fn once(terms: impl Iterator<Item = Term>) -> Vec<Term> {
    let mut seen = BTreeSet::new();
    terms.filter(|term| seen.insert(term.clone())).collect()
}

/// The two-factor interactions that no other one and no main effect is mixed with.
fn apart(spec: &DesignSpec, design: &Design) -> Vec<Term> {
    let factors = spec.factors.len();
    let Ok(matrix) = design.matrix() else { return vec![] };
    let effects = Term::up_to(factors, 2);
    let interactions = effects[factors..].iter();
    match spec.kind {
        DesignKind::FullFactorial => interactions.cloned().collect(),
        DesignKind::FractionalFactorial => interactions
            .filter(|effect| aliases_of(&matrix, effect, &effects).is_ok_and(|aliases| aliases.is_empty()))
            .cloned()
            .collect(),
        _ => vec![],
    }
}

/// Audits a design.
///
/// # Errors
/// If something is claimed that is not true, with a counter-example, or the design is too large to be audited.
pub fn audit(spec: &DesignSpec, design: &Design) -> Result<Audit, Vec<Violation>> {
    let question = question(spec, design)?;
    let told = |error: AuditError| vec![violation(spec, &question, design, &error)];
    let matrix = design.matrix().map_err(told)?;
    audit::audit(&matrix, &question.terms, &question.claims).map_err(told)
}

fn violation(spec: &DesignSpec, question: &Question, design: &Design, error: &AuditError) -> Violation {
    let place = |terms: &[Term], name: &str| {
        let matrix = design.matrix().ok()?;
        terms.iter().position(|term| term.name(&matrix) == name)
    };
    let (path, help) = match error {
        AuditError::FalseResolution { .. } => {
            let help = if spec.generators.is_some() {
                "claim what is true, or leave out the generators: then the smallest fraction that has it is taken"
            } else {
                "ask for a lower resolution, or for more runs"
            };
            ("design.resolution".to_owned(), help)
        }
        AuditError::NotClear { effect, .. } => {
            let index = place(&question.claims.clear, effect).unwrap_or(0);
            let help = "remove it from the list, or leave out generators and runs: then a fraction is looked for that \
                        keeps it clear";
            (format!("design.clear[{index}]"), help)
        }
        AuditError::NotEstimable { term, .. } => (not_estimable(spec, design, term), "play more conditions, or others"),
        _ => ("design".to_owned(), "take a smaller design"),
    };
    Violation::new(path, error.to_string()).with_help(help)
}

/// The field that asks for a term that cannot be estimated.
fn not_estimable(spec: &DesignSpec, design: &Design, name: &str) -> String {
    let listed = |field: &str, effects: &Option<Vec<String>>| {
        let (terms, matrix) = (names::terms(spec, field, effects.as_ref()).ok()?, design.matrix().ok()?);
        let index = terms.iter().position(|term| term.name(&matrix) == name)?;
        Some(format!("design.{field}[{index}]"))
    };
    listed("estimable", &spec.estimable).or_else(|| listed("clear", &spec.clear)).unwrap_or_else(|| {
        let field = match (&spec.generators, spec.runs) {
            (Some(_), _) => "generators",
            (None, Some(_)) => "runs",
            (None, None) => "type",
        };
        format!("design.{field}")
    })
}
