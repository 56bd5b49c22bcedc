//! The levels of the cascade, asked one after the other.

use std::sync::Arc;

use domain::Violation;
use domain::agent::SessionSetup;

use super::genes;
use crate::Knowledge;
use crate::controls::Controls;
use crate::documents::{Document, Hit, Library, Ranking, Tags};
use crate::experience::{Advice, Experience, grid};
use crate::rules::{Reflexes, Response, RuleSet, Terms};
use crate::situation::Situation;
use crate::tactic::Tactic;
use crate::trace::By;

/// Who decides, what, and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Verdict {
    pub(super) by: By,
    pub(super) which: u32,
    pub(super) response: Response,
    pub(super) confidence: f32,
    pub(super) score: f32,
}

/// What is done where no level decides: the first of these for which the scenario has the buttons.
const FALLBACKS: [Tactic; 3] = [Tactic::Aim, Tactic::Collect, Tactic::Search];

/// All that is needed to decide, made ready for one genome in one scenario.
#[derive(Clone)]
pub(super) struct Levels {
    /// Whether rules, experience and documents are asked.
    pub(super) asked: [bool; 3],
    pub(super) reflexes: Reflexes,
    pub(super) experience: Arc<Experience>,
    /// The best tactic of every cell that has one, in the order of cells.
    advice: Vec<(u32, Advice)>,
    /// The confidence from which on experience decides.
    pub(super) confidence: f32,
    pub(super) ranking: Ranking,
    /// What each document says to do, where the scenario has the buttons for it.
    responses: Vec<Option<Response>>,
    /// The score from which on a document decides.
    pub(super) score: f32,
    fallback: Tactic,
}

impl Levels {
    pub(super) fn new(
        setup: &SessionSetup,
        controls: &Controls,
        knowledge: &Knowledge,
    ) -> Result<Self, Vec<Violation>> {
        let genome = &setup.spec.genome;
        let fallback = FALLBACKS.into_iter().find(|tactic| tactic.is_possible(controls));
        // What most scenarios would have is asked for.
        let fallback = fallback.ok_or_else(|| Tactic::Aim.missing(controls))?;
        let terms = Terms { parameters: genes::PARAMETERS, buttons: &setup.buttons };
        let reflexes = match &knowledge.rules {
            Some(rules) => Reflexes::new(rules, &terms, genome)?,
            None => {
                let rules = if controls.attack.is_some() { RuleSet::shooting() } else { RuleSet::walking() };
                Reflexes::new(&rules.map_err(|wrong| vec![wrong])?, &terms, genome)?
            }
        };
        let resolve = |document: &Document| document.response.resolve(controls, &setup.buttons, "").ok();
        let usable = |document: &Document| resolve(document).is_some();
        let library = knowledge.documents.clone();
        let responses = library.documents().iter().map(resolve).collect();
        let least = genome.get(&genes::TRIALS) as u32;
        Ok(Self {
            asked: [&genes::L0, &genes::L1, &genes::L2].map(|flag| genome.get(flag) != 0.0),
            reflexes,
            advice: knowledge.experience.advice(least, |tactic| tactic.is_possible(controls)),
            experience: knowledge.experience.clone(),
            confidence: genome.get(&genes::CONFIDENCE) as f32,
            ranking: Ranking::new(library, &genes::weights(genome), setup.generation, usable),
            responses,
            score: genome.get(&genes::SCORE) as f32,
            fallback,
        })
    }

    pub(super) fn decide(&mut self, situation: &Situation) -> Verdict {
        let [rules, experience, documents] = self.asked;
        let rule = if rules { self.rule(situation) } else { None };
        let known = rule.or_else(|| if experience { self.experienced(grid::cell(situation)) } else { None });
        let found = known.or_else(|| if documents { self.documented(situation) } else { None });
        found.unwrap_or_else(|| self.fall_back())
    }

    /// Whether walls have a say.
    pub(super) fn look_at_walls(&self) -> bool {
        self.asked[0] && self.reflexes.look_at_walls()
    }

    fn fall_back(&self) -> Verdict {
        let response = Response::Tactic(self.fallback);
        Verdict { by: By::Fallback, which: 0, response, confidence: 0.0, score: 0.0 }
    }

    fn rule(&self, situation: &Situation) -> Option<Verdict> {
        let rule = self.reflexes.first(situation)?;
        let response = self.reflexes.response(rule)?;
        Some(Verdict { by: By::Rule, which: rule as u32, response, confidence: 1.0, score: 1.0 })
    }

    fn experienced(&self, cell: u32) -> Option<Verdict> {
        let advice = self.advice(cell).filter(|advice| advice.confidence >= self.confidence)?;
        let Advice { tactic, confidence, .. } = *advice;
        let response = Response::Tactic(tactic);
        Some(Verdict { by: By::Experience, which: cell, response, confidence, score: confidence })
    }

    /// The best that is known of a cell, sure or not.
    pub(super) fn advice(&self, cell: u32) -> Option<&Advice> {
        let place = self.advice.binary_search_by_key(&cell, |&(cell, _)| cell).ok()?;
        self.advice.get(place).map(|(_, advice)| advice)
    }

    fn documented(&mut self, situation: &Situation) -> Option<Verdict> {
        let top = self.ranking.search(&situation.vector(), Tags::of(situation), 1);
        let Hit { document, score, .. } = *top.hits().first().filter(|hit| hit.score >= self.score)?;
        let response = (*self.responses.get(document as usize)?)?;
        let confidence = self.library().documents().get(document as usize)?.tally.confidence() as f32;
        Some(Verdict { by: By::Document, which: document, response, confidence, score })
    }

    pub(super) fn library(&self) -> &Library {
        self.ranking.library()
    }

    /// The name of a rule or document.
    pub(super) fn name(&self, by: By, which: u32) -> Option<&str> {
        match by {
            By::Rule => self.reflexes.name(which as usize),
            By::Document => self.library().documents().get(which as usize).map(|document| document.id.as_str()),
            By::Experience | By::Fallback => None,
        }
    }
}
