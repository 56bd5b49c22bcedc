//! Rewards exactly as the library computes them: same terms, same order, same `f64`
//! operations, so that sums agree bit for bit.

use crate::config::Rewards;
use crate::layout;
use crate::state::State;

/// What the meter reads from the engine.
#[derive(Debug, Clone, Copy, Default)]
struct Counters {
    map_reward: f64,
    kills: i32,
    secrets: i32,
    items: i32,
    frags: i32,
    hits: i32,
    hits_taken: i32,
    damage: i32,
    damage_taken: i32,
    health: i32,
    armor: i32,
}

/// Turns the engine's counters into rewards.
#[derive(Debug)]
pub(crate) struct RewardMeter {
    rewards: Rewards,
    counters: Counters,
    last_tic: u32,
    total: f64,
}

impl RewardMeter {
    pub(crate) fn new(rewards: Rewards) -> Self {
        Self { rewards, counters: Counters::default(), last_tic: 0, total: 0.0 }
    }

    /// Starts an episode: takes in the counters' start values, which give no reward.
    pub(crate) fn reset(&mut self, state: &State, tic: u32) {
        self.counters = Counters::read(state);
        self.last_tic = tic;
        self.total = 0.0;
    }

    /// Returns the reward since the last call. `tic` is the last tic played.
    pub(crate) fn update(&mut self, state: &State, tic: u32) -> f64 {
        let now = Counters::read(state);
        let lived = i64::from(tic) - i64::from(self.last_tic);
        let reward = self.reward(&now, lived, state);
        self.counters = now;
        self.last_tic = tic;
        self.total += reward;
        reward
    }

    /// Returns the sum since the episode started.
    pub(crate) fn total(&self) -> f64 {
        self.total
    }

    // The order of the additions is the library's; changing it changes the last bits.
    fn reward(&self, now: &Counters, lived: i64, state: &State) -> f64 {
        let (rewards, last) = (&self.rewards, &self.counters);
        let mut reward = 0.0;
        reward += now.map_reward - last.map_reward;
        reward += lived.max(0) as f64 * rewards.living;
        if state.player_dead() {
            reward -= rewards.death_penalty;
        } else if state.map_end() {
            reward += rewards.map_exit;
        }
        reward += grown(now.kills, last.kills, rewards.kill);
        reward += grown(now.secrets, last.secrets, rewards.secret);
        reward += grown(now.items, last.items, rewards.item);
        reward += grown(now.frags, last.frags, rewards.frag);
        reward += grown(now.hits, last.hits, rewards.hit);
        reward -= grown(now.hits_taken, last.hits_taken, rewards.hit_taken_penalty);
        reward += grown(now.damage, last.damage, rewards.damage_made);
        reward -= grown(now.damage_taken, last.damage_taken, rewards.damage_taken_penalty);
        reward += grown(now.health, last.health, rewards.health);
        reward += grown(now.armor, last.armor, rewards.armor);
        reward
    }
}

/// Rewards growth only; a counter that fell gives nothing. Adding the 0.0 of an unused
/// coefficient leaves the sum's bits alone, as the sum is never -0.0.
fn grown(now: i32, last: i32, coefficient: f64) -> f64 {
    if coefficient != 0.0 && now > last { f64::from(now.wrapping_sub(last)) * coefficient } else { 0.0 }
}

impl Counters {
    fn read(state: &State) -> Self {
        let map = state.map();
        Self {
            map_reward: f64::from(map.i32(layout::MAP_REWARD)) / 65536.0,
            kills: map.i32(layout::PLAYER_KILLCOUNT),
            secrets: map.i32(layout::PLAYER_SECRETCOUNT),
            items: map.i32(layout::PLAYER_ITEMCOUNT),
            frags: map.i32(layout::PLAYER_FRAGCOUNT),
            hits: map.i32(layout::PLAYER_HITCOUNT),
            hits_taken: map.i32(layout::PLAYER_HITS_TAKEN),
            damage: map.i32(layout::PLAYER_DAMAGECOUNT),
            damage_taken: map.i32(layout::PLAYER_DAMAGE_TAKEN),
            health: map.i32(layout::PLAYER_HEALTH),
            armor: map.i32(layout::PLAYER_ARMOR),
        }
    }
}
