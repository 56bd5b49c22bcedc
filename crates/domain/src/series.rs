//! Names that count up, such as `weight_0`, `weight_1`, `weight_2`, as one: a policy can have hundreds of parameters.

use crate::genome::Parameter;

/// All names, those that count up behind their last underscore as one: `weight_0..2`.
#[must_use]
pub fn of_names(names: &[&str]) -> Vec<String> {
    let runs = names.chunk_by(|before, after| follows(before, after));
    runs.filter_map(|run| Some(shown(run.first()?, run.last()?))).collect()
}

/// All parameters under the names of their series, with the first of each; only parameters that are alike but for
/// their names are of one series.
#[must_use]
pub fn of_parameters<'a>(parameters: &'a [Parameter<'a>]) -> Vec<(String, &'a Parameter<'a>)> {
    let is_alike = |a: &Parameter, b: &Parameter| *b == Parameter { name: b.name, ..a.clone() };
    let runs = parameters.chunk_by(|a, b| follows(a.name, b.name) && is_alike(a, b));
    runs.filter_map(|run| Some((shown(run.first()?.name, run.last()?.name), run.first()?))).collect()
}

/// Whether a name is `series` itself, or one of those for which it stands: `weight_1` is one of `weight_0..2`.
#[must_use]
pub fn holds(series: &str, name: &str) -> bool {
    let within = || {
        let (first, last) = series.split_once("..")?;
        let ((stem, low), (own, number)) = (numbered(first)?, numbered(name)?);
        Some(stem == own && (low..=last.parse().ok()?).contains(&number))
    };
    series == name || within().unwrap_or_default()
}

fn follows(before: &str, after: &str) -> bool {
    let (Some((stem, number)), Some((same, next))) = (numbered(before), numbered(after)) else { return false };
    stem == same && number.checked_add(1) == Some(next)
}

fn shown(first: &str, last: &str) -> String {
    match numbered(last) {
        Some((_, number)) if first != last => format!("{first}..{number}"),
        _ => first.to_owned(),
    }
}

fn numbered(name: &str) -> Option<(&str, u32)> {
    let (stem, number) = name.rsplit_once('_')?;
    // `01` follows nothing: what is shown as `weight_0..2` has to be these three names.
    let number: u32 = number.parse().ok().filter(|parsed: &u32| parsed.to_string() == number)?;
    Some((stem, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_count_up_are_shown_as_one() {
        let names = ["hidden", "weight_0", "weight_1", "weight_2", "bias_0", "bias_2", "memory_0_9", "memory_0_10"];
        assert_eq!(of_names(&names), ["hidden", "weight_0..2", "bias_0", "bias_2", "memory_0_9..10"]);
        assert_eq!(of_names(&[]), Vec::<String>::new());
    }

    #[test]
    fn a_series_stands_for_the_names_that_it_is_shown_for() {
        let held = |series: &str| {
            let names = ["weight", "weight_0", "weight_1", "weight_2", "weight_3", "weight_01", "bias_1"];
            names.into_iter().filter(|name| holds(series, name)).collect::<Vec<_>>()
        };
        assert_eq!(held("weight_0..2"), ["weight_0", "weight_1", "weight_2"]);
        assert_eq!(held("weight_3"), ["weight_3"]);
        assert_eq!(held("weight"), ["weight"]);
        for nothing in ["weight_2..1", "weight_0..", "weight_0..x", "weight_..2", "weight_0...2", "weight_4..9"] {
            assert_eq!(held(nothing), [""; 0], "{nothing}");
        }
    }

    #[test]
    fn other_names_do_not_follow_each_other() {
        for (before, after) in [
            ("weight_0", "weight_2"),
            ("weight_1", "weight_0"),
            ("weight_0", "bias_1"),
            ("weight_0", "weight_01"),
            ("weight0", "weight1"),
            ("weight_4294967295", "weight_0"),
            ("near", "far"),
        ] {
            assert!(!follows(before, after), "{before} {after}");
        }
    }

    #[test]
    fn parameters_of_one_series_are_alike() {
        let weight = |name, default| Parameter { name, default, ..Parameter::PLAIN };
        let parameters = [weight("w_0", 0.0), weight("w_1", 0.0), weight("w_2", 1.0), weight("w_3", 1.0)];
        let series = of_parameters(&parameters);
        assert_eq!(series.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["w_0..1", "w_2..3"]);
        assert_eq!(series[1].1.name, "w_2");
    }
}
