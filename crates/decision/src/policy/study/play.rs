//! How scripts go on from tick to tick.

use domain::genome::{Genome, Parameter};

use super::memory::Memory;
use super::mix::Mix;
use super::moves::{Move, Moves};
use super::reactive::{Adaptive, AdaptiveKill, FullAgent, Smart};

/// A script without its guard. Its numbers are genes.
#[derive(Clone, Copy)]
pub(super) enum Play {
    /// Moves in turn, each as often as it says.
    Cycle(&'static [(Move, Times)]),
    /// An attack with the probability that a gene says, else the other move.
    Ratio(&'static Parameter<'static>, Move),
    /// Moves by lot, with weights that genes say.
    Weighted(&'static [(&'static Parameter<'static>, Move)]),
    /// See [`AdaptiveKill`].
    AdaptiveKill,
    /// See [`FullAgent`].
    FullAgent,
    /// See [`Smart`].
    Smart,
    /// See [`Adaptive`].
    Adaptive,
}

/// How often a move of a cycle is repeated.
#[derive(Clone, Copy)]
pub(super) enum Times {
    /// Always so often.
    Always(u32),
    /// As often as a gene says.
    Gene(&'static Parameter<'static>),
}

impl Play {
    /// The moves that it may make.
    pub(super) fn moves(&self) -> impl Iterator<Item = Move> {
        let (cycle, weighted, others): (&[_], &[_], _) = match *self {
            Self::Cycle(cycle) => (cycle, &[], [None; 3]),
            Self::Weighted(weighted) => (&[], weighted, [None; 3]),
            Self::Ratio(_, other) => (&[], &[], [Some(Move::Attack), Some(other), None]),
            Self::AdaptiveKill | Self::FullAgent => (&[], &[], [Some(Move::Attack), Some(Move::Turn), None]),
            Self::Smart | Self::Adaptive => (&[], &[], [Move::Attack, Move::Turn, Move::Strafe].map(Some)),
        };
        let of_cycle = cycle.iter().map(|&(each, _): &(Move, Times)| each);
        let of_weights = weighted.iter().map(|&(_, each): &(&Parameter, Move)| each);
        of_cycle.chain(of_weights).chain(others.into_iter().flatten())
    }
}

/// A script in play.
pub(super) enum Player {
    Cycle { moves: Vec<Move>, position: usize },
    Ratio { share: f64, other: Move },
    Weighted { shares: Vec<(Move, f64)> },
    AdaptiveKill(AdaptiveKill),
    FullAgent(FullAgent),
    Smart(Smart),
    Adaptive(Adaptive),
}

impl Player {
    pub(super) fn new(play: &Play, genome: &Genome) -> Self {
        match *play {
            Play::Cycle(cycle) => Self::Cycle { moves: unrolled(cycle, genome), position: 0 },
            Play::Ratio(share, other) => Self::Ratio { share: genome.get(share), other },
            Play::Weighted(weighted) => Self::Weighted { shares: shares(weighted, genome) },
            Play::AdaptiveKill => Self::AdaptiveKill(AdaptiveKill::new(genome)),
            Play::FullAgent => Self::FullAgent(FullAgent::new(genome)),
            Play::Smart => Self::Smart(Smart::new(genome)),
            Play::Adaptive => Self::Adaptive(Adaptive::new(genome)),
        }
    }

    /// Forgets the episode before.
    pub(super) fn restart(&mut self) {
        match self {
            Self::Cycle { position, .. } => *position = 0,
            Self::Ratio { .. } | Self::Weighted { .. } | Self::FullAgent(_) => (),
            Self::AdaptiveKill(script) => script.restart(),
            Self::Smart(script) => script.restart(),
            Self::Adaptive(script) => script.restart(),
        }
    }

    /// The choices of the coming tick.
    pub(super) fn next(&mut self, moves: &Moves, memory: &Memory) -> Mix {
        match self {
            Self::Cycle { moves: cycle, position } => {
                let next = cycle.get(*position).copied().unwrap_or(Move::Attack);
                *position = (*position + 1) % cycle.len().max(1);
                moves.mix(next)
            }
            Self::Ratio { share, other } => {
                Mix::EMPTY.or_mix(moves.mix(Move::Attack), *share).or_mix(moves.mix(*other), 1.0 - *share)
            }
            Self::Weighted { shares } => {
                shares.iter().fold(Mix::EMPTY, |mix, &(each, share)| mix.or_mix(moves.mix(each), share))
            }
            Self::AdaptiveKill(script) => script.next(moves, memory),
            Self::FullAgent(script) => script.next(moves, memory),
            Self::Smart(script) => script.next(moves, memory),
            Self::Adaptive(script) => script.next(moves, memory),
        }
    }
}

fn unrolled(cycle: &[(Move, Times)], genome: &Genome) -> Vec<Move> {
    let times = |times: Times| match times {
        Times::Always(times) => times,
        Times::Gene(gene) => genome.get(gene) as u32,
    };
    cycle.iter().flat_map(|&(each, count)| std::iter::repeat_n(each, times(count) as usize)).collect()
}

/// Weights as shares of their sum; equal ones if all are zero.
fn shares(weighted: &[(&Parameter, Move)], genome: &Genome) -> Vec<(Move, f64)> {
    let sum: f64 = weighted.iter().map(|(gene, _)| genome.get(gene)).sum();
    let share = |gene| if sum > 0.0 { genome.get(gene) / sum } else { 1.0 / weighted.len() as f64 };
    weighted.iter().map(|&(gene, each)| (each, share(gene))).collect()
}
