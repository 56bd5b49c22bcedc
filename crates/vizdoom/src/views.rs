//! Borrowed views of the arrays in the engine's shared state.
//!
//! Names come from another process: they end at a NUL or at the end of their field, and
//! text that is not UTF-8 reads as empty rather than failing.

use crate::layout;
use crate::mapping::Mapping;

/// Where something is, how it is turned and how it moves. Map units, degrees, map units
/// per tic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    /// Position: east, north, up.
    pub position: [f64; 3],
    /// Heading, counter-clockwise from east.
    pub angle: f64,
    /// Pitch.
    pub pitch: f64,
    /// Roll.
    pub roll: f64,
    /// Velocity: east, north, up.
    pub velocity: [f64; 3],
}

/// Something seen on the screen.
#[derive(Debug, Clone, Copy)]
pub struct Label<'a> {
    map: &'a Mapping,
    base: usize,
}

impl<'a> Label<'a> {
    /// Returns the object's id: given at first sight, unique until the next map start.
    #[must_use]
    pub fn object_id(&self) -> u32 {
        self.map.u32(self.base + 20)
    }

    /// Returns the object's class, `Dead...` for corpses.
    #[must_use]
    pub fn object_name(&self) -> &'a str {
        name(self.map, self.base + 96)
    }

    /// Returns the object's category, like `Monster`, or `Self` for the own weapon.
    #[must_use]
    pub fn object_category(&self) -> &'a str {
        name(self.map, self.base + 224)
    }

    /// Returns the value of the object's pixels in the labels buffer.
    #[must_use]
    pub fn value(&self) -> u8 {
        self.map.u8(self.base)
    }

    /// Returns the box around the visible pixels: left, top, width, height in pixels.
    #[must_use]
    pub fn screen_box(&self) -> [u32; 4] {
        [4, 8, 12, 16].map(|offset| self.map.u32(self.base + offset))
    }

    /// Returns the object's pose.
    #[must_use]
    pub fn pose(&self) -> Pose {
        pose(self.map, self.base + 24)
    }
}

/// Something on the map, seen or not.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    map: &'a Mapping,
    base: usize,
}

impl<'a> Object<'a> {
    /// Returns the object's id, the same as in labels.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.map.u32(self.base)
    }

    /// Returns the id of the sector the object is in.
    #[must_use]
    pub fn sector_id(&self) -> i32 {
        self.map.i32(self.base + 4)
    }

    /// Returns the object's class, `Dead...` for corpses.
    #[must_use]
    pub fn name(&self) -> &'a str {
        name(self.map, self.base + 208)
    }

    /// Returns the object's category, like `Monster`, or `Self` for the player.
    #[must_use]
    pub fn category(&self) -> &'a str {
        name(self.map, self.base + 80)
    }

    /// Returns the object's pose.
    #[must_use]
    pub fn pose(&self) -> Pose {
        pose(self.map, self.base + 8)
    }
}

/// A part of the map with one floor and one ceiling.
#[derive(Debug, Clone, Copy)]
pub struct Sector<'a> {
    map: &'a Mapping,
    base: usize,
}

impl<'a> Sector<'a> {
    /// Returns the sector's number on the map.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.map.u32(self.base)
    }

    /// Returns the height of the floor in map units.
    #[must_use]
    pub fn floor_height(&self) -> f64 {
        self.map.f64(self.base + 8)
    }

    /// Returns the height of the ceiling in map units.
    #[must_use]
    pub fn ceiling_height(&self) -> f64 {
        self.map.f64(self.base + 16)
    }

    /// Returns the lines around the sector.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = Line> + use<'a> {
        let Self { map, base } = *self;
        (0..count(map, base + 24, layout::MAX_SECTOR_LINES)).map(move |i| {
            let index = map.u32(base + 28 + 4 * i) as usize;
            line(map, index.min(layout::MAX_LINES - 1))
        })
    }
}

/// A wall or an edge between sectors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// The line's number on the map.
    pub id: u32,
    /// One end: east, north, in map units.
    pub from: [f64; 2],
    /// The other end.
    pub to: [f64; 2],
    /// Says whether the line stops the player.
    pub blocking: bool,
}

/// Returns what is seen on the screen.
pub(crate) fn labels(map: &Mapping) -> impl ExactSizeIterator<Item = Label<'_>> {
    (0..count(map, layout::LABEL_COUNT, layout::MAX_LABELS))
        .map(move |i| Label { map, base: layout::LABEL + layout::LABEL_STRIDE * i })
}

/// Returns what is on the map.
pub(crate) fn objects(map: &Mapping) -> impl ExactSizeIterator<Item = Object<'_>> {
    (0..count(map, layout::OBJECT_COUNT, layout::MAX_OBJECTS))
        .map(move |i| Object { map, base: layout::OBJECT + layout::OBJECT_STRIDE * i })
}

/// Returns the parts of the map.
pub(crate) fn sectors(map: &Mapping) -> impl ExactSizeIterator<Item = Sector<'_>> {
    (0..count(map, layout::SECTOR_COUNT, layout::MAX_SECTORS))
        .map(move |i| Sector { map, base: layout::SECTOR + layout::SECTOR_STRIDE * i })
}

fn line(map: &Mapping, index: usize) -> Line {
    let base = layout::LINE + layout::LINE_STRIDE * index;
    Line {
        id: index as u32,
        from: [map.f64(base), map.f64(base + 8)],
        to: [map.f64(base + 16), map.f64(base + 24)],
        blocking: map.flag(base + 32),
    }
}

/// Reads a count, bounded by the array it counts.
fn count(map: &Mapping, offset: usize, most: usize) -> usize {
    (map.u32(offset) as usize).min(most)
}

fn pose(map: &Mapping, base: usize) -> Pose {
    let at = |i: usize| map.f64(base + 8 * i);
    Pose { position: [at(0), at(1), at(2)], angle: at(3), pitch: at(4), roll: at(5), velocity: [at(6), at(7), at(8)] }
}

fn name(map: &Mapping, offset: usize) -> &str {
    text(map.bytes(offset, layout::NAME_SIZE))
}

/// Reads a text field up to its NUL.
pub(crate) fn text(field: &[u8]) -> &str {
    let end = field.iter().position(|&byte| byte == 0);
    std::str::from_utf8(&field[..end.unwrap_or(field.len())]).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn garbage_reads_as_empty() {
        assert_eq!(text(b"Cacodemon\0\xff\xfe"), "Cacodemon");
        assert_eq!(text(b"no end"), "no end");
        assert_eq!(text(b"\xff\xfebad\0"), "");
        assert_eq!(text(b""), "");
    }
}
