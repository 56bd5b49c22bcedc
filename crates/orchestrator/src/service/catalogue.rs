//! What experiments can be made of.

use std::sync::Arc;

use domain::ErrorKind;
use domain::experiment::{DesignField, DesignKind, ScenarioSpec};
use domain::genome::{Condition, Domain, Parameter, Scale};
use domain::measures::Response;
use domain::ports::PortError;
use proto::orchestrator::v1 as pb;
use proto::orchestrator::v1::policy_parameter::Kind;
use tokio::task::spawn_blocking;

use crate::games::{Games, ScenarioFacts};

/// The scenarios that come with the engine, those as well that lack something.
///
/// # Errors
/// If looking at them ends with a panic.
pub(super) async fn scenarios(games: Arc<dyn Games>) -> Result<pb::ListScenariosResponse, PortError> {
    // Their files are read and hashed.
    let looked = spawn_blocking(move || {
        let scenarios = games.names().into_iter().map(|name| scenario(games.as_ref(), name)).collect();
        pb::ListScenariosResponse { scenarios, engine: games.version() }
    });
    looked.await.map_err(|error| PortError::new(ErrorKind::Internal, "scenarios cannot be listed").because(error))
}

fn scenario(games: &dyn Games, name: String) -> pb::Scenario {
    match games.facts(&ScenarioSpec::shipped(name.as_str())) {
        Ok(ScenarioFacts { name, buttons, variables, files }) => {
            pb::Scenario { name, buttons, variables, files, unplayable: String::new() }
        }
        Err(found) => {
            let reasons: Vec<_> = found.into_iter().map(|violation| violation.message).collect();
            pb::Scenario { name, unplayable: reasons.join("; "), ..Default::default() }
        }
    }
}

/// The policies.
pub(super) fn policies() -> pb::ListPoliciesResponse {
    let policies = decision::POLICIES.iter().map(|policy| pb::Policy {
        name: policy.name.to_owned(),
        about: policy.about.to_owned(),
        parameters: policy.parameters.iter().map(parameter).collect(),
    });
    pb::ListPoliciesResponse { policies: policies.collect(), behaviour: decision::BEHAVIOUR.to_owned() }
}

fn parameter(parameter: &Parameter) -> pb::PolicyParameter {
    let (low, high) = parameter.domain.bounds();
    let kind = match parameter.domain {
        Domain::Real { .. } => Kind::Real,
        // The number of a name.
        Domain::Integer { .. } | Domain::Choice { .. } => Kind::Integer,
        Domain::Flag => Kind::Flag,
    };
    pb::PolicyParameter {
        name: parameter.name.to_owned(),
        about: parameter.about.to_owned(),
        kind: kind.into(),
        low,
        high,
        default: parameter.default,
        choices: choices(&parameter.domain),
        logarithmic: parameter.scale == Scale::Log,
        when: parameter.when.as_ref().map(condition),
    }
}

fn choices(domain: &Domain) -> Vec<String> {
    match domain {
        Domain::Choice { names } => names.iter().map(|&name| name.to_owned()).collect(),
        _ => vec![],
    }
}

fn condition(condition: &Condition) -> pb::ParameterCondition {
    pb::ParameterCondition { parameter: condition.parameter.to_owned(), values: condition.values.to_vec() }
}

/// The kinds of designs.
pub(super) fn designs() -> pb::ListDesignsResponse {
    let field = |field: &DesignField| pb::DesignField {
        name: field.name.to_owned(),
        about: field.about.to_owned(),
        required: field.required,
    };
    let design = |kind: DesignKind| pb::Design {
        name: kind.name().to_owned(),
        about: kind.about().to_owned(),
        fields: kind.fields().iter().map(field).collect(),
    };
    pb::ListDesignsResponse { designs: DesignKind::ALL.into_iter().map(design).collect() }
}

/// The measures.
pub(super) fn measures() -> pb::ListMeasuresResponse {
    let measure = |response: Response| pb::Measure {
        name: response.name().to_owned(),
        about: response.about().to_owned(),
        optional: response.is_optional(),
    };
    pb::ListMeasuresResponse { measures: Response::ALL.into_iter().map(measure).collect() }
}

#[cfg(test)]
mod tests {
    use domain::experiment::DesignSpec;

    use super::*;

    #[test]
    fn a_parameter_is_told_with_its_choices_its_scale_and_what_it_waits_for() {
        let plain =
            Parameter { name: "fire", domain: Domain::Choice { names: &["single", "burst"] }, ..Parameter::PLAIN };
        let waiting = Parameter {
            name: "length",
            domain: Domain::Integer { low: 1, high: 9 },
            default: 3.0,
            scale: Scale::Log,
            when: Some(Condition { parameter: "fire", values: &[1.0] }),
            ..Parameter::PLAIN
        };

        let (plain, waiting) = (parameter(&plain), parameter(&waiting));

        assert_eq!(
            (plain.kind(), plain.choices, plain.logarithmic),
            (Kind::Integer, vec!["single".to_owned(), "burst".to_owned()], false)
        );
        let when = pb::ParameterCondition { parameter: "fire".into(), values: vec![1.0] };
        assert_eq!((plain.when, waiting.when, waiting.logarithmic), (None, Some(when), true));
        assert!(waiting.choices.is_empty());
    }

    #[test]
    fn names_are_those_that_files_have() {
        for kind in DesignKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
        let schema = serde_json::to_value(schemars::schema_for!(DesignSpec)).unwrap();
        for field in designs().designs.iter().flat_map(|design| &design.fields) {
            assert!(!schema["properties"][&field.name].is_null() && !field.about.is_empty(), "{field:?}");
        }
        let listed = policies().policies;
        assert_eq!(listed.len(), decision::POLICIES.len());
        let genes = listed.iter().flat_map(|policy| &policy.parameters);
        assert!(genes.into_iter().all(|gene| gene.low <= gene.default && gene.default <= gene.high && gene.kind != 0));
        assert!(measures().measures.iter().all(|measure| measure.name.parse::<Response>().is_ok()));
    }
}
