//! A PostgreSQL database per test, gone when the test ends, however it ends.

use tokio_postgres::{NoTls, SimpleQueryMessage, SimpleQueryRow};
use uuid::Uuid;

/// Names the server to test with, without a database: `postgres://user@host:port`.
pub const SERVER_VARIABLE: &str = "CLAUDOOM_TEST_POSTGRES";

/// The server that is used unless [`SERVER_VARIABLE`] names another.
pub const DEFAULT_SERVER: &str = "postgres://postgres@127.0.0.1:5432";

/// An empty database with a name of its own; dropped with this value, also by a panic.
#[derive(Debug)]
pub struct TestDatabase {
    server: String,
    name: String,
}

impl TestDatabase {
    /// Creates a database.
    ///
    /// # Panics
    /// If there is no server: a test that needs one must fail rather than be skipped.
    pub async fn create() -> Self {
        let server = std::env::var(SERVER_VARIABLE).unwrap_or_else(|_| DEFAULT_SERVER.to_owned());
        let name = format!("claudoom_test_{}", Uuid::new_v4().simple());
        if let Err(error) = execute(&server, &format!("CREATE DATABASE {name}")).await {
            panic!("these tests need a PostgreSQL server; {SERVER_VARIABLE} names it, and it fails: {error:?}");
        }
        Self { server, name }
    }

    /// Where the database is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/{}", self.server.trim_end_matches('/'), self.name)
    }

    /// What a query returns, every value as PostgreSQL writes it, and an empty text for NULL: a look at the tables past
    /// the code under test.
    ///
    /// # Panics
    /// If the query fails.
    pub async fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let (client, connection) = tokio_postgres::connect(&self.url(), NoTls).await.expect("the database is there");
        let reading = async {
            let rows = client.simple_query(sql).await;
            drop(client);
            rows
        };
        let (rows, _) = tokio::join!(reading, connection);
        let values = |row: SimpleQueryRow| (0..row.len()).map(|i| row.get(i).unwrap_or_default().to_owned()).collect();
        let rows = rows.expect("a query that fits the tables").into_iter();
        rows.filter_map(|message| if let SimpleQueryMessage::Row(row) = message { Some(values(row)) } else { None })
            .collect()
    }

    /// The numbers of the first row that a query returns: what is in the tables, whatever a store says of it.
    ///
    /// # Panics
    /// If the query fails, returns no row or something else than `bigint`.
    pub async fn numbers(&self, query: &str) -> Vec<i64> {
        let (client, connection) = tokio_postgres::connect(&self.url(), NoTls).await.expect("the database is there");
        let work = async {
            let row = client.query_one(query, &[]).await;
            drop(client);
            row.expect("the query returns a row")
        };
        let (row, _) = tokio::join!(work, connection);
        (0..row.len()).map(|column| row.get(column)).collect()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let server = self.server.clone();
        // A thread of its own, because the runtime of the test may be going down and must not be blocked.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map(|runtime| runtime.block_on(execute(&server, &drop)))
        });
        // What is left behind carries the prefix and can be dropped by hand; the test's own result counts more.
        let _ = dropping.join();
    }
}

async fn execute(server: &str, sql: &str) -> Result<(), tokio_postgres::Error> {
    let url = format!("{}/postgres", server.trim_end_matches('/'));
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    let work = async {
        let done = client.batch_execute(sql).await;
        drop(client);
        done
    };
    let (done, _) = tokio::join!(work, connection);
    done
}
