//! `token`: who may call the daemons that share a database.

use std::sync::Arc;

use clap::{Args, Subcommand};
use proto::events::Encoder;
use runtime::access::command::{self, CreateArgs, RevokeArgs};
use runtime::access::{Token, TokenError, TokenKeeper as _, moment_text};
use runtime::config::DatabaseArgs;
use serde_json::{Value, json};
use store::SqlStore;

use super::output::{self, Rows};
use super::services::store_config;
use super::{Exit, Failure};

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token and print it. It is shown this once; what is kept is its hash
    Create {
        #[command(flatten)]
        token: CreateArgs,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// List tokens by their names and ids
    List {
        #[command(flatten)]
        show: ShowArgs,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Revoke tokens: the next call fails, open streams end within a minute
    Revoke {
        #[command(flatten)]
        which: RevokeArgs,
        #[command(flatten)]
        show: ShowArgs,
        #[command(flatten)]
        database: DatabaseArgs,
    },
}

/// How tokens are shown.
#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// Form of the rows
    #[arg(short, long, value_enum, default_value_t = Rows::Table)]
    output: Rows,
}

/// Does what the command says.
pub(super) async fn run(command: TokenCommand) -> Result<(), Failure> {
    match command {
        // Nothing else goes to standard output, so that it can be written to a file as it is.
        TokenCommand::Create { token, database } => {
            let (token, _) = command::create(&open(&database).await?, token).await.map_err(failure)?;
            output::line(token.expose())
        }
        TokenCommand::List { show, database } => {
            let listed = open(&database).await?.list().await.map_err(|error| failure(error.into()))?;
            print(&show, &listed)
        }
        TokenCommand::Revoke { which, show, database } => {
            let revoked = command::revoke(&open(&database).await?, &which).await.map_err(failure)?;
            print(&show, &revoked)
        }
    }
}

async fn open(database: &DatabaseArgs) -> Result<SqlStore, Failure> {
    Ok(store::connect(&store_config(database)?, Arc::new(Encoder)).await?)
}

fn failure(error: TokenError) -> Failure {
    let exit = match error {
        TokenError::Unknown(_) => Exit::NotFound,
        TokenError::Book(_) => Exit::Unavailable,
        TokenError::Random(_) => Exit::Failed,
    };
    Failure::new(exit, miette::miette!("{error}"))
}

fn print(show: &ShowArgs, tokens: &[Token]) -> Result<(), Failure> {
    let heads = ["id", "name", "role", "created", "expires", "revoked"];
    let values: Vec<_> = tokens.iter().map(value).collect();
    output::rows(show.output, &heads, &values, || {
        let rows = values.iter().map(|value| heads.iter().map(|&head| output::plain(&value[head])).collect());
        output::table(&heads, &[], rows)
    })
}

fn value(token: &Token) -> Value {
    json!({
        "id": token.hash.id(),
        "name": token.name.as_str(),
        "role": token.role.name(),
        "created": moment_text(token.created_at_ms),
        "expires": token.expires_at_ms.map(moment_text),
        "revoked": token.revoked_at_ms.map(moment_text),
    })
}
