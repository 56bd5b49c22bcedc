//! A generation from the one before.

use std::ops::Range;

use domain::genome::Genome;
use domain::seed::Address;
use serde::{Deserialize, Serialize};

use super::crossover::Child;
use super::spec::{GeneticSpec, Mutation};
use super::{Offspring, Space, crossover, mutation};
use crate::evolution::sampling;

/// A member that can have children.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Parent {
    /// Its position in the generation.
    pub(super) position: u32,
    /// Its parameters.
    pub(super) genome: Genome,
    /// Standard deviation of its children's changes, as a share of the range.
    pub(super) step: f64,
}

pub(super) struct Nursery<'a> {
    pub(super) space: &'a Space<'a>,
    /// Those who can become parents, from best to worst.
    pub(super) ranked: &'a [Parent],
    pub(super) spec: &'a GeneticSpec,
    pub(super) seed: u64,
    pub(super) generation: u32,
}

/// Two parents, as places among those who can have children, and which of their children is meant.
#[derive(Clone, Copy)]
struct Couple {
    parents: [usize; 2],
    /// Position of their first child.
    first: u32,
    child: Child,
}

/// What two parents, or one, hand down.
struct Conception {
    parents: Vec<u32>,
    genes: Vec<f64>,
    step: f64,
    operators: Vec<&'static str>,
}

impl Nursery<'_> {
    /// The members of the next generation, each with its step; none if there are no parents.
    pub(super) fn children(&self) -> Vec<(Offspring, f64)> {
        if self.ranked.is_empty() {
            return vec![];
        }
        let population = self.spec.population;
        let elites = self.spec.elites.min(population).min(self.ranked.len() as u32);
        let immigrants = population - self.spec.immigrants.min(population - elites);
        let survivors = self.ranked.iter().take(elites as usize).map(elite);
        let couples = self.couples(elites..immigrants);
        let children = (elites..immigrants).zip(couples).map(|(position, couple)| self.child(position, couple));
        let newcomers = (immigrants..population).map(|position| self.immigrant(position));
        survivors.chain(children).chain(newcomers).collect()
    }

    /// Those who can have children.
    fn pool(&self) -> &[Parent] {
        let most = self.spec.parents.map_or(usize::MAX, |parents| parents as usize);
        &self.ranked[..self.ranked.len().min(most)]
    }

    /// The parents of the child at each of these positions.
    fn couples(&self, positions: Range<u32>) -> impl Iterator<Item = Couple> {
        let children: &[Child] = if self.spec.siblings { &[Child::First, Child::Second] } else { &[Child::First] };
        let firsts = positions.step_by(children.len());
        let draws = |purpose: &str, position| self.address(purpose, position).stream();
        let parents = self.spec.selection.couples(self.pool().len(), firsts.clone(), draws);
        firsts
            .zip(parents)
            .flat_map(|(first, parents)| children.iter().map(move |&child| Couple { parents, first, child }))
    }

    fn child(&self, position: u32, couple: Couple) -> (Offspring, f64) {
        let Conception { parents, mut genes, step, mut operators } = self.conceive(couple);
        let step = self.handed_down(step, position);
        let mut draws = self.address("evolution/mutation/v1", position).stream();
        if mutation::mutate(self.space, &mut genes, self.spec, step, operators.is_empty(), &mut draws) {
            operators.push(mutation::name(self.spec.mutation));
        }
        if operators.is_empty() {
            operators.push("copy");
        }
        (Offspring { genome: self.space.genome(&genes), parents, operators }, step)
    }

    /// Combines two parents, or chooses the first for the first child and the second for the second.
    fn conceive(&self, Couple { parents: [first, second], first: position, child }: Couple) -> Conception {
        let [mut a, mut b] = [first, second].map(|parent| &self.pool()[parent]);
        if child == Child::Second {
            (a, b) = (b, a);
        }
        let genes = self.space.genes(&a.genome);
        let mut draws = self.address("evolution/crossover/v1", position).stream();
        if first == second || draws.unit() >= self.spec.crossover_rate {
            return Conception { parents: vec![a.position], genes, step: a.step, operators: vec![] };
        }
        let other = self.space.genes(&b.genome);
        let (genes, operator) = crossover::cross(self.space, &genes, &other, self.spec.crossover, child, &mut draws);
        let step = libm::sqrt(a.step * b.step);
        Conception { parents: vec![a.position, b.position], genes, step, operators: vec![operator] }
    }

    /// The step of a child whose parents have this one.
    fn handed_down(&self, step: f64, position: u32) -> f64 {
        match self.spec.mutation {
            Mutation::SelfAdaptive { .. } => {
                let mut draws = self.address("evolution/step/v1", position).stream();
                mutation::adapted(step, self.space.size(), &mut draws)
            }
            Mutation::Gaussian { .. } | Mutation::Polynomial { .. } => step,
        }
    }

    fn immigrant(&self, position: u32) -> (Offspring, f64) {
        let mut draws = self.address("evolution/immigrants/v1", position).stream();
        let genome = sampling::anywhere(self.space, &mut draws);
        (Offspring { genome, parents: vec![], operators: vec!["immigrant"] }, self.spec.mutation.first_step())
    }

    fn address(&self, purpose: &str, position: u32) -> Address {
        Address::new(self.seed, purpose).at(self.generation).at(position)
    }
}

fn elite(member: &Parent) -> (Offspring, f64) {
    let elite = Offspring { genome: member.genome.clone(), parents: vec![member.position], operators: vec!["elite"] };
    (elite, member.step)
}
