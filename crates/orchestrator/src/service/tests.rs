use domain::ports::NewExperiment;
use proto::mask;
use tonic::Code;

use super::*;
use crate::app::{Embedded, EmbeddedSettings};
use crate::shard::Pin;

/// The service over a ledger of its own that holds one experiment; nothing is played.
struct Fixture {
    service: Service,
    experiment: NewExperiment,
    system: Embedded,
    _data: tempfile::TempDir,
}

impl Fixture {
    async fn new(experiment: NewExperiment) -> Self {
        let data = tempfile::tempdir().unwrap();
        let settings = EmbeddedSettings { data: data.path().to_owned(), engine: None, pin: Pin::Off };
        let system = Embedded::start(settings).await.unwrap();
        system.core.store.create(&experiment).await.unwrap();
        Self { service: Service { core: system.core.clone() }, experiment, system, _data: data }
    }

    async fn get(&self, fields: &[&str]) -> Result<pb::GetExperimentResponse, Status> {
        let request = pb::GetExperimentRequest {
            experiment_id: self.experiment.id.to_string(),
            read_mask: Some(mask::only(fields)),
        };
        Ok(self.service.get_experiment(Request::new(request)).await?.into_inner())
    }
}

#[tokio::test]
async fn only_the_wanted_fields_of_an_experiment_are_sent() {
    let fixture = Fixture::new(testkit::builder::experiment(2, 3)).await;

    let all = fixture.get(&[]).await.unwrap();
    assert_eq!((all.experiment.is_some(), all.generations.len()), (true, 1));
    let plain = fixture.get(&["experiment"]).await.unwrap();
    assert_eq!((plain.experiment, plain.generations), (all.experiment, vec![]));
    let generations = fixture.get(&["generations"]).await.unwrap();
    assert_eq!((generations.experiment, generations.generations), (None, all.generations));
    let refused = fixture.get(&["scores"]).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert_eq!(proto::status::violations(&refused)[0].path, "read_mask");
    fixture.system.stop().await;
}
