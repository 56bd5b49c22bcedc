//! Strategy documents: the third level of the cascade.
//!
//! A [`Document`] says what to do in a situation, with how often that was tried and how often it went well. A
//! [`Library`] is a snapshot of documents; it never changes while it is played with. A [`Ranking`] finds, for the
//! situation of a tick, the documents with the best scores among all of them, exactly:
//!
//! score = similarity weight · similarity + confidence weight · confidence + recency weight · recency, where
//!
//! - similarity is 1 / (1 + d² / r²), a rational quadratic kernel (Rasmussen and Williams, "Gaussian Processes for
//!   Machine Learning", 2006, equation 4.19 with α = 1) of the Euclidean distance d of the normalised situations, which
//!   halves at the distance r;
//! - confidence is the lower bound of the success rate ([`crate::confidence::wilson_lower`]);
//! - recency halves with every so many generations without use.
//!
//! A document is considered only where all of its tags hold. A tie goes to the document whose id comes first.

mod credit;
mod document;
mod index;
mod lanes;
mod library;
mod life;
mod plain;
mod ranking;
mod tags;
mod top;
mod written;

pub use credit::{Use, uses};
pub use document::{Document, Provenance};
pub use library::{Library, MAX_DOCUMENTS};
pub use life::Life;
pub use plain::PlainScan;
pub use ranking::{Ranking, Weights};
pub use tags::{Tag, Tags};
pub use top::{Hit, MAX_HITS, Top};
pub use written::DocumentSpec;

#[cfg(test)]
mod tests;
