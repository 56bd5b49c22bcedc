//! What names look like.

/// What a name of a rule or a document takes besides letters and digits.
pub(crate) const MARKS: &str = "_-";

/// Whether a text has 1 to 64 letters, all of them digits or letters of ASCII, or one of these `marks`.
pub(crate) fn is_name(text: &str, marks: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || marks.contains(letter);
    (1..=64).contains(&text.len()) && text.chars().all(is_plain)
}
