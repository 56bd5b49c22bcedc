//! Situations as they come up in play, and knowledge about them.

use std::sync::Arc;

use decision::documents::{Document, Library, Life, Provenance, Tag, Tags};
use decision::experience::{Experience, Tally, Trial, grid};
use decision::rules::ResponseSpec;
use decision::situation::{Observer, Situation, Vector};
use decision::{Knowledge, Tactic};
use domain::game::{Entity, GameState};
use domain::ids::TickNo;
use domain::seed::Draws;

const TICKS: u32 = 50;
const KINDS: [(&str, &str); 8] = [
    ("DoomImp", "Monster"),
    ("Demon", "Monster"),
    ("Zombieman", "Monster"),
    ("ShotgunGuy", "Monster"),
    ("DoomImpBall", "Explosive"),
    ("Medikit", "Health"),
    ("Clip", "Ammo"),
    ("DeadDemon", "Gore"),
];

/// The states of `episodes` episodes with monsters that come closer, health that goes down and ammunition that is used.
pub(crate) fn states(seed: u64, episodes: u32) -> Vec<GameState> {
    (0..episodes)
        .flat_map(|episode| states_of_one(&mut Draws::new(seed.wrapping_add(u64::from(episode) << 32))))
        .collect()
}

fn states_of_one(draws: &mut Draws) -> Vec<GameState> {
    let count = draws.below(14) as u32;
    let things: Vec<_> = (0..count)
        .map(|id| {
            let kind = KINDS[draws.below(KINDS.len() as u64) as usize];
            let (bearing, distance) = (90.0 * draws.unit() as f32 - 45.0, 150.0 + 900.0 * draws.unit() as f32);
            (id, kind, bearing, distance, 4.0 * draws.unit() as f32, 2.0 * draws.unit() as f32 - 1.0)
        })
        .collect();
    let (health, ammo) = (20.0 + 80.0 * draws.unit() as f32, draws.below(60) as i32);
    let loss = 1.5 * draws.unit() as f32;
    (0..TICKS)
        .map(|tick| {
            let entities = things.iter().map(|&(id, (name, category), bearing, distance, speed, drift)| Entity {
                id,
                name: name.into(),
                category: category.into(),
                bearing: bearing + drift * tick as f32,
                distance: distance - speed * tick as f32,
                ..Entity::default()
            });
            GameState {
                tick: TickNo(tick),
                health: libm::floorf(health - loss * tick as f32),
                ammo: (ammo - tick as i32 / 4).max(0),
                attack_ready: tick % 3 == 0,
                hits: tick as i32 / 5,
                kills: tick as i32 / 20,
                angle: 3.0 * drift_of(tick),
                entities: entities.filter(|entity| entity.bearing.abs() < 45.0).collect(),
                ..GameState::default()
            }
        })
        .collect()
}

fn drift_of(tick: u32) -> f32 {
    libm::sinf(0.2 * tick as f32)
}

/// What an observer makes of these states.
pub(crate) fn situations(states: &[GameState]) -> Vec<Situation> {
    let mut observer = Observer::new(4, &[]);
    states
        .iter()
        .map(|state| {
            if state.tick == TickNo(0) {
                observer.restart();
            }
            observer.observe(state)
        })
        .collect()
}

/// `count` documents about situations of play.
pub(crate) fn library(count: usize) -> Library {
    let per_episode = TICKS as usize / 2;
    let states = states(1, count.div_ceil(per_episode) as u32);
    let every_other = situations(&states).into_iter().step_by(2).take(count);
    shelf(every_other.map(|situation| (situation.vector(), Tags::of(&situation))).collect())
}

/// `count` documents about situations that are drawn uniformly, in which nothing is like anything else.
pub(crate) fn uniform(count: usize) -> Library {
    let mut draws = Draws::new(3);
    shelf((0..count).map(|_| (std::array::from_fn(|_| draws.unit() as f32), Tags::NONE)).collect())
}

fn shelf(about: Vec<(Vector, Tags)>) -> Library {
    let mut draws = Draws::new(2);
    let documents = about.into_iter().enumerate().map(|(place, (situation, present))| {
        let trials = draws.below(200) as u32;
        let share = draws.unit();
        let tag = Tag::ALL[draws.below(Tag::ALL.len() as u64) as usize];
        let insists = Tags::NONE.with(tag).hold_in(present) && draws.unit() < 0.5;
        Document {
            id: format!("d{place:06}"),
            situation,
            tags: if insists { Tags::NONE.with(tag) } else { Tags::NONE },
            response: ResponseSpec::Tactic("aim".into()),
            tally: Tally { trials, successes: (share * f64::from(trials)) as u32 },
            provenance: Provenance { author: "test".into(), ..Provenance::default() },
            life: Life::Active,
            last_used: draws.below(20) as u32,
        }
    });
    Library::new(documents.collect()).unwrap_or_else(|wrong| panic!("{wrong:?}"))
}

/// The built-in rules, experience of some situations and `count` documents.
pub(crate) fn knowledge(count: usize) -> Knowledge {
    let trials = situations(&states(1, 200)).into_iter().enumerate().map(|(place, situation)| {
        let tactic = if place % 3 == 0 { Tactic::Dodge } else { Tactic::Aim };
        Trial { cell: grid::cell(&situation), tactic, success: place % 7 < 5 }
    });
    let experience = Experience::default().fold(trials);
    Knowledge { experience: Arc::new(experience), documents: Arc::new(library(count)), ..Knowledge::default() }
}
