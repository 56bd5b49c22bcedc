//! Size and pixel format of the engine's buffers.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// Layout of the pixels of screen and automap. The discriminant is the engine's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ScreenFormat {
    /// Three planes: red, green, blue.
    Crcgcb,
    /// Red, green, blue.
    Rgb24,
    /// Red, green, blue, alpha.
    Rgba32,
    /// Alpha, red, green, blue.
    Argb32,
    /// Three planes: blue, green, red.
    Cbcgcr,
    /// Blue, green, red.
    Bgr24,
    /// Blue, green, red, alpha.
    Bgra32,
    /// Alpha, blue, green, red.
    Abgr32,
    /// Brightness.
    Gray8,
    /// Index into Doom's palette.
    Doom256Colors8,
}

impl ScreenFormat {
    /// All formats, by number.
    pub const ALL: [Self; 10] = [
        Self::Crcgcb,
        Self::Rgb24,
        Self::Rgba32,
        Self::Argb32,
        Self::Cbcgcr,
        Self::Bgr24,
        Self::Bgra32,
        Self::Abgr32,
        Self::Gray8,
        Self::Doom256Colors8,
    ];

    /// Returns the name used by the Python API and by config files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Crcgcb => "CRCGCB",
            Self::Rgb24 => "RGB24",
            Self::Rgba32 => "RGBA32",
            Self::Argb32 => "ARGB32",
            Self::Cbcgcr => "CBCGCR",
            Self::Bgr24 => "BGR24",
            Self::Bgra32 => "BGRA32",
            Self::Abgr32 => "ABGR32",
            Self::Gray8 => "GRAY8",
            Self::Doom256Colors8 => "DOOM_256_COLORS8",
        }
    }

    /// Returns the bytes of one pixel, over all planes.
    #[must_use]
    pub fn bytes_per_pixel(self) -> usize {
        match self {
            Self::Crcgcb | Self::Rgb24 | Self::Cbcgcr | Self::Bgr24 => 3,
            Self::Rgba32 | Self::Argb32 | Self::Bgra32 | Self::Abgr32 => 4,
            Self::Gray8 | Self::Doom256Colors8 => 1,
        }
    }

    /// Returns the engine's number of the format.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for ScreenFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ScreenFormat {
    type Err = Error;

    /// Parses a format's name in any case.
    fn from_str(name: &str) -> Result<Self, Error> {
        let known = || Self::ALL.map(Self::name).join(", ");
        Self::ALL
            .into_iter()
            .find(|format| format.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| Error::setting("screen_format", format!("no format `{name}`; there are {}", known())))
    }
}

/// Size of the buffers in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Resolution {
    width: u32,
    height: u32,
}

/// The sizes that config files may name.
const NAMED: [(u32, u32); 36] = [
    (160, 120),
    (200, 125),
    (200, 150),
    (256, 144),
    (256, 160),
    (256, 192),
    (320, 180),
    (320, 200),
    (320, 240),
    (320, 256),
    (400, 225),
    (400, 250),
    (400, 300),
    (512, 288),
    (512, 320),
    (512, 384),
    (640, 360),
    (640, 400),
    (640, 480),
    (800, 450),
    (800, 500),
    (800, 600),
    (1024, 576),
    (1024, 640),
    (1024, 768),
    (1280, 720),
    (1280, 800),
    (1280, 960),
    (1280, 1024),
    (1400, 787),
    (1400, 875),
    (1400, 1050),
    (1600, 900),
    (1600, 1000),
    (1600, 1200),
    (1920, 1080),
];

impl Resolution {
    /// Returns one of the sizes the engine supports.
    pub fn new(width: u32, height: u32) -> Result<Self, Error> {
        if NAMED.contains(&(width, height)) {
            return Ok(Self { width, height });
        }
        Err(Error::setting("screen_resolution", format!("{width}x{height} is not supported; there are {}", known())))
    }

    /// Returns the width in pixels.
    #[must_use]
    pub fn width(self) -> u32 {
        self.width
    }

    /// Returns the height in pixels.
    #[must_use]
    pub fn height(self) -> u32 {
        self.height
    }

    /// Returns the number of pixels.
    #[must_use]
    pub fn pixels(self) -> usize {
        self.width as usize * self.height as usize
    }

    /// Returns the engine's number for the ratio of the sides.
    pub(crate) fn aspect(self) -> u8 {
        // Single precision, as the library compares.
        let ratio = self.width as f32 / self.height as f32;
        let known = [16.0 / 9.0, 16.0 / 10.0, 4.0 / 3.0, 5.0 / 4.0f32];
        let place = known.iter().position(|&other| other == ratio);
        place.map_or(0, |place| place as u8 + 1)
    }
}

impl Default for Resolution {
    fn default() -> Self {
        Self { width: 320, height: 240 }
    }
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

impl FromStr for Resolution {
    type Err = Error;

    /// Parses `RES_320X240` or `320x240`, in any case.
    fn from_str(text: &str) -> Result<Self, Error> {
        let lower = text.to_ascii_lowercase();
        let sides = lower.strip_prefix("res_").unwrap_or(&lower).split_once('x');
        let parsed = sides.and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
        let (width, height) = parsed.ok_or_else(|| {
            Error::setting("screen_resolution", format!("`{text}` is not a resolution like RES_320X240"))
        })?;
        Self::new(width, height)
    }
}

fn known() -> String {
    let names = NAMED.map(|(width, height)| format!("{width}x{height}"));
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolutions_parse_in_both_spellings() {
        let size = Resolution::new(160, 120).unwrap();
        assert_eq!("RES_160X120".parse::<Resolution>().unwrap(), size);
        assert_eq!("160x120".parse::<Resolution>().unwrap(), size);
        for bad in ["161x120", "", "x", "res_", "160x", "-1x2", "99999999999x1"] {
            assert!(bad.parse::<Resolution>().is_err(), "{bad}");
        }
    }

    #[test]
    fn aspects_are_the_library_s() {
        let aspect = |w, h| Resolution::new(w, h).unwrap().aspect();
        assert_eq!(aspect(1280, 720), 1);
        assert_eq!(aspect(320, 200), 2);
        assert_eq!(aspect(320, 240), 3);
        assert_eq!(aspect(320, 256), 4);
        assert_eq!(aspect(1400, 787), 0);
    }

    #[test]
    fn formats_parse_back() {
        for (number, format) in ScreenFormat::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(format.number()), number);
            assert_eq!(format.name().parse::<ScreenFormat>().unwrap(), format);
        }
    }
}
