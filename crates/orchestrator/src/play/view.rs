//! What of the game an agent is shown.

use domain::environment::Reading;
use domain::game::GameState;
use domain::ids::TickNo;
use domain::measures::Gauge;

/// Fills in everything that follows from the reading; the game adds entities, variables and frames.
pub(super) fn show(state: &mut GameState, tick: TickNo, now: &Reading, gauge: &Gauge) {
    let first = gauge.first();
    state.tick = tick;
    state.tic = now.tic;
    state.health = now.health as f32;
    state.armor = now.armor as f32;
    state.ammo = now.ammo;
    state.selected_weapon = now.weapon;
    state.attack_ready = now.attack_ready;
    state.kills = now.kills - first.kills;
    state.deaths = now.deaths - first.deaths;
    state.hits = now.hits - first.hits;
    state.hits_taken = now.hits_taken - first.hits_taken;
    state.damage_dealt = now.damage_dealt - first.damage_dealt;
    state.damage_taken = now.damage_taken - first.damage_taken;
    state.shots_fired = gauge.shots_fired();
    state.position = now.position.map(|coordinate| coordinate as f32);
    state.angle = now.angle as f32;
    state.velocity = now.velocity.map(|speed| speed as f32);
    state.reward = now.reward as f32;
    state.finished = now.end.is_some();
    state.end = now.end;
}
