//! What a process that is gone had taken, given back at once.

use domain::status::JobStatus;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};

use crate::entity::{jobs, leases, relay_holds};
use crate::error::Result;

/// Ends every lease of a ledger that only one process can have open: whoever held one is gone, because the lock beside
/// the file is ours now. Without this a restart would wait for leases that nobody holds. The fences stay, so nothing
/// of an old claim can be written either way.
pub(super) async fn give_back(db: &DatabaseConnection) -> Result<()> {
    let released = jobs::Entity::update_many()
        .col_expr(jobs::Column::Status, Expr::value(JobStatus::Open.name()))
        .col_expr(jobs::Column::Owner, Expr::value(Option::<String>::None))
        .col_expr(jobs::Column::LeaseUntilMs, Expr::value(Option::<i64>::None))
        .filter(jobs::Column::Status.eq(JobStatus::Running.name()))
        .exec(db)
        .await?;
    if released.rows_affected > 0 {
        tracing::info!(jobs = released.rows_affected, "jobs of a process that is gone were given back");
    }
    relay_holds::Entity::delete_many().exec(db).await?;
    // The queue of that process is gone with it.
    jobs::Entity::update_many()
        .col_expr(jobs::Column::QueuedAtMs, Expr::value(Option::<i64>::None))
        .filter(jobs::Column::Status.ne(JobStatus::Done.name()))
        .exec(db)
        .await?;
    leases::Entity::update_many().col_expr(leases::Column::LeaseUntilMs, Expr::value(0)).exec(db).await?;
    Ok(())
}
