//! What every store of files' contents must do. [`blob_contract!`](crate::blob_contract) makes one test per case.
#![allow(clippy::unwrap_used, reason = "a broken expectation is a failed test")]
#![allow(missing_docs, reason = "every case is named by the sentence that it proves")]

use std::sync::Arc;

use domain::ErrorKind;
use domain::file::ContentHash;
use domain::ports::{BlobStore, Page};
use futures::future::join_all;

/// The store under test.
pub type Blobs = Arc<dyn BlobStore>;

/// The limit that the store under test has to be made with, in bytes.
pub const LIMIT: u64 = 3 << 20;

/// Makes one test per case of the contract. `$open` is an async function that returns an empty store whose limit is
/// [`LIMIT`](crate::contract::blobs::LIMIT), and a guard that keeps it alive.
#[macro_export]
macro_rules! blob_contract {
    ($open:path) => {
        $crate::blob_contract! { $open:
            contents_of_every_size_read_back,
            putting_again_changes_nothing,
            what_is_not_there_is_not_found,
            only_what_is_there_is_told_to_be_there,
            what_is_too_large_is_refused_and_leaves_nothing,
            the_same_file_may_be_put_by_many_at_once,
            contents_are_listed_newest_first_by_pages,
        }
    };
    ($open:path: $($case:ident,)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let (blobs, _guard) = $open().await;
                $crate::contract::blobs::$case(blobs).await;
            }
        )+
    };
}

/// Bytes that do not repeat at any power of two.
fn content(size: u64, salt: u8) -> Vec<u8> {
    (0..size).map(|at| (at % 251) as u8 ^ salt).collect()
}

pub async fn contents_of_every_size_read_back(blobs: Blobs) {
    assert_eq!(blobs.limit(), LIMIT);
    for size in [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, LIMIT] {
        let content = content(size, 1);

        let hash = blobs.put(&content).await.unwrap();

        assert_eq!(hash, ContentHash::of(&content));
        assert!(blobs.get(&hash).await.unwrap() == content, "{size} bytes");
    }
}

pub async fn putting_again_changes_nothing(blobs: Blobs) {
    let content = content(5000, 2);
    let hash = blobs.put(&content).await.unwrap();

    assert_eq!(blobs.put(&content).await.unwrap(), hash);

    assert_eq!(blobs.get(&hash).await.unwrap(), content);
}

pub async fn what_is_not_there_is_not_found(blobs: Blobs) {
    blobs.put(b"another").await.unwrap();

    let error = blobs.get(&ContentHash::of(b"nothing")).await.unwrap_err();

    assert_eq!(error.kind, ErrorKind::NotFound);
}

pub async fn only_what_is_there_is_told_to_be_there(blobs: Blobs) {
    let [one, two, none] = [b"one", b"two", b"non"].map(|content| ContentHash::of(content));
    blobs.put(b"one").await.unwrap();
    blobs.put(b"two").await.unwrap();

    assert_eq!(blobs.has(&[none, two, one, two]).await.unwrap(), [one, two].into());
    assert_eq!(blobs.has(&[]).await.unwrap(), [].into());
}

pub async fn what_is_too_large_is_refused_and_leaves_nothing(blobs: Blobs) {
    let large = content(LIMIT + 1, 3);

    let error = blobs.put(&large).await.unwrap_err();

    assert_eq!(error.kind, ErrorKind::Invalid);
    assert_eq!(blobs.has(&[ContentHash::of(&large)]).await.unwrap(), [].into());
}

pub async fn the_same_file_may_be_put_by_many_at_once(blobs: Blobs) {
    let contents = [content(2 << 20, 4), content(2 << 20, 5)];
    let put = |number: usize| {
        let (blobs, content) = (Arc::clone(&blobs), contents[number % 2].clone());
        tokio::spawn(async move { blobs.put(&content).await.unwrap() })
    };

    let hashes: Vec<_> = join_all((0..8).map(put)).await.into_iter().map(Result::unwrap).collect();

    for (number, hash) in hashes.iter().enumerate() {
        assert_eq!(*hash, ContentHash::of(&contents[number % 2]));
    }
    for content in &contents {
        assert!(blobs.get(&ContentHash::of(content)).await.unwrap() == *content);
    }
}

pub async fn contents_are_listed_newest_first_by_pages(blobs: Blobs) {
    let contents: Vec<_> = (0..5u8).map(|seed| content(100 + u64::from(seed), seed)).collect();
    for content in &contents {
        blobs.put(content).await.unwrap();
        // Longer than the clock's tick, so that the order is known.
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    }

    let (mut listed, mut page) = (Vec::new(), Page { after: None, size: 2 });
    loop {
        let (part, next) = blobs.list(&page).await.unwrap();
        assert!(part.len() <= 2);
        listed.extend(part);
        match next {
            Some(_) => page.after = next,
            None => break,
        }
    }

    let expected: Vec<_> = contents.iter().rev().map(|c| (ContentHash::of(c), c.len() as u64)).collect();
    assert_eq!(listed.iter().map(|info| (info.hash, info.size)).collect::<Vec<_>>(), expected);
    let wrong = blobs.list(&Page { after: Some("x".into()), size: 2 }).await.unwrap_err();
    assert_eq!(wrong.kind, ErrorKind::Invalid);
}
