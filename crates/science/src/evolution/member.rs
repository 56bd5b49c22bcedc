//! Members of generations: as they are made, and with what they achieved.

use domain::genome::Genome;

/// A member of a new generation. Its position is its index.
#[derive(Debug, Clone, PartialEq)]
pub struct Offspring {
    /// Its parameters.
    pub genome: Genome,
    /// Positions of its parents in the generation before; none where it was not made from members.
    pub parents: Vec<u32>,
    /// What made it, in order: `own`, `latin_hypercube`, `random`, `immigrant`, `elite`, `cma_es`, `separable_cma_es`,
    /// `restart`, or of `uniform_crossover`, `blend_crossover`, `simulated_binary_crossover`, `mutation`,
    /// `polynomial_mutation`, `self_adaptive_mutation`, `copy`.
    pub operators: Vec<&'static str>,
}

/// A member of a generation with what it achieved.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    /// Its position in the generation.
    pub position: u32,
    /// Its parameters.
    pub genome: Genome,
    /// What is maximised, such as the mean over its episodes. NaN is below every number.
    pub fitness: f64,
}

/// The members from best to worst: by fitness, ties by position.
#[must_use]
pub fn rank(evaluated: &[Evaluated]) -> Vec<&Evaluated> {
    let mut ranked: Vec<_> = evaluated.iter().collect();
    ranked.sort_by(|a, b| worth(b).total_cmp(&worth(a)).then(a.position.cmp(&b.position)));
    ranked
}

fn worth(member: &Evaluated) -> f64 {
    // Adding zero turns -0.0 into 0.0, which total_cmp would tell apart.
    if member.fitness.is_nan() { f64::NEG_INFINITY } else { member.fitness + 0.0 }
}
