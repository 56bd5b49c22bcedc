//! How many episodes a question needs, how likely a test is to find an effect, or which effect it can find.

use clap::{Args, ValueEnum};
use science::power::{Plan, PowerError, Sides, effect, sample_size};
use serde_json::json;

use super::Failure;
use super::output::{self, Form};

/// Arguments of `power`. Of effect, size and power two are given, and the third is told.
#[derive(Debug, Args)]
pub(super) struct PowerArgs {
    /// What is compared
    #[arg(long, value_enum, default_value_t = Compared::Pairs)]
    test: Compared,
    /// How many groups an analysis of variance compares
    #[arg(long, value_name = "N", default_value_t = 2)]
    groups: usize,
    /// The effect, in standard deviations: the mean difference, or for anova the standard deviation of the groups' means
    #[arg(long, value_name = "EFFECT")]
    effect: Option<f64>,
    /// A standard deviation, to give the effect in the unit of the measure: of the differences of pairs, or within groups
    #[arg(long, value_name = "SD", default_value_t = 1.0)]
    sd: f64,
    /// Pairs (seeds that both play), or episodes of each group
    #[arg(long, value_name = "N")]
    size: Option<usize>,
    /// Probability to find the effect
    #[arg(long, value_name = "P")]
    power: Option<f64>,
    /// Probability of finding an effect that is not there
    #[arg(long, value_name = "P", default_value_t = 0.05)]
    alpha: f64,
    /// Look for an effect in its own direction only
    #[arg(long)]
    one_sided: bool,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Compared {
    /// Two agents on the same seeds
    Pairs,
    /// Two agents on seeds of their own
    Groups,
    /// Several agents on seeds of their own, by one-way analysis of variance
    Anova,
}

/// Tells the third of effect, size and power.
pub(super) fn run(args: &PowerArgs) -> Result<(), Failure> {
    if !(args.sd > 0.0 && args.sd.is_finite()) {
        return Err(Failure::usage("--sd: a standard deviation is a finite number above 0"));
    }
    let plan = plan(args)?;
    let failed = |error: PowerError| Failure::usage(error.to_string());
    let (alpha, scaled) = (args.alpha, args.effect.map(|effect| effect / args.sd));
    let (effect, size) = match (scaled, args.size, args.power) {
        (Some(found), Some(size), None) => (found, size),
        (Some(found), None, Some(power)) => (found, sample_size(&plan, found, power, alpha).map_err(failed)?),
        (None, Some(size), Some(power)) => (effect(&plan, size, power, alpha).map_err(failed)?, size),
        _ => return Err(Failure::usage("give two of --effect, --size and --power; the third is told")),
    };
    // A size is whole, so it has at least the power that was asked for.
    let power = plan.power(effect, size, alpha).map_err(failed)?;
    match args.output {
        Form::Json => output::json(&json!({
            "test": format!("{:?}", args.test).to_lowercase(), "groups": groups(args), "sd": args.sd, "alpha": alpha,
            "effect": effect * args.sd, "effect_in_sd": effect, "size": size, "power": power,
        })),
        Form::Table => output::line(sentence(args, effect * args.sd, size, power)),
    }
}

fn groups(args: &PowerArgs) -> usize {
    if args.test == Compared::Anova { args.groups } else { 2 }
}

fn plan(args: &PowerArgs) -> Result<Plan, Failure> {
    let sides = if args.one_sided { Sides::One } else { Sides::Two };
    match args.test {
        Compared::Anova if args.one_sided => {
            Err(Failure::usage("--one-sided: an analysis of variance knows no direction"))
        }
        Compared::Anova => Ok(Plan::OneWay { groups: args.groups }),
        Compared::Pairs => Ok(Plan::Paired(sides)),
        Compared::Groups => Ok(Plan::TwoSample(sides)),
    }
}

fn sentence(args: &PowerArgs, effect: f64, size: usize, power: f64) -> String {
    let unit = if args.sd == 1.0 { " standard deviations" } else { "" };
    let what = match args.test {
        Compared::Pairs => format!("a mean difference of {effect:.4}{unit} over {size} seeds that both agents play"),
        Compared::Groups => format!("a difference of {effect:.4}{unit} between two groups of {size} episodes each"),
        Compared::Anova => {
            format!(
                "{} groups of {size} episodes each whose means have the standard deviation {effect:.4}{unit}",
                args.groups
            )
        }
    };
    format!("{what}: found with probability {power:.4} at alpha {}", args.alpha)
}
