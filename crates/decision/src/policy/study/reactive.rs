//! The scripts that react to kills and to lost health.

use domain::genome::{Domain, Genome, Parameter};

use super::memory::Memory;
use super::mix::Mix;
use super::moves::{Move, Moves};

pub(super) const BURST: Parameter = Parameter {
    name: "burst",
    about: "attacks in a row, in ticks",
    domain: Domain::Integer { low: 1, high: 35 },
    default: 3.0,
    ..Parameter::PLAIN
};
pub(super) const PATIENCE: Parameter = Parameter {
    name: "patience",
    about: "turns after more than this many ticks without a kill",
    domain: Domain::Integer { low: 0, high: 350 },
    default: 20.0,
    ..Parameter::PLAIN
};
pub(super) const HEALTHY: Parameter = Parameter {
    name: "healthy",
    about: "always attacks with more health than this, in points",
    domain: Domain::Real { low: 0.0, high: 200.0 },
    default: 60.0,
    ..Parameter::PLAIN
};
pub(super) const WEAK: Parameter = Parameter {
    name: "weak",
    about: "attacks seldom with this health or less, in points",
    domain: Domain::Real { low: 0.0, high: 200.0 },
    default: 30.0,
    ..Parameter::PLAIN
};
pub(super) const WEAK_SHARE: Parameter = Parameter {
    name: "weak_attack_share",
    about: "probability of an attack while weak",
    domain: Domain::Real { low: 0.0, high: 1.0 },
    default: 0.3,
    ..Parameter::PLAIN
};
pub(super) const CAUTION: Parameter = Parameter {
    name: "memory",
    about: "how strongly lost health makes it dodge, 0 to 1",
    domain: Domain::Real { low: 0.0, high: 1.0 },
    default: 0.5,
    ..Parameter::PLAIN
};
pub(super) const STRENGTH: Parameter = Parameter {
    name: "strength",
    about: "how much it prefers an attack to a turn, 0 to 1",
    domain: Domain::Real { low: 0.0, high: 1.0 },
    default: 0.5,
    ..Parameter::PLAIN
};
pub(super) const PAIN: Parameter = Parameter {
    name: "pain",
    about: "is under fire after losing more than this many points of health within ten ticks",
    domain: Domain::Real { low: 0.0, high: 100.0 },
    default: 10.0,
    ..Parameter::PLAIN
};
pub(super) const STEP_SHARE: Parameter = Parameter {
    name: "strafe_share",
    about: "probability of a step, instead of an attack, under fire",
    domain: Domain::Real { low: 0.0, high: 1.0 },
    default: 0.6,
    ..Parameter::PLAIN
};

/// Attacks while healthy, attacks and turns in turn while hurt, attacks seldom while weak, and turns whenever kills have
/// stayed out for too long.
pub(super) struct AdaptiveKill {
    burst: u32,
    patience: u32,
    healthy: f32,
    weak: f32,
    share: f64,
    stagnant: u32,
    tick: u32,
}

impl AdaptiveKill {
    pub(super) fn new(genome: &Genome) -> Self {
        Self {
            burst: genome.get(&BURST) as u32,
            patience: genome.get(&PATIENCE) as u32,
            healthy: genome.get(&HEALTHY) as f32,
            weak: genome.get(&WEAK) as f32,
            share: genome.get(&WEAK_SHARE),
            stagnant: 0,
            tick: 0,
        }
    }

    pub(super) fn restart(&mut self) {
        (self.stagnant, self.tick) = (0, 0);
    }

    pub(super) fn next(&mut self, moves: &Moves, memory: &Memory) -> Mix {
        self.stagnant = if memory.has_killed { 0 } else { self.stagnant + 1 };
        self.tick = (self.tick + 1) % self.burst.saturating_add(1);
        if self.stagnant > self.patience {
            self.stagnant = 0;
            return moves.mix(Move::Turn);
        }
        let share = if memory.health() > self.healthy {
            1.0
        } else if memory.health() > self.weak {
            f64::from(u8::from(self.tick < self.burst))
        } else {
            self.share
        };
        attack_or(Move::Turn, share, moves)
    }
}

/// Turns away the more likely the more health was lost in the last two ticks, else attacks or turns by lot.
pub(super) struct FullAgent {
    caution: f64,
    strength: f64,
}

impl FullAgent {
    pub(super) fn new(genome: &Genome) -> Self {
        Self { caution: genome.get(&CAUTION), strength: genome.get(&STRENGTH) }
    }

    pub(super) fn next(&self, moves: &Moves, memory: &Memory) -> Mix {
        let lost = f64::from(memory.lost(3)).max(0.0);
        let dodges = (lost / (30.0 * (1.1 - self.caution))).min(0.9);
        let attacks = 0.4 + 0.55 * self.strength;
        Mix::EMPTY.or_mix(moves.mix(Move::Turn), dodges).or_mix(attack_or(Move::Turn, attacks, moves), 1.0 - dodges)
    }
}

/// Bursts; after one with a kill one step, after one without two turns.
pub(super) struct Smart {
    burst: u32,
    position: u32,
    kills: i32,
}

impl Smart {
    pub(super) fn new(genome: &Genome) -> Self {
        Self { burst: genome.get(&BURST) as u32, position: 0, kills: 0 }
    }

    pub(super) fn restart(&mut self) {
        self.position = 0;
    }

    pub(super) fn next(&mut self, moves: &Moves, memory: &Memory) -> Mix {
        if self.position == 0 {
            self.kills = memory.kills();
        }
        let now = self.position;
        self.position += 1;
        if now < self.burst {
            return moves.mix(Move::Attack);
        }
        if now == self.burst && memory.kills() > self.kills {
            self.position = 0;
            return moves.mix(Move::Strafe);
        }
        if now > self.burst {
            self.position = 0;
        }
        moves.mix(Move::Turn)
    }
}

/// A step after a kill, steps or attacks by lot under fire, else bursts with a turn between.
pub(super) struct Adaptive {
    burst: u32,
    pain: f32,
    share: f64,
    position: u32,
}

impl Adaptive {
    pub(super) fn new(genome: &Genome) -> Self {
        let (burst, pain) = (genome.get(&BURST) as u32, genome.get(&PAIN) as f32);
        Self { burst, pain, share: genome.get(&STEP_SHARE), position: 0 }
    }

    pub(super) fn restart(&mut self) {
        self.position = 0;
    }

    pub(super) fn next(&mut self, moves: &Moves, memory: &Memory) -> Mix {
        if memory.has_killed {
            return moves.mix(Move::Strafe);
        }
        if memory.lost(10) > self.pain {
            return attack_or(Move::Strafe, 1.0 - self.share, moves);
        }
        let now = self.position;
        self.position = (now + 1) % self.burst.saturating_add(1);
        moves.mix(if now < self.burst { Move::Attack } else { Move::Turn })
    }
}

/// An attack with probability `share`, else the other move.
fn attack_or(other: Move, share: f64, moves: &Moves) -> Mix {
    Mix::EMPTY.or_mix(moves.mix(Move::Attack), share).or_mix(moves.mix(other), 1.0 - share)
}
