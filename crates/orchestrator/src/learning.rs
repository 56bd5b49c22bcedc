//! What a population learns when a generation closes, and what the agents of the next one know from that.
//!
//! Pure: the same rounds teach the same. The director brings what was recorded, and puts what was learned into the store of
//! contents.

mod library;
mod review;

use std::collections::BTreeMap;

use decision::experience::Experience;
use decision::learning::Lesson;
use domain::ids::AgentId;

pub use domain::handed::Handed;
pub use library::{base, held_out, variants};
pub use review::{REVIEW_ROUNDS, Round, judge, plays_with};

/// What a member of the round that was played began with, and what it learned.
#[derive(Debug)]
pub struct Pupil {
    /// Its name.
    pub agent: AgentId,
    /// What it knew of tactics.
    pub experience: Experience,
    /// What its episodes teach.
    pub lesson: Lesson,
}

/// What every agent has learned together. Where they began with what their lineages knew, it is what these know together.
#[must_use]
pub fn pooled(pupils: &[Pupil]) -> Experience {
    let known = Experience::joined(pupils.iter().map(|pupil| &pupil.experience));
    known.fold(pupils.iter().flat_map(|pupil| pupil.lesson.trials.iter().copied()))
}

/// What each agent has learned by itself.
#[must_use]
pub fn separate(pupils: &[Pupil]) -> BTreeMap<AgentId, Experience> {
    let learned = |pupil: &Pupil| pupil.experience.fold(pupil.lesson.trials.iter().copied());
    pupils.iter().map(|pupil| (pupil.agent.clone(), learned(pupil))).collect()
}

#[cfg(test)]
mod tests {
    use decision::Tactic;
    use decision::experience::Trial;
    use domain::file::ContentHash;
    use domain::ids::ExperimentId;
    use domain::knowledge::KnowledgeKind;
    use domain::plan::Member;
    use testkit::builder;

    use super::*;

    fn pupil(agent: &str, trials: usize) -> Pupil {
        let trial = Trial { cell: 3, tactic: Tactic::Aim, success: true };
        let lesson = Lesson { trials: vec![trial; trials], ..Lesson::default() };
        Pupil { agent: AgentId::slug(agent), experience: Experience::default().fold([trial]), lesson }
    }

    fn tried(experience: &Experience) -> u32 {
        experience.of_cell(3).map(|(_, tally)| tally.trials).sum()
    }

    #[test]
    fn what_is_learned_together_counts_what_was_known_once() {
        let pupils = [pupil("a", 2), pupil("b", 5)];
        assert_eq!(tried(&pooled(&pupils)), 8);
        assert_eq!(separate(&pupils).values().map(tried).collect::<Vec<_>>(), [3, 6]);
        assert!(pooled(&[]).is_empty());
    }

    #[test]
    fn lineages_are_known_together_whoever_comes_first() {
        let of = |agent, cell, before| {
            let trial = Trial { cell, tactic: Tactic::Aim, success: true };
            let experience = Experience::default().fold(vec![trial; before]);
            Pupil { agent: AgentId::slug(agent), experience, lesson: Lesson::default() }
        };
        let [long, short, other] = [of("a", 3, 7), of("b", 3, 2), of("c", 4, 5)];
        let forth = pooled(&[long, short, other]);
        assert_eq!(tried(&forth), 7);
        assert_eq!(forth.of_cell(4).map(|(_, tally)| tally.trials).sum::<u32>(), 5);
        assert_eq!(pooled(&[of("c", 4, 5), of("b", 3, 2), of("a", 3, 7)]), forth);
    }

    #[test]
    fn members_are_handed_what_is_theirs() {
        let hash = |text: &str| ContentHash::of(text.as_bytes());
        let spec = builder::spec(1);
        let mut members = builder::plan(ExperimentId::derive(&spec.hash(), ""), &spec, 0, 3).members;
        let [first, second, third] = &mut members[..] else { panic!("three members") };
        first.parents = vec![AgentId::slug("a"), AgentId::slug("b")];
        second.parents = vec![AgentId::slug("c")];
        third.spec.knowledge =
            [(KnowledgeKind::Documents, hash("written")), (KnowledgeKind::Rules, hash("rules"))].into();
        let handed = Handed {
            experience: Some(hash("all")),
            of_parent: [(AgentId::slug("a"), hash("a")), (AgentId::slug("b"), hash("b"))].into(),
            libraries: vec![hash("one"), hash("two")],
        };

        handed.hand_to(&mut members);

        let told = |member: &Member| member.spec.knowledge.clone();
        let [experience, library] = [KnowledgeKind::Experience, KnowledgeKind::Library];
        assert_eq!(told(&members[0]), [(experience, hash("a")), (library, hash("one"))].into());
        assert_eq!(told(&members[1]), [(experience, hash("all")), (library, hash("two"))].into());
        let rules = (KnowledgeKind::Rules, hash("rules"));
        assert_eq!(told(&members[2]), [rules, (experience, hash("all")), (library, hash("two"))].into());
        let before = members.clone();
        Handed::default().hand_to(&mut members);
        assert_eq!(members, before, "who is handed nothing keeps what it knows");
    }
}
