//! Writes every chart as an SVG file, and all of them as one HTML page, into a folder:
//! `cargo run -p science --example gallery -- FOLDER`.
//!
//! The numbers are invented in the size of real episodes, and equal on every run.

use std::fs;
use std::io;
use std::path::PathBuf;

mod charts;
mod numbers;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder: PathBuf = std::env::args_os().nth(1).ok_or("give the folder to write into")?.into();
    fs::create_dir_all(&folder)?;
    let charts = charts::all()?;
    for (name, svg) in &charts {
        fs::write(folder.join(format!("{name}.svg")), svg)?;
    }
    write_page(folder.join("index.html"), &charts)?;
    Ok(())
}

fn write_page(path: PathBuf, charts: &[(&str, String)]) -> io::Result<()> {
    let figures: String = charts.iter().map(|(_, svg)| format!("<figure>{svg}</figure>\n")).collect();
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Charts</title>\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <style>:root{{color-scheme:light dark}}body{{max-width:760px;margin:auto}}figure{{margin:24px 0}}</style>\n\
         {figures}</html>\n"
    );
    fs::write(path, page)
}
