//! Members of a generation: a condition of a design or a genome of a population.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "members")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub experiment_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub generation: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub agent: String,
    pub label: String,
    pub factors: String,
    pub scenario: String,
    pub spec: String,
    pub parents: String,
    pub operators: String,
    pub episodes_planned: i64,
    pub episodes_scored: i64,
    pub errors: i64,
    pub evaluations: i64,
    pub fitness: Option<f64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
