//! What is wrong with a design by itself.

use serde_json::Value;

use super::super::{Checks, check_unique};
use super::{DesignKind, DesignSpec, FactorSpec, MAX_CONDITIONS};

impl DesignSpec {
    /// Adds everything that is wrong with the design by itself: whether there is such a design is seen when it is made.
    pub(in super::super) fn check(&self, found: &mut Checks) {
        self.check_fields(found);
        for (index, factor) in self.factors.iter().enumerate() {
            let at = format!("design.factors[{index}]");
            factor.check(&at, found);
            factor.check_for(self.kind, &at, found);
        }
        check_unique(self.factors.iter().map(FactorSpec::label), "design.factors", "factor", found);
        check_unique(self.factors.iter().map(|f| f.parameter.as_str()), "design.factors", "parameter", found);
        if matches!(self.kind, DesignKind::FullFactorial | DesignKind::OneFactorAtATime) {
            let conditions = self.factors.iter().try_fold(1u64, |n, factor| n.checked_mul(factor.count() as u64));
            let few = conditions.is_some_and(|n| n <= MAX_CONDITIONS);
            found.require(few, "design", "must have at most 100000 conditions");
        }
    }

    fn check_fields(&self, found: &mut Checks) {
        let kind = self.kind.name();
        let known = |name: &str| self.kind.fields().iter().any(|field| field.name == name);
        for name in self.given().into_iter().filter(|name| !known(name)) {
            let others = DesignKind::ALL.into_iter().filter(|other| other.fields().iter().any(|f| f.name == name));
            let others: Vec<_> = others.map(DesignKind::name).collect();
            let help = format!("leave it out, or take one of the types that have it: {}", others.join(", "));
            found.add(&format!("design.{name}"), &format!("`{name}` is no field of the type {kind}"), &help);
        }
        let is_given = |name: &str| name == "factors" || self.given().contains(&name);
        for field in self.kind.fields().iter().filter(|field| field.required && !is_given(field.name)) {
            found.add(&format!("design.{}", field.name), "is missing", field.about.trim_end_matches('.'));
        }
        if self.kind == DesignKind::FractionalFactorial && !self.names_a_fraction() {
            let help = "add one of generators = [\"E=ABCD\"], resolution = 5, runs = 16 and clear = [\"A:B\"]";
            found.add("design", "does not say which fraction is to be played", help);
        }
        if self.centre_points.is_some_and(|count| count > 1) {
            let help = "write 1, and raise seeds.episodes: every seed plays the centre once";
            let message = "a condition that plays the same seeds again has the same scores to the last bit";
            found.add("design.centre_points", message, help);
        }
    }

    fn names_a_fraction(&self) -> bool {
        self.generators.is_some() || self.resolution.is_some() || self.runs.is_some() || self.clear.is_some()
    }

    /// The optional fields that are there.
    fn given(&self) -> Vec<&'static str> {
        let fields = [
            ("generators", self.generators.is_some()),
            ("resolution", self.resolution.is_some()),
            ("runs", self.runs.is_some()),
            ("clear", self.clear.is_some()),
            ("estimable", self.estimable.is_some()),
            ("fold_over", self.fold_over.is_some()),
            ("centre_points", self.centre_points.is_some()),
            ("alpha", self.alpha.is_some()),
            ("inscribed", self.inscribed.is_some()),
            ("order", self.order.is_some()),
        ];
        fields.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect()
    }
}

impl FactorSpec {
    fn check(&self, at: &str, found: &mut Checks) {
        if !is_assignable(&self.parameter) {
            found.add(
                &format!("{at}.parameter"),
                &format!("`{}` cannot be varied", self.parameter),
                "use agent.policy, agent.genome.NAME, agent.file or scenario.KEY",
            );
        }
        let levels: Vec<_> = self.levels.iter().map(Value::to_string).collect();
        check_unique(levels.iter().map(String::as_str), &format!("{at}.levels"), "level", found);
        self.check_range(at, found);
    }

    fn check_range(&self, at: &str, found: &mut Checks) {
        match (self.low, self.high) {
            (None, None) if self.levels.is_empty() => {
                found.add(&format!("{at}.levels"), "is missing", "give levels = [...], or low and high");
            }
            (None, None) => {}
            _ if !self.levels.is_empty() => {
                let (name, help) = (if self.low.is_some() { "low" } else { "high" }, "remove one of the two");
                found.add(&format!("{at}.{name}"), "`levels` and a range exclude each other", help);
            }
            (Some(low), Some(high)) if low >= high => {
                let message = format!("{high} is not above low, which is {low}");
                found.add(&format!("{at}.high"), &message, "exchange the two, or widen the range");
            }
            (Some(low), Some(_)) if self.log && low <= 0.0 => {
                let message = format!("{low} is not above 0, so there are no ratios to it");
                found.add(&format!("{at}.low"), &message, "raise it, or remove log = true");
            }
            (Some(_), Some(_)) => {}
            (Some(_), None) => found.add(&format!("{at}.high"), "is missing", "a range has low and high"),
            (None, Some(_)) => found.add(&format!("{at}.low"), "is missing", "a range has low and high"),
        }
        if self.log && !self.levels.is_empty() {
            found.add(&format!("{at}.log"), "levels that are listed have no steps", "give low and high, or remove it");
        }
    }

    fn check_for(&self, kind: DesignKind, at: &str, found: &mut Checks) {
        let at = format!("{at}.levels");
        if kind.is_two_level() && self.count() > 2 {
            let message = format!("{} levels, but {} has two of every factor", self.levels.len(), kind.name());
            found.add(&at, &message, "keep two of them, or take type = \"full_factorial\"");
        }
        if kind.needs_ranges() && !self.levels.is_empty() && self.range().is_none() {
            let message = format!("{} computes levels between two ends", kind.name());
            found.add(&at, &message, "give low and high instead");
        }
    }
}

fn is_assignable(parameter: &str) -> bool {
    ["agent.policy", "agent.file"].contains(&parameter)
        || parameter.strip_prefix("agent.genome.").is_some_and(|name| !name.is_empty())
        || parameter.strip_prefix("scenario.").is_some_and(|key| !key.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(design: Value) -> Vec<(String, String)> {
        let design: DesignSpec = serde_json::from_value(design).unwrap();
        let mut found = Checks::default();
        design.check(&mut found);
        found.0.into_iter().map(|violation| (violation.path, violation.message)).collect()
    }

    fn ranges(count: usize) -> Value {
        (0..count)
            .map(|n| json!({ "parameter": format!("agent.genome.g{n}"), "low": 0, "high": 1 }))
            .collect::<Vec<_>>()
            .into()
    }

    #[test]
    fn every_kind_takes_its_own_fields_only() {
        for kind in DesignKind::ALL {
            let named = |name| kind.fields().iter().any(|field| field.name == name);
            let values = json!({
                "generators": ["C=AB"], "resolution": 3, "runs": 8, "clear": ["A"], "estimable": ["A"], "fold_over": true,
                "centre_points": 1, "alpha": "rotatable", "inscribed": true, "order": "random",
            });
            for (name, value) in values.as_object().unwrap() {
                let mut design = json!({ "type": kind.name(), "factors": ranges(3), "runs": 8, "resolution": 3 });
                design[name] = value.clone();
                let refused = told(design).iter().any(|(path, message)| {
                    path == &format!("design.{name}") && message.contains("is no field of the type")
                });
                assert_eq!(refused, !named(name), "{name} of {}", kind.name());
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_factor_is_told_at_its_field() {
        let cases = [
            (json!({ "low": 2, "high": 1 }), "high", "1 is not above low, which is 2"),
            (json!({ "low": 1 }), "high", "is missing"),
            (json!({ "high": 1 }), "low", "is missing"),
            (json!({}), "levels", "is missing"),
            (json!({ "low": 0, "high": 1, "log": true }), "low", "0 is not above 0, so there are no ratios to it"),
            (json!({ "levels": [1, 2], "low": 1, "high": 2 }), "low", "`levels` and a range exclude each other"),
            (json!({ "levels": [1, 2], "log": true }), "log", "levels that are listed have no steps"),
        ];
        for (mut factor, field, message) in cases {
            factor["parameter"] = "scenario.skill".into();
            let expected = [(format!("design.factors[0].{field}"), message.to_owned())];
            assert_eq!(told(json!({ "factors": [factor] })), expected);
        }
    }

    #[test]
    fn levels_have_to_fit_the_kind() {
        let three = json!([{ "parameter": "scenario.skill", "levels": [1, 2, 3] }]);
        for (kind, message) in [
            ("plackett_burman", "3 levels, but plackett_burman has two of every factor"),
            ("box_behnken", "box_behnken computes levels between two ends"),
        ] {
            let found = told(json!({ "type": kind, "factors": three }));
            assert_eq!(found, [("design.factors[0].levels".to_owned(), message.to_owned())]);
        }
    }

    #[test]
    fn a_fraction_has_to_be_named_and_a_space_needs_its_size() {
        let found = told(json!({ "type": "fractional_factorial", "factors": ranges(3) }));
        assert_eq!(found, [("design".to_owned(), "does not say which fraction is to be played".to_owned())]);
        let found = told(json!({ "type": "sobol", "factors": ranges(3) }));
        assert_eq!(found, [("design.runs".to_owned(), "is missing".to_owned())]);
    }

    #[test]
    fn the_same_centre_twice_says_nothing() {
        let found = told(json!({ "factors": ranges(2), "centre_points": 3 }));
        assert_eq!(found[0].0, "design.centre_points");
        assert!(found[0].1.contains("the same scores to the last bit"));
    }
}
