//! Figures as files of their own.

use std::fs;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Failure, output};
use crate::document::Figure;
use crate::export::{Target, TargetError};
use crate::raster;

/// Where figures go, and as what.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Figures")]
pub(super) struct FigureArgs {
    /// Folder to write every figure to, each named by what it shows; it is made unless it is there
    #[arg(long, value_name = "FOLDER", group = "files")]
    figures: Option<PathBuf>,
    /// Form of the figures
    #[arg(long, value_enum, default_value_t = FigureFormat::Svg, requires = "figures")]
    figure_format: FigureFormat,
    /// Pixels of a PNG for each of the 720 units that a figure is wide, 0.5 to 8
    #[arg(long, value_name = "N", default_value_t = 2.0, value_parser = scale, requires = "figures")]
    scale: f32,
}

/// Forms of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FigureFormat {
    /// Lines and letters, which stay sharp at every size
    Svg,
    /// Pixels, in light colours on white
    Png,
}

/// Files that have been written, and get their names together.
pub(super) struct Written(Vec<Target>);

impl FigureArgs {
    /// Whether figures are wanted as files.
    pub(super) fn are_wanted(&self) -> bool {
        self.figures.is_some()
    }

    /// Writes figures to files that have no name yet. `force` allows them the names of files that are there.
    pub(super) fn write(&self, figures: &[Figure], force: bool) -> Result<Written, Failure> {
        let Some(folder) = &self.figures else { return Ok(Written(Vec::new())) };
        if figures.is_empty() {
            output::note("there are no figures");
            return Ok(Written(Vec::new()));
        }
        let contents = figures.iter().map(|figure| self.content(figure)).collect::<Result<Vec<_>, _>>()?;
        let unwritable = |cause| TargetError::Unwritable { path: folder.clone(), cause };
        fs::create_dir_all(folder).map_err(unwritable)?;
        let target = |figure: &Figure| {
            let ending = if self.figure_format == FigureFormat::Svg { "svg" } else { "png" };
            Target::open(Some(&folder.join(format!("{}.{ending}", figure.name))), force)
        };
        let targets = figures.iter().map(target).collect::<Result<Vec<_>, _>>()?;
        targets.iter().zip(&contents).try_for_each(|(target, content)| target.write(content))?;
        Ok(Written(targets))
    }

    fn content(&self, figure: &Figure) -> Result<Vec<u8>, Failure> {
        match self.figure_format {
            FigureFormat::Svg => Ok(figure.svg.clone().into_bytes()),
            FigureFormat::Png => raster::png(&figure.svg, self.scale)
                .map_err(|error| Failure::internal(format!("{}: {error}", figure.name))),
        }
    }
}

impl Written {
    /// Gives the files their names.
    pub(super) fn keep(self) -> Result<(), Failure> {
        Ok(self.0.into_iter().try_for_each(Target::keep)?)
    }
}

fn scale(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(scale) if (0.5..=8.0).contains(&scale) => Ok(scale),
        _ => Err("not a number from 0.5 to 8".to_owned()),
    }
}
