use domain::action::Buttons;
use domain::genome::{Domain, Genome, Parameter};
use proptest::prelude::*;

use super::*;
use crate::controls::tests::names;
use crate::situation::{Feature, Situation};
use crate::tactic::Tactic;

const NEAR: Parameter = Parameter {
    name: "near",
    about: "",
    domain: Domain::Real { low: 50.0, high: 600.0 },
    default: 200.0,
    ..Parameter::PLAIN
};
const WEAK: Parameter = Parameter {
    name: "low_health",
    about: "",
    domain: Domain::Integer { low: 0, high: 100 },
    default: 30.0,
    ..Parameter::PLAIN
};
const DODGE: Parameter = Parameter {
    name: "dodge_distance",
    about: "",
    domain: Domain::Real { low: 0.0, high: 1000.0 },
    default: 400.0,
    ..Parameter::PLAIN
};
const GENES: &[Parameter] = &[NEAR, WEAK, DODGE];

fn all_buttons() -> Vec<String> {
    names(&["TURN_LEFT", "TURN_RIGHT", "ATTACK", "MOVE_LEFT", "MOVE_RIGHT", "MOVE_FORWARD", "MOVE_BACKWARD"])
}

fn findings(text: &str) -> Findings {
    RuleSet::parse(text).unwrap().check(&Terms { parameters: GENES, buttons: &all_buttons() })
}

fn rule(name: &str, priority: i32, when: &str) -> String {
    format!("[[rules]]\nname = \"{name}\"\npriority = {priority}\nwhen = {when}\ndo = \"aim\"\n")
}

fn paths(found: &[Violation]) -> Vec<&str> {
    found.iter().map(|violation| violation.path.as_str()).collect()
}

fn with(values: &[(&str, f32)]) -> Situation {
    let put = |situation: Situation, &(name, value): &(&str, f32)| situation.with(Feature::find(name).unwrap(), value);
    values.iter().fold(Situation::blank(), put)
}

#[test]
fn the_rule_of_the_highest_priority_that_holds_decides() {
    let text = [
        rule("last", 1, "{ all = [] }"),
        rule("weak", 5, "{ feature = \"health\", below = \"low_health\" }"),
        rule("close", 9, "{ feature = \"enemy_distance\", below = 100 }"),
        rule("close_too", 9, "{ feature = \"enemy_distance\", below = 101 }"),
    ];
    let set = RuleSet::parse(&text.concat()).unwrap();
    let terms = Terms { parameters: GENES, buttons: &all_buttons() };
    let reflexes = Reflexes::new(&set, &terms, &Genome([("low_health".into(), 50.0)].into())).unwrap();
    let first = |values: &[(&str, f32)]| reflexes.first(&with(values)).and_then(|rule| reflexes.name(rule)).unwrap();
    assert_eq!(first(&[("health", 49.0), ("enemy_distance", 99.0)]), "close");
    assert_eq!(first(&[("health", 49.0), ("enemy_distance", 100.0)]), "close_too");
    assert_eq!(first(&[("health", 49.0), ("enemy_distance", 101.0)]), "weak");
    assert_eq!(first(&[("health", 50.0)]), "last");
    let all: Vec<_> = reflexes.all(&with(&[("health", 1.0), ("enemy_distance", 1.0)])).collect();
    assert_eq!(all, [0, 1, 2, 3]);
}

#[test]
fn rules_may_look_at_walls() {
    let text = "[[rules]]\nname = \"turn\"\nwhen = { feature = \"wall_ahead\", below = 64 }\ndo = \"turn_left\"";
    let terms = Terms { parameters: GENES, buttons: &all_buttons() };
    let made = |text: &str| Reflexes::new(&RuleSet::parse(text).unwrap(), &terms, &Genome::default()).unwrap();
    let reflexes = made(text);
    assert_eq!(reflexes.first(&with(&[("wall_ahead", 63.9)])), Some(0));
    assert_eq!(reflexes.first(&with(&[("wall_ahead", 64.0)])), None);
    assert_eq!(reflexes.first(&with(&[("wall_left", 1.0)])), None);
    assert!(reflexes.look_at_walls());

    let other = made(&rule(
        "a",
        0,
        "{ any = [{ feature = \"health\", below = 1 }, { feature = \"wall_left\", at_least = 0 }] }",
    ));
    assert!(!other.look_at_walls(), "what always holds needs no walls");
    assert_eq!(findings(text), Findings::default());
    let far = findings(&rule("a", 0, "{ feature = \"wall_right\", below = 2049 }")).violations;
    assert!(far[0].message.contains("goes from 0 to 2048"), "{far:?}");
}

#[test]
fn everything_unknown_is_named_at_its_place() {
    let text = r#"
        [[rules]]
        name = "a b"
        when = { all = [{ feature = "helth", below = 1 }, { feature = "health", below = "low_helth" }] }
        do = "aim"
        [[rules]]
        name = "c"
        when = { feature = "health" }
        do = ["ATACK", "MOVE_LEFT"]
        [[rules]]
        name = "c"
        when = { all = [], any = [] }
        do = "dance"
    "#;
    let found = findings(text).violations;
    let expected = [
        "rules[0].name",
        "rules[0].when.all[0].feature",
        "rules[0].when.all[1].below",
        "rules[1].do[0]",
        "rules[1].when",
        "rules[2].name",
        "rules[2].do",
        "rules[2].when",
    ];
    assert_eq!(paths(&found), expected);
    assert!(found[1].help.as_ref().unwrap().contains("did you mean `health`"), "{found:?}");
    assert!(found[2].help.as_ref().unwrap().contains("did you mean `low_health`"), "{found:?}");
}

#[test]
fn thresholds_outside_of_the_features_range_are_refused() {
    let found = findings(&rule("a", 0, "{ feature = \"health\", below = 201 }")).violations;
    assert_eq!(paths(&found), ["rules[0].when.below"]);
    assert!(found[0].message.contains("goes from 0 to 200"), "{found:?}");
    let gene = findings(&rule("a", 0, "{ feature = \"enemy_offset\", above = \"near\" }")).violations;
    assert!(gene[0].message.contains("the gene `near`, which goes from 50 to 600"), "{gene:?}");
    let nan = findings(&rule("a", 0, "{ feature = \"health\", below = nan }")).violations;
    assert_eq!(paths(&nan), ["rules[0].when.below"]);
}

#[test]
fn a_contradiction_is_a_rule_that_can_never_decide() {
    let contradictions = [
        "{ feature = \"health\", below = 20, above = 30 }",
        "{ feature = \"in_line\", above = 1, below = 2 }",
        "{ feature = \"ready\", above = 0, equals = 0 }",
        "{ any = [] }",
        "{ not = { all = [] } }",
        "{ feature = \"enemy_distance\", below = \"near\", at_least = \"near\" }",
        "{ feature = \"enemy_distance\", below = \"near\", at_least = 700 }",
        "{ all = [{ feature = \"health\", below = 9 }, { not = { feature = \"health\", at_most = 9 } }] }",
        "{ feature = \"health\", below = 0 }",
    ];
    for when in contradictions {
        let found = findings(&rule("a", 0, when)).violations;
        assert_eq!(paths(&found), ["rules[0].when"], "{when}");
        assert!(found[0].message.contains("can never decide"), "{found:?}");
    }
    for when in [
        "{ feature = \"health\", at_least = 20, at_most = 20 }",
        "{ feature = \"enemy_distance\", below = \"near\", above = 599 }",
        "{ feature = \"enemy_distance\", below = \"near\", above = \"dodge_distance\" }",
    ] {
        assert_eq!(findings(&rule("a", 0, when)).violations, [], "{when}");
    }
}

#[test]
fn rules_that_others_hide_are_warned_of_with_the_reason() {
    let near = "{ feature = \"enemy_distance\", below = \"near\" }";
    let both = "{ all = [{ feature = \"enemy_distance\", below = \"near\" }, { feature = \"health\", below = 9 }] }";
    let hidden = findings(&[rule("near", 2, near), rule("both", 1, both)].concat());
    assert_eq!((hidden.violations.len(), paths(&hidden.warnings)), (0, vec!["rules[1]"]));
    assert!(hidden.warnings[0].message.contains("`near` comes first"), "{hidden:?}");
    assert_eq!(findings(&[rule("near", 1, near), rule("both", 2, both)].concat()).warnings, []);
}

#[test]
fn rules_can_hide_another_one_together() {
    let text = [
        rule("left", 3, "{ feature = \"enemy_bearing\", at_least = 0 }"),
        rule("right", 2, "{ feature = \"enemy_bearing\", below = 0 }"),
        rule("weak", 1, "{ feature = \"health\", below = 50 }"),
    ];
    let warnings = findings(&text.concat()).warnings;
    assert_eq!(paths(&warnings), ["rules[2]", "rules"]);
    assert!(warnings[0].message.contains("one of `left`, `right`"), "{warnings:?}");
}

#[test]
fn what_depends_on_genes_is_not_claimed() {
    let text = [
        rule("near", 2, "{ feature = \"enemy_distance\", below = \"near\" }"),
        rule("nearer", 1, "{ feature = \"enemy_distance\", below = 100 }"),
    ];
    assert_eq!(findings(&text.concat()).warnings, []);
    let certain = [
        rule("near", 2, "{ feature = \"enemy_distance\", below = \"near\" }"),
        rule("nearer", 1, "{ feature = \"enemy_distance\", below = 40 }"),
    ];
    assert_eq!(paths(&findings(&certain.concat()).warnings), ["rules[1]"]);
}

/// The published cascade of which only the first level could ever be reached.
#[test]
fn rules_that_cover_every_state_are_warned_of() {
    let text = [
        rule("emergency_retreat", 100, "{ feature = \"health\", below = \"low_health\" }"),
        rule(
            "attack_visible_enemy",
            50,
            "{ any = [{ feature = \"left_count\", at_least = 1 }, { feature = \"right_count\", at_least = 1 }] }",
        ),
        rule(
            "reposition_no_enemies",
            10,
            "{ all = [{ feature = \"left_count\", equals = 0 }, { feature = \"right_count\", equals = 0 }] }",
        ),
    ];
    let warnings = findings(&text.concat()).warnings;
    assert_eq!(paths(&warnings), ["rules"]);
    assert!(warnings[0].message.contains("in every state"), "{warnings:?}");
    assert_eq!(findings(&text[..2].concat()).warnings, []);
}

#[test]
fn the_built_in_rules_are_sound_and_pass_where_nothing_is_urgent() {
    let set = RuleSet::shooting().unwrap();
    for buttons in [all_buttons(), names(&["TURN_LEFT", "TURN_RIGHT", "ATTACK"])] {
        let terms = Terms { parameters: GENES, buttons: &buttons };
        assert_eq!(set.check(&terms), Findings::default());
        let reflexes = Reflexes::new(&set, &terms, &Genome::default()).unwrap();
        let calm = with(&[("health", 100.0), ("ammo", 20.0), ("enemy_distance", 500.0)]);
        assert_eq!(reflexes.first(&calm), None);
        let bitten = with(&[("health", 100.0), ("ammo", 20.0), ("melee_distance", 60.0)]);
        let rule = reflexes.first(&bitten).unwrap();
        assert_eq!(reflexes.name(rule), Some("shoot_what_bites"));
        assert_eq!(reflexes.response(rule), Some(Response::Tactic(Tactic::Aim)));
    }
}

#[test]
fn optional_rules_are_left_out_where_a_button_is_missing() {
    let text = "[[rules]]\nname = \"a\"\nwhen = { all = [] }\ndo = [\"JUMP\"]\n";
    assert_eq!(paths(&findings(text).violations), ["rules[0].do[0]"]);
    let set = RuleSet::parse(&format!("{text}optional = true\n")).unwrap();
    let terms = Terms { parameters: GENES, buttons: &all_buttons() };
    assert_eq!(set.check(&terms), Findings::default());
    assert!(Reflexes::new(&set, &terms, &Genome::default()).unwrap().is_empty());
}

#[test]
fn buttons_are_held_in_the_scenarios_order() {
    let text = "[[rules]]\nname = \"a\"\nwhen = { all = [] }\ndo = [\"ATTACK\", \"MOVE_LEFT\"]\n";
    let terms = Terms { parameters: GENES, buttons: &all_buttons() };
    let reflexes = Reflexes::new(&RuleSet::parse(text).unwrap(), &terms, &Genome::default()).unwrap();
    assert_eq!(reflexes.response(0), Some(Response::Buttons(Buttons(0b1100))));
}

#[test]
fn a_condition_of_too_many_alternatives_is_refused() {
    let either = "{ any = [{ feature = \"health\", below = 9 }, { feature = \"armor\", below = 9 }, { feature = \"ammo\", below = 9 }] }";
    let when = format!("{{ all = [{}] }}", [either; 8].join(", "));
    let found = findings(&rule("a", 0, &when)).violations;
    assert!(found[0].message.contains("alternatives"), "{found:?}");
}

#[test]
fn mistakes_of_writing_are_told_with_their_line() {
    let wrong = RuleSet::parse("[[rules]]\nname = \"a\"\ncolour = 1\n").unwrap_err();
    assert!(wrong.message.starts_with("line 3: unknown field `colour`"), "{wrong:?}");
}

#[test]
fn what_is_written_is_read_back() {
    let set = RuleSet::shooting().unwrap();
    assert_eq!(serde_json::from_value::<RuleSet>(serde_json::to_value(&set).unwrap()).unwrap(), set);
}

/// What a condition means, by its words.
fn means(condition: &Condition, situation: &Situation) -> bool {
    if let Some(all) = &condition.all {
        return all.iter().all(|condition| means(condition, situation));
    }
    if let Some(any) = &condition.any {
        return any.iter().any(|condition| means(condition, situation));
    }
    if let Some(not) = &condition.not {
        return !means(not, situation);
    }
    let value = situation.get(Feature::find(condition.feature.as_ref().unwrap()).unwrap());
    let number = |threshold: &Threshold| match threshold {
        Threshold::Number(number) => *number as f32,
        Threshold::Gene(name) => GENES.iter().find(|gene| gene.name == name).unwrap().default as f32,
    };
    let holds = |threshold: &Option<Threshold>, test: fn(&f32, &f32) -> bool| {
        threshold.as_ref().is_none_or(|threshold| test(&value, &number(threshold)))
    };
    holds(&condition.below, f32::lt)
        && holds(&condition.at_most, f32::le)
        && holds(&condition.above, f32::gt)
        && holds(&condition.at_least, f32::ge)
        && holds(&condition.equals, f32::eq)
}

const USED: [&str; 5] = ["health", "enemy_distance", "in_line", "ready", "wall_ahead"];

fn any_comparison() -> impl Strategy<Value = Condition> {
    (prop::sample::select(USED.to_vec()), 0usize..5, 0u32..=8, any::<bool>()).prop_map(|(name, word, eighth, gene)| {
        let component = Feature::find(name).unwrap().component();
        let number = Threshold::Number(f64::from(component.high) * f64::from(eighth) / 8.0);
        let threshold = match name {
            "health" if gene => Threshold::Gene("low_health".into()),
            "enemy_distance" if gene => Threshold::Gene("near".into()),
            _ => number,
        };
        let mut condition = Condition { feature: Some(name.into()), ..Condition::default() };
        let slots = [
            &mut condition.below,
            &mut condition.at_most,
            &mut condition.above,
            &mut condition.at_least,
            &mut condition.equals,
        ];
        *slots.into_iter().nth(word).unwrap() = Some(threshold);
        condition
    })
}

fn any_condition() -> impl Strategy<Value = Condition> {
    any_comparison().prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|all| Condition { all: Some(all), ..Condition::default() }),
            prop::collection::vec(inner.clone(), 1..3)
                .prop_map(|any| Condition { any: Some(any), ..Condition::default() }),
            inner.prop_map(|not| Condition { not: Some(Box::new(not)), ..Condition::default() }),
        ]
    })
}

/// Situations on and beside the thresholds that conditions use.
fn any_situation() -> impl Strategy<Value = Situation> {
    prop::collection::vec((0u32..=8, -1i32..=1, 0u32..3), USED.len()).prop_map(|places| {
        let mut situation = Situation::blank();
        for (name, (eighth, step, gene)) in USED.iter().zip(places) {
            let feature = Feature::find(name).unwrap();
            let component = feature.component();
            let on = match (gene, *name) {
                (0, "health") => 30.0,
                (0, "enemy_distance") => 200.0,
                _ => component.high * eighth as f32 / 8.0,
            };
            let beside = if step < 0 { on.next_down() } else { on.next_up() };
            let value = if component.whole {
                libm::roundf(on) + step as f32
            } else if step == 0 {
                on
            } else {
                beside
            };
            situation = situation.with(feature, value);
        }
        situation
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn compiled_rules_mean_what_is_written(
        conditions in prop::collection::vec(any_condition(), 1..5),
        situations in prop::collection::vec(any_situation(), 20),
    ) {
        let buttons = all_buttons();
        let terms = Terms { parameters: GENES, buttons: &buttons };
        let rules = conditions.into_iter().enumerate().map(|(place, when)| Rule {
            name: format!("r{place}"),
            priority: 0,
            when,
            response: ResponseSpec::Tactic("aim".into()),
            optional: false,
        });
        let mut set = RuleSet { rules: rules.collect() };
        let findings = set.check(&terms);
        let wrong: Vec<_> = findings.violations.iter().map(|violation| violation.path.clone()).collect();
        let refused = |place: usize| wrong.contains(&format!("rules[{place}].when"));
        for situation in &situations {
            for (place, rule) in set.rules.iter().enumerate() {
                let contradicts = findings.violations.iter().any(|violation| {
                    violation.path == format!("rules[{place}].when") && violation.message.contains("contradicts")
                });
                prop_assert!(!contradicts || !means(&rule.when, situation), "{:?}", rule.when);
            }
        }

        let mut place = 0;
        set.rules.retain(|_| { place += 1; !refused(place - 1) });
        let reflexes = Reflexes::new(&set, &terms, &Genome::default()).unwrap();
        let warnings = set.check(&terms).warnings;
        for situation in &situations {
            let expected = set.rules.iter().position(|rule| means(&rule.when, situation));
            prop_assert_eq!(reflexes.first(situation), expected);
            if let Some(first) = expected {
                let hidden = format!("rules[{first}]");
                prop_assert!(warnings.iter().all(|warning| warning.path != hidden), "{:?}", warnings);
            } else {
                prop_assert!(warnings.iter().all(|warning| warning.path != "rules"), "{:?}", warnings);
            }
        }
    }
}
