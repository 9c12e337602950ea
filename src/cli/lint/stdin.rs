//! `d3ls lint -`: one file from standard input.

use std::io::{Read, stdin};
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::session::Session;
use super::{Arguments, Destination, Status, output, report};
use crate::project::absolute;
use crate::report::Baseline;
use crate::text::Source;

/// Checks standard input as the file `name`. With `--fix` the fixed text goes to standard output,
/// whatever it is, so that an editor can pass any file through.
pub(super) fn run(
    arguments: &Arguments,
    session: &Session,
    known: Option<&Baseline>,
    name: Option<&PathBuf>,
) -> anyhow::Result<Status> {
    let mut bytes = Vec::new();
    stdin().lock().read_to_end(&mut bytes).context("standard input can't be read")?;
    let path = absolute(name.map_or(Path::new("-"), PathBuf::as_path));
    let outcome = session.check_text(&path, Source::from_bytes(bytes.clone()));
    if !session.write {
        return report(arguments, session, known, outcome, Destination::Stdout);
    }
    match outcome.changes.first() {
        Some(change) => output::write_plain(change.after.as_bytes())?,
        None => output::write_plain(&bytes)?,
    }
    report(arguments, session, known, outcome, Destination::Stderr)
}
