//! Why a linear model cannot be fitted or asked.

/// Why a linear model cannot be fitted or asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LinearError {
    /// There is nothing to fit to.
    #[error("the response {response} has {rows} rows; a model needs at least two")]
    TooFewRows {
        /// Name of the response.
        response: String,
        /// How many rows there are.
        rows: usize,
    },
    /// Columns differ in length.
    #[error("column {column} has {got} values, but the response has {rows}; give one value per row")]
    Ragged {
        /// Name of the column.
        column: String,
        /// How many values it has.
        got: usize,
        /// How many rows there are.
        rows: usize,
    },
    /// A value is NaN, infinite or too large to be squared.
    #[error("column {column} has a value in row {row} that is not a usable number; drop the row or correct the value")]
    NotFinite {
        /// Name of the column.
        column: String,
        /// The row, from 0.
        row: usize,
    },
    /// All values are equal, or differ by less than can be squared.
    #[error("column {column} has the same value in every row, so nothing can be learnt from it; leave it out")]
    Constant {
        /// Name of the column.
        column: String,
    },
    /// A factor that never changes has no effect to estimate.
    #[error("factor {factor} has one level, {level}, in all rows; leave it out or add rows with another level")]
    OneLevel {
        /// Name of the factor.
        factor: String,
        /// Its only level.
        level: String,
    },
    /// A level number without a name.
    #[error("factor {factor} has level number {code} in row {row}, but names of {levels} levels")]
    NoSuchLevel {
        /// Name of the factor.
        factor: String,
        /// The row, from 0.
        row: usize,
        /// The level's number.
        code: usize,
        /// How many levels have a name.
        levels: usize,
    },
    /// Two columns or two levels share a name.
    #[error("the name {name} is used twice; rename one")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// A term or a question names a factor that the frame does not have.
    #[error("there is no factor {name}; the factors are {factors}")]
    NoSuchFactor {
        /// What was asked for.
        name: String,
        /// What there is.
        factors: String,
    },
    /// A model without terms has nothing to test.
    #[error("the model has no terms; name at least one factor")]
    NoTerms,
    /// An interaction without the terms inside it changes meaning with the coding of its factors.
    #[error("the model has {term} but not {missing}, which is part of it; add {missing}")]
    NotHierarchical {
        /// The interaction.
        term: String,
        /// The term inside it.
        missing: String,
    },
    /// A formula cannot be read.
    #[error("the formula \"{formula}\" cannot be read: {reason}; write for example a*b + c")]
    Formula {
        /// The formula.
        formula: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// More than can be computed in reasonable time.
    #[error("{what} would be {got}, more than {most}; merge levels, use fewer terms, or declare the factor a block")]
    TooLarge {
        /// What would be too large.
        what: String,
        /// How large it would be.
        got: u128,
        /// The limit.
        most: u128,
    },
    /// A level of confidence must lie between 0 and 1.
    #[error("a level of confidence lies between 0 and 1, but is {got}")]
    Level {
        /// What was given.
        got: f64,
    },
    /// No test has less power than its level, and none has power 1.
    #[error("the power is {got}, but must lie between alpha, here {alpha}, and 1")]
    Power {
        /// What was given.
        got: f64,
        /// The level of the test.
        alpha: f64,
    },
    /// Marginal means are of categories.
    #[error("{term} has the continuous factor {factor}; marginal means are of categorical factors only")]
    NotCategorical {
        /// The term.
        term: String,
        /// Its continuous factor.
        factor: String,
    },
    /// A factor that is not in the model has no marginal means.
    #[error("the model has no factor {factor}; add it to the terms first")]
    NotInModel {
        /// Name of the factor.
        factor: String,
    },
    /// Weights must fit the means.
    #[error(
        "the contrast {name} has {got} weights for {means} means; give one weight per mean, up to 1e100, not all 0"
    )]
    Weights {
        /// Name of the contrast.
        name: String,
        /// How many weights it has.
        got: usize,
        /// How many means there are.
        means: usize,
    },
    /// A control must be one of the means.
    #[error("mean number {control} cannot be the control: there are {means} means, counted from 0")]
    NoSuchControl {
        /// What was given.
        control: usize,
        /// How many means there are.
        means: usize,
    },
    /// An adjustment fits one family of contrasts only.
    #[error("{adjustment} adjusts {fits} only; use Holm's adjustment for these contrasts")]
    Adjustment {
        /// The adjustment.
        adjustment: &'static str,
        /// What it is made for.
        fits: &'static str,
    },
    /// Dunnett's distribution needs correlations of a certain form.
    #[error(
        "Dunnett's adjustment needs correlations that are products of one factor per comparison, which these data do not \
         give; use Holm's adjustment"
    )]
    Correlated,
}
