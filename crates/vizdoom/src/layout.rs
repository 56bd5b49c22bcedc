//! Offsets of the engine's shared memory, version 1.3.2. All integers little-endian.

/// What the `VERSION` field holds for 1.3.2.
pub(crate) const VERSION_NUMBER: u32 = 132;
/// Bytes of the state region.
pub(crate) const STATE_SIZE: usize = 10_611_848;
/// Bytes of the input region.
pub(crate) const INPUT_SIZE: usize = 776;

pub(crate) const VERSION: usize = 0;
pub(crate) const VERSION_STR: usize = 4;
pub(crate) const VERSION_STR_SIZE: usize = 16;
pub(crate) const SM_SIZE: usize = 24;
pub(crate) const SM_REGION_OFFSET: usize = 32;
pub(crate) const SM_REGION_SIZE: usize = 88;
/// Regions by number: state, input, screen, depth, labels, automap, audio.
pub(crate) const REGION_STATE: usize = 0;
pub(crate) const REGION_INPUT: usize = 1;
pub(crate) const REGION_SCREEN: usize = 2;
pub(crate) const REGION_DEPTH: usize = 3;
pub(crate) const REGION_LABELS: usize = 4;
pub(crate) const REGION_AUTOMAP: usize = 5;

pub(crate) const GAME_TIC: usize = 152;
pub(crate) const GAME_STATIC_SEED: usize = 164;
pub(crate) const GAME_MULTIPLAYER: usize = 170;
pub(crate) const SCREEN_WIDTH: usize = 176;
pub(crate) const SCREEN_HEIGHT: usize = 180;
pub(crate) const MAP_TIC: usize = 216;
pub(crate) const MAP_TICLIMIT: usize = 220;
pub(crate) const MAP_REWARD: usize = 224;
pub(crate) const MAP_USER_VARS: usize = 228;
pub(crate) const MAP_KILLCOUNT: usize = 468;
pub(crate) const MAP_ITEMCOUNT: usize = 472;
pub(crate) const MAP_SECRETCOUNT: usize = 476;
pub(crate) const MAP_END: usize = 480;
pub(crate) const PLAYER_DEAD: usize = 482;
pub(crate) const PLAYER_KILLCOUNT: usize = 612;
pub(crate) const PLAYER_ITEMCOUNT: usize = 616;
pub(crate) const PLAYER_SECRETCOUNT: usize = 620;
pub(crate) const PLAYER_FRAGCOUNT: usize = 624;
pub(crate) const PLAYER_DEATHCOUNT: usize = 628;
pub(crate) const PLAYER_ON_GROUND: usize = 632;
pub(crate) const PLAYER_HEALTH: usize = 636;
pub(crate) const PLAYER_ARMOR: usize = 640;
pub(crate) const PLAYER_ATTACK_READY: usize = 644;
pub(crate) const PLAYER_ALTATTACK_READY: usize = 645;
pub(crate) const PLAYER_SELECTED_WEAPON: usize = 648;
pub(crate) const PLAYER_SELECTED_WEAPON_AMMO: usize = 652;
pub(crate) const PLAYER_AMMO: usize = 656;
pub(crate) const PLAYER_WEAPON: usize = 696;
pub(crate) const PLAYER_MOVEMENT: usize = 736;
pub(crate) const CAMERA: usize = 816;
pub(crate) const PLAYER_NUMBER: usize = 876;
pub(crate) const PLAYER_COUNT: usize = 880;
pub(crate) const PLAYER_N_FRAGCOUNT: usize = 2948;
pub(crate) const LABEL_COUNT: usize = 3156;
pub(crate) const LABEL: usize = 3160;
pub(crate) const OBJECT_COUNT: usize = 93_272;
pub(crate) const OBJECT: usize = 93_280;
pub(crate) const SECTOR_COUNT: usize = 1_469_536;
pub(crate) const SECTOR: usize = 1_469_544;
pub(crate) const LINE_COUNT: usize = 9_923_688;
pub(crate) const LINE: usize = 9_923_696;
pub(crate) const PLAYER_HITCOUNT: usize = 10_579_056;
pub(crate) const PLAYER_HITS_TAKEN: usize = 10_579_060;
pub(crate) const PLAYER_DAMAGECOUNT: usize = 10_579_064;
pub(crate) const PLAYER_DAMAGE_TAKEN: usize = 10_579_068;
pub(crate) const NOTIFICATIONS_TEXT_SIZE: usize = 10_579_072;
pub(crate) const NOTIFICATIONS_TEXT: usize = 10_579_076;

pub(crate) const MAX_LABELS: usize = 256;
pub(crate) const MAX_OBJECTS: usize = 4096;
pub(crate) const MAX_SECTORS: usize = 2048;
pub(crate) const MAX_LINES: usize = 16_384;
pub(crate) const MAX_SECTOR_LINES: usize = 1024;
pub(crate) const MAX_NOTIFICATIONS: usize = 32_768;

pub(crate) const LABEL_STRIDE: usize = 352;
pub(crate) const OBJECT_STRIDE: usize = 336;
pub(crate) const SECTOR_STRIDE: usize = 4128;
pub(crate) const LINE_STRIDE: usize = 40;
/// Bytes of a name or category, NUL-terminated if shorter.
pub(crate) const NAME_SIZE: usize = 128;

/// Offsets within the input region.
pub(crate) mod input {
    pub(crate) const BUTTONS: usize = 0;
    pub(crate) const AVAILABLE: usize = 344;
    pub(crate) const MAX_VALUES: usize = 392;
}

// The arrays fill the gaps between the fields exactly; a slip in a constant shows here.
const _: () = {
    assert!(LABEL + MAX_LABELS * LABEL_STRIDE == OBJECT_COUNT);
    assert!(OBJECT + MAX_OBJECTS * OBJECT_STRIDE == SECTOR_COUNT);
    assert!(SECTOR + MAX_SECTORS * SECTOR_STRIDE == LINE_COUNT);
    assert!(LINE + MAX_LINES * LINE_STRIDE == PLAYER_HITCOUNT);
    assert!(NOTIFICATIONS_TEXT + MAX_NOTIFICATIONS <= STATE_SIZE);
    assert!(STATE_SIZE.is_multiple_of(8));
};
