//! What the events of an experiment add up to.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "experiment_summaries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub experiment_id: Uuid,
    pub name: Option<String>,
    pub status: Option<String>,
    pub status_sequence: i64,
    pub status_at_ms: i64,
    pub extended_sequence: i64,
    pub extended_at_ms: i64,
    pub reason: Option<String>,
    pub digest: Option<String>,
    pub episodes_planned: Option<i64>,
    pub started_at_ms: Option<i64>,
    pub ended_at_ms: Option<i64>,
    pub episodes: i64,
    pub events: i64,
    pub generations_started: i64,
    pub generations_completed: i64,
    pub agents_evaluated: i64,
    pub agent_errors: i64,
    pub pauses: i64,
    pub resumes: i64,
    pub last_sequence: i64,
    pub best_agent: Option<String>,
    pub best_generation: Option<i64>,
    pub best_position: Option<i64>,
    pub best_fitness: Option<f64>,
    pub last_event_at_ms: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
