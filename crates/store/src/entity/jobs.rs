//! Jobs: blocks of episodes, with the lease of whoever plays them.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub experiment_id: Uuid,
    pub generation: i64,
    pub position: i64,
    pub ordinal: i64,
    pub status: String,
    pub fence: i64,
    pub owner: Option<String>,
    pub claim: Option<Uuid>,
    pub lease_until_ms: Option<i64>,
    pub failed_attempts: i32,
    pub ticks: i64,
    pub progress_at_ms: Option<i64>,
    pub queued_at_ms: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
