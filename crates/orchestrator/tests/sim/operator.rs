//! Somebody at a command line who has enough of an experiment, or wants more of it.

use std::sync::Arc;
use std::time::Duration;

use domain::ids::ExperimentId;
use domain::status::ExperimentStatus;
use orchestrator::core::Core;
use tokio::time::{Instant, sleep};

use crate::dice::Dice;
use crate::run::{LOOK, note};
use crate::shape::Shape;
use crate::world::World;

/// Later than any experiment ends.
const AT_THE_END: Duration = Duration::MAX;

/// What is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// To stop once what is in play has finished.
    Drain,
    /// To stop at once.
    Stop,
    /// To go further.
    Extend,
}

/// An order and its moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish {
    pub(crate) order: Order,
    /// From the launch; at the end of the experiment, if that comes before.
    pub(crate) after: Duration,
}

impl Wish {
    /// Nothing, in two of three runs: those show that the results are those of the calm run.
    pub(crate) fn draw(dice: &Dice) -> Option<Self> {
        let order = match dice.between(0, 11) {
            0 => Order::Drain,
            1 => Order::Stop,
            2 | 3 => Order::Extend,
            _ => return None,
        };
        let after = if dice.chance(0.25) { AT_THE_END } else { dice.millis(0, 40_000) };
        Some(Self { order, after })
    }

    /// To go further once everything is played.
    pub(crate) const MORE_AT_THE_END: Self = Self { order: Order::Extend, after: AT_THE_END };
}

/// Gives the order, again and again until it is answered.
pub(crate) async fn order(world: Arc<World>, client: Core, id: ExperimentId, shape: Shape, wish: Wish) {
    let begun = Instant::now();
    while begun.elapsed() < wish.after && !world.status(id).is_some_and(ExperimentStatus::has_ended) {
        sleep(LOOK).await;
    }
    loop {
        let answer = match wish.order {
            Order::Drain => client.set_status(id, ExperimentStatus::Stopping, &note("enough")).await,
            Order::Stop => client.set_status(id, ExperimentStatus::Stopped, &note("enough")).await,
            Order::Extend => client.extend(id, shape.longer, &note("more")).await.map(drop),
        };
        match answer {
            Err(error) if error.kind.is_retryable() => sleep(Duration::from_secs(1)).await,
            _ => return,
        }
    }
}
