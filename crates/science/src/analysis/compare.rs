//! Comparisons of the means of two or more samples.

mod contrast;
mod equivalence;
mod games_howell;
mod one_way;
mod t_test;

pub use equivalence::{Equivalence, equivalence_paired, equivalence_welch};
pub use games_howell::{GroupPair, games_howell};
pub use one_way::{FTest, welch_anova};
pub use t_test::{TTest, paired, student, welch};

pub(super) use contrast::{Contrast, satterthwaite};
pub(super) use one_way::one_way;
