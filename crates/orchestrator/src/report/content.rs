//! A report as parts of a document.

use science::plot::{self, Differences, Estimate, Fitness};

use science::stats::Summary;

use super::{Contrast, Generation, Member, Report, figures_of, places};
use crate::analysis;
use crate::design_report::{Report as Made, audited};
use crate::document::numbers::range;
use crate::document::{Block, Figure, Table, paragraph, section, table};

/// Members of a generation that are shown one by one.
const SHOWN: usize = 50;

pub(super) fn content(report: &Report) -> Vec<Block> {
    let mut blocks = vec![Block::Heading(1, report.name.clone())];
    if !report.description.is_empty() {
        blocks.push(paragraph(&report.description));
    }
    blocks.push(facts(report));
    if let Some(design) = &report.design {
        let Made { kind, conditions, episodes, .. } = design;
        blocks.push(section("Design"));
        blocks.push(paragraph(format!("{kind}: {conditions} conditions on the same seeds, {episodes} episodes.")));
        blocks.extend(audited(design));
    }
    blocks.extend(evolution(report));
    blocks.extend(report.generations.iter().flat_map(|generation| of_generation(report, generation)));
    blocks.extend(places::content(report));
    blocks.extend(again(report));
    blocks
}

fn facts(report: &Report) -> Block {
    let status = match &report.reason {
        Some(reason) => format!("{}: {reason}", report.status),
        None => report.status.to_owned(),
    };
    let missing = report.episodes_planned.saturating_sub(report.episodes_scored);
    let left_out = match missing {
        0 => "none".to_owned(),
        missing => format!("{missing} that are not played yet; nothing that was scored is left out"),
    };
    let mut rows = vec![
        ("experiment", format!("`{}`", report.id)),
        ("status", status),
        ("measure", report.fitness.clone()),
        ("episodes", format!("{} of {}", report.episodes_scored, report.episodes_planned)),
        ("left out", left_out),
        ("seed", report.seed.to_string()),
        ("engine", format!("{}, behaviour {}", report.engine, report.behaviour)),
    ];
    rows.extend(report.digest.as_ref().map(|digest| ("digest", format!("`{digest}`"))));
    rows.extend(report.not_reproducible.map(|why| ("not reproducible", why.to_owned())));
    let files = report.files.iter().map(|(name, hash)| vec![name.clone(), format!("`{hash}`")]);
    let rows = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).chain(files);
    Block::Table(Table::new(&["", ""], rows.collect()))
}

/// Fitness from generation to generation, where there are several.
fn evolution(report: &Report) -> Option<Block> {
    let evolved = report.generations.iter().filter(|generation| generation.purpose == "evolution");
    let generations: Vec<_> = evolved.filter_map(plotted).collect();
    if generations.len() < 2 {
        return None;
    }
    let data = Fitness { measure: report.fitness.clone(), band: "10 % to 90 % of the agents".to_owned(), generations };
    let note = "Best, mean and spread of the agents of each generation; the best of a generation is chosen by this number, \
                so only a confirmation says how good it is";
    let name = ["fitness-by-generation"];
    Figure::drawn(&name, "Fitness by generation", note, |heading| plot::fitness(heading, &data)).map(Block::Figure)
}

fn plotted(generation: &Generation) -> Option<plot::Generation> {
    let mut means: Vec<_> = generation.members.iter().filter_map(|member| Some(member.fitness?.mean)).collect();
    means.sort_by(f64::total_cmp);
    let at = |share: f64| means.get(((means.len().saturating_sub(1)) as f64 * share).round() as usize).copied();
    Some(plot::Generation {
        number: generation.index,
        best: generation.best_fitness?,
        mean: generation.mean_fitness?,
        band: at(0.1).zip(at(0.9)),
    })
}

fn of_generation(report: &Report, generation: &Generation) -> Vec<Block> {
    let title = match generation.purpose {
        "design" => "Conditions".to_owned(),
        "statistics" => "Baselines, before the search".to_owned(),
        "confirmation" => "Confirmation on seeds never used before".to_owned(),
        _ => format!("Generation {}", generation.index),
    };
    let mut blocks = vec![section(title)];
    if let (Some(best), Some(fitness), Some(mean)) =
        (&generation.best_agent, generation.best_fitness, generation.mean_fitness)
    {
        blocks.push(paragraph(format!("{}: best {best} with {fitness:.2}, mean {mean:.2}.", generation.status)));
    }
    let heads = ["agent", "what sets it apart", "#episodes", "#fitness", "95 % interval", "#sd"];
    blocks.push(table(&heads, generation.members.iter().take(SHOWN).map(row).collect()));
    if let more @ 1.. = generation.members.len().saturating_sub(SHOWN) {
        blocks.push(paragraph(format!("{more} more are in the JSON form.")));
    }
    blocks.extend(seeds(generation));
    blocks.extend(contrasts(generation));
    blocks.extend(differences(report, generation));
    match (&generation.study, &generation.no_study) {
        (Some(study), _) => blocks.extend(analysis::content(study, &generation.figures, 3)),
        (None, Some(why)) => blocks.push(paragraph(format!("There is no analysis: {why}."))),
        (None, None) => {}
    }
    blocks
}

fn seeds(generation: &Generation) -> Option<Block> {
    let seeds: Vec<_> = generation.seeds.iter().map(ToString::to_string).collect();
    let list = vec![paragraph(seeds.join(", "))];
    (!seeds.is_empty()).then(|| Block::Details(format!("The {} seeds that every agent plays", seeds.len()), list))
}

fn row(member: &Member) -> Vec<String> {
    let (agent, label) = (member.agent.clone(), member.label.clone());
    match &member.fitness {
        None => vec![agent, label, "0".to_owned(), String::new(), String::new(), String::new()],
        Some(spread) => {
            let sd = spread.sd.map_or_else(String::new, |sd| format!("{sd:.2}"));
            vec![agent, label, spread.n.to_string(), format!("{:.2}", spread.mean), interval(spread), sd]
        }
    }
}

fn contrasts(generation: &Generation) -> Option<Block> {
    let row = |contrast: &Contrast| {
        let Contrast { agent, with, difference, dz, .. } = contrast;
        let dz = dz.map_or_else(String::new, |dz| format!("{dz:.2}"));
        let mean = format!("{:+.2}", difference.mean);
        vec![format!("{agent} - {with}"), difference.n.to_string(), mean, interval(difference), dz]
    };
    let rows: Vec<_> = generation.contrasts.iter().take(SHOWN).map(row).collect();
    let heads = ["difference over the same seeds", "#pairs", "#mean", "95 % interval", "#effect size d_z"];
    (!rows.is_empty()).then(|| table(&heads, rows))
}

/// The differences seed by seed, where only two were compared.
fn differences(report: &Report, generation: &Generation) -> Option<Block> {
    let [Contrast { agent, with, difference, pairs, .. }] = generation.contrasts.as_slice() else { return None };
    let estimate = |value| Estimate { value, interval: None };
    let pair = |(seed, value): &(u32, f64)| plot::Difference { name: seed.to_string(), difference: estimate(*value) };
    let data = Differences {
        measure: format!("{}: {agent} − {with}", report.fitness),
        pair: "Seed".to_owned(),
        pairs: pairs.iter().map(pair).collect(),
        overall: Some(Estimate { value: difference.mean, interval: difference.low.zip(difference.high) }),
    };
    let (title, note) = ("Differences over the same seeds", "The band is the 95 % interval of the mean");
    let name = [&figures_of(generation.purpose, generation.index), "differences", agent, with];
    Figure::drawn(&name, title, note, |heading| plot::differences(heading, &data)).map(Block::Figure)
}

fn again(report: &Report) -> Vec<Block> {
    let commands = format!("orchestrator launch experiment.json --watch\norchestrator digest {}", report.id);
    let promise = match report.not_reproducible {
        None => "The same engine, behaviour and files give the same digest.",
        Some(_) => "Episodes are replayed exactly; the whole may come to another digest, for the reason above.",
    };
    let specification = Block::Code { language: "json", text: format!("{:#}", report.specification) };
    vec![
        section("How to do it again"),
        paragraph(format!("Write this to `experiment.json`. {promise}")),
        Block::Code { language: "sh", text: commands },
        Block::Details("experiment.json".to_owned(), vec![specification]),
    ]
}

fn interval(sample: &Summary) -> String {
    sample.low.zip(sample.high).map_or_else(String::new, |(low, high)| range([low, high], 2))
}
