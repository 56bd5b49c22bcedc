//! Why a design cannot be made.

/// Why a design cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DesignError {
    /// A design of this kind does not exist for so few or so many factors.
    #[error("{design} takes {least} to {most} factors, not {got}")]
    Factors {
        /// The kind of design.
        design: &'static str,
        /// Fewest factors it takes.
        least: usize,
        /// Most factors it takes.
        most: usize,
        /// What was asked for.
        got: usize,
    },
    /// A design of this kind does not exist with this number of runs.
    #[error("{design} has no {runs} runs for {factors} factors; {help}")]
    Runs {
        /// The kind of design.
        design: &'static str,
        /// What was asked for.
        runs: usize,
        /// The number of factors.
        factors: usize,
        /// Which numbers of runs there are.
        help: &'static str,
    },
    /// A generator is not of the form `E=ABCD`.
    #[error("generator {text:?} cannot be read: {problem}; write it like \"E=ABCD\" or \"E=-ABCD\"")]
    Generator {
        /// The generator as it was given.
        text: String,
        /// What is wrong with it.
        problem: String,
    },
    /// An effect is not a product of factors such as `ABD`.
    #[error("effect {text:?} cannot be read: {problem}; write it as letters of factors, like \"ABD\"")]
    Effect {
        /// The effect as it was given.
        text: String,
        /// What is wrong with it.
        problem: String,
    },
    /// No such factor.
    #[error("there is no factor number {factor}: the design has {factors}, counted from 0")]
    NoSuchFactor {
        /// The number that was given.
        factor: usize,
        /// How many factors there are.
        factors: usize,
    },
    /// A resolution below III says nothing.
    #[error("resolution {0} promises nothing: ask for 3 or more")]
    Resolution(usize),
    /// No design within the size that is searched has what was asked for.
    #[error("no design of {factors} factors in up to {runs} runs {wanted}; ask for less, or play the full factorial")]
    NoneSmallEnough {
        /// The number of factors.
        factors: usize,
        /// The largest number of runs that was searched.
        runs: usize,
        /// What was asked for.
        wanted: String,
    },
    /// The new runs of a fold-over would be the old ones again.
    #[error("folding over {factors} changes the sign of no word: the new runs repeat the old ones; fold over others")]
    FoldRepeats {
        /// The factors whose signs were to change.
        factors: String,
    },
    /// The cube of a composite design confounds what only the cube can estimate.
    #[error("the cube cannot carry a quadratic model: {first} and {second} share a column; take one of resolution V")]
    Cube {
        /// An effect.
        first: String,
        /// An effect that has the same column.
        second: String,
    },
    /// Blocks were given for another number of runs.
    #[error("there are {got} blocks for {runs} runs; give one for each")]
    BlockCount {
        /// How many blocks were given.
        got: usize,
        /// How many runs there are.
        runs: usize,
    },
    /// Words that shall make blocks do not halve each block again.
    #[error("{word} cannot make blocks: it is constant within each block already; choose another word")]
    Blocks {
        /// The word that makes no new blocks.
        word: String,
    },
    /// A list would be too long to be useful.
    #[error("{what} would hold more than {most} entries; ask for a lower order or a larger fraction")]
    TooMany {
        /// What would be too long.
        what: &'static str,
        /// The limit.
        most: usize,
    },
    /// A parameter is out of its range.
    #[error("{name} is {got}, but must be {range}")]
    Parameter {
        /// Which parameter.
        name: &'static str,
        /// What it is.
        got: f64,
        /// What it must be, in words.
        range: &'static str,
    },
    /// A run has not one level for each factor.
    #[error("run {run} has {got} levels, but there are {expected} factors; give one level for each")]
    Ragged {
        /// The number of the run, from 0.
        run: usize,
        /// How many levels it has.
        got: usize,
        /// How many factors there are.
        expected: usize,
    },
}
