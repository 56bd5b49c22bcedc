//! The geometry of a map: its vertices and its lines.
//!
//! Maps of Doom and Hexen have lumps of fixed records (Matthew Fell, "The Unofficial Doom Specs", 1.666; Ben Morris,
//! "The Official Hexen Technical Specs", 1.0), others one lump of text (James Haley, "Universal Doom Map Format
//! Specification", 1.1). What is damaged is left out.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::{Directory, Lump, directory};

/// Largest part of a map that is read, in bytes.
const MAX_MAP: u64 = 64 << 20;
/// Most lumps of a map: as many as a binary one has. A text stands directly after the name.
const LUMPS: usize = 11;
/// Bytes of a vertex, and of a line in Doom's and in Hexen's format.
const VERTEX: usize = 4;
const DOOM_LINE: usize = 14;
const HEXEN_LINE: usize = 16;
/// The side of a line that has none there.
const NO_SIDE: [u8; 2] = [0xff; 2];

/// A line of a map seen from above.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MapLine {
    /// Where it begins: x and y in map units.
    pub from: [f64; 2],
    /// Where it ends.
    pub to: [f64; 2],
    /// Whether it has one side only, so that nothing passes. Steps and openings have two.
    pub is_one_sided: bool,
}

type Vertex = [f64; 2];

/// Returns the smallest and largest x and y of a map's vertices, in map units; `None` where the file or the map
/// cannot be read.
pub(crate) fn bounds(path: &Path, map: &str) -> Option<[Vertex; 2]> {
    let vertices = match Source::open(path, map)? {
        Source::Records { vertices, .. } => binary_vertices(&vertices),
        Source::Text(text) => blocks(&text, "vertex").filter_map(text_vertex).collect(),
    };
    around(&vertices)
}

/// Returns the lines of a map; `None` where the file or the map cannot be read.
pub(crate) fn lines(path: &Path, map: &str) -> Option<Vec<MapLine>> {
    Some(match Source::open(path, map)? {
        Source::Records { vertices, lines, width } => binary_lines(&lines, width, &binary_vertices(&vertices)),
        Source::Text(text) => text_lines(&text),
    })
}

/// The part of a map that its geometry is in.
enum Source {
    /// Records, those of lines `width` bytes long.
    Records { vertices: Vec<u8>, lines: Vec<u8>, width: usize },
    /// A text, without its comments.
    Text(String),
}

impl Source {
    fn open(path: &Path, map: &str) -> Option<Self> {
        let mut file = File::open(path).ok()?;
        let Ok(Directory::Wad(lumps)) = directory(&mut file) else { return None };
        let start = lumps.iter().position(|lump| lump.name == map.to_ascii_lowercase())? + 1;
        let lumps = &lumps[start..lumps.len().min(start + LUMPS)];
        if let Some(text) = lumps.first().filter(|lump| lump.name == "textmap") {
            return Some(Self::Text(without_comments(&read(&mut file, text)?)));
        }
        // What follows the beginning of the next map is not this one's.
        let next = lumps.iter().skip(1).position(|lump| matches!(lump.name.as_str(), "things" | "textmap"));
        let own = &lumps[..next.map_or(lumps.len(), |next| next + 1)];
        let named = |name: &str| own.iter().find(|lump| lump.name == name);
        let vertices = read(&mut file, named("vertexes")?)?;
        let lines = named("linedefs").and_then(|lump| read(&mut file, lump)).unwrap_or_default();
        let width = if named("behavior").is_some() { HEXEN_LINE } else { DOOM_LINE };
        Some(Self::Records { vertices, lines, width })
    }
}

fn read(file: &mut File, lump: &Lump) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(lump.offset)).ok()?;
    file.take(lump.size.min(MAX_MAP)).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Pairs of 16-bit integers.
fn binary_vertices(bytes: &[u8]) -> Vec<Vertex> {
    let coordinate = |pair: &[u8]| f64::from(i16::from_le_bytes([pair[0], pair[1]]));
    bytes.chunks_exact(VERTEX).map(|vertex| [coordinate(&vertex[..2]), coordinate(&vertex[2..])]).collect()
}

/// Both formats begin with the numbers of two vertices and end with the number of the left side.
fn binary_lines(bytes: &[u8], width: usize, vertices: &[Vertex]) -> Vec<MapLine> {
    let line = |record: &[u8]| {
        let vertex = |at: usize| vertices.get(usize::from(u16::from_le_bytes([record[at], record[at + 1]]))).copied();
        Some(MapLine { from: vertex(0)?, to: vertex(2)?, is_one_sided: record[width - 2..] == NO_SIDE })
    };
    bytes.chunks_exact(width).filter_map(line).collect()
}

/// Blocks of the form `linedef { v1 = 0; v2 = 1; sideback = 3; }`, which count the vertices from 0.
fn text_lines(text: &str) -> Vec<MapLine> {
    let vertices: Vec<_> = blocks(text, "vertex").map(text_vertex).collect();
    let line = |body: &str| {
        let vertex = |key| *vertices.get(field::<usize>(body, key)?)?;
        let back = field::<i64>(body, "sideback").is_some_and(|side| side >= 0);
        Some(MapLine { from: vertex("v1")?, to: vertex("v2")?, is_one_sided: !back })
    };
    blocks(text, "linedef").filter_map(line).collect()
}

/// A block of the form `vertex { x = 1.0; y = -2.0; }`.
fn text_vertex(body: &str) -> Option<Vertex> {
    let coordinate = |key| field::<f64>(body, key).filter(|coordinate| coordinate.is_finite());
    Some([coordinate("x")?, coordinate("y")?])
}

fn without_comments(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code));
    lines.collect::<Vec<_>>().join("\n")
}

/// The insides of the blocks of one kind.
fn blocks<'a>(text: &'a str, kind: &'a str) -> impl Iterator<Item = &'a str> {
    let blocks = text.split('}').filter_map(|block| block.split_once('{'));
    blocks.filter(move |(head, _)| head.trim_end().to_ascii_lowercase().ends_with(kind)).map(|(_, body)| body)
}

fn field<T: std::str::FromStr>(body: &str, key: &str) -> Option<T> {
    let mut fields = body.split(';').filter_map(|field| field.split_once('='));
    fields.find(|(name, _)| name.trim().eq_ignore_ascii_case(key))?.1.trim().parse().ok()
}

fn around(vertices: &[Vertex]) -> Option<[Vertex; 2]> {
    let first = *vertices.first()?;
    let grow = |[min, max]: [Vertex; 2], v: &Vertex| {
        [[min[0].min(v[0]), min[1].min(v[1])], [max[0].max(v[0]), max[1].max(v[1])]]
    };
    Some(vertices.iter().fold([first, first], grow))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A WAD of these lumps.
    fn wad(lumps: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let directory = 12 + lumps.iter().map(|(_, content)| content.len()).sum::<usize>();
        let (count, directory) = (lumps.len() as u32, directory as u32);
        let mut bytes = [b"PWAD".as_slice(), &count.to_le_bytes(), &directory.to_le_bytes()].concat();
        bytes.extend(lumps.iter().flat_map(|(_, content)| content));
        let mut offset = 12;
        for (name, content) in lumps {
            bytes.extend([offset, content.len() as u32].iter().flat_map(|number: &u32| number.to_le_bytes()));
            bytes.extend(name.bytes().chain([0; 8]).take(8));
            offset += content.len() as u32;
        }
        bytes
    }

    fn words(numbers: &[i32]) -> Vec<u8> {
        numbers.iter().flat_map(|&number| (number as i16).to_le_bytes()).collect()
    }

    /// A triangle with one opening, in Doom's format, before another map.
    fn doom() -> Vec<u8> {
        let vertices = words(&[-5, 7, 100, -300, 40, 40]);
        let lines = words(&[0, 1, 1, 0, 0, 0, -1, 1, 2, 4, 0, 0, 1, 2, 2, 0, 1, 0, 0, 3, -1]);
        wad(&[
            ("MAP01", vec![]),
            ("THINGS", vec![1; 10]),
            ("LINEDEFS", lines),
            ("VERTEXES", vertices),
            ("MAP02", vec![]),
            ("TEXTMAP", b"vertex { x = 1; y = 2; }".to_vec()),
            ("BEHAVIOR", vec![]),
        ])
    }

    /// The same in Hexen's format: the type of a line takes one byte, its five arguments one each.
    fn hexen() -> Vec<u8> {
        let line =
            |numbers: [i32; 3], right: i32, left: i32| [words(&numbers), vec![0; 6], words(&[right, left])].concat();
        let lines = [line([0, 1, 1], 0, -1), line([1, 2, 4], 1, 2), line([2, 0, 1], 3, -1)].concat();
        let vertices = words(&[-5, 7, 100, -300, 40, 40]);
        wad(&[
            ("MAP01", vec![]),
            ("THINGS", vec![]),
            ("LINEDEFS", lines),
            ("VERTEXES", vertices),
            ("BEHAVIOR", vec![0; 8]),
        ])
    }

    const TEXT: &[u8] = b"namespace = \"zdoom\";\nthing { x = 9999.0; y = 1.0; }\nvertex // 0\n{ x = -5.0; y = 7; }\n\
        vertex\n{\ny = -300; x = 100.0;\n}\nlinedef//#0\n{ v1=0; v2=1; sidefront=0; }\nVertex { x = 40; y = 40.0; }\n\
        linedef { v1 = 1; v2 = 2; sidefront = 1; sideback = 2; twosided = true; }\n\
        linedef { v1 = 2; v2 = 0; sideback = -1; }";

    fn text(map: &[u8]) -> Vec<u8> {
        wad(&[("MAP01", vec![]), ("TEXTMAP", map.to_vec()), ("ENDMAP", vec![])])
    }

    fn written(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        file
    }

    #[test]
    fn one_triangle_is_read_from_every_kind_of_map() {
        let line = |from, to, is_one_sided| MapLine { from, to, is_one_sided };
        let [a, b, c] = [[-5.0, 7.0], [100.0, -300.0], [40.0, 40.0]];
        for bytes in [doom(), hexen(), text(TEXT)] {
            let file = written(&bytes);
            let read = lines(file.path(), "map01").unwrap();
            assert_eq!(read, [line(a, b, true), line(b, c, false), line(c, a, true)]);
            assert_eq!(bounds(file.path(), "MAP01"), Some([[-5.0, -300.0], [100.0, 40.0]]));
            assert_eq!(lines(file.path(), "map09"), None);
        }
    }

    #[test]
    fn what_names_no_vertex_is_left_out() {
        let damaged = b"vertex { x = 1; y = nan; } vertex { x = 1; y = 2; } linedef { v1 = 0; v2 = 1; } \
            linedef { v1 = 1; v2 = 7; } linedef { v1 = -1; v2 = 1; } linedef { v2 = 1; } linedef { v1 = 1; v2 = 1; }";
        let file = written(&text(damaged));
        let point = MapLine { from: [1.0, 2.0], to: [1.0, 2.0], is_one_sided: true };
        assert_eq!(lines(file.path(), "map01"), Some(vec![point]));
        assert_eq!(bounds(file.path(), "map01"), Some([[1.0, 2.0]; 2]));

        let beyond = wad(&[
            ("MAP01", vec![]),
            ("THINGS", vec![]),
            ("LINEDEFS", [words(&[0, 2, 0, 0, 0, 0, -1]), vec![0; 13]].concat()),
            ("VERTEXES", vec![0; 7]),
        ]);
        assert_eq!(lines(written(&beyond).path(), "map01"), Some(vec![]));
    }

    #[test]
    fn damaged_files_have_no_lines_that_are_not_numbers() {
        for whole in [doom(), hexen(), text(TEXT)] {
            let cut = (0..whole.len()).map(|length| whole[..length].to_vec());
            let broken = (0..whole.len()).map(|at| {
                let mut bytes = whole.clone();
                bytes[at] ^= 0xff;
                bytes
            });
            for bytes in cut.chain(broken) {
                let read = lines(written(&bytes).path(), "map01").unwrap_or_default();
                assert!(read.iter().all(|line| [line.from, line.to].as_flattened().iter().all(|n| n.is_finite())));
            }
        }
    }
}
