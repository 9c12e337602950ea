//! `--baseline` and `--write-baseline`: where the file is, and how paths stand in it.

use std::path::Path;

use anyhow::anyhow;

use super::session::Session;
use super::write as write_file;
use crate::project::{absolute, describe, relative_to};
use crate::report::{Baseline, Results};

/// Reads the baseline at `path`.
pub(super) fn read(path: &Path) -> anyhow::Result<Baseline> {
    let fail = |why: String| anyhow!("{}: {why}; write it anew with --write-baseline", path.display());
    let bytes = std::fs::read(path).map_err(|error| fail(describe(&error)))?;
    let text = String::from_utf8(bytes).map_err(|_| fail("the file is not UTF-8".to_owned()))?;
    Baseline::read(&text).map_err(|error| fail(error.to_string()))
}

/// Takes what the baseline at `path` knows out of `results`.
pub(super) fn apply(baseline: &Baseline, path: &Path, session: &Session, results: &mut Results) {
    baseline.apply(results, |shown| stored(path, session, shown));
}

/// Writes all of `results` to a baseline at `path`, and takes them out.
pub(super) fn write(path: &Path, session: &Session, results: &mut Results) -> anyhow::Result<()> {
    let baseline = Baseline::of(results, |shown| stored(path, session, shown));
    write_file(path, &baseline.write())?;
    apply(&baseline, path, session, results);
    Ok(())
}

/// A path relative to the baseline's own folder, so that it does not matter where `d3ls` runs.
fn stored(path: &Path, session: &Session, shown: &str) -> String {
    let baseline = absolute(path);
    relative_to(baseline.parent().unwrap_or(&baseline), &absolute(&session.folder.join(shown)))
}
