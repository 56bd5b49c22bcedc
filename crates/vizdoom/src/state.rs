//! What the engine publishes: read in place, without copies and without allocation.
//!
//! Tic fields (tic counters, death, map end) are fresh after every tic. Everything else
//! is as of the last refresh, see [`Refresh`](crate::Refresh).

use std::fs::{File, OpenOptions};
use std::path::Path;

use crate::error::Error;
use crate::game_variable::{GameVariable, Source};
use crate::layout;
use crate::mapping::{self, Mapping};
use crate::screen::Resolution;
use crate::space;
use crate::views::{self, Label, Object, Sector};

/// The state of a game, borrowed from its engine's memory.
#[derive(Debug)]
pub struct State {
    map: Mapping,
    resolution: Resolution,
    screen: Region,
    depth: Region,
    labels: Region,
    automap: Region,
}

/// Place of a buffer; length 0 when the engine does not fill it.
#[derive(Debug, Clone, Copy)]
struct Region {
    offset: usize,
    len: usize,
}

/// Which of the large arrays the engine was told to fill.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrays {
    pub(crate) objects: bool,
    pub(crate) sectors: bool,
}

impl State {
    /// Maps the engine's state and checks that it is laid out as this driver expects.
    pub(crate) fn open(path: &Path, resolution: Resolution, arrays: Arrays) -> Result<Self, Error> {
        let action = || format!("cannot open {}", path.display());
        let file = OpenOptions::new().read(true).write(true).open(path);
        let file = file.map_err(Error::io(action()))?;
        let len = file.metadata().map_err(Error::io(action()))?.len() as usize;
        if len < layout::STATE_SIZE + layout::INPUT_SIZE {
            return Err(Error::WrongVersion { found: format!("{len} bytes of state") });
        }
        reserve(&file, len, arrays)?;
        let map = Mapping::map(&file, len).map_err(Error::io(action()))?;
        check_version(&map)?;
        let region = |number| region(&map, number);
        let state = Self {
            resolution,
            screen: region(layout::REGION_SCREEN)?,
            depth: region(layout::REGION_DEPTH)?,
            labels: region(layout::REGION_LABELS)?,
            automap: region(layout::REGION_AUTOMAP)?,
            map,
        };
        state.check_resolution()?;
        Ok(state)
    }

    /// Returns a game variable, in the unit it has in the game.
    #[must_use]
    pub fn variable(&self, variable: GameVariable) -> f64 {
        match variable.source() {
            Source::Int(offset) => f64::from(self.map.i32(offset)),
            Source::Flag(offset) => f64::from(u8::from(self.map.flag(offset))),
            Source::Double(offset) => self.map.f64(offset),
        }
    }

    /// Returns the tics played on this map, those before the start time included.
    #[must_use]
    pub fn map_tic(&self) -> u32 {
        self.map.u32(layout::MAP_TIC)
    }

    /// Returns the tics since the engine started.
    #[must_use]
    pub fn game_tic(&self) -> u32 {
        self.map.u32(layout::GAME_TIC)
    }

    /// Returns the doom seed in force.
    #[must_use]
    pub fn doom_seed(&self) -> u32 {
        self.map.u32(layout::GAME_STATIC_SEED)
    }

    /// Says whether the player is dead.
    #[must_use]
    pub fn player_dead(&self) -> bool {
        self.map.flag(layout::PLAYER_DEAD)
    }

    /// Returns width and height of the buffers.
    #[must_use]
    pub fn resolution(&self) -> Resolution {
        self.resolution
    }

    /// Returns the screen in the configured format, rows from top to bottom, no padding.
    #[must_use]
    pub fn screen(&self) -> &[u8] {
        self.buffer(self.screen)
    }

    /// Returns the depth of every pixel, one byte each; empty unless enabled.
    #[must_use]
    pub fn depth(&self) -> &[u8] {
        self.buffer(self.depth)
    }

    /// Returns the label value of every pixel, one byte each; empty unless enabled.
    #[must_use]
    pub fn labels_buffer(&self) -> &[u8] {
        self.buffer(self.labels)
    }

    /// Returns the automap in the screen's format; empty unless enabled.
    #[must_use]
    pub fn automap(&self) -> &[u8] {
        self.buffer(self.automap)
    }

    /// Returns what is seen on the screen; nothing unless labels are enabled.
    pub fn labels(&self) -> impl ExactSizeIterator<Item = Label<'_>> {
        views::labels(&self.map)
    }

    /// Returns everything on the map; nothing unless objects are enabled.
    pub fn objects(&self) -> impl ExactSizeIterator<Item = Object<'_>> {
        views::objects(&self.map)
    }

    /// Returns the parts of the map; nothing unless sectors are enabled.
    pub fn sectors(&self) -> impl ExactSizeIterator<Item = Sector<'_>> {
        views::sectors(&self.map)
    }

    /// Returns the game's messages as the engine wrote them; empty unless enabled.
    #[must_use]
    pub fn notifications(&self) -> &[u8] {
        let size = self.map.u32(layout::NOTIFICATIONS_TEXT_SIZE) as usize;
        let size = size.min(layout::MAX_NOTIFICATIONS);
        self.map.bytes(layout::NOTIFICATIONS_TEXT, size)
    }

    pub(crate) fn map(&self) -> &Mapping {
        &self.map
    }

    pub(crate) fn multiplayer(&self) -> bool {
        self.map.flag(layout::GAME_MULTIPLAYER)
    }

    pub(crate) fn map_end(&self) -> bool {
        self.map.flag(layout::MAP_END)
    }

    /// Returns the scenario's own limit in tics, 0 for none.
    pub(crate) fn map_tic_limit(&self) -> u32 {
        self.map.u32(layout::MAP_TICLIMIT)
    }

    /// Writes to the input region, at an offset within it.
    pub(crate) fn write_input<T: mapping::Plain>(&mut self, offset: usize, value: T) {
        debug_assert!(offset + size_of::<T>() <= layout::INPUT_SIZE);
        self.map.write(layout::STATE_SIZE + offset, value);
    }

    fn buffer(&self, region: Region) -> &[u8] {
        self.map.bytes(region.offset, region.len)
    }

    fn check_resolution(&self) -> Result<(), Error> {
        let width = self.map.u32(layout::SCREEN_WIDTH);
        let height = self.map.u32(layout::SCREEN_HEIGHT);
        if (width, height) == (self.resolution.width(), self.resolution.height()) {
            return Ok(());
        }
        Err(Error::setting(
            "screen_resolution",
            format!("asked for {}, the engine plays {width}x{height}", self.resolution),
        ))
    }
}

fn check_version(map: &Mapping) -> Result<(), Error> {
    let size_of_region = |number| map.u64(layout::SM_REGION_SIZE + 8 * number);
    let fits = map.u32(layout::VERSION) == layout::VERSION_NUMBER
        && map.u64(layout::SM_SIZE) == map.len() as u64
        && size_of_region(layout::REGION_STATE) == layout::STATE_SIZE as u64
        && size_of_region(layout::REGION_INPUT) == layout::INPUT_SIZE as u64
        && map.u64(layout::SM_REGION_OFFSET + 8) == layout::STATE_SIZE as u64;
    if fits {
        return Ok(());
    }
    let name = views::text(map.bytes(layout::VERSION_STR, layout::VERSION_STR_SIZE));
    Err(Error::WrongVersion { found: if name.is_empty() { "nothing" } else { name }.to_owned() })
}

fn region(map: &Mapping, number: usize) -> Result<Region, Error> {
    let offset = map.u64(layout::SM_REGION_OFFSET + 8 * number) as usize;
    let len = map.u64(layout::SM_REGION_SIZE + 8 * number) as usize;
    match offset.checked_add(len) {
        Some(end) if end <= map.len() => Ok(Region { offset, len }),
        _ => Err(Error::WrongVersion { found: format!("a buffer of {len} bytes at {offset}") }),
    }
}

/// Reserves what will be touched: the rest of the large arrays stays a hole.
fn reserve(file: &File, len: usize, arrays: Arrays) -> Result<(), Error> {
    let mut ranges = vec![(0, layout::OBJECT), (layout::PLAYER_HITCOUNT, len)];
    ranges.push(if arrays.objects { (layout::OBJECT, layout::SECTOR) } else { (layout::SECTOR_COUNT, layout::SECTOR) });
    ranges.push(if arrays.sectors {
        (layout::SECTOR, layout::PLAYER_HITCOUNT)
    } else {
        (layout::LINE_COUNT, layout::LINE)
    });
    for (from, to) in ranges {
        let action = "cannot reserve the engine's memory in /dev/shm".to_owned();
        mapping::reserve(file, from, to - from).map_err(space::translate(len as u64, action))?;
    }
    Ok(())
}
