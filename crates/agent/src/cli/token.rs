//! `agent token`: who may call a daemon with a file of tokens.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use runtime::access::command::{self, CreateArgs, RevokeArgs};
use runtime::access::{FileBook, Token, TokenKeeper as _, moment_text};

/// What can be done with tokens.
#[derive(Subcommand, Debug)]
pub(super) enum TokenCommand {
    /// Make a token and print it. It is shown this once; what is kept is its hash
    Create {
        #[command(flatten)]
        token: CreateArgs,
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// List tokens by their names and ids
    List {
        #[command(flatten)]
        place: PlaceArgs,
    },
    /// Revoke tokens: the next call fails, open streams end within a minute
    Revoke {
        #[command(flatten)]
        which: RevokeArgs,
        #[command(flatten)]
        place: PlaceArgs,
    },
}

/// Where tokens are.
#[derive(Args, Debug)]
pub(super) struct PlaceArgs {
    /// File with the tokens of callers; made where it is not there
    #[arg(long, env = "AGENT_TOKENS_FILE", value_name = "FILE")]
    tokens_file: PathBuf,
}

/// Does what the command says.
pub(super) async fn run(command: TokenCommand) -> anyhow::Result<()> {
    let book = |place: PlaceArgs| FileBook::new(place.tokens_file);
    match command {
        TokenCommand::Create { token, place } => {
            let (token, _) = command::create(&book(place), token).await?;
            Ok(writeln!(std::io::stdout(), "{}", token.expose())?)
        }
        TokenCommand::List { place } => print(&book(place).list().await?),
        TokenCommand::Revoke { which, place } => print(&command::revoke(&book(place), &which).await?),
    }
}

fn print(tokens: &[Token]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let row = ["id", "name", "role", "created", "expires", "revoked"].map(str::to_owned);
    for [id, name, role, created, expires, revoked] in std::iter::once(row).chain(tokens.iter().map(cells)) {
        writeln!(out, "{id:12}  {name:24}  {role:8}  {created:24}  {expires:24}  {revoked}")?;
    }
    Ok(())
}

fn cells(token: &Token) -> [String; 6] {
    let optional = |moment: Option<i64>| moment.map_or_else(|| "-".to_owned(), moment_text);
    [
        token.hash.id(),
        token.name.to_string(),
        token.role.to_string(),
        moment_text(token.created_at_ms),
        optional(token.expires_at_ms),
        optional(token.revoked_at_ms),
    ]
}
