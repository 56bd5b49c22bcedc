//! Everything that is told about a design: what is played, and what it can tell by its audit.

mod content;

use std::collections::BTreeMap;

use domain::Violation;
use domain::experiment::{DesignSpec, ExperimentSpec, PlayOrder};
use domain::plan::Member;
use science::design::Fraction;
use science::design::audit::{self, Audit, AuditError, DesignMatrix, Power, PowerQuestion, Term};
use science::power::f_test;
use serde::Serialize;
use serde_json::Value;

use crate::planning;
use crate::planning::design::{Design, is_true_by_itself, letter, question};

pub(crate) use content::{audited, content, level};

/// Correlations below this come from rounding levels.
pub(crate) const SMALL: f64 = 0.001;

/// The difference whose chance to be found is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Effect {
    pub(crate) effect: f64,
    pub(crate) sd: f64,
    pub(crate) alpha: f64,
}

/// A design: what is played, and what it can tell.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) order: PlayOrder,
    pub(crate) conditions: usize,
    pub(crate) seeds: u32,
    pub(crate) episodes: u64,
    pub(crate) factors: Vec<Factor>,
    pub(crate) matrix: Vec<Condition>,
    /// Distance of the axial points of a composite design.
    pub(crate) alpha: Option<f64>,
    pub(crate) fraction: Option<FractionReport>,
    pub(crate) audit: Option<AuditReport>,
    pub(crate) power: Option<PowerReport>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Factor {
    pub(crate) letter: String,
    pub(crate) name: String,
    pub(crate) parameter: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Condition {
    /// When it is played, from 0.
    pub(crate) position: u32,
    /// Its number in the design as it is written down, from 1.
    pub(crate) standard: usize,
    pub(crate) agent: String,
    pub(crate) centre: bool,
    pub(crate) levels: BTreeMap<String, Value>,
}

#[derive(Debug, Serialize)]
pub(crate) struct FractionReport {
    pub(crate) generators: Vec<String>,
    pub(crate) defining_relation: Vec<String>,
    /// How many words there are of each length, from length 0 on.
    pub(crate) word_length_pattern: Vec<u64>,
    /// Main effects and two-factor interactions that are estimated together.
    pub(crate) aliases: Vec<Vec<String>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct AuditReport {
    /// Conditions that were audited; a centre point is left out.
    pub(crate) conditions: usize,
    pub(crate) exact: bool,
    pub(crate) resolution: Option<Resolution>,
    pub(crate) two_level: bool,
    pub(crate) model: Vec<String>,
    pub(crate) coefficients: usize,
    pub(crate) rank: usize,
    pub(crate) estimable: Vec<String>,
    pub(crate) aliases: Vec<AliasReport>,
    pub(crate) balance: Vec<Balance>,
    pub(crate) orthogonal: bool,
    pub(crate) efficiency: Option<EfficiencyReport>,
    pub(crate) inflation: Option<BTreeMap<String, f64>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Resolution {
    pub(crate) length: usize,
    pub(crate) word: String,
    pub(crate) correlation: f64,
}

#[derive(Debug, Serialize)]
pub(crate) struct AliasReport {
    pub(crate) left: String,
    pub(crate) right: String,
    pub(crate) correlation: f64,
    pub(crate) confounded: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct Balance {
    pub(crate) factor: String,
    pub(crate) counts: Vec<usize>,
    pub(crate) balanced: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct EfficiencyReport {
    pub(crate) d: f64,
    pub(crate) a: f64,
    pub(crate) g: Option<f64>,
}

/// The chance to find a difference, with every seed as a block.
#[derive(Debug, Serialize)]
pub(crate) struct PowerReport {
    #[serde(flatten)]
    pub(crate) effect: Effect,
    pub(crate) terms: Vec<TermPower>,
}

#[derive(Debug, Serialize)]
pub(crate) struct TermPower {
    pub(crate) term: String,
    pub(crate) numerator: usize,
    /// Degrees of freedom of the error, once those of the seeds are taken off.
    pub(crate) denominator: usize,
    pub(crate) noncentrality: f64,
    /// Absent where the noncentrality is too large to compute with.
    pub(crate) power: Option<f64>,
}

impl Report {
    /// The report of an experiment's design, if it has one; it fails if its power cannot be computed.
    ///
    /// # Errors
    /// If the design cannot be made, or what the file claims of it is false.
    pub(crate) fn of(
        spec: &ExperimentSpec,
        effect: Option<Effect>,
    ) -> Result<Option<Result<Self, AuditError>>, Vec<Violation>> {
        let (Some(given), Some(made)) = (&spec.design, planning::designed(spec)?) else { return Ok(None) };
        let members = planning::conditions(spec)?;
        let audit = match planning::design::audit(given, &made) {
            // What is true by itself may be too large for a proof.
            Err(_) if is_true_by_itself(given) => None,
            audit => Some(audit?),
        };
        Ok(Some(Self::new(spec, given, &made, &members, audit, effect)))
    }

    fn new(
        spec: &ExperimentSpec,
        given: &DesignSpec,
        made: &Design,
        members: &[Member],
        audit: Option<Audit>,
        effect: Option<Effect>,
    ) -> Result<Self, AuditError> {
        let matrix = made.matrix()?;
        let terms = question(given, made).map(|question| question.terms).unwrap_or_default();
        let seeds = spec.seeds.episodes();
        let power = effect.map(|effect| PowerReport::new(&matrix, &terms, seeds, effect)).transpose()?;
        let factor = |(index, factor): (usize, &domain::experiment::FactorSpec)| Factor {
            letter: letter(index),
            name: factor.label().to_owned(),
            parameter: factor.parameter.clone(),
        };
        let condition = |(member, &index): (&Member, &usize)| Condition {
            position: member.position,
            standard: index + 1,
            agent: member.agent.to_string(),
            centre: made.centre == Some(index),
            levels: member.factors.clone(),
        };
        Ok(Self {
            name: spec.name.clone(),
            kind: given.kind.name(),
            order: given.play_order(),
            conditions: members.len(),
            seeds,
            episodes: members.len() as u64 * u64::from(seeds),
            factors: given.factors.iter().enumerate().map(factor).collect(),
            matrix: members.iter().zip(&made.order).map(condition).collect(),
            alpha: made.alpha,
            fraction: made.fraction.as_ref().map(FractionReport::new),
            audit: audit.map(|audit| AuditReport::new(&matrix, &terms, &audit)),
            power,
        })
    }
}

impl FractionReport {
    fn new(fraction: &Fraction) -> Self {
        let texts = |words: &[science::design::Word]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        let sets = fraction.aliases(2).unwrap_or_default();
        let shared = sets.iter().filter(|set| set.effects.len() > 1);
        Self {
            generators: fraction.generators(),
            defining_relation: texts(&fraction.defining_words().unwrap_or_default()),
            word_length_pattern: fraction.word_length_pattern(),
            aliases: shared.map(|set| texts(&set.effects)).collect(),
        }
    }
}

impl AuditReport {
    fn new(matrix: &DesignMatrix, terms: &[Term], audit: &Audit) -> Self {
        let name = |term: &Term| term.name(matrix);
        let names = |terms: &[Term]| terms.iter().map(name).collect::<Vec<_>>();
        let balance = |(factor, found): (usize, &audit::FactorBalance)| Balance {
            factor: matrix.name(factor).to_owned(),
            counts: found.counts.clone(),
            balanced: found.is_balanced(),
        };
        let resolution = audit.resolution.as_ref().map(|truth| Resolution {
            length: truth.length,
            word: Term::interaction(&truth.word).name(matrix),
            correlation: truth.correlation,
        });
        let alias = |alias: &audit::Alias| AliasReport {
            left: name(&alias.left),
            right: name(&alias.right),
            correlation: alias.correlation,
            confounded: alias.confounded,
        };
        Self {
            conditions: audit.runs,
            exact: audit.exact,
            resolution,
            two_level: audit.factors.iter().all(|factor| factor.counts.len() == 2),
            model: names(terms),
            coefficients: audit.coefficients,
            rank: audit.rank,
            estimable: names(&audit.estimable),
            aliases: audit.aliases.iter().map(alias).collect(),
            balance: audit.factors.iter().enumerate().map(balance).collect(),
            orthogonal: !audit.aliases.iter().any(is_between_main_effects),
            efficiency: audit.efficiency.map(|found| EfficiencyReport { d: found.d, a: found.a, g: found.g }),
            inflation: audit
                .inflation
                .as_ref()
                .map(|terms| terms.iter().map(|(term, value)| (name(term), *value)).collect()),
        }
    }
}

/// Whether two main effects are correlated by more than rounded levels make them.
fn is_between_main_effects(alias: &audit::Alias) -> bool {
    let is_main = |term: &Term| matches!(term.factors(), [(_, 1)]);
    is_main(&alias.left) && is_main(&alias.right) && alias.correlation.abs() >= SMALL
}

impl PowerReport {
    /// For each main effect, the F test of the model with seeds as blocks.
    fn new(matrix: &DesignMatrix, terms: &[Term], seeds: u32, effect: Effect) -> Result<Self, AuditError> {
        let blocks = seeds as usize - 1;
        let mains = terms.iter().filter(|term| matches!(term.factors(), [(_, 1)]));
        let power = |term: &Term| {
            let Effect { effect, sd, alpha } = effect;
            let asked = PowerQuestion { term: term.clone(), effect, sd, alpha, replicates: seeds as usize };
            let Power { noncentrality, numerator, denominator, .. } = audit::power(matrix, terms, &asked)?;
            let runs = matrix.runs() * seeds as usize;
            let saturated = AuditError::Saturated { runs, columns: runs - denominator + blocks };
            let freedom = denominator.checked_sub(blocks).filter(|&freedom| freedom > 0).ok_or(saturated)?;
            let power = f_test(noncentrality, numerator as f64, freedom as f64, alpha);
            Ok(TermPower { term: term.name(matrix), numerator, denominator: freedom, noncentrality, power })
        };
        Ok(Self { effect, terms: mains.map(power).collect::<Result<_, _>>()? })
    }
}
