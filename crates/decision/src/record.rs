//! The decisions of an episode as bytes: for storage, and for learning from them.
//!
//! Every tick has its [`Trace`]. A tick at which something else is begun than was under way also has its situation, each
//! component in steps of 1/127: what is learned about begins there, and the ticks between look much the same.

use crate::Policy;
use crate::situation::{SIZE, Situation};
use crate::snapshot::{Reader, SnapshotError};
use crate::tactic::Tactic;
use crate::trace::{By, Trace};

/// A normalised situation, each component in steps of 1/127.
pub type Coarse = [i8; SIZE];

/// One decision of an episode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// What was decided, and by what.
    pub trace: Trace,
    /// The situation, where something was begun.
    pub situation: Option<Coarse>,
}

/// What is under way: as long as it stays the same nothing is begun.
type UnderWay = (By, u32, u32, Option<Tactic>);

/// Writes down the decisions of one policy, tick after tick.
#[derive(Debug, Clone, Default)]
pub struct Recorder(Option<UnderWay>);

impl Recorder {
    /// Forgets the episode before.
    pub fn restart(&mut self) {
        self.0 = None;
    }

    /// The latest decision of a policy as bytes; none for a policy that keeps no trace.
    #[must_use]
    pub fn record(&mut self, policy: &dyn Policy) -> Vec<u8> {
        let Some(trace) = policy.trace() else { return Vec::new() };
        let under_way = (trace.by, trace.which, trace.cell, trace.tactic);
        let is_begun = self.0.replace(under_way) != Some(under_way);
        let situation = policy.situation().filter(|_| is_begun).map(coarse);
        let mut bytes = trace.encode().to_vec();
        bytes.push(u8::from(situation.is_some()));
        bytes.extend(situation.iter().flatten().map(|component| component.cast_unsigned()));
        bytes
    }
}

/// Reads what was recorded of an episode, from its first tick to its last.
///
/// # Errors
/// [`SnapshotError`] if the bytes are not what [`Recorder::record`] makes.
pub fn read(bytes: &[u8]) -> Result<Vec<Step>, SnapshotError> {
    let mut reader = Reader::bare(bytes);
    let mut steps = Vec::new();
    while !reader.is_at_end() {
        let trace = Trace::decode(&reader.take()?)?;
        let situation = match reader.u8()? {
            0 => None,
            1 => Some(reader.take::<SIZE>()?.map(u8::cast_signed)),
            other => return Err(reader.wrong(format!("there is no kind {other} of steps"))),
        };
        steps.push(Step { trace, situation });
    }
    Ok(steps)
}

fn coarse(situation: &Situation) -> Coarse {
    situation.vector().map(|component| libm::roundf(component * 127.0) as i8)
}

#[cfg(test)]
mod tests {
    use domain::action::Decision;
    use domain::game::{GameState, ObservationSpec};

    use super::*;
    use crate::trace::tests::trace;

    struct Told(Trace, Situation);

    impl Policy for Told {
        fn observation(&self) -> ObservationSpec {
            ObservationSpec::default()
        }

        fn start(&mut self, _: u64) {}

        fn decide(&mut self, _: &GameState) -> Decision {
            unreachable!("told what was decided")
        }

        fn trace(&self) -> Option<Trace> {
            Some(self.0)
        }

        fn situation(&self) -> Option<&Situation> {
            Some(&self.1)
        }
    }

    #[test]
    fn what_is_recorded_is_read_back_with_a_situation_where_something_begins() {
        let situation = Situation::of([50.0; SIZE]);
        let ticks = [(0, Tactic::Aim), (1, Tactic::Aim), (2, Tactic::Dodge), (3, Tactic::Aim)];
        let mut recorder = Recorder::default();
        let mut bytes = Vec::new();
        for (tick, tactic) in ticks {
            let told = Trace { tick, tactic: Some(tactic), ..trace(By::Rule) };
            bytes.extend(recorder.record(&Told(told, situation)));
        }

        let steps = read(&bytes).unwrap();

        let begun: Vec<_> = steps.iter().map(|step| (step.trace.tick, step.situation.is_some())).collect();
        assert_eq!(begun, [(0, true), (1, false), (2, true), (3, true)]);
        let vector = situation.vector();
        for (kept, exact) in steps[0].situation.unwrap().into_iter().zip(vector) {
            assert!((f32::from(kept) / 127.0 - exact).abs() <= 0.5 / 127.0 + f32::EPSILON, "{kept} for {exact}");
        }
        recorder.restart();
        assert!(read(&recorder.record(&Told(steps[3].trace, situation))).unwrap()[0].situation.is_some());
    }

    #[test]
    fn bytes_that_are_no_record_are_refused() {
        let mut bytes = Recorder::default().record(&Told(trace(By::Rule), Situation::blank()));
        assert_eq!(read(&[]), Ok(vec![]));
        assert!(matches!(read(&bytes[..50]), Err(SnapshotError::Truncated(50))));
        bytes[Trace::BYTES] = 9;
        assert!(read(&bytes).unwrap_err().to_string().contains("there is no kind 9 of steps"));
    }
}
