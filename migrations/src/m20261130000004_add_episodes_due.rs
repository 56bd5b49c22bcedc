//! How many episodes of an experiment have a job so far, which in a race is not known before they are planned.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::big_integer;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut column = big_integer("episodes_due").default(0).take();
        manager.alter_table(Table::alter().table("experiments").add_column(&mut column).take()).await?;
        // Until now every generation had all its jobs from the start.
        let count = "UPDATE experiments SET episodes_due = (SELECT COALESCE(SUM(g.episodes_planned), 0) \
                     FROM generations g WHERE g.experiment_id = experiments.id)";
        manager.get_connection().execute_unprepared(count).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("experiments").drop_column("episodes_due").take()).await
    }
}
