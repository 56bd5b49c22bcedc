//! Every policy decides as it always has: digests of its decisions on episodes that never change.
//!
//! A digest that changes means that `BEHAVIOUR` has to be raised. The digests hold on every machine.

use decision::{POLICIES, build_with};
use domain::action::Decision;
use domain::agent::{AgentSpec, SessionSetup};
use domain::file::ContentHash;
use domain::genome::Genome;
use domain::ids::AgentId;

use crate::{played, states};

const DIGESTS: &[(&str, &str)] = &[
    ("random", "b74581fd7127605c"),
    ("attack_only", "bb0dc3f18fa61813"),
    ("sweep_lr", "28d48168fbb693ba"),
    ("rule_only", "9a746eb4fb0f4d83"),
    ("burst", "243f144004b6b1b3"),
    ("burst_threshold", "904d6d876f61bd59"),
    ("adaptive_kill", "3edd0b0a991441f0"),
    ("full_agent", "8d73f4a4252cf920"),
    ("compound_attack_turn", "84690de4339d5757"),
    ("attack_ratio", "835c0362c6af0567"),
    ("cycle", "25bfe443a26f89bc"),
    ("dodge_burst_3", "37b6965f3ed08435"),
    ("survival_burst", "639423ab775dd50f"),
    ("strafe_burst_3", "3f1457cea6f408c6"),
    ("smart_5", "2b290f7f843ed141"),
    ("adaptive_5", "b1a2758aad2d0a0a"),
    ("forward_biased", "cf7f525ebbab0f2c"),
    ("strafe_dodge", "4edaa9b5ea3fc5b6"),
    ("adaptive_aggression", "a037a2d4fa12cb65"),
    ("burst_advance", "73c47e128f05aedf"),
    ("aim", "bc73feb6c7f2c107"),
    ("cascade", "38a6f8c9a2b1ff5e"),
    ("neural", "24aee15cde69e69c"),
];

fn bytes(decision: &Decision) -> Vec<u8> {
    let mut bytes = decision.buttons.0.to_le_bytes().to_vec();
    bytes.extend(decision.confidence.to_le_bytes());
    bytes.push(decision.level as u8);
    bytes.extend(decision.rule.bytes());
    bytes
}

#[test]
fn decisions_are_what_they_always_were() {
    let mut states = states::episode(300);
    states.extend(played::states(3, 6));
    let knowledge = played::knowledge(400);
    let digests = POLICIES.iter().map(|policy| {
        let names = ["MOVE_LEFT", "MOVE_RIGHT", "ATTACK", "MOVE_FORWARD", "MOVE_BACKWARD", "TURN_LEFT", "TURN_RIGHT"];
        let setup = SessionSetup {
            agent: AgentId::slug("a"),
            experiment: String::new(),
            generation: 3,
            spec: AgentSpec::new(policy.name, Genome::default()),
            scenario: "any".into(),
            buttons: states::names(&names),
            variables: vec![],
            frame_skip: 4,
            knowledge: Default::default(),
        };
        let mut made = build_with(&setup, &knowledge).ok().unwrap();
        made.start(11);
        let played: Vec<u8> = states.iter().flat_map(|state| bytes(&made.decide(state))).collect();
        (policy.name, ContentHash::of(&played).to_string()[..16].to_owned())
    });
    let digests: Vec<_> = digests.collect();
    let known: Vec<_> = DIGESTS.iter().map(|&(name, digest)| (name, digest.to_owned())).collect();
    assert_eq!(digests, known);
}
