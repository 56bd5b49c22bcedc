//! Talking about something that is away: once when it goes, now and then while it is gone, once when it is back.
//!
//! Whoever tries again and again would otherwise write a line at every try.

use std::time::Duration;

use tokio::time::Instant;

/// How often something that stays away is mentioned.
const REMINDER: Duration = Duration::from_secs(60);

/// Shortest time between two lines about reasons that change from try to try.
const QUIET: Duration = Duration::from_secs(5);

/// How long something has been away, and what was said about it.
#[derive(Debug)]
pub struct Outage {
    what: &'static str,
    present: Option<Present>,
}

#[derive(Debug)]
struct Present {
    since: Instant,
    told: Instant,
    reason: String,
}

/// What is worth a line.
#[derive(Debug, PartialEq, Eq)]
enum News {
    Gone,
    Changed(Duration),
    Still(Duration),
    Nothing,
}

impl Outage {
    /// Nothing is wrong yet. `what` begins the lines: "the database".
    pub fn new(what: &'static str) -> Self {
        Self { what, present: None }
    }

    /// Since when it has been away, if it is.
    pub fn since(&self) -> Option<Instant> {
        self.present.as_ref().map(|present| present.since)
    }

    /// It is away, or does not do what it should; says so unless that was said lately.
    pub fn down(&mut self, reason: &str) {
        let what = self.what;
        match self.note(reason) {
            News::Gone => tracing::warn!(reason, "{what} is away, trying again"),
            News::Changed(away) | News::Still(away) => {
                tracing::warn!(reason, seconds = away.as_secs(), "{what} is still away");
            }
            News::Nothing => {}
        }
    }

    /// It is there; says so if it was away, and returns for how long it was.
    pub fn up(&mut self) -> Option<Duration> {
        let away = self.present.take()?.since.elapsed();
        tracing::info!(seconds = away.as_secs_f64(), "{} is there again", self.what);
        Some(away)
    }

    fn note(&mut self, reason: &str) -> News {
        let now = Instant::now();
        let Some(present) = &mut self.present else {
            self.present = Some(Present { since: now, told: now, reason: reason.to_owned() });
            return News::Gone;
        };
        let silent = now - present.told;
        let news = if present.reason != reason && silent >= QUIET {
            News::Changed(now - present.since)
        } else if silent >= REMINDER {
            News::Still(now - present.since)
        } else {
            return News::Nothing;
        };
        present.told = now;
        reason.clone_into(&mut present.reason);
        news
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_hundred_failures_are_few_lines() {
        let mut outage = Outage::new("the database");
        let mut news = Vec::new();

        for _ in 0..1_000 {
            news.push(outage.note("refused"));
            advance(Duration::from_millis(100)).await;
        }

        assert_eq!(news[0], News::Gone);
        let still: Vec<_> = news.iter().filter(|news| matches!(news, News::Still(_))).collect();
        assert_eq!(still, [&News::Still(REMINDER)]);
        assert_eq!(news.iter().filter(|news| **news == News::Nothing).count(), 998);
    }

    #[tokio::test(start_paused = true)]
    async fn another_reason_is_news_but_not_at_every_try() {
        let mut outage = Outage::new("the database");
        outage.note("refused");
        assert_eq!(outage.note("starting up"), News::Nothing, "a moment later");
        advance(QUIET).await;
        assert_eq!(outage.note("starting up"), News::Changed(QUIET));
        assert_eq!(outage.note("starting up"), News::Nothing);
        assert!(outage.up().is_some());
        assert!(outage.up().is_none(), "said once");
        assert_eq!(outage.note("refused"), News::Gone);
    }
}
