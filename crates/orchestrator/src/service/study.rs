//! Studies as messages.

use domain::Violation;
use proto::convert::BadMessage;
use proto::orchestrator::v1 as pb;
use proto::orchestrator::v1::parameter_value::Value as Said;
use proto::orchestrator::v1::study_parameter::Domain;

use crate::research::{Method, Outcome, OwnParameter, Range, Study, StudySpec, Value};

/// What a study looks for.
///
/// # Errors
/// If a parameter says nothing of its values.
pub(super) fn spec(study: pb::StudySpec) -> Result<StudySpec, BadMessage> {
    let method = match study.method() {
        pb::StudyMethod::Random => Method::Random,
        pb::StudyMethod::LatinHypercube => Method::LatinHypercube,
        pb::StudyMethod::Genetic | pb::StudyMethod::Unspecified => Method::Genetic,
    };
    let pb::StudySpec { policy, parameters, base, seed, population, minimise, space, .. } = study;
    let space = own_parameters(space)?;
    Ok(StudySpec { policy, parameters, base, method, seed, population, minimise, space })
}

fn own_parameters(space: Vec<pb::StudyParameter>) -> Result<Vec<OwnParameter>, BadMessage> {
    let mut missing = Vec::new();
    let own = |(index, parameter): (usize, pb::StudyParameter)| {
        let Some(domain) = parameter.domain else {
            let help = "say `real`, `integer`, `categorical` or `flag`";
            missing.push(Violation::new(format!("study.space[{index}].domain"), "is missing").with_help(help));
            return None;
        };
        Some(OwnParameter { name: parameter.name, range: range(domain) })
    };
    let space = space.into_iter().enumerate().filter_map(own).collect();
    if missing.is_empty() { Ok(space) } else { Err(BadMessage(missing)) }
}

fn range(domain: Domain) -> Range {
    match domain {
        Domain::Real(pb::RealRange { low, high, logarithmic }) => Range::Real { low, high, logarithmic },
        Domain::Integer(pb::IntegerRange { low, high, logarithmic }) => Range::Integer { low, high, logarithmic },
        Domain::Categorical(pb::Categories { names }) => Range::Category { names },
        Domain::Flag(pb::FlagDomain {}) => Range::Flag,
    }
}

fn domain(range: &Range) -> Domain {
    match range.clone() {
        Range::Real { low, high, logarithmic } => Domain::Real(pb::RealRange { low, high, logarithmic }),
        Range::Integer { low, high, logarithmic } => Domain::Integer(pb::IntegerRange { low, high, logarithmic }),
        Range::Category { names } => Domain::Categorical(pb::Categories { names }),
        Range::Flag => Domain::Flag(pb::FlagDomain {}),
    }
}

/// A study as its session tells it.
pub(super) fn message(spec: &StudySpec) -> pb::StudySpec {
    let method = match spec.method {
        Method::Random => pb::StudyMethod::Random,
        Method::LatinHypercube => pb::StudyMethod::LatinHypercube,
        Method::Genetic => pb::StudyMethod::Genetic,
    };
    let StudySpec { policy, parameters, base, seed, population, minimise, space, .. } = spec.clone();
    let own = |own: OwnParameter| pb::StudyParameter { domain: Some(domain(&own.range)), name: own.name };
    let space = space.into_iter().map(own).collect();
    pb::StudySpec { policy, parameters, base, method: method.into(), seed, population, minimise, space }
}

/// The trial at an index, which there has to be.
pub(super) fn trial(study: &Study, index: usize) -> pb::Trial {
    let id = index as u64 + 1;
    let Some(trial) = study.trials.get(index) else { return pb::Trial { id, ..Default::default() } };
    let value = match trial.outcome {
        Some(Outcome::Value(value)) => Some(value),
        _ => None,
    };
    let values = study.values(trial).into_iter().map(|(name, value)| (name, said(value))).collect();
    pb::Trial { id, genes: trial.genes.clone(), value, round: study.round_of(index), values }
}

fn said(value: Value) -> pb::ParameterValue {
    let value = match value {
        Value::Real(value) => Said::Real(value),
        Value::Integer(value) => Said::Integer(value),
        Value::Category(name) => Said::Category(name),
        Value::Flag(value) => Said::Flag(value),
    };
    pb::ParameterValue { value: Some(value) }
}
