//! The policies, one file each.

pub(crate) mod aim;
pub(crate) mod cascade;
pub mod neural;
pub(crate) mod random;
pub(crate) mod script;
pub(crate) mod study;
