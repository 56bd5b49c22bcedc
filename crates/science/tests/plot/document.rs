//! Reading a figure back and checking what must hold for all of them.

use roxmltree::{Document, Node};

/// Width and height of a figure.
pub(crate) fn size(document: &Document<'_>) -> (f64, f64) {
    let view: Vec<f64> =
        attribute(document.root_element(), "viewBox").split(' ').map(|part| part.parse().unwrap()).collect();
    assert_eq!(view[..2], [0.0, 0.0]);
    (view[2], view[3])
}

/// Checks a figure: well formed, described, all coordinates finite and inside the frame.
pub(crate) fn check(svg: &str) {
    let document = Document::parse(svg).unwrap();
    let (width, height) = size(&document);
    assert!(width > 0.0 && height > 0.0 && height < 9000.0, "{width} x {height}");
    let root = document.root_element();
    assert_eq!(attribute(root, "role"), "img");
    let description = root.children().find(|node| node.has_tag_name("desc")).unwrap();
    assert_eq!(attribute(root, "aria-describedby"), attribute(description, "id"));
    assert!(description.text().is_some_and(|text| text.len() > 10));
    for node in root.descendants().filter(Node::is_element) {
        for (x, y) in points(node) {
            assert!((0.0..=width).contains(&x) && (0.0..=height).contains(&y), "({x}, {y}) of {node:?}");
        }
    }
}

/// The places of all texts that lie flat, as left, top, right, bottom, with the text.
pub(crate) fn labels(svg: &str) -> Vec<([f64; 4], String)> {
    let document = Document::parse(svg).unwrap();
    let flat = |node: &Node<'_, '_>| node.has_tag_name("text") && node.attribute("transform").is_none();
    let label = |node: Node<'_, '_>| {
        let text = node.children().filter(Node::is_text).filter_map(|node| node.text()).collect::<String>();
        // No wider than common fonts draw it, so that a clash found is a clash seen.
        let em = |character: char| if " \u{202f}.,:()'!|ijlftrI".contains(character) { 0.25 } else { 0.5 };
        let width = text.chars().map(em).sum::<f64>() * 12.0;
        let (x, y) = (number(node, "x"), number(node, "y"));
        let left = match node.attribute("text-anchor") {
            Some("middle") => x - width / 2.0,
            Some("end") => x - width,
            _ => x,
        };
        ([left, y - 9.0, left + width, y], text)
    };
    document.descendants().filter(flat).map(label).collect()
}

/// Checks that no two flat labels cover each other and none leaves the frame.
pub(crate) fn check_labels(svg: &str) {
    let (width, _) = size(&Document::parse(svg).unwrap());
    let labels = labels(svg);
    for (index, (a, text)) in labels.iter().enumerate() {
        assert!(a[0] >= 0.0 && a[2] <= width, "{text:?} leaves the frame: {a:?}");
        for (b, other) in &labels[index + 1..] {
            let apart = a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
            assert!(apart, "{text:?} covers {other:?}: {a:?} {b:?}");
        }
    }
}

/// All elements of a name and class.
pub(crate) fn count(svg: &str, name: &str, class: &str) -> usize {
    let document = Document::parse(svg).unwrap();
    let wanted = |node: &Node<'_, '_>| {
        node.has_tag_name(name)
            && node.attribute("class").is_some_and(|classes| classes.split(' ').any(|one| one == class))
    };
    document.descendants().filter(wanted).count()
}

fn points(node: Node<'_, '_>) -> Vec<(f64, f64)> {
    match node.tag_name().name() {
        "line" => vec![(number(node, "x1"), number(node, "y1")), (number(node, "x2"), number(node, "y2"))],
        "text" => vec![(number(node, "x"), number(node, "y"))],
        "rect" => {
            let (x, y, width, height) =
                (number(node, "x"), number(node, "y"), number(node, "width"), number(node, "height"));
            assert!(width >= 0.0 && height >= 0.0, "{node:?}");
            vec![(x, y), (x + width, y + height)]
        }
        "circle" => {
            let (x, y, radius) = (number(node, "cx"), number(node, "cy"), number(node, "r"));
            vec![(x - radius, y - radius), (x + radius, y + radius)]
        }
        "path" => path(attribute(node, "d")),
        _ => Vec::new(),
    }
}

/// The points of a path of absolute commands; `h0`, which draws a dot, moves nothing.
fn path(data: &str) -> Vec<(f64, f64)> {
    let data = data.replace("h0", "");
    assert!(data.starts_with('M'), "{data}");
    let (mut x, mut y, mut points) = (0.0, 0.0, Vec::new());
    for part in data.split_inclusive(|character: char| "MLHVZ".contains(character)).collect::<Vec<_>>().windows(2) {
        let command = part[0].chars().last().unwrap();
        let numbers = part[1].trim_end_matches(|character: char| "MLHVZ".contains(character));
        let numbers: Vec<f64> = numbers.split_whitespace().map(|number| number.parse().unwrap()).collect();
        match (command, numbers.as_slice()) {
            ('M' | 'L', &[to_x, to_y]) => (x, y) = (to_x, to_y),
            ('H', &[to]) => x = to,
            ('V', &[to]) => y = to,
            ('Z', []) => {}
            other => panic!("{other:?} in {data}"),
        }
        points.push((x, y));
    }
    points
}

fn attribute<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    node.attribute(name).unwrap_or_else(|| panic!("{node:?} has no {name}"))
}

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    attribute(node, name).parse().unwrap()
}
