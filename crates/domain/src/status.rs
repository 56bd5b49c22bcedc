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
        Running = "running" -> [Paused, Stopping, Completed, Failed, Stopped],
        /// No new job is started until it is resumed; jobs in play finish.
        Paused = "paused" -> [Running, Stopping, Failed, Stopped],
        /// Somebody is ending it: no new job is started, jobs in play finish, then it is stopped.
        Stopping = "stopping" -> [Failed, Stopped],
        /// Every planned episode is scored. It runs again only when it is extended.
        Completed = "completed" -> [Running],
        /// It cannot go on; the reason is kept.
        Failed = "failed" -> [],
        /// Somebody ended it; the reason is kept.
        Stopped = "stopped" -> [],
    }
}

impl ExperimentStatus {
    /// Whether nothing of it is played any more. Only somebody who extends a completed experiment changes that.
    #[must_use]
    pub fn has_ended(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Stopped)
    }
}

statuses! {
    /// Where a generation stands.
    GenerationStatus {
        /// Its episodes are being played.
        Running = "running" -> [Completed],
        /// Every episode is scored and its successor, if any, is planned. More replicates open it again.
        Completed = "completed" -> [Running],
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
    use ExperimentStatus::{Completed, Failed, Paused, Running, Stopped, Stopping};

    use super::*;

    #[test]
    fn what_has_ended_goes_on_only_by_an_extension() {
        for &status in ExperimentStatus::ALL {
            let expected: &[_] = if status == Completed { &[Running] } else { &[] };
            assert!(!status.has_ended() || status.next() == expected, "{status}: {:?}", status.next());
            assert_eq!(status.name().parse(), Ok(status));
        }
        assert!(!Failed.may_become(Running) && !Stopped.may_become(Running));
    }

    #[test]
    fn a_stop_cannot_be_taken_back_and_a_pause_completes_nothing() {
        assert!(Running.may_become(Stopping) && Paused.may_become(Stopping));
        assert_eq!(Stopping.next(), [Failed, Stopped]);
        assert!(!Paused.may_become(Completed));
        assert!(JobStatus::Running.may_become(JobStatus::Running), "a lapsed lease is taken over");
    }
}
