//! Questions to a person.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::cli::Failure;

/// Asks on standard error and reads lines from standard input, which may be a terminal or a file of answers.
pub(super) struct Prompt {
    interactive: bool,
}

impl Prompt {
    /// Standard input.
    pub(super) fn new() -> Self {
        Self { interactive: io::stdin().is_terminal() }
    }

    /// The answer to a question that has to be answered; `flag` answers it as well.
    pub(super) fn required<T>(
        &self,
        question: &str,
        flag: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        loop {
            match read(&ask(&format!("{question}: "), flag)?) {
                Ok(answer) => return Ok(answer),
                Err(why) => say(&format!("  {why}\n"))?,
            }
        }
    }

    /// The answer to a question that need not be answered; only a terminal is asked.
    pub(super) fn optional<T: std::fmt::Display>(
        &self,
        question: &str,
        flag: &str,
        default: T,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        if !self.interactive {
            return Ok(default);
        }
        loop {
            let answer = ask(&format!("{question} [{default}]: "), flag)?;
            if answer.is_empty() {
                return Ok(default);
            }
            match read(&answer) {
                Ok(answer) => return Ok(answer),
                Err(why) => say(&format!("  {why}\n"))?,
            }
        }
    }
}

/// Says something to the person who is asked.
pub(super) fn say(text: &str) -> Result<(), Failure> {
    let mut err = io::stderr().lock();
    Ok(err.write_all(text.as_bytes()).and_then(|()| err.flush())?)
}

fn ask(question: &str, flag: &str) -> Result<String, Failure> {
    say(question)?;
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line)? == 0 {
        say("\n")?;
        return Err(Failure::usage(format!("standard input ended before this was answered; answer it with {flag}")));
    }
    Ok(line.trim().to_owned())
}
