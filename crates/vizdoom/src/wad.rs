//! The directory of a WAD file: which maps it has.
//!
//! The engine ignores a map it does not know and plays another one, so the driver has to
//! know the maps itself.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::error::Error;

const ENTRY: usize = 16;
/// More lumps than any WAD has; a damaged count must not eat the memory.
const MAX_LUMPS: u32 = 1 << 20;
/// Largest part of a map that is read, in bytes.
const MAX_MAP: u64 = 64 << 20;

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

/// Returns the smallest and largest x and y of a map's vertices, in map units; `None` where the file or the map
/// cannot be read.
pub(crate) fn bounds(path: &Path, map: &str) -> Option<[[f64; 2]; 2]> {
    let mut file = File::open(path).ok()?;
    let Ok(Directory::Wad(lumps)) = directory(&mut file) else { return None };
    let start = lumps.iter().position(|lump| lump.name == map.to_ascii_lowercase())? + 1;
    // The lumps of a map are at most eleven (binary) or stand between its name and its end (text).
    let lump = lumps.iter().skip(start).take(11).find(|lump| matches!(lump.name.as_str(), "vertexes" | "textmap"))?;
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(lump.offset)).ok()?;
    file.take(lump.size.min(MAX_MAP)).read_to_end(&mut bytes).ok()?;
    let vertices = if lump.name == "vertexes" { binary_vertices(&bytes) } else { text_vertices(&bytes) };
    around(&vertices)
}

/// Pairs of 16-bit integers.
fn binary_vertices(bytes: &[u8]) -> Vec<[f64; 2]> {
    let coordinate = |pair: &[u8]| f64::from(i16::from_le_bytes([pair[0], pair[1]]));
    bytes.chunks_exact(4).map(|vertex| [coordinate(&vertex[..2]), coordinate(&vertex[2..])]).collect()
}

/// Blocks of the form `vertex { x = 1.0; y = -2.0; }` (UDMF).
fn text_vertices(bytes: &[u8]) -> Vec<[f64; 2]> {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code));
    let text = lines.collect::<Vec<_>>().join("\n");
    let blocks = text.split('}').filter_map(|block| block.split_once('{'));
    let vertices = blocks.filter(|(head, _)| head.trim_end().to_ascii_lowercase().ends_with("vertex"));
    vertices.filter_map(|(_, body)| Some([field(body, "x")?, field(body, "y")?])).collect()
}

fn field(body: &str, key: &str) -> Option<f64> {
    let mut fields = body.split(';').filter_map(|field| field.split_once('='));
    fields.find(|(name, _)| name.trim().eq_ignore_ascii_case(key))?.1.trim().parse().ok()
}

fn around(vertices: &[[f64; 2]]) -> Option<[[f64; 2]; 2]> {
    let first = *vertices.first()?;
    let grow = |[min, max]: [[f64; 2]; 2], v: &[f64; 2]| {
        [[min[0].min(v[0]), min[1].min(v[1])], [max[0].max(v[0]), max[1].max(v[1])]]
    };
    Some(vertices.iter().fold([first, first], grow))
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

    #[test]
    fn vertices_are_read_from_both_kinds_of_map() {
        let binary: Vec<u8> = [-5i16, 7, 100, -300].iter().flat_map(|n| n.to_le_bytes()).collect();
        assert_eq!(around(&binary_vertices(&binary)), Some([[-5.0, -300.0], [100.0, 7.0]]));
        let text =
            b"thing { x = 9999.0; y = 1.0; }\nvertex // 0\n{ x = -5.0; y = 7; }\nvertex\n{\ny = 1.5; x = 2.5;\n}";
        assert_eq!(around(&text_vertices(text)), Some([[-5.0, 1.5], [2.5, 7.0]]));
        assert_eq!(around(&text_vertices(b"vertex { x = ; }")), None);
    }
}
