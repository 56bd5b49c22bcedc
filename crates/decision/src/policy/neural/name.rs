//! Names that are made by the compiler: there are hundreds, and parameters have names that live as long as the program.

const LONGEST: usize = 32;

/// A name of at most 32 bytes; a longer one does not compile.
#[derive(Clone, Copy)]
pub(super) struct Name {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Name {
    pub(super) const EMPTY: Self = Self { bytes: [0; LONGEST], length: 0 };

    /// The parts, one behind the other.
    pub(super) const fn of(parts: [&str; 4]) -> Self {
        let mut name = Self::EMPTY;
        let mut place = 0;
        while place < parts.len() {
            let part = parts[place].as_bytes();
            let (_, free) = name.bytes.split_at_mut(name.length);
            free.split_at_mut(part.len()).0.copy_from_slice(part);
            name.length += part.len();
            place += 1;
        }
        name
    }

    pub(super) const fn text(&'static self) -> &'static str {
        match std::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => panic!("texts one behind the other are a text"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_one_behind_the_other() {
        static NAME: Name = Name::of(["input_", "health", "", "_3"]);
        assert_eq!((NAME.text(), Name::EMPTY.length), ("input_health_3", 0));
    }
}
