//! The certificate as a document.

use std::fmt::Write as _;

use super::{Certificate, Phase};
use crate::chaos::sweep::Outcome;

impl Certificate {
    /// The whole certificate in Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = String::from("# Certificate\n\n");
        self.verdict(&mut text);
        self.facts(&mut text);
        self.claims(&mut text);
        self.fault_table(&mut text);
        self.point_table(&mut text);
        self.frozen(&mut text);
        self.lap_table(&mut text);
        text
    }

    fn verdict(&self, text: &mut String) {
        let failed: Vec<_> = self.checks.iter().filter(|check| !check.holds).map(|check| check.claim).collect();
        let verdict = match (self.control, failed.is_empty()) {
            (None, true) => "Everything holds.".to_owned(),
            (None, false) => format!("**Failed**: {}.", failed.join("; ")),
            (Some(control), true) => format!("**Control `{control}` was not noticed.**"),
            (Some(control), false) => format!("Control `{control}` was noticed: {}.", failed.join("; ")),
        };
        line(text, &verdict);
        if let Some(bound) = self.bound() {
            let kills = self.kills() + self.deaths_at_points();
            let shown = percent(bound);
            line(text, "");
            line(
                text,
                &format!(
                    "{kills} kills without a failure bound the probability of a failure per kill below {shown} at 95 %"
                ),
            );
            line(
                text,
                &format!(
                    "(1 - 0.05^(1/{kills}); about 3/{kills}). They say nothing about power failures, because what a"
                ),
            );
            line(text, "killed process has written stays with the operating system.");
        }
        line(text, "");
    }

    fn facts(&self, text: &mut String) {
        line(text, "| | |");
        line(text, "|---|---|");
        let list = |pairs: Vec<String>| pairs.join(", ");
        let mut facts = vec![
            ("file", format!("`{}`", self.file)),
            ("overrides", list(self.overrides.iter().map(|change| format!("`{change}`")).collect())),
            ("seed of the faults", self.seed.to_string()),
            ("processes", list(self.processes.iter().map(|(name, count)| format!("{count} {name}")).collect())),
            ("versions", list(self.versions.iter().map(|(name, version)| format!("{name} {version}")).collect())),
            ("calm digest", format!("`{}`", self.calm.digest.as_deref().unwrap_or("none"))),
            ("episodes", format!("{} in {} experiments", self.rows.planned, self.laps.len())),
            ("kills at drawn moments", self.kills().to_string()),
            ("deaths at crash points", self.deaths_at_points().to_string()),
            ("freezes", self.freezes().to_string()),
            ("claims of jobs", self.rows.claims.to_string()),
            ("takeovers", format!("{} of jobs, {} of the leadership", self.rows.takeovers, self.terms.takeovers)),
            ("refused late writes", format!("{} of scores, {} of plans", self.rows.refused, self.terms.refused)),
            ("events", format!("{} recorded, {} published", self.events.recorded, self.events.published)),
            ("in the summaries", format!("{} of {} events", self.summaries.projected, self.summaries.events)),
            ("after the last fault", format!("{:.1} s", self.seconds_after_last_fault)),
            ("whole run", format!("{:.0} s", self.seconds)),
        ];
        let counted = |(name, count): (&String, &u32)| format!("{name} {count}");
        facts.push(("ended by themselves", list(self.unexpected_ends.iter().map(counted).collect())));
        let away = |(name, seconds): (&&'static str, &f64)| format!("{name} {seconds:.0} s");
        facts.push(("services away", list(self.outages.iter().map(away).collect())));
        for (name, value) in facts.into_iter().filter(|(_, value)| !value.is_empty()) {
            line(text, &format!("| {name} | {value} |"));
        }
        line(text, "");
    }

    fn claims(&self, text: &mut String) {
        line(text, "## Claims\n");
        line(text, "| claim | holds | found |");
        line(text, "|---|---|---|");
        for check in &self.checks {
            let holds = if check.holds { "yes" } else { "**no**" };
            line(text, &format!("| {} | {holds} | {} |", check.claim, check.found));
        }
        line(text, "");
    }

    fn fault_table(&self, text: &mut String) {
        if self.faults.is_empty() {
            return;
        }
        line(text, "## Faults by kind and moment\n");
        line(text, &format!("| fault | of | {} | all |", Phase::ALL.map(Phase::name).join(" | ")));
        line(text, "|---|---|---:|---:|---:|---:|---:|");
        for ((fault, kind), phases) in self.by_kind_and_phase() {
            let count = |phase| phases.get(&phase).copied().unwrap_or(0);
            let counts = Phase::ALL.map(|phase| count(phase).to_string()).join(" | ");
            line(text, &format!("| {fault} | {kind} | {counts} | {} |", phases.values().sum::<u64>()));
        }
        line(text, "");
    }

    fn point_table(&self, text: &mut String) {
        if self.points.is_empty() {
            return;
        }
        line(text, "## Crash points\n");
        line(text, "The number is the visit at which the process killed itself.\n");
        line(text, "| point | services | embedded |");
        line(text, "|---|---:|---:|");
        for &point in runtime::crash::Point::ALL {
            let cell = |on| {
                let hit = self.points.iter().find(|hit| hit.point == point.name() && hit.on == on);
                hit.map_or_else(
                    || "-".to_owned(),
                    |hit| if hit.hit { hit.visit.to_string() } else { "**missed**".into() },
                )
            };
            line(text, &format!("| `{point}` | {} | {} |", cell("services"), cell("embedded")));
        }
        line(text, "");
    }

    fn frozen(&self, text: &mut String) {
        for point in &self.frozen_points {
            let outcome = match point.outcome {
                Outcome::Refused => "the late write was refused",
                Outcome::Withheld => "it noticed that its time was over and wrote nothing",
                Outcome::Unrefused => "**no late write was refused**",
            };
            line(text, &format!("Frozen at `{}`, {} times: {outcome}.\n", point.point, point.freezes));
        }
    }

    fn lap_table(&self, text: &mut String) {
        line(text, "## Experiments\n");
        line(text, "| name | status | digest | seconds |");
        line(text, "|---|---|---|---:|");
        for lap in &self.laps {
            let digest = lap.digest.as_deref().unwrap_or("none");
            line(text, &format!("| {} | {} | `{}` | {:.1} |", lap.name, lap.status, short(digest), lap.seconds));
        }
    }
}

fn line(text: &mut String, content: &str) {
    // Writing into memory cannot fail.
    let _ = writeln!(text, "{content}");
}

fn short(digest: &str) -> &str {
    digest.get(..16).unwrap_or(digest)
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}
