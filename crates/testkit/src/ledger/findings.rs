//! Findings, and what their evidence is worth.

use std::cmp::Reverse;

use domain::ErrorKind;
use domain::finding::{Evidence, Finding, NewFinding};
use domain::ids::FindingId;
use domain::ports::{FindingFilter, Page, PortError, PortResult};
use domain::reason;
use domain::status::ExperimentStatus;

use super::book::{Book, refused};
use super::lists::{cut, parse_experiment};

impl Book {
    pub(super) fn add_finding(&mut self, new: &NewFinding, now: i64) -> PortResult<Finding> {
        let record = &self.experiment(new.experiment)?.record;
        let digest = match (record.status, &record.digest) {
            (ExperimentStatus::Completed, Some(digest)) => digest.clone(),
            (status, _) => return Err(refused(ErrorKind::FailedPrecondition, format!("the experiment is {status}"))),
        };
        let (experiment, name, term) = (new.experiment, record.spec.name.clone(), new.term.clone());
        let evidence = Evidence { experiment, name, term, digest };
        let finding = Finding {
            id: new.id,
            statement: new.statement.clone(),
            standing: evidence.standing(None),
            evidence,
            author: new.author.clone(),
            at_ms: now,
        };
        if !self.findings.iter().any(|kept| kept.id == new.id) {
            self.findings.push(finding);
        }
        self.finding(new.id)
    }

    pub(super) fn finding(&self, id: FindingId) -> PortResult<Finding> {
        let found = self.findings.iter().find(|finding| finding.id == id);
        let unknown = || PortError::of(reason::FINDING_NOT_FOUND, format!("there is no finding {id}"));
        found.map(|finding| self.told(finding)).ok_or_else(unknown)
    }

    pub(super) fn list_findings(
        &self,
        filter: &FindingFilter,
        page: &Page,
    ) -> PortResult<(Vec<Finding>, Option<String>)> {
        let place = |finding: &Finding| (finding.at_ms, finding.id.0);
        let after = page.after.as_deref().map(parse_experiment).transpose()?;
        let fits = |finding: &&Finding| {
            filter.experiment.is_none_or(|experiment| experiment == finding.evidence.experiment)
                && after.is_none_or(|after| place(finding) < after)
        };
        let mut found: Vec<_> = self.findings.iter().filter(fits).collect();
        found.sort_by_key(|finding| Reverse(place(finding)));
        let token = |finding: &Finding| format!("{:016x}{}", finding.at_ms, finding.id.0.simple());
        Ok(cut(found.into_iter(), page, |&finding| self.told(finding), token))
    }

    fn told(&self, finding: &Finding) -> Finding {
        let present = self.experiments.get(&finding.evidence.experiment).map(|experiment| &experiment.record);
        let present = present.map(|record| (record.status, record.digest.as_deref()));
        Finding { standing: finding.evidence.standing(present), ..finding.clone() }
    }
}
