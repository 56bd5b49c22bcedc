//! Findings and the experiments that they rest on.
#![allow(missing_docs, reason = "every case is named by the sentence that it proves")]

use domain::ErrorKind;
use domain::finding::{Finding, NewFinding, Stale, Standing};
use domain::ids::{ExperimentId, FindingId};
use domain::journal::Actor;
use domain::ports::{FindingFilter, GenerationSummary, Page};
use domain::reason;
use uuid::Uuid;

use super::extensions::replicates;
use super::{Store, created, elected, kind_of, play_generation};

const DIGEST: &str = "c0ffee";

fn finding(experiment: ExperimentId, statement: &str) -> NewFinding {
    NewFinding::new(FindingId(Uuid::new_v4()), statement, experiment, "policy", Actor::new("ada")).unwrap()
}

async fn completed(store: &Store) -> ExperimentId {
    let epoch = elected(store).await;
    let new = created(store, 2, 3).await;
    play_generation(store, &new.first).await;
    let summary =
        GenerationSummary { best_agent: new.first.members[0].agent.clone(), best_fitness: 2.0, mean_fitness: 1.0 };
    store.close_generation(epoch, new.id, 0, &summary, None).await.unwrap();
    store.complete(epoch, new.id, DIGEST).await.unwrap();
    new.id
}

pub async fn a_finding_is_kept_once_with_the_digest_that_it_rests_on(store: Store) {
    let id = completed(&store).await;
    let new = finding(id, "aim kills more than random");

    let kept = store.add_finding(&new).await.unwrap();
    assert_eq!(store.add_finding(&new).await.unwrap(), kept, "the answer may have been lost");

    assert_eq!((kept.id, kept.statement.as_str(), kept.author.as_str()), (new.id, &*new.statement, "ada"));
    let evidence = &kept.evidence;
    let told = (evidence.experiment, evidence.name.as_str(), evidence.term.as_str(), evidence.digest.as_str());
    assert_eq!(told, (id, "contract", "policy", DIGEST));
    assert_eq!((kept.standing, store.finding(new.id).await.unwrap()), (Standing::Current, kept));
    let unknown = store.finding(FindingId(Uuid::nil())).await.unwrap_err();
    assert_eq!(unknown.reason(), reason::FINDING_NOT_FOUND);
}

pub async fn a_finding_rests_on_a_completed_experiment(store: Store) {
    let running = created(&store, 1, 1).await.id;
    assert_eq!(kind_of(store.add_finding(&finding(running, "x")).await), ErrorKind::FailedPrecondition);
    let nowhere = ExperimentId(Uuid::nil());
    assert_eq!(kind_of(store.add_finding(&finding(nowhere, "x")).await), ErrorKind::NotFound);
    assert_eq!(store.findings(&FindingFilter::default(), &Page::default()).await.unwrap().0, []);
}

pub async fn a_finding_is_stale_when_its_experiment_goes_on(store: Store) {
    let id = completed(&store).await;
    let kept = store.add_finding(&finding(id, "x")).await.unwrap();
    let record = store.experiment(id).await.unwrap();

    store.extend(&replicates(&record, 2, 8)).await.unwrap();

    let stale = store.finding(kept.id).await.unwrap();
    assert_eq!(stale, Finding { standing: Standing::Stale(Stale::Unfinished), ..kept });
}

pub async fn findings_are_listed_newest_first_by_pages(store: Store) {
    let (one, other) = (completed(&store).await, created(&store, 1, 1).await.id);
    let mut kept = Vec::new();
    for number in 0..5 {
        kept.push(store.add_finding(&finding(one, &format!("finding {number}"))).await.unwrap());
    }
    kept.sort_by_key(|finding| std::cmp::Reverse((finding.at_ms, finding.id)));

    for (experiment, expected) in [(None, kept.clone()), (Some(one), kept), (Some(other), Vec::new())] {
        let (mut listed, mut page) = (Vec::new(), Page { after: None, size: 2 });
        loop {
            let (part, next) = store.findings(&FindingFilter { experiment }, &page).await.unwrap();
            assert!(part.len() <= 2);
            listed.extend(part);
            match next {
                Some(_) => page.after = next,
                None => break,
            }
        }
        assert_eq!(listed, expected);
    }
}
