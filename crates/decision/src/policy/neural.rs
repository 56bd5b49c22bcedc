//! `neural`: a small network scores what can be pressed, and what has the highest scores is pressed.
//!
//! A tick goes: situation, inputs, network, choice. The network of a genome looks at [`INPUTS`] and has one hidden layer
//! of tanh units, which may see what they gave out one tick ago; any other network can be given instead. Each group of
//! buttons that exclude each other is decided on its own. Doing nothing is an option of every group, with the score 0, so
//! a genome of zeros presses nothing.

mod choice;
mod genes;
mod name;

use domain::Violation;
use domain::action::{Decision, Level};
use domain::agent::SessionSetup;
use domain::game::{GameState, ObservationSpec};
use domain::genome::Genome;
use domain::knowledge::KnowledgeKind;

use crate::controls::Controls;
use crate::network::Network;
use crate::situation::{Feature, Observer, SIZE, WALLS};
use crate::{Knowledge, Policy, PolicyInfo};
use choice::Outputs;
pub use genes::{INPUTS, OUTPUTS};

const OBSERVATION: ObservationSpec = ObservationSpec::ENTITIES;

/// The catalogue's entry.
pub(crate) const INFO: PolicyInfo = PolicyInfo {
    name: "neural",
    about: "a small network scores what can be pressed; its weights are made to be evolved",
    parameters: genes::PARAMETERS,
    observation: OBSERVATION,
    knowledge: &[KnowledgeKind::Network],
    make,
};

fn make(setup: &SessionSetup, controls: &Controls, knowledge: &Knowledge) -> Result<Box<dyn Policy>, Vec<Violation>> {
    let genome = &setup.spec.genome;
    let (network, mut violations) = match &knowledge.network {
        Some(network) => (Network::clone(network), [misfits(network), idle(genome)].concat()),
        None => {
            let made = genes::network(genome);
            (made.map_err(|error| vec![Violation::new("agent.genome", error.to_string())])?, Vec::new())
        }
    };
    let outputs = Outputs::new(controls).map_err(|violation| violations.push(violation)).ok();
    let Some(outputs) = outputs.filter(|_| violations.is_empty()) else { return Err(violations) };
    let features = inputs(network.shape().inputs());
    let observer = Observer::with_controls(setup.frame_skip, *controls);
    Ok(Box::new(Neural { network, features, outputs, observer }))
}

/// Why a network of one's own cannot play. Its inputs are [`INPUTS`] or all
/// [`COMPONENTS`](crate::situation::COMPONENTS), whichever are as many, and [`WALLS`] if it has so many more; its outputs
/// are [`OUTPUTS`].
fn misfits(network: &Network) -> Vec<Violation> {
    let (given, scores) = (network.shape().inputs(), network.shape().outputs());
    let mut violations = Vec::new();
    if inputs(given).len() != given {
        let (some, walls) = (INPUTS.len(), WALLS.len());
        let message = format!("it has {given} inputs; {some} or all {SIZE} are given to it, and walls as {walls} more");
        violations.push(Violation::new("network", message));
    }
    if scores != OUTPUTS.len() {
        let message = format!("it has {scores} outputs; {} are needed: {}", OUTPUTS.len(), OUTPUTS.join(", "));
        violations.push(Violation::new("network", message));
    }
    violations
}

/// Genes beside a network that stands in their place.
fn idle(genome: &Genome) -> Vec<Violation> {
    let idle = |name: &String| {
        let message = "has no effect: a network of its own stands in the place of the genome's";
        Violation::new(format!("agent.genome.{name}"), message).with_help("leave out the gene, or the network")
    };
    genome.0.keys().map(idle).collect()
}

/// What a network with so many inputs looks at, or would look at if it had as many as that.
fn inputs(count: usize) -> Vec<Feature> {
    let mut features: Vec<_> = if count < SIZE {
        INPUTS.into_iter().filter_map(Feature::find).collect()
    } else {
        Feature::components().collect()
    };
    if count == features.len() + WALLS.len() {
        features.extend(Feature::all().filter(|feature| feature.is_wall()));
    }
    features
}

struct Neural {
    network: Network,
    /// What its inputs are.
    features: Vec<Feature>,
    outputs: Outputs,
    observer: Observer,
}

impl Policy for Neural {
    fn observation(&self) -> ObservationSpec {
        ObservationSpec { walls: self.features.iter().any(|feature| feature.is_wall()), ..OBSERVATION }
    }

    fn start(&mut self, _agent_seed: u64) {
        self.network.start();
        self.observer.restart();
    }

    fn decide(&mut self, state: &GameState) -> Decision {
        let situation = self.observer.observe(state);
        for (input, &feature) in self.network.inputs().iter_mut().zip(&self.features) {
            *input = situation.normal(feature);
        }
        let choice = self.outputs.choose(self.network.evaluate());
        self.observer.commit(choice.buttons);
        Decision { buttons: choice.buttons, level: Level::L0, rule: choice.rule, confidence: choice.confidence }
    }
}

#[cfg(test)]
mod tests;
