//! Experiments: what was asked for and where it stands.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "experiments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    pub spec: String,
    pub provenance: String,
    pub status: String,
    pub reason: Option<String>,
    pub digest: Option<String>,
    pub generation: i64,
    pub episodes_planned: i64,
    pub episodes_scored: i64,
    pub episodes_due: i64,
    pub pauses: i64,
    pub completions: i64,
    pub event_seq: i64,
    pub created_at_ms: i64,
    pub ended_at_ms: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
