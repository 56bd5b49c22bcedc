//! What is counted of every call: rate, errors and duration by method and code.
//!
//! Names follow the semantic conventions of OpenTelemetry for RPC.

use std::sync::LazyLock;
use std::time::Instant;

use opentelemetry::metrics::{Histogram, UpDownCounter};
use opentelemetry::{KeyValue, global};
use tonic::Code;

use super::peer::OpenCall;

/// Bounds in seconds, as the conventions have them.
const BOUNDS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

struct Instruments {
    duration: Histogram<f64>,
    active: UpDownCounter<i64>,
}

static INSTRUMENTS: LazyLock<Instruments> = LazyLock::new(|| {
    let meter = global::meter("runtime");
    Instruments {
        duration: meter
            .f64_histogram("rpc.server.call.duration")
            .with_unit("s")
            .with_description("time from a call's headers to its status, by method and code")
            .with_boundaries(BOUNDS.to_vec())
            .build(),
        active: meter
            .i64_up_down_counter("claudoom.rpc.active")
            .with_unit("{call}")
            .with_description("calls that are open, by method")
            .build(),
    }
});

/// A call that is being counted. Dropped before it has ended, it counts as cancelled.
pub(super) struct Counted {
    method: KeyValue,
    begun: Instant,
    ended: bool,
    /// Keeps its connection from counting as idle.
    _open: Option<OpenCall>,
}

impl Counted {
    /// Begins with a call of a known method.
    pub(super) fn begin(path: &'static str, open: Option<OpenCall>) -> Self {
        let method = KeyValue::new("rpc.method", path.trim_start_matches('/'));
        INSTRUMENTS.active.add(1, std::slice::from_ref(&method));
        Self { method, begun: Instant::now(), ended: false, _open: open }
    }

    /// The call has ended with this code; only the first end counts.
    pub(super) fn end(&mut self, code: Code) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        INSTRUMENTS.active.add(-1, std::slice::from_ref(&self.method));
        let code = KeyValue::new("rpc.response.status_code", name(code));
        let took = self.begun.elapsed().as_secs_f64();
        INSTRUMENTS.duration.record(took, &[self.method.clone(), KeyValue::new("rpc.system.name", "grpc"), code]);
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.end(Code::Cancelled);
    }
}

/// The name of a code in the protocol's own writing.
pub fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
