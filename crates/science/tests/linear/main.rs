//! Linear models against R, against exact arithmetic and against the certified values of NIST.

mod close;
mod exact;
mod nist;
mod r;
mod refusals;
mod sizes;
