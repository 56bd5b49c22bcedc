//! Every chart as a document: well formed, inside its frame, equal on every run, honest about bad data.

mod charts;
mod document;
mod refusals;
mod structure;
