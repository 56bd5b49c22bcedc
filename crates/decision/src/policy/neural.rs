//! `neural`: a small network scores what can be pressed, and what has the highest scores is pressed.
//!
//! A tick goes: situation, inputs, network, choice. The network of a genome looks at [`INPUTS`] and has one hidden layer
//! of tanh units, which may see what they gave out one tick ago; [`with_network`] takes any other network. Each group
//! of buttons that exclude each other is decided on its own. Doing nothing is an option of every group, with the score 0, so
//! a genome of zeros presses nothing.

mod choice;
mod genes;
mod name;

use domain::Violation;
use domain::action::{Decision, Level};
use domain::agent::SessionSetup;
use domain::game::{GameState, ObservationSpec};

use crate::controls::Controls;
use crate::network::Network;
use crate::situation::{Feature, Observer, SIZE};
use crate::{Knowledge, Policy, PolicyInfo};
use choice::Outputs;
pub use genes::{INPUTS, OUTPUTS};

const OBSERVATION: ObservationSpec =
    ObservationSpec { entities: true, screen: false, depth: false, labels: false, automap: false };

/// The catalogue's entry.
pub(crate) const INFO: PolicyInfo = PolicyInfo {
    name: "neural",
    about: "a small network scores what can be pressed; its weights are made to be evolved",
    parameters: genes::PARAMETERS,
    observation: OBSERVATION,
    make,
};

fn make(setup: &SessionSetup, controls: &Controls, _knowledge: &Knowledge) -> Result<Box<dyn Policy>, Vec<Violation>> {
    let outputs = Outputs::new(controls).map_err(|violation| vec![violation])?;
    let network =
        genes::network(&setup.spec.genome).map_err(|error| vec![Violation::new("agent.genome", error.to_string())])?;
    let observer = Observer::with_controls(setup.frame_skip, *controls);
    Ok(Box::new(Neural { network, features: inputs(), outputs, observer }))
}

/// The policy `neural` with a network of one's own in place of the genome's, such as one that
/// [`onnx::read`](crate::network::onnx::read) gives. Its inputs are [`INPUTS`], or all
/// [`COMPONENTS`](crate::situation::COMPONENTS) if it has that many; its outputs are [`OUTPUTS`].
///
/// # Errors
/// At `agent.network` another number of inputs or outputs, at `scenario.buttons` a scenario in which it could press
/// nothing.
pub fn with_network(setup: &SessionSetup, network: Network) -> Result<Box<dyn Policy>, Vec<Violation>> {
    let (given, scores) = (network.shape().inputs(), network.shape().outputs());
    let mut violations = Vec::new();
    if given != INPUTS.len() && given != SIZE {
        let message = format!("the network has {given} inputs; {} or all {SIZE} are given to it", INPUTS.len());
        violations.push(Violation::new("agent.network", message));
    }
    if scores != OUTPUTS.len() {
        let message = format!("the network has {scores} outputs; {} are needed: {}", OUTPUTS.len(), OUTPUTS.join(", "));
        violations.push(Violation::new("agent.network", message));
    }
    let controls = Controls::new(&setup.buttons);
    match Outputs::new(&controls) {
        Ok(outputs) if violations.is_empty() => {
            let features = if given == SIZE { Feature::all().collect() } else { inputs() };
            let observer = Observer::with_controls(setup.frame_skip, controls);
            Ok(Box::new(Neural { network, features, outputs, observer }))
        }
        Ok(_) => Err(violations),
        Err(violation) => {
            violations.push(violation);
            Err(violations)
        }
    }
}

fn inputs() -> Vec<Feature> {
    INPUTS.into_iter().filter_map(Feature::find).collect()
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
        OBSERVATION
    }

    fn start(&mut self, _agent_seed: u64) {
        self.network.start();
        self.observer.restart();
    }

    fn decide(&mut self, state: &GameState) -> Decision {
        let vector = self.observer.observe(state).vector();
        for (input, feature) in self.network.inputs().iter_mut().zip(&self.features) {
            *input = vector[feature.index()];
        }
        let choice = self.outputs.choose(self.network.evaluate());
        self.observer.commit(choice.buttons);
        Decision { buttons: choice.buttons, level: Level::L0, rule: choice.rule, confidence: choice.confidence }
    }
}

#[cfg(test)]
mod tests;
