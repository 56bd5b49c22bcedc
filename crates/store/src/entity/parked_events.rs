//! Messages of the stream of which nothing could be made.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "parked_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub experiment_id: Option<Uuid>,
    pub event_id: Option<String>,
    pub stream: String,
    pub position: i64,
    pub stored_at_ms: i64,
    pub subject: String,
    pub headers: String,
    pub body: Vec<u8>,
    pub error: String,
    pub deliveries: i64,
    pub parked_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
