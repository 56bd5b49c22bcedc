//! What the events of a generation add up to.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "generation_summaries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub experiment_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub generation: i64,
    pub agents: Option<i64>,
    pub episodes_planned: Option<i64>,
    pub agents_evaluated: i64,
    pub episodes: i64,
    pub agent_errors: i64,
    pub best_agent: Option<String>,
    pub best_position: Option<i64>,
    pub best_fitness: Option<f64>,
    pub mean_fitness: Option<f64>,
    pub started_at_ms: Option<i64>,
    pub completed_at_ms: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
