//! The analyses against R, scipy and exact enumeration: see `tools/science/samples.R` and `tools/science/resampling.py`.

mod checks;
mod compare;
mod invariances;
mod pairs;
mod ranks;
mod reference;
mod refusals;
mod resample;
mod wild;
