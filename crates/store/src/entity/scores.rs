//! Scores, one per episode, never changed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "scores")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub experiment_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub generation: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub replicate: i64,
    pub seed: i64,
    pub doom_seed: i64,
    pub kills: i32,
    pub deaths: i32,
    pub items: i32,
    pub secrets: i32,
    pub hits: i32,
    pub hits_taken: i32,
    pub damage_dealt: i32,
    pub damage_taken: i32,
    pub shots_fired: i32,
    pub health: i32,
    pub armor: i32,
    pub ammo: i32,
    pub tics: i64,
    pub ticks: i64,
    pub reward: f64,
    pub path: f64,
    pub cells_visited: i64,
    pub exploration_coverage: Option<f64>,
    pub ammo_efficiency: Option<f64>,
    pub end_reason: String,
    pub trajectory: Vec<u8>,
    pub fence: i64,
    pub scored_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::members::Entity",
        from = "(Column::ExperimentId, Column::Generation, Column::Position)",
        to = "(super::members::Column::ExperimentId, super::members::Column::Generation, super::members::Column::Position)"
    )]
    Member,
    #[sea_orm(
        belongs_to = "super::episodes::Entity",
        from = "(Column::ExperimentId, Column::Generation, Column::Position, Column::Replicate)",
        to = "(super::episodes::Column::ExperimentId, super::episodes::Column::Generation, super::episodes::Column::Position, super::episodes::Column::Replicate)"
    )]
    Episode,
}

impl Related<super::members::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Member.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
