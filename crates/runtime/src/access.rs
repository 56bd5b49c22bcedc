//! Who may do what: roles, bearer tokens that are kept as hashes, and the books that keep them.
//!
//! [`crate::grpc`] asks for every call, by the call's row in the table of methods.

mod book;
pub mod command;
mod file;
mod role;
mod token;

pub use book::{BookError, NewToken, Standing, Token, TokenBook, TokenKeeper};
pub use command::TokenError;
pub use file::{FileBook, moment_text};
pub use role::Role;
pub use token::{BadTokenName, TokenHash, TokenName, generate};
