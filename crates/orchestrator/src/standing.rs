//! How the members of a generation stand: the one place that says who is best, for selection and for displays.

use domain::experiment::ExperimentSpec;
use domain::ports::{GenerationRecord, MemberScores};
use science::evolution::race::leveled_means;
use science::stats::{self, Interval, LEVEL, Summary};

/// The standing of a generation, as far as it is scored.
#[derive(Debug, Clone)]
pub struct Standing<'a> {
    /// The member with the highest mean fitness; of equals the first.
    pub best: &'a MemberScores,
    /// Its mean fitness.
    pub best_fitness: f64,
    /// The mean of the members' mean fitness.
    pub mean: f64,
    /// The 95 % interval of that mean, the members taken as a sample; absent for one.
    pub interval: Option<Interval>,
}

impl<'a> Standing<'a> {
    /// The standing; absent while nobody has a score.
    #[must_use]
    pub fn of(spec: &ExperimentSpec, generation: &'a GenerationRecord) -> Option<Self> {
        let means = means(spec, &generation.members);
        let scored: Vec<_> =
            generation.members.iter().zip(means).filter_map(|(member, mean)| Some((member, mean?))).collect();
        let sample: Vec<_> = scored.iter().map(|(_, fitness)| *fitness).collect();
        let (best, best_fitness) = scored.into_iter().reduce(|best, next| if next.1 > best.1 { next } else { best })?;
        let mean = sample.iter().sum::<f64>() / sample.len() as f64;
        Some(Self { best, best_fitness, mean, interval: stats::mean_interval(&sample, LEVEL).ok().flatten() })
    }
}

/// The fitness of every scored episode of a member, in order of replicates.
#[must_use]
pub fn fitness(spec: &ExperimentSpec, member: &MemberScores) -> Vec<f64> {
    member.scores.iter().map(|score| spec.fitness.of(&score.measures)).collect()
}

/// The mean fitness of every member of a generation; absent while one has no score. The plain sum over the count: selection
/// compares these bits, so members of equal sums must have equal means.
///
/// Who is out of a race has the mean that it would have on all seeds, by what the others have on them. That is an estimate from
/// few episodes, and whoever was beaten beyond doubt must not pass by luck: it is below the means of those that went on.
#[must_use]
pub fn means(spec: &ExperimentSpec, members: &[MemberScores]) -> Vec<Option<f64>> {
    if spec.racing().is_none() {
        return members.iter().map(|member| plain_mean(&fitness(spec, member))).collect();
    }
    let means = leveled_means(&members.iter().map(|member| without_gaps(spec, member)).collect::<Vec<_>>());
    let most = members.iter().map(|member| member.episodes_planned).max();
    let went_on = |member: &MemberScores| Some(member.episodes_planned) == most;
    let of_those = members.iter().zip(&means).filter(|(member, _)| went_on(member)).filter_map(|(_, mean)| *mean);
    let lowest = of_those.reduce(f64::min).unwrap_or(f64::INFINITY);
    let bounded = |(member, mean): (&MemberScores, Option<f64>)| {
        if went_on(member) { mean } else { mean.map(|mean| mean.min(lowest.next_down())) }
    };
    members.iter().zip(means).map(bounded).collect()
}

/// The fitness of a member's episodes up to the first that is not scored yet.
fn without_gaps(spec: &ExperimentSpec, member: &MemberScores) -> Vec<f64> {
    let scored = (0..).zip(&member.scores).take_while(|(replicate, score)| score.key.replicate == *replicate);
    scored.map(|(_, score)| spec.fitness.of(&score.measures)).collect()
}

fn plain_mean(sample: &[f64]) -> Option<f64> {
    (!sample.is_empty()).then(|| sample.iter().sum::<f64>() / sample.len() as f64)
}

/// The fitness of a member's episodes as a sample around the `mean` that the member has in its generation; absent while it has
/// no score.
#[must_use]
pub fn around(spec: &ExperimentSpec, member: &MemberScores, mean: Option<f64>) -> Option<Summary> {
    let (sample, mean) = (over_episodes(spec, member)?, mean?);
    let moved = |end: Option<f64>| end.map(|end| end + (mean - sample.mean));
    Some(Summary { mean, low: moved(sample.low), high: moved(sample.high), ..sample })
}

/// The fitness of a member's episodes as a sample; absent while it has no score.
#[must_use]
pub fn over_episodes(spec: &ExperimentSpec, member: &MemberScores) -> Option<Summary> {
    sample(&fitness(spec, member))
}

/// What is told of a sample; absent if it is empty.
#[must_use]
pub fn sample(values: &[f64]) -> Option<Summary> {
    let summary = stats::summarise(values).ok()?;
    // The mean that selection compares, so that two tables never show two means of one member.
    Some(Summary { mean: plain_mean(values)?, ..summary })
}

/// How many episodes of a generation are scored.
#[must_use]
pub fn episodes_scored(generation: &GenerationRecord) -> u64 {
    generation.members.iter().map(|member| member.scores.len() as u64).sum()
}

#[cfg(test)]
mod tests {
    use domain::ids::ExperimentId;
    use domain::status::GenerationStatus;
    use testkit::builder;

    use super::*;

    /// A generation whose members have these kills, episode by episode.
    fn generation(spec: &ExperimentSpec, kills: &[&[i32]]) -> GenerationRecord {
        let plan = builder::plan(ExperimentId::derive(&spec.hash(), ""), spec, 0, kills.len() as u32);
        let episodes: Vec<_> = plan.jobs.iter().flat_map(|job| &job.episodes).collect();
        let scored = |(member, kills): (domain::plan::Member, &&[i32])| {
            let scores = kills.iter().zip(&episodes).map(|(&kills, e)| builder::score(0, member.position, e, kills));
            MemberScores { scores: scores.collect(), episodes_planned: 2, member }
        };
        GenerationRecord {
            index: 0,
            purpose: plan.purpose,
            status: GenerationStatus::Running,
            episodes_per_member: 2,
            members: plan.members.into_iter().zip(kills).map(scored).collect(),
        }
    }

    #[test]
    fn the_first_of_equals_is_the_best_and_who_has_no_score_does_not_count() {
        let spec = builder::spec(2);
        let generation = generation(&spec, &[&[1, 3], &[6, 4], &[], &[5, 5]]);

        let standing = Standing::of(&spec, &generation).unwrap();

        assert_eq!((standing.best.member.position, standing.best_fitness), (1, 5.0));
        assert_eq!(standing.mean, 4.0);
        let interval = standing.interval.unwrap();
        // Student's t for two degrees of freedom is 4.303.
        assert!((interval.low + 0.303).abs() < 0.001 && (interval.high - 8.303).abs() < 0.001, "{interval:?}");
    }

    #[test]
    fn one_member_has_no_interval_and_none_no_standing() {
        let spec = builder::spec(2);
        assert!(Standing::of(&spec, &generation(&spec, &[&[]])).is_none());
        assert_eq!(Standing::of(&spec, &generation(&spec, &[&[2]])).unwrap().interval, None);
    }
}
