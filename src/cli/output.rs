//! Standard output and error. A reader that has gone away, `head` for instance, is no error.

use std::io::{self, IsTerminal, Write};

use anstream::ColorChoice;
use clap::ValueEnum;

/// What a command that has nothing but these two forms writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

/// Writes text for people to standard output; colours only where they are wanted.
pub(super) fn write_styled(text: &str) -> anyhow::Result<()> {
    tolerate(anstream::stdout().lock().write_all(text.as_bytes()))
}

/// Writes to standard output as it is.
pub(super) fn write_plain(bytes: &[u8]) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    tolerate(stdout.write_all(bytes).and_then(|()| stdout.flush()))
}

/// Writes text for people to standard error.
pub(super) fn write_error(text: &str) {
    // There is nowhere else to complain.
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// Says on standard error why something could not be done.
pub(super) fn complain(message: &str) {
    write_error(&format!("\u{1b}[1;91merror\u{1b}[0m: {message}\n"));
}

/// Says something on standard error that costs nothing.
pub(super) fn warn(message: &str) {
    write_error(&format!("\u{1b}[1;33mwarning\u{1b}[0m: {message}\n"));
}

/// Whether standard output is read by a person.
pub(super) fn is_styled() -> bool {
    let stdout = io::stdout();
    stdout.is_terminal() || anstream::AutoStream::choice(&stdout) != ColorChoice::Never
}

fn tolerate(result: io::Result<()>) -> anyhow::Result<()> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("standard output can't be written"))
        }
        _ => Ok(()),
    }
}
