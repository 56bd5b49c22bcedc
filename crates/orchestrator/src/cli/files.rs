//! What can be said without playing: is a file valid, what may it contain, which policies and scenarios are there.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use domain::Violation;
use domain::experiment::ExperimentSpec;
use domain::series;
use miette::{IntoDiagnostic, WrapErr};
use serde_json::{Value, json};
use vizdoom::Install;

use super::output::{self, Form};
use super::{Exit, Failure, Place};
use crate::experiment_file::{self, Document, Fault, Faults};
use crate::games::doom::DoomGames;
use crate::user_files::Known;
use crate::user_files::local::{self, LocalBlobs, LocalFile};
use crate::user_files::resolve::{ResolveError, resolve};
use crate::{check, planning};

/// Arguments of `validate`.
#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    /// The experiment file
    file: PathBuf,
    /// Change a field of the file: path=value; may be given several times
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
}

/// Arguments of `policies`.
#[derive(Debug, Args)]
pub(super) struct PoliciesArgs {
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
}

/// Arguments of `scenarios`.
#[derive(Debug, Args)]
pub(super) struct ScenariosArgs {
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t = Form::Table)]
    output: Form,
}

/// Reads an experiment file, at most a byte more than is allowed.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let open = || -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        fs::File::open(path)?.take(experiment_file::MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    open().into_diagnostic().wrap_err_with(|| format!("cannot read {}", path.display())).map_err(|report| {
        let exit = if path.exists() { Exit::Invalid } else { Exit::NotFound };
        Failure::new(exit, report)
    })
}

/// Checks an experiment file against the installed engine's scenarios.
pub(super) async fn validate(args: &ValidateArgs, place: &Place) -> Result<(), Failure> {
    let install = place.engine.open(&place.env)?;
    let name = args.file.display().to_string();
    match (check_with_files(args, &name, install).await?, args.output) {
        (Ok(document), Form::Json) => output::json(&valid_json(&document.spec)),
        (Ok(document), Form::Table) => {
            let (title, episodes) = (&document.spec.name, planning::planned(&document.spec));
            let at_most = if document.spec.racing().is_some() { "at most " } else { "" };
            output::line(format!("{name} is valid: `{title}` plans {at_most}{episodes} episodes"))
        }
        (Err(faults), Form::Json) => {
            output::json(&invalid_json(&faults))?;
            Err(Failure::usage(faults.to_string()))
        }
        (Err(faults), Form::Table) => Err(faults.into()),
    }
}

/// Checks an experiment with the files that it names, as they are here.
async fn check_with_files(
    args: &ValidateArgs,
    name: &str,
    install: Install,
) -> Result<Result<Document, Box<Faults>>, Failure> {
    let (document, files) = match read_with_files(&args.file, &args.set, name).await? {
        Ok(read) => read,
        Err(faults) => return Ok(Err(faults)),
    };
    let blobs = LocalBlobs::of(&files);
    let known = Known::of(&document.spec, &blobs).await?;
    let games = DoomGames::new(install, PathBuf::new()).with_files(blobs);
    let found = [document.spec.violations(), check::violations(&document.spec, &games, &known)].concat();
    Ok(if found.is_empty() { Ok(document) } else { Err(Box::new(document.faults(found))) })
}

/// Reads an experiment and the files that it names, as they are here.
pub(super) async fn read_with_files(
    file: &Path,
    set: &[String],
    name: &str,
) -> Result<Result<(Document, Vec<LocalFile>), Box<Faults>>, Failure> {
    let mut document = match experiment_file::parse(name, &read(file)?, set) {
        Ok(document) => document,
        Err(faults) => return Ok(Err(faults)),
    };
    let folder = file.parent().unwrap_or_else(|| Path::new(""));
    let files = match local::collect(&document.spec, folder) {
        Ok(files) => files,
        Err(found) => return Ok(Err(Box::new(document.faults(found)))),
    };
    let given: Vec<_> = files.iter().map(|file| file.given.clone()).collect();
    match resolve(document.spec.clone(), &given, &LocalBlobs::of(&files)).await {
        Ok(resolved) => document.spec = resolved.spec,
        Err(ResolveError::Invalid(found)) => return Ok(Err(Box::new(document.faults(found)))),
        Err(ResolveError::Port(error)) => return Err(error.into()),
    }
    Ok(Ok((document, files)))
}

fn valid_json(spec: &ExperimentSpec) -> Value {
    json!({ "valid": true, "violations": [], "episodes_planned": planning::planned(spec), "spec": spec })
}

fn invalid_json(faults: &Faults) -> Value {
    let violation = |fault: &Fault| {
        let Violation { path, message, help } = &fault.violation;
        json!({ "path": path, "message": message, "help": help, "line": fault.line, "column": fault.column })
    };
    let violations: Vec<_> = faults.faults.iter().map(violation).collect();
    json!({ "valid": false, "violations": violations, "episodes_planned": null, "spec": null })
}

/// Prints the JSON Schema of experiment files.
pub(super) fn schema() -> Result<(), Failure> {
    output::json(&schemars::schema_for!(ExperimentSpec))
}

/// Lists the policies.
pub(super) fn policies(args: &PoliciesArgs) -> Result<(), Failure> {
    if args.output == Form::Json {
        let list: Vec<_> = decision::POLICIES
            .iter()
            .map(|policy| json!({ "name": policy.name, "about": policy.about, "parameters": policy.parameters }))
            .collect();
        return output::json(&list);
    }
    let rows = decision::POLICIES
        .iter()
        .map(|policy| vec![policy.name.to_owned(), policy.parameters.len().to_string(), policy.about.to_owned()]);
    output::line(output::table(&["policy", "parameters", "about"], &["parameters"], rows))?;
    for policy in decision::POLICIES.iter().filter(|policy| !policy.parameters.is_empty()) {
        let rows = series::of_parameters(policy.parameters).into_iter().map(|(name, parameter)| {
            let (low, high) = parameter.domain.bounds();
            let range = format!("{low} to {high}");
            vec![name, range, parameter.default.to_string(), parameter.about.to_owned()]
        });
        output::line(format!("\n{}", policy.name))?;
        output::line(output::table(&["parameter", "range", "default", "about"], &["default"], rows))?;
    }
    Ok(())
}

/// Lists the shipped scenarios.
pub(super) fn scenarios(args: &ScenariosArgs, place: &Place) -> Result<(), Failure> {
    let install = place.engine.open(&place.env)?;
    let load = |name: &String| install.scenario(name).map(|config| (name.clone(), config));
    let configs: Vec<_> = install
        .scenarios()
        .iter()
        .map(load)
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::internal(error.to_string()))?;
    let buttons = |config: &vizdoom::GameConfig| config.buttons.iter().map(|b| b.name()).collect::<Vec<_>>();
    if args.output == Form::Json {
        let list: Vec<_> = configs
            .iter()
            .map(|(name, config)| {
                json!({ "name": name, "skill": config.skill, "timeout": config.timeout, "buttons": buttons(config) })
            })
            .collect();
        return output::json(&list);
    }
    let rows = configs.iter().map(|(name, config)| {
        vec![name.clone(), config.skill.to_string(), config.timeout.to_string(), buttons(config).join(" ")]
    });
    output::line(output::table(&["scenario", "skill", "timeout", "buttons"], &["skill", "timeout"], rows))
}
