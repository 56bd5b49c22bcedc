//! Bearer tokens in the ledger, where every orchestrator finds them.

use async_trait::async_trait;
use domain::ErrorKind;
use domain::ports::PortError;
use runtime::access::{BookError, NewToken, Standing, Token, TokenBook, TokenHash, TokenKeeper};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::clock::now_ms;
use crate::entity::tokens::{ActiveModel, Column, Entity, Model};
use crate::error::{Result, damaged};
use crate::session::SqlStore;

#[async_trait]
impl TokenBook for SqlStore {
    async fn standing(&self, hash: &TokenHash) -> std::result::Result<Standing, BookError> {
        let found = self.retrying("look a token up", || async {
            let Some(row) = Entity::find_by_id(hash.0.to_vec()).one(&self.db).await? else {
                return Ok(Standing::Unknown);
            };
            Ok(token(row)?.standing(now_ms(&self.db).await?))
        });
        found.await.map_err(refusal)
    }
}

#[async_trait]
impl TokenKeeper for SqlStore {
    async fn add(&self, new: &NewToken) -> std::result::Result<Token, BookError> {
        self.retrying("keep a token", || async {
            let token = new.at(now_ms(&self.db).await?);
            // Keeping it again after an error whose outcome is not known changes nothing.
            Entity::insert(row(&token)).on_conflict_do_nothing().exec_without_returning(&self.db).await?;
            Ok(token)
        })
        .await
        .map_err(refusal)
    }

    async fn list(&self) -> std::result::Result<Vec<Token>, BookError> {
        self.retrying("list tokens", || async {
            let rows = Entity::find().order_by_asc(Column::CreatedAtMs).order_by_asc(Column::Hash);
            rows.all(&self.db).await?.into_iter().map(token).collect()
        })
        .await
        .map_err(refusal)
    }

    async fn revoke(&self, hash: &TokenHash) -> std::result::Result<bool, BookError> {
        self.retrying("revoke a token", || async {
            let now = now_ms(&self.db).await?;
            let valid = Entity::update_many()
                .col_expr(Column::RevokedAtMs, Expr::value(now))
                .filter(Column::Hash.eq(hash.0.to_vec()))
                .filter(Column::RevokedAtMs.is_null());
            if valid.exec(&self.db).await?.rows_affected > 0 {
                return Ok(true);
            }
            Ok(Entity::find_by_id(hash.0.to_vec()).one(&self.db).await?.is_some())
        })
        .await
        .map_err(refusal)
    }
}

fn row(token: &Token) -> ActiveModel {
    ActiveModel {
        hash: Set(token.hash.0.to_vec()),
        name: Set(token.name.to_string()),
        role: Set(token.role.name().to_owned()),
        created_at_ms: Set(token.created_at_ms),
        expires_at_ms: Set(token.expires_at_ms),
        revoked_at_ms: Set(token.revoked_at_ms),
    }
}

fn token(row: Model) -> Result<Token> {
    let hash = row.hash.try_into().map_err(|_| damaged("token", "its hash has not 32 bytes".to_owned()))?;
    Ok(Token {
        hash: TokenHash(hash),
        name: row.name.parse().map_err(|error: runtime::access::BadTokenName| damaged("token", error.to_string()))?,
        role: row.role.parse().map_err(|error| damaged("token", error))?,
        created_at_ms: row.created_at_ms,
        expires_at_ms: row.expires_at_ms,
        revoked_at_ms: row.revoked_at_ms,
    })
}

fn refusal(error: PortError) -> BookError {
    match error.kind {
        ErrorKind::Internal => BookError::Damaged(error.to_string()),
        _ => BookError::Away(error.to_string()),
    }
}
