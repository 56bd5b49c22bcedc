//! The election of the process that plans, and the fence that keeps earlier leaders from planning.
//!
//! The lease and its term are two rows. Planning locks the row of its term, so no other term can begin before it has
//! committed; the lease is renewed meanwhile, however long planning takes.

use std::time::Duration;

use async_trait::async_trait;
use domain::ErrorKind;
use domain::ids::Epoch;
use domain::ports::{Candidate, Election, Leader, Leadership, PortResult, Term};
use runtime::crash::{self, Point};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait as _, LockType};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::clock::{lease_end, now_ms};
use crate::convert::count;
use crate::entity::{leases, terms};
use crate::error::{Result, refused};
use crate::session::{SqlStore, Tx};

/// Name of the leader's lease.
const LEADER: &str = "leader";

#[async_trait]
impl Leadership for SqlStore {
    async fn stand(&self, candidate: &Candidate, lease: Duration) -> PortResult<Election> {
        self.retrying("stand for election", || self.stand_once(candidate, lease)).await
    }

    async fn resign(&self, candidate: &Candidate) -> PortResult<()> {
        self.retrying("resign", || self.resign_once(candidate)).await
    }

    async fn leader(&self) -> PortResult<Option<Leader>> {
        self.retrying("ask who leads", || async {
            let Some(lease) = leases::Entity::find_by_id(LEADER).one(&self.db).await? else { return Ok(None) };
            let now = now_ms(&self.db).await?;
            leader(&self.db, &lease, now).await
        })
        .await
    }

    async fn terms(&self, limit: u32) -> PortResult<Vec<Term>> {
        self.retrying("list terms", || async {
            let latest = terms::Entity::find().order_by_desc(terms::Column::Epoch).limit(u64::from(limit));
            Ok(latest.all(&self.db).await?.into_iter().map(term).collect())
        })
        .await
    }
}

impl SqlStore {
    async fn stand_once(&self, candidate: &Candidate, lease: Duration) -> Result<Election> {
        let owner = candidate.owner.to_string();
        let tx = self.begin_aside().await?;
        if let Some(held) = find(&*tx).await?
            && held.owner != owner
            && let Some(leader) = leading(&tx, &held).await?
        {
            // Without a lock: those who stand by must not hold up who leads.
            return Ok(Election::Led(leader));
        }
        let held = lock(&tx).await?;
        if held.owner == owner {
            prolong(&tx, &held, lease).await?;
            crash::around(Point::RenewalReady, Point::Renewed, tx.commit()).await?;
            return Ok(Election::Elected(Epoch(held.epoch)));
        }
        if let Some(leader) = leading(&tx, &held).await? {
            return Ok(Election::Led(leader));
        }
        let epoch = begin_term(&tx, &held, candidate, lease).await?;
        crash::around(Point::ElectionReady, Point::Elected, tx.commit()).await?;
        Ok(Election::Elected(epoch))
    }

    async fn resign_once(&self, candidate: &Candidate) -> Result<()> {
        let tx = self.begin_aside().await?;
        let held = lock(&tx).await?;
        if held.owner != candidate.owner.to_string() {
            return Ok(());
        }
        end_term(&tx, held.epoch, now_ms(&*tx).await?).await?;
        let nobody = leases::ActiveModel {
            name: Set(held.name),
            owner: Set(String::new()),
            lease_until_ms: Set(0),
            ..Default::default()
        };
        leases::Entity::update(nobody).exec(&*tx).await?;
        tx.commit().await
    }

    /// Counts a refused planning write with its term, in a transaction of its own: the one that was refused has left
    /// nothing behind.
    pub(crate) async fn counting_fenced<T>(&self, epoch: Epoch, result: PortResult<T>) -> PortResult<T> {
        if result.as_ref().is_err_and(|error| error.kind == ErrorKind::Fenced)
            && let Err(error) = self.retrying("count a fenced write", || self.count_fenced_once(epoch)).await
        {
            tracing::warn!(%error, %epoch, "a fenced write is not counted");
        }
        result
    }

    async fn count_fenced_once(&self, epoch: Epoch) -> Result<()> {
        let tx = self.begin().await?;
        let writes = Expr::col(terms::Column::FencedWrites).add(1);
        let count = terms::Entity::update_many().col_expr(terms::Column::FencedWrites, writes);
        count.filter(terms::Column::Epoch.eq(epoch.0)).exec(&*tx).await?;
        tx.commit().await
    }
}

/// Refuses unless the term of `epoch` goes on, and keeps it from ending before the transaction does. Whoever takes over
/// ends the term first and has to wait for this lock, so nothing of an old term is committed after a new one has begun.
pub(crate) async fn require_term(tx: &DatabaseTransaction, epoch: Epoch) -> Result<()> {
    let going_on = terms::Entity::find_by_id(epoch.0).filter(terms::Column::EndedAtMs.is_null());
    match going_on.lock(LockType::Share).one(tx).await? {
        Some(_) => Ok(()),
        None => Err(refused(ErrorKind::Fenced, format!("term {epoch} is over: another process leads"))),
    }
}

async fn find(db: &impl ConnectionTrait) -> Result<Option<leases::Model>> {
    Ok(leases::Entity::find_by_id(LEADER).one(db).await?)
}

/// Reads the lease and keeps others from changing it; makes one that nobody holds if there is none.
async fn lock(tx: &DatabaseTransaction) -> Result<leases::Model> {
    let nobody = leases::ActiveModel {
        name: Set(LEADER.to_owned()),
        owner: Set(String::new()),
        epoch: Set(0),
        lease_until_ms: Set(0),
    };
    leases::Entity::insert(nobody).on_conflict_do_nothing().exec_without_returning(tx).await?;
    let lease = leases::Entity::find_by_id(LEADER).lock(LockType::NoKeyUpdate).one(tx).await?;
    Ok(lease.ok_or_else(|| DbErr::RecordNotFound("the leader's lease".to_owned()))?)
}

/// Who holds the lease, if it has not run out.
async fn leading(tx: &DatabaseTransaction, held: &leases::Model) -> Result<Option<Leader>> {
    let leader = leader(tx, held, now_ms(tx).await?).await?;
    Ok(leader.filter(|leader| !leader.lease_left.is_zero()))
}

async fn leader(db: &impl ConnectionTrait, held: &leases::Model, now: i64) -> Result<Option<Leader>> {
    let term = terms::Entity::find_by_id(held.epoch).one(db).await?;
    Ok(term.map(|term| Leader {
        name: term.leader,
        epoch: Epoch(term.epoch),
        since_ms: term.began_at_ms,
        lease_left: Duration::from_millis(count(held.lease_until_ms.saturating_sub(now))),
    }))
}

async fn prolong(tx: &DatabaseTransaction, held: &leases::Model, lease: Duration) -> Result<()> {
    let until = lease_end(now_ms(tx).await?, lease);
    let change = leases::ActiveModel { name: Set(held.name.clone()), lease_until_ms: Set(until), ..Default::default() };
    leases::Entity::update(change).exec(tx).await?;
    Ok(())
}

async fn begin_term(tx: &Tx, held: &leases::Model, candidate: &Candidate, lease: Duration) -> Result<Epoch> {
    // Waits for what is being planned in the old term.
    end_term(tx, held.epoch, now_ms(&**tx).await?).await?;
    let now = now_ms(&**tx).await?;
    let (owner, epoch) = (candidate.owner.to_string(), held.epoch + 1);
    let term = terms::ActiveModel {
        epoch: Set(epoch),
        owner: Set(owner.clone()),
        leader: Set(candidate.name.clone()),
        began_at_ms: Set(now),
        ended_at_ms: NotSet,
        fenced_writes: Set(0),
    };
    terms::Entity::insert(term).exec_without_returning(&**tx).await?;
    let change = leases::ActiveModel {
        name: Set(held.name.clone()),
        owner: Set(owner),
        epoch: Set(epoch),
        lease_until_ms: Set(lease_end(now, lease)),
    };
    leases::Entity::update(change).exec(&**tx).await?;
    Ok(Epoch(epoch))
}

async fn end_term(tx: &DatabaseTransaction, epoch: i64, now: i64) -> Result<()> {
    terms::Entity::update_many()
        .col_expr(terms::Column::EndedAtMs, Expr::value(now))
        .filter(terms::Column::Epoch.eq(epoch))
        .filter(terms::Column::EndedAtMs.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

fn term(row: terms::Model) -> Term {
    Term {
        epoch: Epoch(row.epoch),
        leader: row.leader,
        began_at_ms: row.began_at_ms,
        ended_at_ms: row.ended_at_ms,
        fenced_writes: count(row.fenced_writes),
    }
}
