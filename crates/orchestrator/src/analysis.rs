//! Analyses of tables of data, whoever made them.

mod content;
mod figures;
mod table;

pub use content::content;
pub use figures::{Figures, figures};
pub use table::{Dropped, Missing, Reading, Roles, TableError, read};
