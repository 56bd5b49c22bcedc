//! Linear models of one response: categorical and continuous factors, interactions of any order, and blocks.
//!
//! A [`Frame`] holds the data, [`Terms`] say what the model is made of, and [`fit`] gives a [`Fit`], which answers all
//! questions: analyses of variance of types I, II and III, marginal means and contrasts, residuals and influence.
//! Rows with equal levels are first reduced to a cell with its count, mean and sum of squares, so the orthogonal
//! decomposition runs over cells; no normal equations are formed. What cannot be computed is absent, with the reason.

mod alias;
mod anova;
mod cells;
mod contrast;
mod design;
mod error;
mod fit;
mod formula;
mod frame;
mod influence;
mod matrix;
mod means;
mod missing;
mod qr;
mod slope;
mod strata;
mod sum;
mod term;

pub use alias::Alias;
pub use anova::{Anova, AnovaRow, EffectSize, Squares, Untested};
pub use contrast::{Adjustment, Contrast};
pub use error::LinearError;
pub use fit::{Fit, fit};
pub use frame::Frame;
pub use influence::Influence;
pub use means::{MarginalMean, MarginalMeans};
pub use missing::MissingCells;
pub use slope::Slope;
pub use term::{Term, Terms};
