//! The layers: flag, variable, config file, default.
//!
//! A config file is TOML whose keys are the long names of flags (`grpc-addr = "127.0.0.1:50052"`). Its values become
//! the defaults of those flags, so that the parser itself puts the layers in order and checks every value alike.

use std::{collections::BTreeSet, ffi::OsString, fmt::Write as _, io::Write as _, marker::PhantomData, path::PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Parser, error::ErrorKind, parser::ValueSource};

use super::Secret;

/// Flags that say where the configuration comes from and show the result.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Configuration")]
pub struct ConfigArgs {
    /// TOML file with defaults for flags; its keys are the flags' long names
    #[arg(long, env = "CONFIG_FILE", value_name = "FILE", global = true)]
    pub config_file: Option<PathBuf>,

    /// Print the configuration in force, secrets masked, and leave
    #[arg(long, global = true)]
    pub print_config: bool,
}

/// A configuration and how it came about.
#[derive(Debug)]
pub struct Loaded<C> {
    /// The configuration.
    pub config: C,
    /// The same as TOML with the source of every value in a comment and secrets masked.
    pub effective: String,
    /// Whether `--print-config` was given.
    pub print_requested: bool,
}

/// Reads the command line `C` with all its layers. Flatten [`ConfigArgs`] into `C` for `--config-file` and
/// `--print-config`.
#[derive(Debug)]
pub struct Loader<C> {
    defaults: Vec<(&'static str, String)>,
    config: PhantomData<fn() -> C>,
}

impl<C: Parser> Default for Loader<C> {
    fn default() -> Self {
        Self { defaults: Vec::new(), config: PhantomData }
    }
}

impl<C: Parser> Loader<C> {
    /// Starts without defaults beyond those of the flags.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the flag with this long name a default, below every other layer. For flags of shared groups whose
    /// default differs between daemons.
    #[must_use]
    pub fn default_value(mut self, flag: &'static str, value: impl Into<String>) -> Self {
        self.defaults.push((flag, value.into()));
        self
    }

    /// Reads the process's arguments and environment; leaves the process with a message when they are wrong, or
    /// after `--help`, `--version` and `--print-config`.
    pub fn load(self) -> C {
        let loaded = self.load_from(std::env::args_os()).unwrap_or_else(|error| error.exit());
        if loaded.print_requested {
            // A closed pipe is the reader's choice and no failure of ours.
            let _ = std::io::stdout().write_all(loaded.effective.as_bytes());
            std::process::exit(0);
        }
        loaded.config
    }

    /// Reads these arguments, the first being the program's name, and the environment.
    pub fn load_from(self, args: impl IntoIterator<Item = impl Into<OsString>>) -> Result<Loaded<C>, clap::Error> {
        let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
        let mut command = C::command();
        for (flag, value) in self.defaults {
            command = set_default(command, flag, &[value]);
        }
        if let Some(path) = config_file(&command, &args) {
            command = apply_file(command, &path)?;
        }
        let matches = command.try_get_matches_from_mut(args)?;
        let config = C::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
        Ok(Loaded {
            config,
            effective: effective(&command, &matches),
            print_requested: innermost(&matches)
                .try_get_one::<bool>("print_config")
                .is_ok_and(|flag| flag == Some(&true)),
        })
    }
}

/// Finds `--config-file` (or its variable) without judging the rest of the line.
fn config_file(command: &Command, args: &[OsString]) -> Option<PathBuf> {
    let matches = command.clone().ignore_errors(true).try_get_matches_from(args).ok()?;
    innermost(&matches).try_get_one::<PathBuf>("config_file").ok().flatten().cloned()
}

fn innermost(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, inner)| innermost(inner))
}

fn apply_file(mut command: Command, path: &std::path::Path) -> Result<Command, clap::Error> {
    let shown = path.display();
    let fail = |command: &mut Command, kind, text: String| Err(command.error(kind, text));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            return fail(&mut command, ErrorKind::Io, format!("cannot read the config file {shown}: {error}"));
        }
    };
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => {
            let text = format!("the config file {shown} is not TOML: {error}");
            return fail(&mut command, ErrorKind::InvalidValue, text);
        }
    };
    for (key, value) in table {
        let Some(arg) = find(&command, &key).filter(|arg| configurable(arg)).cloned() else {
            let text = format!("unknown key '{key}' in {shown}; keys are the long names of flags, see --help");
            return fail(&mut command, ErrorKind::UnknownArgument, text);
        };
        let checked = plain_values(value).and_then(|values| check(&arg, &key, &values).map(|()| values));
        match checked {
            Ok(values) => command = set_default(command, &key, &values),
            Err(reason) => {
                return fail(&mut command, ErrorKind::InvalidValue, format!("key '{key}' in {shown}: {reason}"));
            }
        }
    }
    Ok(command)
}

fn configurable(arg: &Arg) -> bool {
    !matches!(arg.get_long(), None | Some("config-file" | "print-config" | "help" | "version"))
}

fn find<'a>(command: &'a Command, flag: &str) -> Option<&'a Arg> {
    command
        .get_arguments()
        .find(|arg| arg.get_long() == Some(flag))
        .or_else(|| command.get_subcommands().find_map(|inner| find(inner, flag)))
}

/// Sets the default of a flag wherever the flag occurs in the tree of commands.
fn set_default(command: Command, flag: &str, values: &[String]) -> Command {
    command
        .mut_args(|arg| {
            if arg.get_long() != Some(flag) {
                return arg;
            }
            // `--help` shows defaults; those of a secret stay unseen.
            let secret = arg.is_hide_env_values_set();
            arg.required(false).hide_default_value(secret).default_values(values.to_vec())
        })
        .mut_subcommands(|inner| set_default(inner, flag, values))
}

fn plain_values(value: toml::Value) -> Result<Vec<String>, String> {
    match value {
        toml::Value::String(text) => Ok(vec![text]),
        toml::Value::Integer(number) => Ok(vec![number.to_string()]),
        toml::Value::Float(number) => Ok(vec![number.to_string()]),
        toml::Value::Boolean(flag) => Ok(vec![flag.to_string()]),
        toml::Value::Array(items) => {
            items.into_iter().map(plain_values).collect::<Result<Vec<_>, _>>().map(|lists| lists.concat())
        }
        other => Err(format!("a {} is not a value of a flag", other.type_str())),
    }
}

/// Checks values as the flag itself would: the parser takes defaults on trust.
fn check(arg: &Arg, flag: &str, values: &[String]) -> Result<(), String> {
    let takes_many = match arg.get_action() {
        ArgAction::Append => true,
        ArgAction::SetTrue | ArgAction::SetFalse | ArgAction::Set => arg.get_value_delimiter().is_some(),
        _ => return Err("this flag cannot be set in a file".to_owned()),
    };
    let probe = Arg::new("value")
        .long(flag.to_owned())
        .action(if takes_many { ArgAction::Append } else { ArgAction::Set })
        .value_parser(arg.get_value_parser().clone())
        .value_delimiter(arg.get_value_delimiter());
    let line = std::iter::once("config".to_owned()).chain(values.iter().map(|value| format!("--{flag}={value}")));
    match Command::new("config").arg(probe).try_get_matches_from(line) {
        Ok(_) => Ok(()),
        // The value itself may be a secret, and the first line repeats it.
        Err(_) if arg.is_hide_env_values_set() => Err("this value is not accepted".to_owned()),
        Err(error) => {
            let text = error.to_string();
            Err(text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned())
        }
    }
}

/// Renders every flag of the commands in use that has a value.
fn effective(command: &Command, matches: &ArgMatches) -> String {
    let mut out = String::new();
    let mut seen = BTreeSet::new();
    render(command, matches, &mut seen, &mut out);
    out
}

fn render(command: &Command, matches: &ArgMatches, seen: &mut BTreeSet<String>, out: &mut String) {
    for arg in command.get_arguments().filter(|arg| configurable(arg)) {
        let (Some(flag), id) = (arg.get_long(), arg.get_id().as_str()) else { continue };
        let Ok(Some(raw)) = matches.try_get_raw(id) else { continue };
        if !seen.insert(flag.to_owned()) {
            continue;
        }
        let values: Vec<String> = raw
            .map(|value| value.to_string_lossy().into_owned())
            .map(|value| if arg.is_hide_env_values_set() { Secret::new(value).masked() } else { value })
            .map(|value| quote(&value))
            .collect();
        let source = match (matches.value_source(id), arg.get_env()) {
            (Some(ValueSource::CommandLine), _) => format!("--{flag}"),
            (Some(ValueSource::EnvVariable), Some(name)) => name.to_string_lossy().into_owned(),
            _ => "default or config file".to_owned(),
        };
        let value = match values.as_slice() {
            [one] => one.clone(),
            many => format!("[{}]", many.join(", ")),
        };
        let _ = writeln!(out, "{flag} = {value} # from {source}");
    }
    if let Some((name, inner)) = matches.subcommand()
        && let Some(command) = command.find_subcommand(name)
    {
        render(command, inner, seen, out);
    }
}

/// Writes a value as TOML: numbers and booleans as such, the rest as a string.
fn quote(value: &str) -> String {
    let plain = value.parse::<i64>().is_ok_and(|number| number.to_string() == value);
    if plain || value == "true" || value == "false" {
        return value.to_owned();
    }
    toml::Value::String(value.to_owned()).to_string()
}
