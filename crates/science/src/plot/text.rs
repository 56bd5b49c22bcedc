//! How wide a text is, and how to make it fit.
//!
//! Nobody knows which font a reader has, so widths are estimated from above: by DejaVu Sans, the widest of the fonts
//! that the style asks for.

/// Estimated width in pixels at a font size in pixels.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(em).sum::<f64>() * size
}

fn em(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | ' ' | '\u{202f}' => 0.33,
        'f' | 't' | 'r' | 'I' | '(' | ')' | '[' | ']' | '-' | '/' => 0.41,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.98,
        '+' | '=' | '<' | '>' | '\u{2212}' | '\u{d7}' | 'G' | 'O' | 'Q' | 'D' | 'H' | 'N' | 'U' => 0.84,
        'A'..='Z' => 0.70,
        '\0'..='\u{2e7f}' => 0.64,
        _ => 1.0,
    }
}

/// The text, shortened by an ellipsis if it is wider than `room` pixels.
pub(super) fn shorten(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut left = room - width("\u{2026}", size);
    let kept = text.chars().take_while(|&character| {
        left -= em(character) * size;
        left >= 0.0
    });
    let kept: String = kept.collect();
    format!("{}\u{2026}", kept.trim_end())
}

/// A name, shortened in its middle if it is wider than `room` pixels: names often differ at their ends only.
pub(super) fn shorten_name(name: &str, size: f64, room: f64) -> String {
    if width(name, size) <= room {
        return name.to_owned();
    }
    let characters: Vec<_> = name.chars().collect();
    let mut left = room - width("\u{2026}", size);
    let (mut head, mut tail) = (0, characters.len());
    while head < tail {
        let take_head = head <= characters.len() - tail;
        let next = characters[if take_head { head } else { tail - 1 }];
        left -= em(next) * size;
        if left < 0.0 {
            break;
        }
        if take_head { head += 1 } else { tail -= 1 }
    }
    let half = |range: &[char]| range.iter().collect::<String>();
    format!("{}\u{2026}{}", half(&characters[..head]).trim_end(), half(&characters[tail..]).trim_start())
}

/// The text in lines of at most `room` pixels, the last one shortened if there are more than `most`.
pub(super) fn wrap(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if fits_after(line, word, size, room) => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.len() > most {
        let rest = lines.split_off(most.max(1) - 1);
        lines.push(rest.join(" "));
    }
    lines.iter().map(|line| shorten(line, size, room)).collect()
}

fn fits_after(line: &str, word: &str, size: f64, room: f64) -> bool {
    width(line, size) + width(" ", size) + width(word, size) <= room
}

/// A number as a person reads it: four significant digits, a true minus, no trailing zeros.
pub(super) fn significant(value: f64) -> String {
    let magnitude = value.abs();
    let text = if magnitude == 0.0 {
        "0".to_owned()
    } else if !(1e-4..1e6).contains(&magnitude) {
        format!("{value:.3e}")
    } else {
        let decimals = (3.0 - libm::floor(libm::log10(magnitude))).max(0.0) as usize;
        let text = format!("{value:.decimals$}");
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    };
    text.replace('-', "\u{2212}")
}

/// A number with a true minus and narrow blanks between thousands.
pub(super) fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && whole.len() > 4 && (whole.len() - index).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    let sign = if value < 0.0 && text.contains(|digit| matches!(digit, '1'..='9')) { "\u{2212}" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{grouped}{point}{fraction}")
}

/// An estimate with its interval, such as `12.9 (10.01 to 15.79)`.
pub(super) fn with_interval(value: f64, interval: Option<(f64, f64)>) -> String {
    match interval {
        Some((low, high)) => format!("{} ({} to {})", significant(value), significant(low), significant(high)),
        None => significant(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_left_alone() {
        assert_eq!(shorten("kills", 12.0, 100.0), "kills");
        assert_eq!(shorten("kills per minute of survival", 12.0, 60.0), "kills per\u{2026}");
        assert_eq!(shorten("kills", 12.0, 0.0), "\u{2026}");
    }

    #[test]
    fn names_keep_both_ends() {
        assert_eq!(shorten_name("level 12", 12.0, 100.0), "level 12");
        assert_eq!(shorten_name("aggression level 12", 12.0, 70.0), "aggre\u{2026}l 12");
        assert_eq!(shorten_name("aggression", 12.0, 0.0), "\u{2026}");
    }

    #[test]
    fn long_text_wraps_at_words() {
        assert_eq!(wrap("one two three", 10.0, 55.0, 3), ["one two", "three"]);
        assert_eq!(wrap("one two three fourteen", 10.0, 55.0, 2), ["one two", "three fou\u{2026}"]);
        assert!(wrap("", 10.0, 55.0, 2).is_empty());
    }

    #[test]
    fn numbers_read_well() {
        let cases = [
            (0.0, "0"),
            (12.9, "12.9"),
            (-2.5, "\u{2212}2.5"),
            (1234.56, "1235"),
            (100.0, "100"),
            (0.012345, "0.01235"),
            (2.5e7, "2.500e7"),
        ];
        for (value, text) in cases {
            assert_eq!(significant(value), text);
        }
        assert_eq!(with_interval(1.0, Some((0.5, 1.5))), "1 (0.5 to 1.5)");
    }
}
