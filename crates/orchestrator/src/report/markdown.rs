//! A report as a document.

use std::fmt::Write as _;

use super::{Contrast, Generation, Member, Report, Spread};

/// Members of a generation that are shown one by one.
const SHOWN: usize = 50;

pub(super) fn document(report: &Report) -> String {
    let mut text = String::new();
    write(&mut text, report).expect("a string takes everything");
    text
}

fn write(text: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(text, "# {}\n", cell(&report.name))?;
    if !report.description.is_empty() {
        writeln!(text, "{}\n", report.description.trim())?;
    }
    facts(text, report)?;
    for generation in &report.generations {
        section(text, generation)?;
    }
    writeln!(text, "## How to do it again\n")?;
    writeln!(text, "Write this to `experiment.json`. The same engine, behaviour and files give the same digest.\n")?;
    writeln!(text, "```sh\norchestrator launch experiment.json --watch\norchestrator digest {}\n```\n", report.id)?;
    writeln!(text, "```json\n{:#}\n```", report.specification)
}

fn facts(text: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(text, "| | |\n|---|---|")?;
    writeln!(text, "| experiment | `{}` |", report.id)?;
    match &report.reason {
        Some(reason) => writeln!(text, "| status | {}: {} |", report.status, cell(reason))?,
        None => writeln!(text, "| status | {} |", report.status)?,
    }
    writeln!(text, "| episodes | {} of {} |", report.episodes_scored, report.episodes_planned)?;
    if let Some(digest) = &report.digest {
        writeln!(text, "| digest | `{digest}` |")?;
    }
    writeln!(text, "| seed | {} |", report.seed)?;
    writeln!(text, "| engine | {}, behaviour {} |", report.engine, report.behaviour)?;
    for (name, hash) in &report.files {
        writeln!(text, "| {} | `{hash}` |", cell(name))?;
    }
    writeln!(text)
}

fn section(text: &mut String, generation: &Generation) -> std::fmt::Result {
    match generation.purpose {
        "design" => writeln!(text, "## Conditions\n")?,
        "confirmation" => writeln!(text, "## Confirmation on seeds never used before\n")?,
        _ => writeln!(text, "## Generation {}\n", generation.index)?,
    }
    if let (Some(best), Some(fitness), Some(mean)) =
        (&generation.best_agent, generation.best_fitness, generation.mean_fitness)
    {
        writeln!(text, "{}: best {} with {fitness:.2}, mean {mean:.2}.\n", generation.status, cell(best))?;
    }
    writeln!(text, "| agent | what sets it apart | episodes | fitness | 95 % interval | sd |")?;
    writeln!(text, "|---|---|---:|---:|---|---:|")?;
    for member in generation.members.iter().take(SHOWN) {
        row(text, member)?;
    }
    if generation.members.len() > SHOWN {
        writeln!(text, "\n{} more are in the JSON form.", generation.members.len() - SHOWN)?;
    }
    writeln!(text)?;
    contrasts(text, &generation.contrasts)
}

fn row(text: &mut String, member: &Member) -> std::fmt::Result {
    let (agent, label) = (cell(&member.agent), cell(&member.label));
    match &member.fitness {
        None => writeln!(text, "| {agent} | {label} | 0 | | | |"),
        Some(spread) => {
            let sd = spread.sd.map_or_else(String::new, |sd| format!("{sd:.2}"));
            writeln!(text, "| {agent} | {label} | {} | {:.2} | {} | {sd} |", spread.n, spread.mean, interval(spread))
        }
    }
}

fn contrasts(text: &mut String, contrasts: &[Contrast]) -> std::fmt::Result {
    if contrasts.is_empty() {
        return Ok(());
    }
    writeln!(text, "Differences of fitness over the same seeds:\n")?;
    writeln!(text, "| | pairs | mean difference | 95 % interval | effect size d_z |\n|---|---:|---:|---|---:|")?;
    for contrast in contrasts.iter().take(SHOWN) {
        let Contrast { agent, with, difference, dz } = contrast;
        let dz = dz.map_or_else(String::new, |dz| format!("{dz:.2}"));
        let (n, mean, interval) = (difference.n, difference.mean, interval(difference));
        writeln!(text, "| {} - {} | {n} | {mean:+.2} | {interval} | {dz} |", cell(agent), cell(with))?;
    }
    writeln!(text)
}

fn interval(spread: &Spread) -> String {
    spread.low.zip(spread.high).map_or_else(String::new, |(low, high)| format!("[{low:.2}, {high:.2}]"))
}

/// A text that cannot end its cell or its line.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_the_table() {
        assert_eq!(cell("a|b\nc"), "a\\|b c");
    }
}
