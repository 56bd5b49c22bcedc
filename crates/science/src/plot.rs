//! Charts as SVG text.
//!
//! Equal data give equal bytes. Every figure stands alone as a file and can be put into an HTML page among others: it
//! follows the dark scheme of a screen, prints dark on white, carries a description for those who cannot see it, and
//! never tells things apart by colour only. Data that cannot be drawn are a [`PlotError`].
//!
//! A page with a switch of its own between light and dark sets the custom properties `--cdp-paper`, `--cdp-ink`,
//! `--cdp-muted`, `--cdp-axis`, `--cdp-grid` and `--cdp-s0` to `--cdp-s6` on `.cdp`.

mod axis;
mod cells;
mod differences;
mod ecdf;
mod effects;
mod error;
mod figure;
mod fitness;
mod half_normal;
mod interaction;
mod labels;
mod legend;
mod main_effects;
mod map;
mod marks;
mod means;
mod panel;
mod pareto;
mod residuals;
mod scale;
mod style;
mod svg;
mod text;
mod ticks;

pub use cells::{Cells, Estimate, Group};
pub use differences::{Difference, Differences, differences};
pub use ecdf::{Ecdf, Sample, ecdf};
pub use effects::{Effect, Effects};
pub use error::PlotError;
pub use figure::Heading;
pub use fitness::{Fitness, Generation, fitness};
pub use half_normal::half_normal;
pub use interaction::interaction;
pub use main_effects::{FactorMeans, MainEffects, main_effects};
pub use map::{Map, Segment, map};
pub use means::means;
pub use pareto::pareto;
pub use residuals::{Residuals, residuals};
