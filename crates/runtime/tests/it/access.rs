//! A book of tokens in a file does what every book does.

use runtime::access::FileBook;

#[tokio::test]
async fn tokens_are_kept_in_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tokens");
    std::fs::write(&path, "").unwrap();
    testkit::contract::tokens::tokens(&FileBook::new(path)).await;
}
