//! Whether the order of the runs shows in the residuals, as it does when something drifted or one run disturbed the next.

mod durbin_watson;
mod runs;

pub use durbin_watson::{DurbinWatson, durbin_watson};
pub use runs::{Runs, runs};
