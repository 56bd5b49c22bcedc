//! Ticks of episodes, where an experiment asks for them.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tick_logs")]
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
    pub tick: i64,
    pub tic: i64,
    pub buttons: i64,
    pub reward: f64,
    pub health: i32,
    pub x: f64,
    pub y: f64,
    pub angle: f64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
