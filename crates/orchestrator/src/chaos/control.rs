//! Negative controls: one rule is broken, and the run has to notice. A proof that cannot fail proves nothing.
//!
//! The rules are broken from outside, by triggers in the private database of the run. There is no way to break one in the
//! programs themselves.

use std::fmt;
use std::str::FromStr;

use servers::Postgres;

/// A broken rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Every claim of a job gets the same fence, so an earlier one is not kept out.
    NoFence,
    /// Some scores are stored twice.
    NoKey,
    /// Some events count as published before anybody has published them.
    NoOutbox,
    /// Some scores are stored with another value than they were measured with.
    OtherValue,
}

impl Control {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::NoFence, Self::NoKey, Self::NoOutbox, Self::OtherValue];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoFence => "no-fence",
            Self::NoKey => "no-key",
            Self::NoOutbox => "no-outbox",
            Self::OtherValue => "other-value",
        }
    }

    /// Breaks the rule in a private database, whose tables must be there.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn apply(self, database: &Postgres) -> anyhow::Result<()> {
        for sql in self.sql() {
            database.execute(sql)?;
        }
        Ok(())
    }

    fn sql(self) -> &'static [&'static str] {
        match self {
            Self::NoFence => &[SAME_FENCE],
            Self::NoKey => &[SECOND_SCORES],
            Self::NoOutbox => &["CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                                 IF NEW.sequence % 3 = 0 THEN NEW.published_at_ms := NEW.committed_at_ms; END IF; \
                                 RETURN NEW; END $$; \
                                 CREATE TRIGGER broken BEFORE INSERT ON outbox \
                                 FOR EACH ROW EXECUTE FUNCTION broken()"],
            Self::OtherValue => &["CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                                   IF NEW.replicate % 3 = 0 THEN NEW.kills := NEW.kills + 1; END IF; \
                                   RETURN NEW; END $$; \
                                   CREATE TRIGGER broken BEFORE INSERT ON scores \
                                   FOR EACH ROW EXECUTE FUNCTION broken()"],
        }
    }
}

/// The key of attempts goes with it: they are counted by fence.
const SAME_FENCE: &str = "ALTER TABLE attempts DROP CONSTRAINT attempts_pkey CASCADE; \
                          CREATE FUNCTION same_fence() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                          NEW.fence := OLD.fence; RETURN NEW; END $$; \
                          CREATE TRIGGER same_fence BEFORE UPDATE ON jobs \
                          FOR EACH ROW EXECUTE FUNCTION same_fence()";

/// The key itself has to stay, because the statement that inserts scores names it. But it does not hold for a table that
/// inherits: whoever reads scores reads those of both, and no key keeps them apart.
const SECOND_SCORES: &str = "CREATE TABLE second_scores () INHERITS (scores); \
                             CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                             IF NEW.replicate % 3 = 0 THEN INSERT INTO second_scores SELECT NEW.*; END IF; \
                             RETURN NEW; END $$; \
                             CREATE TRIGGER broken BEFORE INSERT ON scores \
                             FOR EACH ROW EXECUTE FUNCTION broken()";

impl fmt::Display for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Control {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = || Self::ALL.map(Self::name).join(", ");
        let found = Self::ALL.into_iter().find(|control| control.name() == text);
        found.ok_or_else(|| format!("`{text}` is none of {}", names()))
    }
}
