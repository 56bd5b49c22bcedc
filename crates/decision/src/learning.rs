//! Learning between generations: what episodes teach, and what is made of it.
//!
//! A [`Lesson`] is what was recorded of episodes, counted; lessons add up, in any order. Trials of a lesson are folded
//! into experience ([`crate::experience::Experience::fold`]). Documents are the matter of [`reflect`], the third level of
//! the cascade: it credits those that decided, ends the review of those that are judged, and writes new ones about
//! situations in which health was lost. It is a pure function of what it is told. An [`Answer`] is what somebody outside
//! writes in its place.

mod answer;
mod lesson;
mod reflection;

pub use answer::Answer;
pub use lesson::{Lesson, Scene};
pub use reflection::{AUTHOR, Judgement, Reflection, reflect, room};
