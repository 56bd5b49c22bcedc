//! How many episodes an experiment will have played, and by when.

use domain::experiment::ExperimentSpec;

/// Episodes over all generations.
#[must_use]
pub fn planned(spec: &ExperimentSpec) -> u64 {
    let generations = spec.evolution.as_ref().map_or(1, |e| e.generations + u32::from(e.confirmation > 0));
    due_through(spec, generations - 1)
}

/// Episodes that are scored once generation `index` is complete.
#[must_use]
pub fn due_through(spec: &ExperimentSpec, index: u32) -> u64 {
    let episodes = u64::from(spec.seeds.episodes());
    match (&spec.evolution, &spec.design) {
        (Some(evolution), _) => {
            let rounds = u64::from((index + 1).min(evolution.generations));
            let confirmation = if index >= evolution.generations { 2 * u64::from(evolution.confirmation) } else { 0 };
            rounds.saturating_mul(u64::from(evolution.population)).saturating_mul(episodes) + confirmation
        }
        (None, Some(design)) => {
            let levels: Vec<_> = design.factors.iter().map(|factor| factor.levels.len()).collect();
            (super::conditions::combinations(design.kind, &levels).len() as u64).saturating_mul(episodes)
        }
        (None, None) => 0,
    }
}
