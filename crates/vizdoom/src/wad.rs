//! The directory of a WAD file: which maps it has.
//!
//! The engine ignores a map it does not know and plays another one, so the driver has to
//! know the maps itself.

mod geometry;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::error::Error;
pub use geometry::MapLine;
pub(crate) use geometry::{bounds, lines};

const ENTRY: usize = 16;
/// More lumps than any WAD has; a damaged count must not eat the memory.
const MAX_LUMPS: u32 = 1 << 20;

/// Returns the maps of a WAD in the order of the file, lower case. `None` for archives of
/// another kind (PK3), which the engine reads and this driver does not.
pub(crate) fn maps(path: &Path) -> Result<Option<Vec<String>>, Error> {
    let mut file = File::open(path).map_err(Error::io(format!("cannot open {}", path.display())))?;
    let bad = |reason: String| Error::BadWad { path: path.to_owned(), reason };
    match directory(&mut file) {
        Ok(Directory::Wad(lumps)) => Ok(Some(maps_of(&lumps))),
        Ok(Directory::Archive) => Ok(None),
        Ok(Directory::Unknown) => Err(bad("it does not start with IWAD or PWAD".to_owned())),
        Err(error) => Err(bad(error.to_string())),
    }
}

/// One entry of a WAD's directory.
struct Lump {
    /// Lower case.
    name: String,
    offset: u64,
    size: u64,
}

enum Directory {
    Wad(Vec<Lump>),
    Archive,
    Unknown,
}

fn directory(file: &mut File) -> io::Result<Directory> {
    let mut header = [0; 12];
    file.read_exact(&mut header)?;
    match &header[..4] {
        b"IWAD" | b"PWAD" => {}
        b"PK\x03\x04" => return Ok(Directory::Archive),
        _ => return Ok(Directory::Unknown),
    }
    let field = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let (count, offset) = (field(4), field(8));
    if count > MAX_LUMPS {
        return Err(io::Error::other(format!("{count} entries")));
    }
    file.seek(SeekFrom::Start(u64::from(offset)))?;
    let mut entries = vec![0; count as usize * ENTRY];
    file.read_exact(&mut entries)?;
    Ok(Directory::Wad(entries.chunks_exact(ENTRY).map(lump).collect()))
}

fn lump(entry: &[u8]) -> Lump {
    let number = |at: usize| u64::from(u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]));
    let name = &entry[8..];
    let end = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
    let name = String::from_utf8_lossy(&name[..end]).to_ascii_lowercase();
    Lump { name, offset: number(0), size: number(4) }
}

/// A map's lump stands directly before its things, or before its text.
fn maps_of(lumps: &[Lump]) -> Vec<String> {
    let pairs = lumps.windows(2);
    let is_map = |pair: &&[Lump]| matches!(pair[1].name.as_str(), "things" | "textmap");
    pairs.filter(is_map).map(|pair| pair[0].name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wad(lumps: &[&str]) -> Vec<u8> {
        let mut bytes = b"PWAD".to_vec();
        bytes.extend((lumps.len() as u32).to_le_bytes());
        bytes.extend(12u32.to_le_bytes());
        for lump in lumps {
            bytes.extend([0; 8]);
            let mut name = lump.as_bytes().to_vec();
            name.resize(8, 0);
            bytes.extend(name);
        }
        bytes
    }

    fn maps_in(bytes: &[u8]) -> Result<Option<Vec<String>>, Error> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        maps(file.path())
    }

    #[test]
    fn maps_are_found_by_what_follows_them() {
        let bytes = wad(&["DECORATE", "MAP01", "THINGS", "LINEDEFS", "E1M1", "TEXTMAP"]);
        assert_eq!(maps_in(&bytes).unwrap().unwrap(), ["map01", "e1m1"]);
    }

    #[test]
    fn damaged_files_are_errors() {
        let whole = wad(&["MAP01", "THINGS"]);
        assert!(maps_in(&whole[..20]).is_err());
        assert!(maps_in(b"").is_err());
        assert!(maps_in(b"not a wad at all").is_err());
        let mut huge = whole;
        huge[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(maps_in(&huge).is_err());
    }

    #[test]
    fn archives_are_left_to_the_engine() {
        assert!(maps_in(b"PK\x03\x04 and so on").unwrap().is_none());
    }
}
