//! Generations of an experiment, with their progress.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "generations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub experiment_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub generation: i64,
    pub purpose: String,
    pub status: String,
    pub episodes_per_member: i64,
    pub episodes_planned: i64,
    pub episodes_scored: i64,
    pub best_agent: Option<String>,
    pub best_fitness: Option<f64>,
    pub mean_fitness: Option<f64>,
    pub completions: i64,
    pub created_at_ms: i64,
    pub ended_at_ms: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
