//! The contract of the ledger, on the one in memory.

use std::sync::Arc;

use testkit::builder::PlainEncoder;
use testkit::contract::store::Store;
use testkit::ledger::MemoryLedger;
use testkit::trace;

async fn open() -> (Store, ()) {
    (Arc::new(MemoryLedger::new(Arc::new(PlainEncoder)).with_trace(trace::source())), ())
}

testkit::store_contract!(open);
