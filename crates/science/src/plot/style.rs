//! Colours, and the style sheet that every figure carries.
//!
//! The rules come twice: first with plain light colours, for programs that know no custom properties, then through
//! custom properties, which the dark scheme sets anew. A page may set them too, to follow a switch of its own. Dark
//! colours are for screens only, so that print is always dark on white. Figures share one sheet, word for word, so
//! many of them stand in one page without disturbing each other.

/// Series that colour and shape tell apart.
pub(super) const SERIES: usize = 7;

/// Name, light and dark colour of everything that has one. The series are the palette of Okabe and Ito ("Color
/// Universal Design", 2008) without its yellow and black; their dark variants are lighter tones of the same hues.
const COLOURS: [(&str, &str, &str); 12] = [
    ("paper", "#ffffff", "#15171c"),
    ("ink", "#1f2328", "#e8eaed"),
    ("muted", "#57606a", "#a5adb8"),
    ("axis", "#8c959f", "#6b7480"),
    ("grid", "#e4e7eb", "#2a2e36"),
    ("s0", "#0072b2", "#4aa8e0"),
    ("s1", "#d55e00", "#f5813a"),
    ("s2", "#009e73", "#2fc79b"),
    ("s3", "#cc79a7", "#e29fc4"),
    ("s4", "#e69f00", "#f2bd4a"),
    ("s5", "#56b4e9", "#9ad6f7"),
    ("s6", "#57606a", "#a5adb8"),
];

/// What classes do, with colours by name. A class of a colour's own name sets the colour of what is inside it.
const RULES: [(&str, &str, &str); 11] = [
    ("paper", "fill", "paper"),
    ("text", "fill", "ink"),
    ("note", "fill", "muted"),
    ("axis", "stroke", "axis"),
    ("grid", "stroke", "grid"),
    ("rule", "stroke", "muted"),
    ("wall", "stroke", "muted"),
    ("step", "stroke", "axis"),
    ("mark", "stroke", "paper"),
    ("bar", "stroke", "paper"),
    ("rim", "stroke", "paper"),
];

/// What does not depend on colours.
const SHAPES: &str = "\
.cdp{font-family:system-ui,\"Helvetica Neue\",Arial,\"DejaVu Sans\",sans-serif;max-width:100%;height:auto}
.cdp-text,.cdp-note{font-size:12px}
.cdp-title{font-size:15px;font-weight:600}
.cdp-axis,.cdp-grid{stroke-width:1}
.cdp-rule{fill:none;stroke-width:1.2}
.cdp-d1{stroke-dasharray:6 3}
.cdp-d2{stroke-dasharray:2 3}
.cdp-d3{stroke-dasharray:8 3 2 3}
.cdp-d4{stroke-dasharray:11 4}
.cdp-line{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}
.cdp-reach{fill:none;stroke:currentColor;stroke-width:1.6}
.cdp-mark{fill:currentColor;stroke-width:1.2;stroke-linejoin:round}
.cdp-bar{fill:currentColor;stroke-width:.6}
.cdp-band{fill:currentColor;fill-opacity:.18}
.cdp-dots{fill:none;stroke:currentColor;stroke-linecap:round;stroke-opacity:.7}
.cdp-small{stroke-width:2.2}
.cdp-medium{stroke-width:4}
.cdp-large{stroke-width:6.5}
.cdp-soft{fill-opacity:.45}
.cdp-cell{fill:currentColor;shape-rendering:crispEdges}
.cdp-c0{fill-opacity:.14}
.cdp-c1{fill-opacity:.3}
.cdp-c2{fill-opacity:.48}
.cdp-c3{fill-opacity:.68}
.cdp-c4{fill-opacity:.92}
.cdp-cross{fill:none;stroke:currentColor;stroke-width:1.8}
.cdp-rim{fill:none;stroke-width:3.4}
.cdp-wall{fill:none;stroke-width:1.6;stroke-linecap:round}
.cdp-step{fill:none;stroke-width:.9;stroke-linecap:round}
@media print{.cdp{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
";

/// The class that gives a series its colour. Beyond [`SERIES`] colours come again, with other shapes and dashes.
pub(super) fn series(index: usize) -> String {
    format!("cdp-s{}", index % SERIES)
}

/// The class that gives a series its dashes; the first line is solid.
pub(super) fn dashes(index: usize) -> &'static str {
    ["", "cdp-d1", "cdp-d2", "cdp-d3", "cdp-d4"][index % 5]
}

/// The style sheet of every figure.
pub(super) fn sheet() -> String {
    let plain = |name: &str| colour(name).to_owned();
    let variable = |name: &str| format!("var(--cdp-{name})");
    let set = |pick: fn(&(&str, &str, &str)) -> String| COLOURS.iter().map(pick).collect::<String>();
    let light = set(|(name, light, _)| format!("--cdp-{name}:{light};"));
    let dark = set(|(name, _, dark)| format!("--cdp-{name}:{dark};"));
    format!(
        "{SHAPES}{}@supports (color:var(--a)){{\n:where(.cdp){{{light}}}\n\
         @media screen and (prefers-color-scheme:dark){{:where(.cdp){{{dark}}}}}\n{}}}\n",
        rules(plain),
        rules(variable),
    )
}

fn rules(paint: impl Fn(&str) -> String) -> String {
    let colours = COLOURS.iter().map(|(name, ..)| (*name, "color", *name)).filter(|(name, ..)| name.starts_with('s'));
    let rule = |(class, property, name): (&str, &str, &str)| format!(".cdp-{class}{{{property}:{}}}\n", paint(name));
    RULES.into_iter().chain(colours).map(rule).collect()
}

fn colour(name: &str) -> &'static str {
    COLOURS.iter().find(|(other, ..)| *other == name).map_or("#000000", |(_, light, _)| light)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_names_a_colour() {
        for (class, _, name) in RULES {
            assert!(COLOURS.iter().any(|(other, ..)| *other == name), "{class} {name}");
        }
    }

    #[test]
    fn braces_of_the_sheet_match() {
        let sheet = sheet();
        assert_eq!(sheet.matches('{').count(), sheet.matches('}').count());
        assert!(sheet.contains(".cdp-s1{color:#d55e00}") && sheet.contains(".cdp-s1{color:var(--cdp-s1)}"));
    }
}
