//! One of every chart.

use science::plot::{
    Cells, Difference, Differences, Ecdf, Effect, Effects, Estimate, FactorMeans, Fitness, Generation, Group, Heading,
    MainEffects, Map, PlotError, Residuals, Sample, Segment, differences, ecdf, fitness, half_normal, interaction,
    main_effects, map, means, pareto, residuals,
};

use crate::numbers::Numbers;

/// All charts with their names.
pub(crate) fn all() -> Result<Vec<(&'static str, String)>, PlotError> {
    Ok(vec![
        ("means", one_factor()?),
        ("means-two-factors", two_factors()?),
        ("means-many-levels", many_levels()?),
        ("main-effects", main_effects_of_a_screening()?),
        ("interaction", interaction_of_two()?),
        ("half-normal", half_normal(&heading("half-normal", "Effects of a 2⁵⁻¹ screening", LENTH), &effects())?),
        ("pareto", pareto(&heading("pareto", "Effects of a 2⁵⁻¹ screening, by size", LENTH), &effects())?),
        ("residuals", residuals_of_a_model(120)?),
        ("residuals-many", residuals_of_a_model(100_000)?),
        ("fitness", fitness_of_an_evolution()?),
        ("differences", differences_by_seed(30)?),
        ("differences-many", differences_by_seed(1000)?),
        ("ecdf", distributions()?),
        ("map", map_of_an_arena(400, 30)?),
        ("map-many", map_of_an_arena(60_000, 300)?),
    ])
}

const LENTH: &str = "Episodes of 60 s on defend_the_line, 16 conditions on 20 seeds. Margins are Lenth's at 95 %.";

fn heading<'a>(id: &'a str, title: &'a str, note: &'a str) -> Heading<'a> {
    Heading { id, title, note }
}

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}

fn estimate(value: f64, reach: f64) -> Estimate {
    Estimate { value, interval: Some((value - reach, value + reach)) }
}

fn group(name: &str, estimates: &[(f64, f64)]) -> Group {
    let estimates = estimates.iter().map(|&(value, reach)| Some(estimate(value, reach))).collect();
    Group { name: name.to_owned(), estimates }
}

fn one_factor() -> Result<String, PlotError> {
    let cells = Cells {
        measure: "Kills per episode".to_owned(),
        factor: "Policy".to_owned(),
        levels: words(["random", "burst 3", "burst 5", "adaptive", "aggressive", "attack only"]),
        by: String::new(),
        groups: vec![group("", &[(6.1, 1.2), (13.4, 1.9), (12.7, 1.6), (13.1, 1.7), (11.2, 1.4), (10.4, 1.1)])],
    };
    let note = "Points are means of 30 episodes on common seeds, bars their 95 % intervals (Student).";
    means(&heading("means", "Every policy outscores random play", note), &cells)
}

fn two_factors() -> Result<String, PlotError> {
    let cells = Cells {
        measure: "Survival time (s)".to_owned(),
        factor: "Frame skip (tics)".to_owned(),
        levels: words(["2", "4", "8", "16"]),
        by: "Movement".to_owned(),
        groups: vec![
            group("strafe", &[(24.1, 2.2), (26.4, 2.0), (21.3, 2.4), (15.2, 1.9)]),
            group("stand", &[(17.2, 1.5), (17.9, 1.8), (15.8, 1.7), (12.1, 1.2)]),
            group("advance", &[(14.8, 1.8), (15.5, 1.4), (12.0, 1.5), (9.4, 1.1)]),
        ],
    };
    let note = "Means of 20 episodes with 95 % intervals.";
    means(&heading("means-two", "Longer held actions cost life", note), &cells)
}

fn many_levels() -> Result<String, PlotError> {
    let mut numbers = Numbers::new(7);
    let levels: Vec<_> =
        (1..=24).map(|index| format!("genome {index:02} of generation 12, aggression & <patience>")).collect();
    let estimates =
        levels.iter().map(|_| Some(estimate(12.0 + 3.0 * numbers.bell(), 1.0 + numbers.uniform()))).collect();
    let cells = Cells {
        measure: "Kills per episode".to_owned(),
        factor: "Member".to_owned(),
        levels,
        by: String::new(),
        groups: vec![Group { name: String::new(), estimates }],
    };
    means(&heading("means-many", "Members of one generation", ""), &cells)
}

fn main_effects_of_a_screening() -> Result<String, PlotError> {
    let factor = |name: &str, levels: Vec<String>, values: &[f64]| FactorMeans {
        name: name.to_owned(),
        levels,
        means: values.iter().map(|&value| estimate(value, 0.9)).collect(),
    };
    let data = MainEffects {
        measure: "Kills per episode".to_owned(),
        grand_mean: 12.4,
        factors: vec![
            factor("Aggression", words(["0.2", "0.8"]), &[9.7, 15.1]),
            factor("Patience (tics)", words(["5", "35"]), &[12.9, 11.9]),
            factor("Retreat below (health)", words(["10", "40"]), &[12.2, 12.6]),
            factor("Aim", words(["near", "far", "weak"]), &[13.9, 12.3, 11.0]),
            factor("Strafe", words(["off", "on"]), &[11.0, 13.8]),
        ],
    };
    let note = "Means over all other factors with 95 % intervals.";
    main_effects(&heading("main", "Aggression and strafing matter most", note), &data)
}

fn interaction_of_two() -> Result<String, PlotError> {
    let cells = Cells {
        measure: "Kills per episode".to_owned(),
        factor: "Share of attack ticks".to_owned(),
        levels: words(["25 %", "50 %", "75 %", "100 %"]),
        by: "Movement".to_owned(),
        groups: vec![
            group("strafe", &[(8.2, 1.1), (12.6, 1.3), (15.9, 1.4), (14.8, 1.6)]),
            group("stand", &[(7.1, 0.9), (9.8, 1.0), (11.9, 1.2), (13.1, 1.2)]),
            group("retreat", &[(6.9, 1.2), (8.0, 1.0), (8.4, 1.3), (7.2, 1.1)]),
        ],
    };
    let note = "Means of 40 episodes with 95 % intervals, seeds as blocks.";
    interaction(&heading("interaction", "Attacking pays only for those who move", note), &cells)
}

fn effects() -> Effects {
    let values = [
        ("A aggression", 5.42),
        ("B patience", -1.03),
        ("C retreat", 0.38),
        ("D aim", -0.71),
        ("E strafe", 2.81),
        ("A:B", 0.22),
        ("A:C", -0.35),
        ("A:D", 0.49),
        ("A:E", 1.97),
        ("B:C", 0.08),
        ("B:D", -0.52),
        ("B:E", 0.31),
        ("C:D", 0.17),
        ("C:E", -0.64),
        ("D:E", -0.12),
    ];
    Effects {
        measure: "Kills per episode".to_owned(),
        effects: values.into_iter().map(|(name, value)| Effect { name: name.to_owned(), value }).collect(),
        pse: Some(0.5475),
        margin: Some(1.407),
        simultaneous: Some(2.857),
    }
}

fn residuals_of_a_model(count: usize) -> Result<String, PlotError> {
    let mut numbers = Numbers::new(11);
    let fitted: Vec<_> = (0..count).map(|index| 8.0 + (index * 7 % 12) as f64 * 0.8).collect();
    let residuals_: Vec<_> = fitted.iter().map(|value| numbers.bell() * (0.9 + 0.12 * value)).collect();
    let data = Residuals {
        measure: "kills per episode".to_owned(),
        fitted,
        residuals: residuals_,
        name: "Residual (kills)".to_owned(),
    };
    let id = format!("residuals-{count}");
    let note = format!("{count} episodes. The spread grows with the fitted value: a count.");
    residuals(&heading(&id, "Residuals of kills ~ policy * frame skip", &note), &data)
}

fn fitness_of_an_evolution() -> Result<String, PlotError> {
    let mut numbers = Numbers::new(3);
    let generation = |number: u32| {
        let mean = 14.0 - 8.0 * (-f64::from(number) / 9.0).exp() + 0.3 * numbers.bell();
        let spread = 1.5 + 2.5 * (-f64::from(number) / 15.0).exp();
        let best = mean + 1.6 * spread + 0.4 * numbers.bell();
        Generation { number, best, mean, band: Some((mean - spread, mean + spread)) }
    };
    let data = Fitness {
        measure: "Fitness (kills per episode)".to_owned(),
        band: "10 % to 90 % of members".to_owned(),
        generations: (0..30).map(generation).collect(),
    };
    let note = "24 members a generation, 8 episodes each on fresh seeds.";
    fitness(&heading("fitness", "Fitness settles after twenty generations", note), &data)
}

fn differences_by_seed(count: usize) -> Result<String, PlotError> {
    let mut numbers = Numbers::new(5);
    let pairs = (0..count).map(|index| Difference {
        name: (21001 + 89 * index).to_string(),
        difference: estimate(1.6 + 2.4 * numbers.bell(), 1.1 + 0.6 * numbers.uniform()),
    });
    let data = Differences {
        measure: "Kills: strafe − stand".to_owned(),
        pair: "Seed".to_owned(),
        pairs: pairs.collect(),
        overall: Some(estimate(1.6, 4.9 / (count as f64).sqrt())),
    };
    let id = format!("differences-{count}");
    let note = "Differences on one seed with 95 % intervals of 5 replicates.";
    differences(&heading(&id, "Strafing wins on most seeds", note), &data)
}

fn distributions() -> Result<String, PlotError> {
    let mut numbers = Numbers::new(13);
    let samples = [("random", 9.0, 2.6), ("attack only", 15.0, 4.0), ("burst 3", 17.5, 6.0), ("adaptive", 21.0, 7.5)];
    let samples = samples.map(|(name, centre, spread)| Sample {
        name: name.to_owned(),
        values: (0..60).map(|_| (centre + spread * numbers.bell()).clamp(3.0, 60.0)).collect(),
    });
    let data = Ecdf { measure: "Survival time (s)".to_owned(), samples: samples.to_vec() };
    ecdf(
        &heading("ecdf", "How long episodes last", "60 episodes a policy; a line further right is longer life."),
        &data,
    )
}

fn map_of_an_arena(positions: usize, deaths: usize) -> Result<String, PlotError> {
    let mut numbers = Numbers::new(17);
    let outline = [(-832.0, -448.0), (640.0, -448.0), (832.0, -256.0), (832.0, 320.0), (576.0, 512.0), (-832.0, 512.0)];
    let pillar = [(-96.0, -64.0), (96.0, -64.0), (96.0, 96.0), (-96.0, 96.0)];
    let mut lines = ring(&outline, true);
    lines.extend(ring(&pillar, true));
    lines.extend(ring(&[(-832.0, 192.0), (-512.0, 192.0), (-512.0, 512.0), (-832.0, 512.0)], false));
    lines.push(Segment { from: (320.0, -448.0), to: (320.0, 512.0), solid: false });
    let mut place = |x: f64, y: f64, spread: f64| loop {
        let (x, y) = (x + spread * numbers.bell(), y + spread * numbers.bell());
        let in_pillar = x.abs() < 112.0 && (-80.0..112.0).contains(&y);
        if x.abs() < 800.0 && (-420.0..480.0).contains(&y) && !in_pillar && x + y < 1050.0 && x - y < 1050.0 {
            break (x, y);
        }
    };
    let data = Map {
        lines,
        positions: (0..positions)
            .map(|index| if index % 3 == 0 { place(-420.0, 0.0, 160.0) } else { place(250.0, 120.0, 300.0) })
            .collect(),
        deaths: (0..deaths).map(|_| place(430.0, 180.0, 130.0)).collect(),
    };
    let id = format!("map-{positions}");
    map(
        &heading(&id, "Where agents stood and died", "Policy adaptive on an arena of 26 by 15 cells of 64 units."),
        &data,
    )
}

fn ring(corners: &[(f64, f64)], solid: bool) -> Vec<Segment> {
    let ends = corners.iter().cycle().skip(1);
    corners.iter().zip(ends).map(|(&from, &to)| Segment { from, to, solid }).collect()
}
