//! Questions in SQL, on both databases.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::{Claim, ExperimentStore as _};
use runtime::access::{NewToken, Role, TokenHash, TokenKeeper as _};
use serde_json::{Value, json};
use store::{Answer, QueryError, Question, SqlStore, StoreConfig, TABLES};
use testkit::builder::{self, PlainEncoder};
use testkit::postgres::TestDatabase;

const HOUR: Duration = Duration::from_secs(3_600);

/// Runs a case on both databases, with a ledger that is open beside it and has a design of two conditions, half played.
async fn on_both(case: impl AsyncFn(StoreConfig, &str)) {
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());
    for (url, hex) in
        [(database.url(), "encode"), (folder.path().join("ledger.db").to_str().unwrap().to_owned(), "hex")]
    {
        let config = StoreConfig::new(url);
        let store = store::connect(&config.clone().with_migrations(), Arc::new(PlainEncoder)).await.unwrap();
        play(&store).await;
        case(config, hex).await;
    }
}

async fn play(store: &SqlStore) {
    let new = builder::experiment(2, 3);
    store.create(&new).await.unwrap();
    let job = &new.first.jobs[0];
    let Claim::Granted(held) = store.claim(job.id, "w", HOUR).await.unwrap() else { panic!("it is open") };
    let scores: Vec<_> = held.episodes.iter().map(|episode| builder::score(0, job.position, episode, 5)).collect();
    store.finish(job.id, held.fence, &scores).await.unwrap();
    let hash = TokenHash::of("a secret");
    let token = NewToken { hash, name: "ada".parse().unwrap(), role: Role::Admin, lifetime: None };
    store.add(&token).await.unwrap();
}

async fn ask(config: &StoreConfig, sql: &str) -> Result<Answer, QueryError> {
    store::ask(config, Question { sql, rows: 3 }).await
}

/// What is told of a refused statement, and where it is wrong.
async fn refused(config: &StoreConfig, sql: &str) -> (String, Option<usize>) {
    match ask(config, sql).await {
        Err(QueryError::Refused { message, at, .. }) => (message, at),
        other => panic!("{sql}: {other:?}"),
    }
}

#[tokio::test]
async fn answers_have_types_names_and_a_limit() {
    on_both(async |config, hex| {
        let answer =
            ask(&config, "select kills, reward, ammo_efficiency, end_reason from scores order by replicate;").await;
        let answer = answer.unwrap();
        assert_eq!((answer.rows.len(), answer.cut), (2, false));
        assert_eq!(answer.columns, ["kills", "reward", "ammo_efficiency", "end_reason"]);
        assert!(answer.rows[0][0] == 5 && answer.rows[0][1].is_f64() && answer.rows[0][3].is_string(), "{answer:?}");

        let digest = match hex {
            "encode" => {
                "select id, trajectory, encode(trajectory, 'hex') from scores join experiments on id = experiment_id"
            }
            _ => "select id, trajectory, lower(hex(trajectory)) from scores join experiments on id = experiment_id",
        };
        let row = ask(&config, digest).await.unwrap().rows.remove(0);
        assert_eq!(row[1], row[2], "bytes are hexadecimal");
        assert!(
            row[0].as_str().unwrap().parse::<uuid::Uuid>().is_ok() && row[0].as_str().unwrap().len() == 36,
            "{row:?}"
        );

        let answer =
            ask(&config, "select e.position, s.position, null as absent from episodes e left join scores s on false")
                .await;
        let answer = answer.unwrap();
        assert_eq!((answer.rows.len(), answer.cut), (3, true));
        assert_eq!(answer.columns, ["position", "position_2", "absent"]);
        assert_eq!(answer.rows[0][1..], [Value::Null, Value::Null]);

        let answer =
            ask(&config, "select 0.1e0 as x, 9007199254740993 as n, '' as t from jobs where false").await.unwrap();
        assert_eq!((answer.columns.len(), answer.rows.len()), (3, 0), "columns are told without rows");
        let answer =
            ask(&config, "with n as (select count(*) as n from members) select n, n * 1.5 from n").await.unwrap();
        assert_eq!(answer.rows, [[json!(2), json!(3.0)]]);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_changed_and_no_secret_is_read() {
    on_both(async |config, hex| {
        for sql in [
            "delete from scores",
            "select 1; delete from scores",
            "update experiments set name = 'x'",
            "drop table scores",
            "create table x (y int)",
            "pragma query_only = off",
            "attach 'other.db' as other",
            "vacuum into 'copy.db'",
            "copy scores to '/tmp/scores'",
            "begin",
        ] {
            refused(&config, sql).await;
        }
        if hex == "encode" {
            for sql in [
                "with gone as (delete from scores returning *) select * from gone",
                "select 1 into other",
                "select * from scores for update",
                "select nextval('outbox_id_seq')",
            ] {
                refused(&config, sql).await;
            }
        } else {
            refused(&config, "with x as (select 1) delete from scores").await;
        }
        for sql in [
            "select * from tokens",
            "select count(*) from \"tokens\"",
            "select (select max(name) from tokens) from scores",
            "select name from experiments union all select name from tokens",
            "select * from seaql_migrations",
        ] {
            let (told, _) = refused(&config, sql).await;
            assert!(told.contains("is not among the tables"), "{sql}: {told}");
        }
        let left = ask(&config, "select count(*) from scores").await.unwrap();
        assert_eq!(left.rows, [[json!(2)]]);
    })
    .await;
}

#[tokio::test]
async fn a_mistake_is_told_where_it_is() {
    on_both(async |config, _| {
        let (told, at) = refused(&config, "select missing from scores").await;
        assert!(told.contains("missing") && at == Some(7), "{told} {at:?}");
        let (told, at) = refused(&config, "select kills form scores").await;
        assert!(told.contains("syntax error") && at.is_some(), "{told} {at:?}");
        refused(&config, "select * from nowhere").await;
    })
    .await;
}

#[tokio::test]
async fn a_statement_has_a_limit_of_time() {
    on_both(async |config, _| {
        let config = StoreConfig { statement_timeout: Duration::from_millis(300), ..config };
        let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
        let (told, _) = refused(&config, endless).await;
        assert_eq!(told, "it took longer than 0.3 s");
    })
    .await;
}

#[tokio::test]
async fn every_table_of_the_list_is_there() {
    on_both(async |config, _| {
        for table in TABLES {
            ask(&config, &format!("select * from {}", table.name)).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_ledger_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let error = ask(&StoreConfig::new(path.to_str().unwrap()), "select 1").await.unwrap_err();
    assert!(matches!(error, QueryError::Port(_)), "{error:?}");
    assert!(!path.exists());
    let error = ask(&StoreConfig::new("postgres://nobody@127.0.0.1:1/x"), "select 1").await.unwrap_err();
    assert!(matches!(error, QueryError::Port(_)), "{error:?}");
}
