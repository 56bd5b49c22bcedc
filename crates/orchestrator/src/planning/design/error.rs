//! Where in a file it stands that a design cannot be made.

use domain::Violation;
use domain::experiment::DesignSpec;
use science::design::DesignError;

/// What the constructions say, at this place.
pub(super) fn at(path: &str, error: &DesignError) -> Violation {
    Violation::new(path, error.to_string())
}

/// What the constructions say, at the field that asks for it.
pub(super) fn refusal(spec: &DesignSpec, error: &DesignError) -> Violation {
    let list = |field: &str, items: &Option<Vec<String>>, text: &str| {
        let index = items.iter().flatten().position(|item| item == text);
        index.map_or_else(|| format!("design.{field}"), |index| format!("design.{field}[{index}]"))
    };
    let path = match error {
        DesignError::Generator { text, .. } => list("generators", &spec.generators, text),
        DesignError::Effect { .. } => "design.clear".to_owned(),
        DesignError::Runs { .. } if spec.runs.is_some() => "design.runs".to_owned(),
        DesignError::Resolution(_) => "design.resolution".to_owned(),
        DesignError::NoneSmallEnough { .. } if spec.clear.is_some() => "design.clear".to_owned(),
        DesignError::NoneSmallEnough { .. } if spec.resolution.is_some() => "design.resolution".to_owned(),
        DesignError::Cube { .. } if spec.generators.is_some() => "design.generators".to_owned(),
        DesignError::Cube { .. } if spec.resolution.is_some() => "design.resolution".to_owned(),
        DesignError::Factors { .. } => "design.factors".to_owned(),
        _ => "design".to_owned(),
    };
    at(&path, error)
}
