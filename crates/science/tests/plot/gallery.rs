//! The charts of the gallery, and those of them that the documents show.

use std::fs;
use std::path::Path;

use crate::document::{check, check_labels};

#[path = "../../examples/gallery/charts.rs"]
mod charts;

#[test]
fn every_chart_is_in_order() {
    for (_, svg) in charts::all().unwrap() {
        check(&svg);
        check_labels(&svg);
    }
}

#[test]
fn documents_show_what_is_drawn() {
    let images = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/images");
    for (name, svg) in charts::all().unwrap() {
        let Ok(shown) = fs::read_to_string(images.join(format!("{name}.svg"))) else { continue };
        assert!(shown == svg, "docs/images/{name}.svg is old: run the example `gallery` and copy it");
    }
}
