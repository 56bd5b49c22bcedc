//! Why a design cannot be audited, and which claims about it are false.

/// Why a design cannot be audited, or which claim about it is false.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AuditError {
    /// There is nothing to audit.
    #[error("the design has no runs or no factors; give at least one of each")]
    Empty,
    /// Columns differ in length.
    #[error("factor {factor} has {got} levels, but the design has {runs} runs; give one level per run")]
    Ragged {
        /// The factor.
        factor: String,
        /// How many levels it has.
        got: usize,
        /// How many runs there are.
        runs: usize,
    },
    /// A coded level is NaN, infinite or too large to be multiplied.
    #[error("factor {factor} has a level in run {run} that is not a usable number; give numbers up to 1e6")]
    NotFinite {
        /// The factor.
        factor: String,
        /// The run, from 0.
        run: usize,
    },
    /// A term names a factor that does not exist.
    #[error("a term names factor number {factor}, but the design has {factors}, counted from 0")]
    NoSuchFactor {
        /// The number that was given.
        factor: usize,
        /// How many factors there are.
        factors: usize,
    },
    /// Only numbers can be squared.
    #[error("{term} is a power of a factor whose levels are categories; use its main effect, or code its levels")]
    PowerOfCategories {
        /// The term.
        term: String,
    },
    /// The values of a term are so large that sums of their squares overflow.
    #[error("the values of {term} are too large to compute with; code the levels of its factors from -1 to 1")]
    Overflow {
        /// The term.
        term: String,
    },
    /// The term is not in the model.
    #[error("{term} is not a term of the model; add it to the model first")]
    NotInModel {
        /// The term.
        term: String,
    },
    /// More than can be computed in reasonable time.
    #[error("{what} would be too large to audit (more than {most}); audit fewer terms, factors or runs")]
    TooLarge {
        /// What would be too large.
        what: &'static str,
        /// The limit.
        most: usize,
    },
    /// A resolution is a property of two-level designs.
    #[error("factor {factor} has {levels} levels in the design, but a resolution needs two of every factor")]
    NotTwoLevel {
        /// The factor.
        factor: String,
        /// How many levels it has.
        levels: usize,
    },
    /// The claimed resolution is false.
    #[error(
        "the design does not have resolution {claimed}: {effect} is aliased with {alias} (correlation {correlation:.3})"
    )]
    FalseResolution {
        /// What was claimed.
        claimed: usize,
        /// An effect.
        effect: String,
        /// Another effect, so short that the claim rules it out.
        alias: String,
        /// Correlation of the two in the design.
        correlation: f64,
    },
    /// An effect that was claimed to be clear is not.
    #[error("{effect} is not clear: it is aliased with {alias} (correlation {correlation:.3})")]
    NotClear {
        /// The effect.
        effect: String,
        /// Another main effect or two-factor interaction.
        alias: String,
        /// Largest correlation of the two in the design.
        correlation: f64,
    },
    /// A term that was claimed to be estimable is not.
    #[error("{term} cannot be estimated: the runs do not tell it apart from {others}")]
    NotEstimable {
        /// The term.
        term: String,
        /// The other terms of a linear dependency, in words.
        others: String,
    },
    /// A parameter of a power analysis is out of its range.
    #[error("{name} is {got}, but must be {range}")]
    Parameter {
        /// Which parameter.
        name: &'static str,
        /// What it is.
        got: f64,
        /// What it must be, in words.
        range: &'static str,
    },
    /// No run is left to estimate the error from.
    #[error("{runs} runs and {columns} coefficients leave no degrees of freedom for the error; add replicates or runs")]
    Saturated {
        /// Number of runs.
        runs: usize,
        /// Number of coefficients.
        columns: usize,
    },
}
