//! What the keys of a config file set.
//!
//! Keys and values are case-insensitive, except paths and game arguments; underscores in
//! keys may be left out. Where the library warns and goes on after a bad value, this is an
//! error: an experiment with a setting silently missing is worse than none.

use std::path::Path;
use std::str::FromStr;

use super::grammar::{self, Entry, Value};
use super::relative_to;
use super::settings::{AutomapMode, GameConfig, Mode, Warning};
use crate::button::Button;
use crate::error::Error;
use crate::game_variable::GameVariable;

/// Why a value cannot be used.
type Reason = String;

/// What became of a setting.
enum Outcome {
    Set,
    NoEffect(&'static str),
}

/// Applies a config text to the settings.
pub(super) fn apply(config: &mut GameConfig, text: &str, file: &str, base: &Path) -> Result<(), Error> {
    let failed = |line: usize, key: &str, reason: Reason| Error::Config {
        file: file.to_owned(),
        line,
        key: key.to_owned(),
        reason,
    };
    let is_list = |key: &str| matches!(&*canonical(key), "availablebuttons" | "availablegamevariables");
    let entries =
        grammar::entries(text, is_list).map_err(|fault| failed(fault.line, fault.key, fault.reason.to_owned()))?;
    for entry in &entries {
        match set(config, entry, base) {
            Ok(Outcome::Set) => {}
            Ok(Outcome::NoEffect(reason)) => {
                config.warnings.push(Warning { line: entry.line, key: entry.key.to_owned(), reason: reason.to_owned() })
            }
            Err(reason) => return Err(failed(entry.line, entry.key, reason)),
        }
    }
    Ok(())
}

/// Brings a key to the form it is compared in.
fn canonical(key: &str) -> String {
    key.to_lowercase().replace('_', "")
}

fn set(config: &mut GameConfig, entry: &Entry<'_>, base: &Path) -> Result<Outcome, Reason> {
    let key = canonical(entry.key);
    let value = match &entry.value {
        Value::List(items) => return set_list(config, &key, entry.append, items),
        Value::Plain(value) => *value,
    };
    if key == "gameargs" {
        if !entry.append {
            config.game_args.clear();
        }
        config.game_args.extend(value.split_whitespace().map(str::to_owned));
        return Ok(Outcome::Set);
    }
    if entry.append {
        return Err("`+=` is for lists and game_args only".to_owned());
    }
    if value.is_empty() {
        return Err("the value is missing".to_owned());
    }
    let lower = value.to_lowercase();
    if set_path(config, &key, value, base)
        || set_number(config, &key, &lower)?
        || set_reward(config, &key, &lower)?
        || set_flag(config, &key, &lower)?
        || set_choice(config, &key, &lower)?
    {
        return Ok(Outcome::Set);
    }
    without_effect(&key, &lower)
}

fn set_list(config: &mut GameConfig, key: &str, append: bool, items: &[&str]) -> Result<Outcome, Reason> {
    if key == "availablebuttons" {
        fill::<Button>(&mut config.buttons, append, items)?;
    } else {
        fill::<GameVariable>(&mut config.variables, append, items)?;
    }
    Ok(Outcome::Set)
}

/// Fills a list; what is there already keeps its place, as in the library.
fn fill<T>(list: &mut Vec<T>, append: bool, items: &[&str]) -> Result<(), Reason>
where
    T: FromStr<Err = Error> + PartialEq,
{
    if !append {
        list.clear();
    }
    for item in items {
        let item = item.parse::<T>().map_err(|error| error.to_string())?;
        if !list.contains(&item) {
            list.push(item);
        }
    }
    Ok(())
}

fn set_path(config: &mut GameConfig, key: &str, value: &str, base: &Path) -> bool {
    match key {
        "doomscenariopath" => config.scenario = Some(relative_to(base, value)),
        "doomgamepath" => config.game = Some(relative_to(base, value)),
        _ => return false,
    }
    true
}

fn set_number(config: &mut GameConfig, key: &str, value: &str) -> Result<bool, Reason> {
    let place = match key {
        "seed" => {
            config.seed = Some(number(value)?);
            return Ok(true);
        }
        "doomskill" => &mut config.skill,
        "ticrate" => &mut config.ticrate,
        "episodetimeout" => &mut config.timeout,
        "episodestarttime" => &mut config.start_time,
        "notificationsbuffersize" => &mut config.buffers.notifications_tics,
        _ => return Ok(false),
    };
    *place = number(value)?;
    // 0 means 1 in the library too.
    config.start_time = config.start_time.max(1);
    if !(1..=5).contains(&config.skill) {
        return Err(format!("expected 1 to 5 instead of {value}"));
    }
    Ok(true)
}

fn set_reward(config: &mut GameConfig, key: &str, value: &str) -> Result<bool, Reason> {
    let rewards = &mut config.rewards;
    let (place, sign) = match key {
        "livingreward" => (&mut rewards.living, 1.0),
        "deathpenalty" => (&mut rewards.death_penalty, 1.0),
        "deathreward" => (&mut rewards.death_penalty, -1.0),
        "mapexitreward" => (&mut rewards.map_exit, 1.0),
        "killreward" => (&mut rewards.kill, 1.0),
        "secretreward" => (&mut rewards.secret, 1.0),
        "itemreward" => (&mut rewards.item, 1.0),
        "fragreward" => (&mut rewards.frag, 1.0),
        "hitreward" => (&mut rewards.hit, 1.0),
        "hittakenpenalty" => (&mut rewards.hit_taken_penalty, 1.0),
        "hittakenreward" => (&mut rewards.hit_taken_penalty, -1.0),
        "damagemadereward" => (&mut rewards.damage_made, 1.0),
        "damagetakenpenalty" => (&mut rewards.damage_taken_penalty, 1.0),
        "damagetakenreward" => (&mut rewards.damage_taken_penalty, -1.0),
        "healthreward" => (&mut rewards.health, 1.0),
        "armorreward" => (&mut rewards.armor, 1.0),
        _ => return Ok(false),
    };
    let parsed = value.parse::<f64>().ok().filter(|number| number.is_finite());
    *place = sign * parsed.ok_or_else(|| format!("expected a number instead of `{value}`"))?;
    Ok(true)
}

fn set_flag(config: &mut GameConfig, key: &str, value: &str) -> Result<bool, Reason> {
    let (render, buffers, automap) = (&mut config.render, &mut config.buffers, &mut config.automap);
    let place = match key {
        "renderhud" => &mut render.hud,
        "renderminimalhud" => &mut render.minimal_hud,
        "renderweapon" => &mut render.weapon,
        "rendercrosshair" => &mut render.crosshair,
        "renderdecals" => &mut render.decals,
        "renderparticles" => &mut render.particles,
        "rendereffectssprites" => &mut render.effects_sprites,
        "rendermessages" => &mut render.messages,
        "rendercorpses" => &mut render.corpses,
        "renderscreenflashes" => &mut render.screen_flashes,
        "depthbufferenabled" => &mut buffers.depth,
        "labelsbufferenabled" => &mut buffers.labels,
        "automapbufferenabled" => &mut buffers.automap,
        "objectsinfoenabled" => &mut buffers.objects,
        "sectorsinfoenabled" => &mut buffers.sectors,
        "notificationsbufferenabled" => &mut buffers.notifications,
        "automaprotate" => &mut automap.rotate,
        "automaprendertextures" => &mut automap.textures,
        "automaprenderobjectsassprites" => &mut automap.objects_as_sprites,
        _ => return Ok(false),
    };
    *place = flag(value)?;
    Ok(true)
}

fn set_choice(config: &mut GameConfig, key: &str, value: &str) -> Result<bool, Reason> {
    match key {
        "doommap" => config.map = Some(value.to_owned()),
        "mode" => config.mode = mode(value)?,
        "automapmode" => config.automap.mode = automap_mode(value)?,
        "screenresolution" => {
            config.resolution = value.parse().map_err(|error: Error| error.to_string())?;
        }
        "screenformat" => {
            config.format = value.parse().map_err(|error: Error| error.to_string())?;
        }
        "buttonmaxvalue" => set_limit(config, value)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Sets the limit of an axis; the engine knows none for keys.
fn set_limit(config: &mut GameConfig, value: &str) -> Result<(), Reason> {
    let (button, limit) =
        value.split_once(char::is_whitespace).ok_or_else(|| "expected a button and a number".to_owned())?;
    let button = button.parse::<Button>().map_err(|error| error.to_string())?;
    let limit = number(limit.trim())?;
    if button.is_delta() {
        config.delta_limits[button.index() - Button::FIRST_DELTA] = f64::from(limit);
    }
    Ok(())
}

/// Keys that are known but change nothing here, checked all the same.
fn without_effect(key: &str, value: &str) -> Result<Outcome, Reason> {
    let reason = match key {
        "vizdoompath" => "the installed engine is used",
        "doomconfigpath" => "every engine has a settings file of its own",
        "windowvisible" | "renderallframes" | "consoleenabled" => {
            return flag(value).map(|on| if on { Outcome::NoEffect("there is no window here") } else { Outcome::Set });
        }
        "soundenabled" | "audiobufferenabled" => {
            return flag(value).map(|on| if on { Outcome::NoEffect("there is no sound here") } else { Outcome::Set });
        }
        "audiobuffersize" => {
            number(value)?;
            "there is no sound here"
        }
        "audiosamplingrate" => match value {
            "sr_11025" | "sr_22050" | "sr_44100" => "there is no sound here",
            _ => return Err(format!("expected sr_11025, sr_22050 or sr_44100 instead of `{value}`")),
        },
        _ => "unknown key",
    };
    Ok(Outcome::NoEffect(reason))
}

fn number(value: &str) -> Result<u32, Reason> {
    value.parse().map_err(|_| format!("expected a whole number from 0 to {} instead of `{value}`", u32::MAX))
}

fn flag(value: &str) -> Result<bool, Reason> {
    match value {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(format!("expected true or false instead of `{value}`")),
    }
}

fn mode(value: &str) -> Result<Mode, Reason> {
    match value {
        "player" => Ok(Mode::Player),
        "spectator" => Ok(Mode::Spectator),
        "async_player" => Ok(Mode::AsyncPlayer),
        "async_spectator" => Ok(Mode::AsyncSpectator),
        _ => Err(format!("expected player, spectator, async_player or async_spectator instead of `{value}`")),
    }
}

fn automap_mode(value: &str) -> Result<AutomapMode, Reason> {
    match value {
        "normal" => Ok(AutomapMode::Normal),
        "whole" => Ok(AutomapMode::Whole),
        "objects" => Ok(AutomapMode::Objects),
        "objects_with_size" => Ok(AutomapMode::ObjectsWithSize),
        _ => Err(format!("expected normal, whole, objects or objects_with_size instead of `{value}`")),
    }
}

#[cfg(test)]
mod tests;
