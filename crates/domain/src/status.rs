//! The statuses of an experiment, a generation and a job, and which may follow which.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! statuses {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal -> [$($next:ident),*],)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every status.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in tables and columns.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The statuses that may follow this one.
            #[must_use]
            pub fn next(self) -> &'static [Self] {
                match self { $(Self::$variant => &[$(Self::$next),*],)+ }
            }

            /// Whether `next` may follow this status.
            #[must_use]
            pub fn may_become(self, next: Self) -> bool {
                self.next().contains(&next)
            }

            /// Whether nothing follows this status.
            #[must_use]
            pub fn is_final(self) -> bool {
                self.next().is_empty()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(format!("unknown status `{text}`")),
                }
            }
        }
    };
}

statuses! {
    /// Where an experiment stands.
    ExperimentStatus {
        /// Jobs are being played.
        Running = "running" -> [Paused, Completed, Failed, Stopped],
        /// No new job is started until it is resumed.
        Paused = "paused" -> [Running, Failed, Stopped],
        /// Every planned episode is scored.
        Completed = "completed" -> [],
        /// It cannot go on; the reason is kept.
        Failed = "failed" -> [],
        /// Somebody ended it; the reason is kept.
        Stopped = "stopped" -> [],
    }
}

statuses! {
    /// Where a generation stands.
    GenerationStatus {
        /// Its episodes are being played.
        Running = "running" -> [Completed],
        /// Every episode is scored and its successor, if any, is planned.
        Completed = "completed" -> [],
    }
}

statuses! {
    /// Where a job stands.
    JobStatus {
        /// It waits for a worker.
        Open = "open" -> [Running],
        /// A worker holds its lease.
        Running = "running" -> [Open, Running, Done],
        /// All its episodes are scored.
        Done = "done" -> [],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn final_statuses_never_change() {
        for &status in ExperimentStatus::ALL {
            for &next in ExperimentStatus::ALL {
                assert!(!(status.is_final() && status.may_become(next)), "{status} -> {next}");
            }
            assert_eq!(status.name().parse(), Ok(status));
        }
        assert!(ExperimentStatus::Running.may_become(ExperimentStatus::Paused));
        assert!(!ExperimentStatus::Paused.may_become(ExperimentStatus::Completed));
        assert!(JobStatus::Running.may_become(JobStatus::Running), "a lapsed lease is taken over");
    }
}
