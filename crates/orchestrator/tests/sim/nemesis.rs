//! Strikes: kills, freezes, partitions, outages and losses, at random moments.

use std::sync::Arc;

use domain::ids::ExperimentId;
use domain::status::ExperimentStatus;
use orchestrator::core::Core;
use tokio::time::sleep;

use crate::faults::{Blow, Storm};
use crate::link::Service;
use crate::run::note;
use crate::tally::Kind;
use crate::world::World;

/// Strikes again and again. Whoever started it ends it.
pub(crate) async fn rage(world: Arc<World>, storm: Storm, client: Core, experiment: ExperimentId) {
    loop {
        sleep(world.dice.millis(100, storm.pause.as_millis() as u64)).await;
        if !storm.blows.is_empty() {
            let blow = *world.dice.pick(&storm.blows);
            strike(&world, blow, &client, experiment);
        }
    }
}

fn strike(world: &Arc<World>, blow: Blow, client: &Core, experiment: ExperimentId) {
    let living = world.living();
    let pick = |count: usize| world.dice.between(0, count as u64 - 1) as usize;
    match blow {
        Blow::KillAll => {
            living.iter().for_each(|process| world.kill(process));
            world.tally.add(Kind::KillAll);
        }
        Blow::Outage => {
            world.take_away(*world.dice.pick(&Service::ALL), world.dice.millis(1_000, 40_000));
            world.tally.add(Kind::Outage);
        }
        Blow::RestartBroker => {
            world.broker.close(None);
            world.tally.add(Kind::BrokerRestart);
        }
        Blow::LoseMessage => count(world, world.broker.lose(pick), Kind::LostMessage),
        Blow::DuplicateMessage => count(world, world.broker.duplicate(pick), Kind::DuplicateMessage),
        Blow::WipeQueue => count(world, world.broker.wipe() > 0, Kind::QueueWiped),
        Blow::LoseStreamTail => {
            let lost = world.stream.lose_tail(world.dice.between(1, 5) as usize);
            count(world, lost > 0, Kind::StreamTailLost);
        }
        Blow::Pause => {
            tokio::spawn(pause(Arc::clone(world), client.clone(), experiment));
        }
        Blow::Kill | Blow::Stop | Blow::Freeze | Blow::Partition if living.is_empty() => {}
        Blow::Kill => {
            world.kill(world.dice.pick(&living));
            world.tally.add(Kind::Kill);
        }
        Blow::Stop => world.stop(world.dice.pick(&living)),
        Blow::Freeze => {
            world.freeze(world.dice.pick(&living), world.standstill());
            world.tally.add(Kind::Freeze);
        }
        Blow::FreezeHolder => {
            if let Some(process) = world.holder(experiment) {
                world.freeze(&process, world.dice.millis(35_000, 120_000));
                world.tally.add(Kind::FrozenHolder);
            }
        }
        Blow::FreezeLeader => {
            if let Some(process) = world.leader() {
                world.freeze(&process, world.dice.millis(4_000, 40_000));
                world.tally.add(Kind::FrozenLeader);
            }
        }
        Blow::KillLeader => {
            if let Some(process) = world.leader() {
                world.kill(&process);
                world.tally.add(Kind::KilledLeader);
            }
        }
        Blow::Partition => {
            let (process, service) = (world.dice.pick(&living), *world.dice.pick(&Service::ALL));
            world.partition(process, service, world.dice.millis(1_000, 60_000));
            world.tally.add(Kind::Partition);
        }
    }
}

fn count(world: &World, happened: bool, kind: Kind) {
    if happened {
        world.journal.note("services", "loss", 0, "done");
        world.tally.add(kind);
    }
}

/// Pauses the experiment for a while. Where an answer is lost the run's end sees to it that it goes on.
async fn pause(world: Arc<World>, client: Core, experiment: ExperimentId) {
    let time = world.dice.millis(100, 25_000);
    if client.set_status(experiment, ExperimentStatus::Paused, &note("a pause")).await.is_ok() {
        world.tally.add(Kind::PausedExperiment);
        sleep(time).await;
        let _ = client.set_status(experiment, ExperimentStatus::Running, &note("it goes on")).await;
    }
}
