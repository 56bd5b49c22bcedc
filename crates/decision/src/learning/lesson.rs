//! What episodes teach.

use std::collections::BTreeMap;

use crate::documents::{Use, uses};
use crate::experience::{Trial, trials};
use crate::record::Step;
use crate::situation::{SIZE, Vector};
use crate::trace::Trace;

/// What was tried, used and met in some episodes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lesson {
    /// Tactics that were tried, and whether that went well.
    pub trials: Vec<Trial>,
    /// Documents that decided, by their places in the library that was played with, and whether that went well.
    pub uses: Vec<Use>,
    /// Situations that were met, by cell.
    pub scenes: BTreeMap<u32, Scene>,
}

/// The situations of one cell in which something was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scene {
    /// How often something was begun there.
    pub begun: u32,
    /// After how many of these health was lost.
    pub hurt: u32,
    /// After how many of these the player was dead.
    pub died: u32,
    /// After how many of these there was a kill more.
    pub killed: u32,
    /// Sums of the situations, in steps of 1/127: whole numbers, so that the order of episodes does not matter.
    sums: [i64; SIZE],
}

impl Default for Scene {
    fn default() -> Self {
        Self { begun: 0, hurt: 0, died: 0, killed: 0, sums: [0; SIZE] }
    }
}

impl Scene {
    /// The mean of the situations, normalised.
    #[must_use]
    pub fn mean(&self) -> Vector {
        let steps = f64::from(self.begun.max(1)) * 127.0;
        self.sums.map(|sum| ((sum as f64 / steps) as f32).clamp(-1.0, 1.0))
    }

    fn add(&mut self, other: &Self) {
        self.begun = self.begun.saturating_add(other.begun);
        self.hurt = self.hurt.saturating_add(other.hurt);
        self.died = self.died.saturating_add(other.died);
        self.killed = self.killed.saturating_add(other.killed);
        for (sum, more) in self.sums.iter_mut().zip(&other.sums) {
            *sum = sum.saturating_add(*more);
        }
    }
}

impl Lesson {
    /// What an episode teaches, each step judged by how things look `horizon` ticks later. Whether its player `died` in the
    /// end no step tells: nothing is decided after that.
    #[must_use]
    pub fn of(steps: &[Step], horizon: usize, died: bool) -> Self {
        let traces: Vec<Trace> = steps.iter().map(|step| step.trace).collect();
        let moments: Vec<_> = traces.iter().map(Trace::moment).collect();
        Self { trials: trials(&moments, horizon), uses: uses(&traces, horizon), scenes: scenes(steps, horizon, died) }
    }

    /// Adds what other episodes teach.
    pub fn add(&mut self, other: Self) {
        self.trials.extend(other.trials);
        self.uses.extend(other.uses);
        for (cell, scene) in other.scenes {
            self.scenes.entry(cell).or_default().add(&scene);
        }
    }
}

fn scenes(steps: &[Step], horizon: usize, died: bool) -> BTreeMap<u32, Scene> {
    let mut scenes = BTreeMap::<u32, Scene>::new();
    for (tick, step) in steps.iter().enumerate() {
        let Some(situation) = step.situation else { continue };
        let then = tick.saturating_add(horizon);
        let later = &steps[then.min(steps.len() - 1)].trace;
        let met = Scene {
            begun: 1,
            hurt: u32::from(later.health < step.trace.health),
            died: u32::from(died && then >= steps.len()),
            killed: u32::from(later.kills > step.trace.kills),
            sums: situation.map(i64::from),
        };
        scenes.entry(step.trace.cell).or_default().add(&met);
    }
    scenes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tactic::Tactic;
    use crate::trace::By;
    use crate::trace::tests::trace;

    fn step(cell: u32, health: i32, situation: Option<i8>) -> Step {
        let trace = Trace { cell, health, tactic: Some(Tactic::Aim), ..trace(By::Fallback) };
        Step { trace, situation: situation.map(|value| [value; SIZE]) }
    }

    #[test]
    fn scenes_are_counted_where_something_begins() {
        let steps = [step(3, 90, Some(127)), step(3, 90, None), step(8, 80, Some(-127)), step(3, 80, Some(0))];

        let lesson = Lesson::of(&steps, 2, false);

        let told: Vec<_> = lesson.scenes.iter().map(|(&cell, s)| (cell, s.begun, s.hurt, s.mean()[0])).collect();
        assert_eq!(told, [(3, 2, 1, 0.5), (8, 1, 0, -1.0)]);
        assert_eq!((lesson.trials.len(), lesson.uses.len()), (3, 0));
    }

    #[test]
    fn what_precedes_a_death_or_a_kill_is_counted() {
        let steps = [3, 3, 8].map(|cell| step(cell, 50, Some(0)));
        let mut steps = steps.to_vec();
        steps[2].trace.kills += 1;
        let told = |died| {
            let scenes = Lesson::of(&steps, 2, died).scenes;
            scenes.into_iter().map(|(cell, scene)| (cell, scene.died, scene.killed)).collect::<Vec<_>>()
        };
        assert_eq!(told(false), [(3, 0, 2), (8, 0, 0)]);
        assert_eq!(told(true), [(3, 1, 2), (8, 1, 0)]);
    }

    #[test]
    fn lessons_add_up_in_any_order() {
        let one = Lesson::of(&[step(3, 90, Some(100)), step(4, 80, Some(5))], 1, false);
        let other = Lesson::of(&[step(3, 70, Some(7))], 1, true);
        let (mut both, mut turned) = (one.clone(), other.clone());
        both.add(other);
        turned.add(one);
        assert_eq!(both.scenes, turned.scenes);
        assert_eq!((both.trials.len(), turned.trials.len()), (3, 3));
    }
}
