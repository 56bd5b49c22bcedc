//! Charts as SVG text.
//!
//! Equal data give equal bytes. Every figure stands alone as a file and can be put into an HTML page among others: it
//! follows the dark scheme of a screen, prints dark on white, carries a description for those who cannot see it, and
//! never tells things apart by colour only. Data that cannot be drawn are a [`PlotError`].
//!
//! A page with a switch of its own between light and dark sets the custom properties `--cdp-paper`, `--cdp-ink`,
//! `--cdp-muted`, `--cdp-axis`, `--cdp-grid`, `--cdp-fill` and `--cdp-s0` to `--cdp-s6` on `.cdp`.

mod axis;
mod cells;
mod error;
mod figure;
mod legend;
mod marks;
mod means;
mod panel;
mod scale;
mod style;
mod svg;
mod text;
mod ticks;

pub use cells::{Cells, Estimate, Group};
pub use error::PlotError;
pub use figure::Heading;
pub use means::means;
