//! Divergences: a second value for an episode beside the one that was kept.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "divergences")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub experiment_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub generation: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub replicate: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub fence: i64,
    pub kept_measures: String,
    pub kept_trajectory: Vec<u8>,
    pub kept_action_log: Vec<u8>,
    pub found_measures: String,
    pub found_trajectory: Vec<u8>,
    pub found_action_log: Vec<u8>,
    pub found_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
