//! The contract of contents, in a folder and in a bucket of a real server of the protocol.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use blobs::{ObjectBlobs, S3Config};
use domain::ErrorKind;
use domain::file::ContentHash;
use domain::ports::{BlobStore as _, Page};
use testkit::contract::blobs::{self as contract, Blobs, LIMIT};

mod in_a_folder {
    use super::*;

    async fn open() -> (Blobs, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        (Arc::new(ObjectBlobs::folder(folder.path().join("deep/down"), LIMIT).unwrap()), folder)
    }

    testkit::blob_contract!(open);
}

/// moto's server, which speaks S3 as Amazon does.
struct Moto {
    process: Child,
    address: String,
}

impl Moto {
    fn start() -> Self {
        let python = std::env::var_os("CLAUDOOM_PYTHON")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.data/venv/bin/python"), PathBuf::from);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(python);
        command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()]);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("Python starts");
        let moto = Self { process, address: format!("127.0.0.1:{port}") };
        let until = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(&moto.address).is_err() {
            assert!(Instant::now() < until, "moto does not answer: is it installed? (tools/requirements.txt)");
            std::thread::sleep(Duration::from_millis(100));
        }
        moto
    }

    /// A bucket of its own.
    fn bucket(&self, name: &str) -> S3Config {
        use std::io::{Read as _, Write as _};
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request =
            format!("PUT /{name} HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", self.address);
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains(" 200 "), "{answer}");
        self.config(name)
    }

    fn config(&self, bucket: &str) -> S3Config {
        S3Config {
            endpoint: Some(format!("http://{}", self.address)),
            bucket: bucket.to_owned(),
            region: "us-east-1".to_owned(),
            access_key: Some(("test".to_owned(), "secret".to_owned())),
        }
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One server for all cases: it takes longer to start than they do.
#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_does_what_every_store_does() {
    let moto = Moto::start();
    let open = |name: &str| -> Blobs { Arc::new(ObjectBlobs::s3(moto.bucket(name), LIMIT).unwrap()) };
    contract::contents_of_every_size_read_back(open("sizes")).await;
    contract::putting_again_changes_nothing(open("again")).await;
    contract::what_is_not_there_is_not_found(open("missing")).await;
    contract::only_what_is_there_is_told_to_be_there(open("there")).await;
    contract::what_is_too_large_is_refused_and_leaves_nothing(open("large")).await;
    contract::the_same_file_may_be_put_by_many_at_once(open("many")).await;

    let listed = open("listed");
    let mut hashes = Vec::new();
    for content in ["one", "two", "three"] {
        hashes.push(listed.put(content.as_bytes()).await.unwrap());
    }
    let (mut found, mut page) = (Vec::new(), Page { after: None, size: 2 });
    loop {
        let (part, next) = listed.list(&page).await.unwrap();
        found.extend(part.iter().map(|info| info.hash));
        match next {
            Some(_) => page.after = next,
            None => break,
        }
    }
    found.sort_unstable();
    hashes.sort_unstable();
    assert_eq!(found, hashes, "each once");

    let absent = ObjectBlobs::s3(moto.config("nobody"), LIMIT).unwrap();
    let error = absent.put(b"x").await.unwrap_err();
    assert!(error.kind == ErrorKind::Unavailable && error.message.contains("bucket nobody"), "{error:?}");
}

#[tokio::test]
async fn a_damaged_file_is_told_and_not_given_away() {
    let folder = tempfile::tempdir().unwrap();
    let store = ObjectBlobs::folder(folder.path().to_owned(), LIMIT).unwrap();
    let hash = store.put(b"whole").await.unwrap();
    let text = hash.to_string();
    std::fs::write(folder.path().join("blake3").join(&text[..2]).join(&text), "broken").unwrap();

    let error = store.get(&hash).await.unwrap_err();

    assert!(error.kind == ErrorKind::Internal && error.message.contains("another hash"), "{error:?}");
    assert_eq!(store.has(&[ContentHash::of(b"other")]).await.unwrap(), [].into());
}
