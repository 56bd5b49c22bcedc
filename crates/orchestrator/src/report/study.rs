//! The study of a generation whose members were chosen in advance: the conditions of a design, or finalists.

use domain::experiment::ExperimentSpec;
use domain::ports::{GenerationRecord, MemberScores};
use science::linear::{Frame, LinearError};
use science::study::{Question, Study};

use super::figures_of;
use super::mapping::mapping;
use super::measured::measured;
use crate::analysis::{Figures, figures};
use crate::design_report::level;
use crate::standing::fitness;

/// What a generation shows, or why it shows nothing.
#[derive(Debug, Default)]
pub(super) struct Studied {
    pub(super) study: Option<Study>,
    pub(super) missing: Option<String>,
    pub(super) figures: Figures,
}

/// Studies a generation. The same seeds were played by all of its members, so seeds are blocks.
pub(super) fn study(spec: &ExperimentSpec, generation: &GenerationRecord) -> Studied {
    let question = Question { seed: spec.seed, ..Question::default() };
    let checks = vec![measured(spec, generation), mapping(generation)];
    let studied = frame(spec, generation).and_then(|frame| Ok((Study::with_checks(&frame, &question, checks)?, frame)));
    match studied {
        Ok((study, frame)) => {
            let of = figures_of(generation.purpose.name(), generation.index);
            let figures = figures(&frame, &study, &of);
            Studied { study: Some(study), missing: None, figures }
        }
        Err(error) => Studied { study: None, missing: Some(error.to_string()), figures: Figures::default() },
    }
}

fn frame(spec: &ExperimentSpec, generation: &GenerationRecord) -> Result<Frame, LinearError> {
    let rows: Vec<_> = generation.members.iter().flat_map(|scored| fitness(spec, scored)).collect();
    let mut frame = Frame::new(&spec.fitness.label(), rows)?;
    let names: Vec<_> = generation.members.first().map_or_else(Vec::new, |first| first.member.factors.keys().collect());
    for name in &names {
        frame = factor(frame, name, generation, |scored| level(scored.member.factors.get(*name)))?;
    }
    if names.is_empty() {
        frame = factor(frame, "agent", generation, |scored| scored.member.agent.to_string())?;
    }
    let seeds = |scored: &MemberScores| scored.scores.iter().map(|score| score.seed.to_string()).collect::<Vec<_>>();
    let seeds: Vec<_> = generation.members.iter().flat_map(seeds).collect();
    // One seed sets nothing apart.
    if seeds.iter().any(|seed| *seed != seeds[0]) { frame.block("seed", &seeds) } else { Ok(frame) }
}

/// Adds a factor, whose levels are in the order of the members.
fn factor(
    frame: Frame,
    name: &str,
    generation: &GenerationRecord,
    level: impl Fn(&MemberScores) -> String,
) -> Result<Frame, LinearError> {
    let (mut levels, mut codes) = (Vec::new(), Vec::new());
    for scored in &generation.members {
        let level = level(scored);
        let code = levels.iter().position(|known| *known == level).unwrap_or_else(|| {
            levels.push(level);
            levels.len() - 1
        });
        codes.extend(std::iter::repeat_n(code, scored.scores.len()));
    }
    frame.categorical(name, &codes, &levels)
}
