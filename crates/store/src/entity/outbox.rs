//! Events, in the order of their experiment, and whether they are published.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub experiment_id: Uuid,
    pub sequence: i64,
    pub event_id: Uuid,
    pub subject: String,
    pub kind: String,
    pub body: String,
    pub committed_at_ms: i64,
    pub traceparent: Option<String>,
    pub published_at_ms: Option<i64>,
    pub republished: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
