//! The list of scripts, with their numbers in the study as defaults.

use domain::genome::{Domain, Parameter};

use super::moves::Move;
use super::play::{Play, Times};
use super::{OBSERVATION, Script, health_threshold, make, reactive};
use crate::PolicyInfo;

/// Every script.
pub(super) const SCRIPTS: &[Script] = &[
    BURST,
    BURST_THRESHOLD,
    ADAPTIVE_KILL,
    FULL_AGENT,
    COMPOUND_ATTACK_TURN,
    ATTACK_RATIO,
    CYCLE,
    DODGE_BURST,
    SURVIVAL_BURST,
    STRAFE_BURST,
    SMART,
    ADAPTIVE,
    FORWARD_BIASED,
    STRAFE_DODGE,
    ADAPTIVE_AGGRESSION,
    BURST_ADVANCE,
];

/// The catalogue's entries, in the same order.
pub(crate) const INFOS: [PolicyInfo; 16] = [
    BURST.info,
    BURST_THRESHOLD.info,
    ADAPTIVE_KILL.info,
    FULL_AGENT.info,
    COMPOUND_ATTACK_TURN.info,
    ATTACK_RATIO.info,
    CYCLE.info,
    DODGE_BURST.info,
    SURVIVAL_BURST.info,
    STRAFE_BURST.info,
    SMART.info,
    ADAPTIVE.info,
    FORWARD_BIASED.info,
    STRAFE_DODGE.info,
    ADAPTIVE_AGGRESSION.info,
    BURST_ADVANCE.info,
];

const fn script(
    name: &'static str,
    about: &'static str,
    parameters: &'static [Parameter<'static>],
    guard: Option<Move>,
    play: Play,
) -> Script {
    Script { info: PolicyInfo { name, about, parameters, observation: OBSERVATION, knowledge: &[], make }, guard, play }
}

const fn ticks(name: &'static str, about: &'static str, default: f64) -> Parameter<'static> {
    Parameter { name, about, domain: Domain::Integer { low: 1, high: 35 }, default, ..Parameter::PLAIN }
}

const fn share(name: &'static str, about: &'static str, default: f64) -> Parameter<'static> {
    Parameter { name, about, domain: Domain::Real { low: 0.0, high: 1.0 }, default, ..Parameter::PLAIN }
}

const HEALTH: Parameter = health_threshold(20.0);
const ATTACK_SHARE: Parameter = share("attack_share", "probability of an attack", 0.5);
const LENGTH: Parameter = ticks("length", "attacks, and then other moves, in a row, in ticks", 3.0);
const STEPS: Parameter = ticks("steps", "steps to the side in a row, in ticks", 2.0);
const SHORT_BURST: Parameter = ticks("burst", "attacks in a row, in ticks", 2.0);
const STRIDE: Parameter = ticks("stride", "ticks forward in a row", 3.0);

const FORWARD_BIASED_STEP: Parameter = share("strafe_weight", "weight of a step to the side", 0.2);
const FORWARD_BIASED_ATTACK: Parameter = share("attack_weight", "weight of an attack", 0.25);
const FORWARD_BIASED_FORWARD: Parameter = share("forward_weight", "weight of going forward", 0.35);
const FORWARD_BIASED_BACKWARD: Parameter = share("backward_weight", "weight of going backward", 0.05);
const FORWARD_BIASED_TURN: Parameter = share("turn_weight", "weight of a turn", 0.15);

const STRAFE_DODGE_STEP: Parameter = share("strafe_weight", "weight of a step to the side", 0.4);
const STRAFE_DODGE_ATTACK: Parameter = share("attack_weight", "weight of an attack", 0.25);
const STRAFE_DODGE_FORWARD: Parameter = share("forward_weight", "weight of going forward", 0.2);
const STRAFE_DODGE_BACKWARD: Parameter = share("backward_weight", "weight of going backward", 0.05);
const STRAFE_DODGE_TURN: Parameter = share("turn_weight", "weight of a turn", 0.1);

const ADAPTIVE_AGGRESSION_STEP: Parameter = share("strafe_weight", "weight of a step to the side", 0.25);
const ADAPTIVE_AGGRESSION_ATTACK: Parameter = share("attack_weight", "weight of an attack", 0.3);
const ADAPTIVE_AGGRESSION_FORWARD: Parameter = share("forward_weight", "weight of going forward", 0.3);
const ADAPTIVE_AGGRESSION_BACKWARD: Parameter = share("backward_weight", "weight of going backward", 0.05);
const ADAPTIVE_AGGRESSION_TURN: Parameter = share("turn_weight", "weight of a turn", 0.1);

const BURST: Script = script(
    "burst",
    "attacks some ticks, then turns one tick by lot (burst_1 to burst_7); turns left when weak or out of ammunition",
    &[HEALTH, reactive::BURST],
    Some(Move::Left),
    Play::Cycle(&[(Move::Attack, Times::Gene(&reactive::BURST)), (Move::Turn, Times::Always(1))]),
);

const BURST_THRESHOLD: Script = script(
    "burst_threshold",
    "as burst, but turns by lot when weak or out of ammunition (burst3_threshold)",
    &[HEALTH, reactive::BURST],
    Some(Move::Turn),
    Play::Cycle(&[(Move::Attack, Times::Gene(&reactive::BURST)), (Move::Turn, Times::Always(1))]),
);

const ADAPTIVE_KILL: Script = script(
    "adaptive_kill",
    "attacks while healthy, more seldom the weaker it is, and turns when kills stay out",
    &[reactive::BURST, reactive::PATIENCE, reactive::HEALTHY, reactive::WEAK, reactive::WEAK_SHARE],
    None,
    Play::AdaptiveKill,
);

const FULL_AGENT: Script = script(
    "full_agent",
    "turns by lot the more likely the more health it lost lately, else attacks or turns by lot",
    &[HEALTH, reactive::CAUTION, reactive::STRENGTH],
    Some(Move::Left),
    Play::FullAgent,
);

const COMPOUND_ATTACK_TURN: Script = script(
    "compound_attack_turn",
    "attacks and turns at once, to a side by lot; turns left when weak or out of ammunition",
    &[HEALTH],
    Some(Move::Left),
    Play::Cycle(&[(Move::AttackAndTurn, Times::Always(1))]),
);

const ATTACK_RATIO: Script = script(
    "attack_ratio",
    "attacks with a fixed probability, else turns or steps by lot (ar_p); steps when weak or out of ammunition",
    &[HEALTH, ATTACK_SHARE],
    Some(Move::Strafe),
    Play::Ratio(&ATTACK_SHARE, Move::TurnOrStrafe),
);

const CYCLE: Script = script(
    "cycle",
    "as many attacks as turns or steps by lot, in turn (cycle_n); steps when weak or out of ammunition",
    &[HEALTH, LENGTH],
    Some(Move::Strafe),
    Play::Cycle(&[(Move::Attack, Times::Gene(&LENGTH)), (Move::TurnOrStrafe, Times::Gene(&LENGTH))]),
);

const DODGE_BURST: Script = script(
    "dodge_burst_3",
    "attacks some ticks, then steps two ticks by lot; steps when weak or out of ammunition",
    &[HEALTH, reactive::BURST, STEPS],
    Some(Move::Strafe),
    Play::Cycle(&[(Move::Attack, Times::Gene(&reactive::BURST)), (Move::Strafe, Times::Gene(&STEPS))]),
);

const SURVIVAL_BURST: Script = script(
    "survival_burst",
    "two attacks, two steps and a turn by lot; steps when weak or out of ammunition",
    &[HEALTH, SHORT_BURST, STEPS],
    Some(Move::Strafe),
    Play::Cycle(&[
        (Move::Attack, Times::Gene(&SHORT_BURST)),
        (Move::Strafe, Times::Gene(&STEPS)),
        (Move::Turn, Times::Always(1)),
    ]),
);

const STRAFE_BURST: Script = script(
    "strafe_burst_3",
    "attacks some ticks, then steps one tick by lot; steps when weak or out of ammunition",
    &[HEALTH, reactive::BURST],
    Some(Move::Strafe),
    Play::Cycle(&[(Move::Attack, Times::Gene(&reactive::BURST)), (Move::Strafe, Times::Always(1))]),
);

const SMART: Script = script(
    "smart_5",
    "attacks some ticks, then steps once if that killed, else turns twice; steps when weak or out of ammunition",
    &[HEALTH, reactive::BURST],
    Some(Move::Strafe),
    Play::Smart,
);

const ADAPTIVE: Script = script(
    "adaptive_5",
    "steps after a kill, steps or attacks by lot under fire, else attacks with turns between",
    &[HEALTH, reactive::BURST, reactive::PAIN, reactive::STEP_SHARE],
    Some(Move::Strafe),
    Play::Adaptive,
);

const FORWARD_BIASED: Script = script(
    "forward_biased",
    "any button by lot, forward most often",
    &[FORWARD_BIASED_STEP, FORWARD_BIASED_ATTACK, FORWARD_BIASED_FORWARD, FORWARD_BIASED_BACKWARD, FORWARD_BIASED_TURN],
    None,
    Play::Weighted(&[
        (&FORWARD_BIASED_STEP, Move::Strafe),
        (&FORWARD_BIASED_ATTACK, Move::Attack),
        (&FORWARD_BIASED_FORWARD, Move::Forward),
        (&FORWARD_BIASED_BACKWARD, Move::Backward),
        (&FORWARD_BIASED_TURN, Move::Turn),
    ]),
);

const STRAFE_DODGE: Script = script(
    "strafe_dodge",
    "any button by lot, steps to the side most often",
    &[STRAFE_DODGE_STEP, STRAFE_DODGE_ATTACK, STRAFE_DODGE_FORWARD, STRAFE_DODGE_BACKWARD, STRAFE_DODGE_TURN],
    None,
    Play::Weighted(&[
        (&STRAFE_DODGE_STEP, Move::Strafe),
        (&STRAFE_DODGE_ATTACK, Move::Attack),
        (&STRAFE_DODGE_FORWARD, Move::Forward),
        (&STRAFE_DODGE_BACKWARD, Move::Backward),
        (&STRAFE_DODGE_TURN, Move::Turn),
    ]),
);

const ADAPTIVE_AGGRESSION: Script = script(
    "adaptive_aggression",
    "any button by lot, attacks and forward most often",
    &[
        ADAPTIVE_AGGRESSION_STEP,
        ADAPTIVE_AGGRESSION_ATTACK,
        ADAPTIVE_AGGRESSION_FORWARD,
        ADAPTIVE_AGGRESSION_BACKWARD,
        ADAPTIVE_AGGRESSION_TURN,
    ],
    None,
    Play::Weighted(&[
        (&ADAPTIVE_AGGRESSION_STEP, Move::Strafe),
        (&ADAPTIVE_AGGRESSION_ATTACK, Move::Attack),
        (&ADAPTIVE_AGGRESSION_FORWARD, Move::Forward),
        (&ADAPTIVE_AGGRESSION_BACKWARD, Move::Backward),
        (&ADAPTIVE_AGGRESSION_TURN, Move::Turn),
    ]),
);

const BURST_ADVANCE: Script = script(
    "burst_advance",
    "goes forward some ticks, then presses another button by lot",
    &[STRIDE],
    None,
    Play::Cycle(&[(Move::Forward, Times::Gene(&STRIDE)), (Move::NotForward, Times::Always(1))]),
);
