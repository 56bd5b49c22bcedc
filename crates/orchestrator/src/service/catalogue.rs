//! What experiments can be made of.

use std::sync::Arc;

use domain::ErrorKind;
use domain::experiment::{DesignField, DesignKind, ScenarioSpec};
use domain::genome::{Domain, Parameter};
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
    }
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
