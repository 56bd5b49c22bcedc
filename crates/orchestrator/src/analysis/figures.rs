//! The pictures of a study.

use science::linear::Frame;
use science::plot::{
    Cells, Ecdf, Effect, Effects, Estimate, FactorMeans, Group, Heading, MainEffects, PlotError, Residuals, Sample,
    ecdf, half_normal, interaction, main_effects, means, pareto, residuals,
};
use science::study::{CellSummary, ScreenedEffect, Study};

use crate::document::Figure;

/// The pictures of a study; absent where there is nothing to draw, or too much.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Means of the cells of one or two factors.
    pub cells: Option<Figure>,
    /// How the response is distributed in each cell.
    pub distribution: Option<Figure>,
    /// Marginal means of every factor.
    pub main_effects: Option<Figure>,
    /// Effects of two-level factors by size.
    pub pareto: Option<Figure>,
    /// Effects of two-level factors against what chance would give.
    pub half_normal: Option<Figure>,
    /// Residuals of the model.
    pub residuals: Option<Figure>,
}

/// Draws a study. `of` begins the names of the pictures, where a document has several studies.
#[must_use]
pub fn figures(frame: &Frame, study: &Study, of: &str) -> Figures {
    let level = format!("bars are {:.0} % intervals", study.question.level() * 100.0);
    let draw = Draw { study, of };
    Figures {
        cells: draw.cells(&level),
        distribution: draw.distribution(frame),
        main_effects: draw.main_effects(&level),
        pareto: draw.screening("pareto", "Effects by size", pareto),
        half_normal: draw.screening("half-normal", "Effects against chance", half_normal),
        residuals: draw.residuals(),
    }
}

struct Draw<'a> {
    study: &'a Study,
    of: &'a str,
}

impl Draw<'_> {
    fn cells(&self, note: &str) -> Option<Figure> {
        let factors: Vec<_> = self.study.factors.iter().filter(|factor| factor.kind == "categorical").collect();
        let note = format!("Means of the rows; {note} of each cell by itself");
        let estimate = |wanted: &[&String]| {
            let cell = self.study.cells.iter().find(|cell| cell.levels.iter().eq(wanted.iter().copied()))?;
            Some(estimate(cell))
        };
        match factors.as_slice() {
            [one] => {
                let estimates = one.levels.iter().map(|level| estimate(&[level])).collect();
                let groups = vec![Group { name: String::new(), estimates }];
                let data = self.data(&one.name, &one.levels, String::new(), groups);
                let title = format!("{} by {}", self.study.response, one.name);
                Figure::drawn(&[self.of, "means", &one.name], &title, &note, |heading| means(heading, &data))
            }
            [one, two] => {
                let group = |by: &String| Group {
                    name: by.clone(),
                    estimates: one.levels.iter().map(|level| estimate(&[level, by])).collect(),
                };
                let groups = two.levels.iter().map(group).collect();
                let data = self.data(&one.name, &one.levels, two.name.clone(), groups);
                let title = format!("{} by {} and {}", self.study.response, one.name, two.name);
                let name = [self.of, "interaction", &one.name, &two.name];
                Figure::drawn(&name, &title, &note, |heading| interaction(heading, &data))
            }
            _ => None,
        }
    }

    fn data(&self, factor: &str, levels: &[String], by: String, groups: Vec<Group>) -> Cells {
        let measure = self.study.response.clone();
        Cells { measure, factor: factor.to_owned(), levels: levels.to_vec(), by, groups }
    }

    fn distribution(&self, frame: &Frame) -> Option<Figure> {
        let samples = self.study.cells.iter().map(|cell| {
            let values = cell.rows.iter().map(|&row| frame.values()[row]).collect();
            Sample { name: cell.name.clone(), values }
        });
        let data = Ecdf { measure: self.study.response.clone(), samples: samples.collect() };
        let title = format!("Distribution of {}", self.study.response);
        self.of_response("distribution", &title, "Share of the rows of a cell up to a value", |heading| {
            ecdf(heading, &data)
        })
    }

    fn main_effects(&self, note: &str) -> Option<Figure> {
        let factors = self.study.effects.iter().map(|effects| {
            let mean = |mean: &science::study::MeanRow| {
                Some(Estimate { value: mean.mean?, interval: mean.low.zip(mean.high) })
            };
            let means = effects.means.iter().map(mean).collect::<Option<_>>()?;
            let levels = effects.means.iter().map(|mean| mean.level.clone()).collect();
            Some(FactorMeans { name: effects.factor.clone(), levels, means })
        });
        let measure = self.study.response.clone();
        let data = MainEffects { measure, grand_mean: self.study.grand_mean, factors: factors.collect::<Option<_>>()? };
        let (title, note) =
            (format!("Effects on {}", self.study.response), format!("Marginal means of the model; {note}"));
        self.of_response("main-effects", &title, &note, |heading| main_effects(heading, &data))
    }

    fn screening(
        &self,
        kind: &str,
        title: &str,
        chart: impl Fn(&Heading<'_>, &Effects) -> Result<String, PlotError>,
    ) -> Option<Figure> {
        let screening = self.study.screening.as_ref()?;
        let effect = |effect: &ScreenedEffect| Effect { name: effect.term.clone(), value: effect.effect };
        let data = Effects {
            measure: self.study.response.clone(),
            effects: screening.effects.iter().map(effect).collect(),
            pse: screening.pse,
            margin: screening.margin,
            simultaneous: screening.simultaneous,
        };
        let title = format!("{title}: {}", self.study.response);
        let note = "Margins by Lenth's method, from the effects alone";
        self.of_response(kind, &title, note, |heading| chart(heading, &data))
    }

    fn residuals(&self) -> Option<Figure> {
        let data = Residuals {
            measure: self.study.response.clone(),
            fitted: self.study.fitted.clone(),
            residuals: self.study.residuals.clone(),
            name: "Residual".to_owned(),
        };
        let title = format!("Residuals of {}", self.study.response);
        self.of_response("residuals", &title, "", |heading| residuals(heading, &data))
    }

    fn of_response(
        &self,
        kind: &str,
        title: &str,
        note: &str,
        chart: impl FnOnce(&Heading<'_>) -> Result<String, PlotError>,
    ) -> Option<Figure> {
        Figure::drawn(&[self.of, kind, &self.study.response], title, note, chart)
    }
}

fn estimate(cell: &CellSummary) -> Estimate {
    Estimate { value: cell.mean, interval: cell.low.zip(cell.high) }
}
