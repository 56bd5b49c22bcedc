//! Whether the schema is the one that this program was built for.

use domain::ErrorKind;
use domain::ports::{PortError, PortResult};
use migrations::{Migrator, MigratorTrait as _};
use sea_orm::{DatabaseConnection, DbErr};

use crate::config::Target;
use crate::error::Error;

const ADVICE: &str = "run `orchestrator migrate`";

/// Brings the schema up to date.
pub(crate) async fn upgrade(db: &DatabaseConnection, target: &Target) -> PortResult<()> {
    Migrator::up(db, None).await.map_err(|error| cannot("upgrade the schema", target, error))
}

/// Refuses a schema that is missing, older or newer. Changes nothing.
pub(crate) async fn require_current(db: &DatabaseConnection, target: &Target) -> PortResult<()> {
    let pending = match Migrator::get_pending_migrations_read_only(db).await {
        Ok(pending) => pending.len(),
        // Applied migrations that this program does not know.
        Err(DbErr::Custom(_)) => return Err(newer(target)),
        Err(error) => return Err(cannot("read the schema's version", target, error)),
    };
    match pending {
        0 => Ok(()),
        all if all == Migrator::migrations().len() => Err(missing(target)),
        behind => Err(older(behind, target)),
    }
}

/// As [`require_current`], by the names of the applied migrations.
pub(crate) fn judge(applied: &[String], target: &Target) -> PortResult<()> {
    let known: Vec<_> = Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
    if applied.iter().any(|name| !known.contains(name)) {
        return Err(newer(target));
    }
    match known.iter().filter(|name| !applied.contains(name)).count() {
        0 => Ok(()),
        all if all == known.len() => Err(missing(target)),
        behind => Err(older(behind, target)),
    }
}

pub(crate) fn missing(target: &Target) -> PortError {
    precondition(format!("there is no ledger in {target}: {ADVICE}"))
}

fn older(behind: usize, target: &Target) -> PortError {
    precondition(format!("the schema of {target} is {behind} migrations behind: {ADVICE}"))
}

fn newer(target: &Target) -> PortError {
    precondition(format!("the schema of {target} is newer than this program: install the newer version"))
}

fn precondition(message: String) -> PortError {
    PortError::new(ErrorKind::FailedPrecondition, message)
}

fn cannot(what: &str, target: &Target, error: DbErr) -> PortError {
    Error::from(error).into_port(&format!("{what} of {target}"))
}
