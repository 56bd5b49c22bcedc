//! One round of one setting, in this process.

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use domain::action::Buttons;
use domain::agent::{AgentSpec, SessionSetup};
use domain::game::{GameState, ObservationSpec};
use domain::genome::Genome;
use domain::ids::{AgentId, DoomSeed};
use domain::ports::Environment;
use runtime::grpc::{Address, ClientConfig, Listener};
use tokio::runtime::{Builder, LocalOptions};
use tokio_util::sync::CancellationToken;
use vizdoom::Refresh;

use super::{FIRST_SEED, Measured, Setting, Transport, cpu, scenario};
use crate::games::Games;
use crate::games::doom::DoomGames;
use crate::play::AttemptError;
use crate::play::episode::{Assigned, Decider, play};
use crate::play::session::Agent;
use crate::shard::{allowed_cpus, pin_current_thread};

/// Actions that are computed ahead for drivers that take them from a list; longer than any episode here.
const ACTIONS: usize = 20_000;

/// Plays a setting for `duration`.
///
/// # Errors
/// If a game or a session fails.
pub fn round(games: &Arc<DoomGames>, setting: Setting, duration: Duration, scratch: &Path) -> anyhow::Result<Measured> {
    let cpus = allowed_cpus();
    let threads: Vec<_> = (0..setting.engines)
        .map(|index| {
            let cpu = setting.pinned.then(|| cpus[index % cpus.len()]);
            let player = Player { games: games.clone(), setting, index, cpu, duration, scratch: scratch.to_owned() };
            thread::Builder::new().name(format!("bench-{index}")).spawn(move || player.run())
        })
        .collect::<Result<_, _>>()?;
    let mut total = Measured::default();
    let mut cpu_us = Vec::new();
    for thread in threads {
        let part = thread.join().map_err(|_| anyhow::anyhow!("a player ended with a panic"))??;
        total.decisions_per_s += part.decisions_per_s;
        total.round_trips_ns.extend(part.round_trips_ns);
        cpu_us.extend(part.cpu_us_per_decision);
    }
    if cpu_us.len() == setting.engines {
        total.cpu_us_per_decision = Some(cpu_us.iter().sum::<f64>() / cpu_us.len() as f64);
    }
    Ok(total)
}

/// The actions of the episode with this seed, by their ticks.
///
/// # Errors
/// If the policy cannot be built.
pub fn actions(setup: &SessionSetup, seed: DoomSeed) -> anyhow::Result<Vec<Buttons>> {
    let mut policy = policy(setup)?;
    policy.start(u64::from(seed.0));
    let mut state = GameState::default();
    Ok((0..ACTIONS)
        .map(|tick| {
            state.tick.0 = tick as u32;
            policy.decide(&state).buttons
        })
        .collect())
}

/// What the measured agent is told.
///
/// # Errors
/// If the scenario is not installed.
pub fn setup(games: &DoomGames, frame_skip: u32) -> anyhow::Result<SessionSetup> {
    let facts = games.facts(&scenario(frame_skip)).map_err(|found| anyhow::anyhow!("{found:?}"))?;
    Ok(SessionSetup {
        agent: AgentId::slug("bench"),
        experiment: String::new(),
        generation: 0,
        spec: AgentSpec::new("random", Genome::default()),
        scenario: facts.name,
        buttons: facts.buttons,
        variables: facts.variables,
        frame_skip,
        knowledge: Default::default(),
    })
}

fn policy(setup: &SessionSetup) -> anyhow::Result<Box<dyn decision::Policy>> {
    decision::build(setup).map_err(|found| anyhow::anyhow!("{found:?}"))
}

struct Player {
    games: Arc<DoomGames>,
    setting: Setting,
    index: usize,
    cpu: Option<usize>,
    duration: Duration,
    scratch: std::path::PathBuf,
}

/// What a player has counted.
#[derive(Default)]
struct Tally {
    decisions: u64,
    stepping: Duration,
    round_trips_ns: Vec<u64>,
}

impl Tally {
    fn measured(self, cpu_ns: Option<u64>) -> Measured {
        let decisions = self.decisions.max(1) as f64;
        Measured {
            decisions_per_s: self.decisions as f64 / self.stepping.as_secs_f64().max(1e-9),
            round_trips_ns: self.round_trips_ns,
            cpu_us_per_decision: cpu_ns.map(|ns| ns as f64 / 1000.0 / decisions),
        }
    }
}

impl Player {
    fn run(self) -> anyhow::Result<Measured> {
        if let Some(cpu) = self.cpu {
            pin_current_thread(cpu)?;
        }
        match self.setting.transport {
            Transport::Bare => self.bare(),
            _ => {
                let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default())?;
                // A task as in a shard: what a runtime blocks on is woken in a longer way.
                runtime.block_on(async { tokio::task::spawn_local(self.played()).await? })
            }
        }
    }

    fn observation(&self) -> ObservationSpec {
        ObservationSpec { screen: self.setting.frames, ..ObservationSpec::default() }
    }

    fn bare(&self) -> anyhow::Result<Measured> {
        let spec = scenario(self.setting.frame_skip);
        let setup = setup(&self.games, self.setting.frame_skip)?;
        let bare = self.games.bare(&spec, self.observation(), self.cpu);
        let mut game = bare.map_err(|found| anyhow::anyhow!("{found:?}"))?;
        let mut values = vec![0.0; setup.buttons.len()];
        let mut screen = Vec::new();
        let mut tally = Tally::default();
        let mut cpu_ns = Some(0);
        for seed in FIRST_SEED.. {
            let actions = actions(&setup, DoomSeed(seed))?;
            let pid = game.new_episode(seed)?.pid();
            let (cpu_before, begun) = (used(pid), Instant::now());
            for buttons in actions {
                for (index, value) in values.iter_mut().enumerate() {
                    *value = f64::from(u8::from(buttons.contains(index)));
                }
                let step = game.step(&values, self.setting.frame_skip, Refresh::Full)?;
                tally.decisions += 1;
                if self.setting.frames
                    && let Some(state) = game.state()
                {
                    screen.clear();
                    screen.extend_from_slice(state.screen());
                }
                if step.finished.is_some() {
                    break;
                }
            }
            tally.stepping += begun.elapsed();
            cpu_ns = add(cpu_ns, cpu_before, used(pid));
            if tally.stepping >= self.duration {
                break;
            }
        }
        Ok(tally.measured(cpu_ns))
    }

    async fn played(self) -> anyhow::Result<Measured> {
        let setup = setup(&self.games, self.setting.frame_skip)?;
        let stop = CancellationToken::new();
        let measured = match self.setting.transport {
            Transport::Uds => {
                let socket = Address::Unix(self.scratch.join(format!("bench-{}.sock", self.index)));
                self.session(&setup, socket, stop.clone()).await
            }
            Transport::Tcp => {
                self.session(&setup, Address::Tcp { host: "127.0.0.1".into(), port: 0 }, stop.clone()).await
            }
            _ => self.episodes(&mut Timed::new(Inproc(policy(&setup)?))).await,
        };
        stop.cancel();
        measured
    }

    /// Serves an agent on this thread and plays with it over a socket.
    async fn session(
        &self,
        setup: &SessionSetup,
        address: Address,
        stop: CancellationToken,
    ) -> anyhow::Result<Measured> {
        let listener = Listener::bind(&address).await?;
        let address = listener.address()?;
        let serving = tokio::task::spawn_local(agent::serve_on(listener, agent::Settings::default(), stop.clone()));
        let mut agent = Agent::dial(&address, &ClientConfig::default()).await?;
        agent.configure(setup, Duration::from_secs(5), false).await?;
        let mut timed = Timed::new(agent);
        let measured = self.episodes(&mut timed).await;
        timed.inner.close().await;
        stop.cancel();
        serving.await??;
        measured
    }

    async fn episodes<D: Decider>(&self, decider: &mut Timed<D>) -> anyhow::Result<Measured> {
        let spec = scenario(self.setting.frame_skip);
        let mut game = self.games.game(&spec, self.observation(), self.cpu)?;
        // The engine is up before anything is counted.
        game.reset(DoomSeed(FIRST_SEED))?;
        decider.engine = game.engine_pid();
        let mut state = GameState::default();
        let mut tally = Tally::default();
        for seed in FIRST_SEED.. {
            let frame_skip = self.setting.frame_skip;
            let (doom_seed, agent_seed) = (DoomSeed(seed), u64::from(seed));
            let assigned = Assigned { name: "bench", doom_seed, agent_seed, frame_skip, traceparent: None };
            let outcome = play(&mut game, decider, &assigned, &mut state, |_, _, _| {}).await?;
            tally.decisions += u64::from(outcome.measures.ticks);
            if decider.stepping >= self.duration {
                break;
            }
        }
        tally.stepping = decider.stepping;
        tally.round_trips_ns = std::mem::take(&mut decider.round_trips_ns);
        Ok(tally.measured(decider.cpu_ns))
    }
}

/// The policy in this process.
struct Inproc(Box<dyn decision::Policy>);

impl Decider for Inproc {
    async fn start(&mut self, assigned: &Assigned<'_>) -> Result<(), AttemptError> {
        self.0.start(assigned.agent_seed);
        Ok(())
    }

    async fn decide(&mut self, state: &GameState) -> Result<Buttons, AttemptError> {
        Ok(self.0.decide(state).buttons)
    }

    async fn finish(&mut self, _state: &GameState) -> Result<(), AttemptError> {
        Ok(())
    }
}

/// A decider with a stopwatch: from the first state of an episode to its last.
struct Timed<D> {
    inner: D,
    engine: Option<u32>,
    begun: Option<(Instant, Option<u64>)>,
    stepping: Duration,
    cpu_ns: Option<u64>,
    round_trips_ns: Vec<u64>,
}

impl<D> Timed<D> {
    fn new(inner: D) -> Self {
        Self { inner, engine: None, begun: None, stepping: Duration::ZERO, cpu_ns: Some(0), round_trips_ns: Vec::new() }
    }
}

impl<D: Decider> Decider for Timed<D> {
    async fn start(&mut self, assigned: &Assigned<'_>) -> Result<(), AttemptError> {
        self.inner.start(assigned).await?;
        self.begun = Some((Instant::now(), self.engine.and_then(used)));
        Ok(())
    }

    async fn decide(&mut self, state: &GameState) -> Result<Buttons, AttemptError> {
        let asked = Instant::now();
        let buttons = self.inner.decide(state).await?;
        self.round_trips_ns.push(asked.elapsed().as_nanos() as u64);
        Ok(buttons)
    }

    async fn finish(&mut self, state: &GameState) -> Result<(), AttemptError> {
        if let Some((begun, cpu_before)) = self.begun.take() {
            self.stepping += begun.elapsed();
            self.cpu_ns = add(self.cpu_ns, cpu_before, self.engine.and_then(used));
        }
        self.inner.finish(state).await
    }
}

/// Processor time of this thread and an engine so far, in nanoseconds.
fn used(engine: u32) -> Option<u64> {
    Some(cpu::thread_ns()? + cpu::process_ns(engine)?)
}

fn add(sum: Option<u64>, before: Option<u64>, after: Option<u64>) -> Option<u64> {
    Some(sum? + after?.saturating_sub(before?))
}
