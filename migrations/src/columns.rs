//! Short ways to say what the tables have in common.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, uuid};

/// The columns that name a generation.
pub(crate) const GENERATION: &[&str] = &["experiment_id", "generation"];
/// The columns that name a member of a generation.
pub(crate) const MEMBER: &[&str] = &["experiment_id", "generation", "position"];
/// The columns that name an episode.
pub(crate) const EPISODE: &[&str] = &["experiment_id", "generation", "position", "replicate"];

/// An empty table.
pub(crate) fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).take()
}

/// A table with the columns that name an episode.
pub(crate) fn episode_table(name: &'static str) -> TableCreateStatement {
    let mut table = table(name);
    table.col(uuid("experiment_id"));
    for number in &EPISODE[1..] {
        table.col(big_integer(*number));
    }
    table.take()
}

/// A primary key over several columns.
pub(crate) fn key(columns: &[&'static str]) -> IndexCreateStatement {
    let mut key = Index::create();
    for column in columns {
        key.col(*column);
    }
    key.take()
}

/// A reference to the columns of the same names; what refers goes with what it refers to.
pub(crate) fn reference(
    from: &'static str,
    columns: &[&'static str],
    to: &'static str,
    targets: &[&'static str],
) -> ForeignKeyCreateStatement {
    let mut reference = ForeignKey::create();
    reference.from_tbl(from).to_tbl(to).on_delete(ForeignKeyAction::Cascade);
    for column in columns {
        reference.from_col(*column);
    }
    for target in targets {
        reference.to_col(*target);
    }
    reference.take()
}

/// An index named after its table and purpose.
pub(crate) fn index(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    index.take()
}

/// Drops tables in the given order.
pub(crate) async fn drop_tables(manager: &SchemaManager<'_>, names: &[&'static str]) -> Result<(), DbErr> {
    for name in names {
        manager.drop_table(Table::drop().table(*name).take()).await?;
    }
    Ok(())
}
