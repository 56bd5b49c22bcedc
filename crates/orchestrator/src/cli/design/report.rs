//! Everything that is told about a design.

use std::collections::BTreeMap;

use domain::experiment::{DesignSpec, ExperimentSpec, PlayOrder};
use domain::plan::Member;
use science::design::Fraction;
use science::design::audit::{self, Audit, AuditError, DesignMatrix, Power, PowerQuestion, Term};
use science::power::f_test;
use serde::Serialize;
use serde_json::Value;

use crate::cli::Failure;
use crate::planning::design::{Design, letter, question};

/// Correlations below this come from rounding levels.
pub(super) const SMALL: f64 = 0.001;

/// The difference whose chance to be found is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Effect {
    pub(super) effect: f64,
    pub(super) sd: f64,
    pub(super) alpha: f64,
}

/// A design: what is played, and what it can tell.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) order: PlayOrder,
    pub(super) conditions: usize,
    pub(super) seeds: u32,
    pub(super) episodes: u64,
    pub(super) factors: Vec<Factor>,
    pub(super) matrix: Vec<Condition>,
    /// Distance of the axial points of a composite design.
    pub(super) alpha: Option<f64>,
    pub(super) fraction: Option<FractionReport>,
    pub(super) audit: Option<AuditReport>,
    pub(super) power: Option<PowerReport>,
}

#[derive(Debug, Serialize)]
pub(super) struct Factor {
    pub(super) letter: String,
    pub(super) name: String,
    pub(super) parameter: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Condition {
    /// When it is played, from 0.
    pub(super) position: u32,
    /// Its number in the design as it is written down, from 1.
    pub(super) standard: usize,
    pub(super) agent: String,
    pub(super) centre: bool,
    pub(super) levels: BTreeMap<String, Value>,
}

#[derive(Debug, Serialize)]
pub(super) struct FractionReport {
    pub(super) generators: Vec<String>,
    pub(super) defining_relation: Vec<String>,
    /// How many words there are of each length, from length 0 on.
    pub(super) word_length_pattern: Vec<u64>,
    /// Main effects and two-factor interactions that are estimated together.
    pub(super) aliases: Vec<Vec<String>>,
}

#[derive(Debug, Serialize)]
pub(super) struct AuditReport {
    /// Conditions that were audited; a centre point is left out.
    pub(super) conditions: usize,
    pub(super) exact: bool,
    pub(super) resolution: Option<Resolution>,
    pub(super) two_level: bool,
    pub(super) model: Vec<String>,
    pub(super) coefficients: usize,
    pub(super) rank: usize,
    pub(super) estimable: Vec<String>,
    pub(super) aliases: Vec<AliasReport>,
    pub(super) balance: Vec<Balance>,
    pub(super) orthogonal: bool,
    pub(super) efficiency: Option<EfficiencyReport>,
    pub(super) inflation: Option<BTreeMap<String, f64>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Resolution {
    pub(super) length: usize,
    pub(super) word: String,
    pub(super) correlation: f64,
}

#[derive(Debug, Serialize)]
pub(super) struct AliasReport {
    pub(super) left: String,
    pub(super) right: String,
    pub(super) correlation: f64,
    pub(super) confounded: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Balance {
    pub(super) factor: String,
    pub(super) counts: Vec<usize>,
    pub(super) balanced: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct EfficiencyReport {
    pub(super) d: f64,
    pub(super) a: f64,
    pub(super) g: Option<f64>,
}

/// The chance to find a difference, with every seed as a block.
#[derive(Debug, Serialize)]
pub(super) struct PowerReport {
    #[serde(flatten)]
    pub(super) effect: Effect,
    pub(super) terms: Vec<TermPower>,
}

#[derive(Debug, Serialize)]
pub(super) struct TermPower {
    pub(super) term: String,
    pub(super) numerator: usize,
    /// Degrees of freedom of the error, once those of the seeds are taken off.
    pub(super) denominator: usize,
    pub(super) noncentrality: f64,
    /// Absent where the noncentrality is too large to compute with.
    pub(super) power: Option<f64>,
}

impl Report {
    /// Fails if the power cannot be computed.
    pub(super) fn new(
        spec: &ExperimentSpec,
        given: &DesignSpec,
        made: &Design,
        members: &[Member],
        audit: Option<Audit>,
        effect: Option<Effect>,
    ) -> Result<Self, Failure> {
        let failed = |error: AuditError| Failure::usage(error.to_string());
        let matrix = made.matrix().map_err(failed)?;
        let terms = question(given, made).map(|question| question.terms).unwrap_or_default();
        let seeds = spec.seeds.episodes();
        let power =
            effect.map(|effect| PowerReport::new(&matrix, &terms, seeds, effect).map_err(failed)).transpose()?;
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
