//! Why a plot cannot be drawn.

/// Why a plot cannot be drawn.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlotError {
    /// The id of a figure becomes part of XML ids.
    #[error("the figure id {0:?} cannot be used: begin with a letter, then letters, digits, '-' and '_'")]
    Id(String),
    /// There is too little to draw.
    #[error("a plot needs at least {least} {what}, got {got}")]
    TooFew {
        /// What is missing.
        what: &'static str,
        /// Fewest that make a picture.
        least: usize,
        /// How many there are.
        got: usize,
    },
    /// Nobody could read so much in one picture.
    #[error("a plot shows at most {most} {what}, got {got}; split the data over several plots")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// Most that stay readable.
        most: usize,
        /// How many there are.
        got: usize,
    },
    /// Two lists that belong together differ in length.
    #[error("{what} has {got} values where {expected} are expected")]
    Length {
        /// The list of the wrong length.
        what: String,
        /// The length it should have.
        expected: usize,
        /// The length it has.
        got: usize,
    },
    /// A value is NaN, infinite or beyond 1e150, or negative where that means nothing.
    #[error("{what} at index {index} is {value}, which cannot be drawn; leave it out and say so in the note")]
    Value {
        /// Where the value stands.
        what: String,
        /// Its index, from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// The ends of an interval are in the wrong order.
    #[error("the interval of {what} at index {index} runs from {low} to {high}; give the lower end first")]
    Interval {
        /// Where the interval stands.
        what: String,
        /// Its index, from 0.
        index: usize,
        /// The end given as the lower one.
        low: f64,
        /// The end given as the upper one.
        high: f64,
    },
}

/// Values beyond this have no finite distance from each other.
const LARGEST: f64 = 1e150;

/// Checks that every value can be drawn; `what` names the list in the message.
pub(super) fn finite(what: &str, values: impl IntoIterator<Item = f64>) -> Result<(), PlotError> {
    match values.into_iter().enumerate().find(|(_, value)| value.is_nan() || value.abs() > LARGEST) {
        Some((index, value)) => Err(PlotError::Value { what: what.to_owned(), index, value }),
        None => Ok(()),
    }
}

/// Checks that there are between `least` and `most` of something.
pub(super) fn count(what: &'static str, got: usize, least: usize, most: usize) -> Result<(), PlotError> {
    if got < least {
        return Err(PlotError::TooFew { what, least, got });
    }
    if got > most {
        return Err(PlotError::TooMany { what, most, got });
    }
    Ok(())
}

/// Checks that a list has the length of another.
pub(super) fn length(what: &str, got: usize, expected: usize) -> Result<(), PlotError> {
    if got == expected {
        return Ok(());
    }
    Err(PlotError::Length { what: what.to_owned(), expected, got })
}

/// Checks an interval that is given as lower and upper end.
pub(super) fn interval(what: &str, index: usize, ends: (f64, f64)) -> Result<(), PlotError> {
    let (low, high) = ends;
    finite(what, [low, high]).map_err(|error| match error {
        PlotError::Value { what, value, .. } => {
            PlotError::Value { what: format!("an end of the interval of {what}"), index, value }
        }
        other => other,
    })?;
    if low > high {
        return Err(PlotError::Interval { what: what.to_owned(), index, low, high });
    }
    Ok(())
}
