//! Why a cascade answers a state as it does. Nothing of this is on the tick path.

use std::collections::BTreeMap;

use domain::action::{Buttons, Level};
use domain::game::GameState;

use super::Cascade;
use super::levels::Levels;
use crate::Policy;
use crate::documents::{Hit, MAX_HITS, Tag, Tags};
use crate::experience::grid;
use crate::explanation::{CellReport, DocumentReport, Explanation, LevelReport, TacticReport};
use crate::situation::{Feature, Situation};

/// The explanation of what `cascade` would do next in `state`.
pub(super) fn explain(cascade: &Cascade, state: &GameState) -> Option<Explanation> {
    // A copy decides, so that the episode goes on as if nobody had asked.
    let mut copy = cascade.clone();
    let situation = copy.observer.clone().observe(state);
    copy.decide(state);
    let trace = copy.trace?;
    let levels = &mut copy.levels;
    let cell = grid::cell(&situation);
    let top = levels.ranking.search(&situation.vector(), Tags::of(&situation), MAX_HITS);
    let rules: Vec<_> = levels.reflexes.all(&situation).filter_map(|rule| levels.reflexes.name(rule)).collect();
    Some(Explanation {
        trace,
        name: levels.name(trace.by, trace.which).unwrap_or_default().to_owned(),
        buttons: held(&copy.buttons, trace.buttons),
        levels: vec![of_rules(levels, &rules), of_experience(levels, cell), of_documents(levels, top.hits())],
        rules: rules.into_iter().map(str::to_owned).collect(),
        experience: cell_report(levels, cell),
        documents: top.hits().iter().filter_map(|hit| document_report(levels, hit)).collect(),
        tags: Tags::of(&situation).iter().map(Tag::name).collect(),
        situation: named(&situation, levels.look_at_walls()),
    })
}

/// All components, and the walls where they have a say.
fn named(situation: &Situation, walls: bool) -> BTreeMap<&'static str, f32> {
    let told = Feature::all().filter(|feature| walls || !feature.is_wall());
    told.map(|feature| (feature.component().name, situation.get(feature))).collect()
}

fn held(names: &[String], buttons: Buttons) -> Vec<String> {
    names.iter().enumerate().filter(|&(index, _)| buttons.contains(index)).map(|(_, name)| name.clone()).collect()
}

/// The report of a level that is asked, or that it is not.
fn report(asked: bool, level: Level, said: Result<String, String>) -> LevelReport {
    match said {
        _ if !asked => LevelReport { level, decides: false, reason: "it is switched off".into() },
        Ok(reason) => LevelReport { level, decides: true, reason },
        Err(reason) => LevelReport { level, decides: false, reason },
    }
}

fn of_rules(levels: &Levels, rules: &[&str]) -> LevelReport {
    let none = || format!("none of {} rules holds", levels.reflexes.len());
    let said = rules.first().map(|name| format!("the rule `{name}` holds")).ok_or_else(none);
    report(levels.asked[0], Level::L0, said)
}

fn of_experience(levels: &Levels, cell: u32) -> LevelReport {
    let least = levels.confidence;
    let said = match levels.advice(cell) {
        None => Err(format!("nothing has been tried often enough in cell {cell}")),
        Some(advice) => {
            let (name, sure) = (advice.tactic.name(), advice.confidence);
            if sure >= least {
                Ok(format!("`{name}` works, at least {sure:.3} of the time"))
            } else {
                Err(format!("the best is `{name}` with a lower bound of {sure:.3}, less than {least:.3}"))
            }
        }
    };
    report(levels.asked[1], Level::L1, said)
}

fn of_documents(levels: &Levels, hits: &[Hit]) -> LevelReport {
    let least = levels.score;
    let said = match hits.first() {
        None => Err(format!("none of {} documents applies", levels.library().documents().len())),
        Some(hit) => {
            let id = document_report(levels, hit).map(|found| found.id).unwrap_or_default();
            if hit.score >= least {
                Ok(format!("`{id}` scores {:.3}", hit.score))
            } else {
                Err(format!("the best is `{id}` with a score of {:.3}, less than {least:.3}", hit.score))
            }
        }
    };
    report(levels.asked[2], Level::L2, said)
}

fn cell_report(levels: &Levels, cell: u32) -> CellReport {
    let tactics = levels.experience.of_cell(cell).map(|(tactic, tally)| TacticReport {
        tactic: tactic.name(),
        trials: tally.trials,
        successes: tally.successes,
        confidence: tally.confidence() as f32,
    });
    CellReport { cell, ranges: grid::describe(cell).unwrap_or_default(), tactics: tactics.collect() }
}

fn document_report(levels: &Levels, hit: &Hit) -> Option<DocumentReport> {
    let document = levels.library().documents().get(hit.document as usize)?;
    Some(DocumentReport {
        id: document.id.clone(),
        score: hit.score,
        similarity: hit.similarity,
        confidence: document.tally.confidence() as f32,
        trials: document.tally.trials,
        successes: document.tally.successes,
    })
}
