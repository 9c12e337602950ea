//! `d3ls init`: the manifest that an existing script implies.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};

use super::written::Together;
use super::{Status, output};
use crate::image::Image;
use crate::manifest::{Kind, Manifest, edits, key};
use crate::project::{MANIFEST, Workspace, absolute, describe, is_python, relative};
use crate::runner;
use crate::semantic::{self, Analysis, Surroundings, SystemScript};
use crate::settings::header_kind;
use crate::start::{self, Implied, SYSTEM_SCRIPT, SystemBlock};
use crate::syntax::{self, Parsed};
use crate::text::{Encoding, LineIndex, Source, apply};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The script; of utility commands that share a folder, several.
    #[arg(required = true, value_name = "SCRIPT")]
    scripts: Vec<PathBuf>,
    /// Replace a manifest that is there already.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    if arguments.force && arguments.scripts.len() > 1 {
        bail!("`--force` begins the manifest anew, so it takes one script; then run `d3ls init` for the others");
    }
    let mut status = Status::Clean;
    for (place, script) in arguments.scripts.iter().enumerate() {
        match init(script, arguments.force) {
            Ok(report) if place == 0 => output::write_styled(&report)?,
            Ok(report) => output::write_styled(&format!("\n{report}"))?,
            Err(error) => {
                output::complain(&format!("{error:#}"));
                status = Status::Failed;
            }
        }
    }
    Ok(status)
}

/// Takes in one script. What was done, for the user.
fn init(script: &Path, force: bool) -> anyhow::Result<String> {
    let path = absolute(script);
    let text = read(script)?;
    let folder = path.parent().context("the script stands in no folder")?;
    let manifest = folder.join(MANIFEST);
    let workspace = Workspace::default();
    let shared = if force { None } else { shared(script, &workspace, &path, &manifest)? };
    let parsed = syntax::parse(&text);
    let kind = header_kind(&text);
    if kind.is_none() && !semantic::uses_d3(&parsed) {
        bail!("{}", not_d3(script, &parsed));
    }
    let image = workspace.as_script(&path, Source::Text(Arc::clone(&text))).input.image;
    let system = if shared.is_some() { System::None } else { System::of(folder, &path, &text)? };
    let surroundings = Surroundings { kind, system: system.script(&image), ..Surroundings::alone(image) };
    let analysis = Analysis::new(parsed, surroundings);
    let file = path.file_name().and_then(|name| name.to_str());
    let file = file.with_context(|| format!("{}: the file's name is no Unicode text; rename it", path.display()))?;
    let folder_name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let implied = start::implied(&analysis, file, &folder_name, kind);
    refuse_empty(&implied, &analysis, script)?;
    let mut written = Together::default();
    match &shared {
        Some(shared) => add(&mut written, shared, &manifest, &implied, script)?,
        None => write(&mut written, &implied, &system, &manifest, force)?,
    }
    if !analysis.parsed().errors.is_empty() {
        let error = first_error(script, analysis.parsed());
        let again = match shared {
            Some(_) => "correct it, then see to its inputs in the manifest".to_owned(),
            None => format!("correct it, then run `d3ls init --force {}` again", script.display()),
        };
        output::warn(&format!("{error}; what Python can't read there is left out: {again}"));
    }
    Ok(report(&implied, &system, written.keep(), script))
}

/// Fails where a script has no command that could be written down.
fn refuse_empty(implied: &Implied, analysis: &Analysis, script: &Path) -> anyhow::Result<()> {
    if !implied.commands.is_empty() {
        return Ok(());
    }
    if !analysis.parsed().errors.is_empty() {
        bail!("{}; no command can be read before it is corrected", first_error(script, analysis.parsed()));
    }
    if implied.kind == Kind::Utility {
        bail!(
            "{}: there is no command in it; a command is a function at the top level that returns \
             `pb.returnOutputModel(...)`",
            script.display()
        );
    }
    Ok(())
}

/// Writes a manifest, and the system script if the script began with one.
fn write(
    written: &mut Together,
    implied: &Implied,
    system: &System,
    manifest: &Path,
    force: bool,
) -> anyhow::Result<()> {
    written.manifest(manifest, &implied.manifest, force)?;
    if let System::Block(block) = system {
        written.create(&manifest.with_file_name(SYSTEM_SCRIPT), &block.text)?;
    }
    Ok(())
}

/// Adds the command of a utility script to the manifest of others.
fn add(written: &mut Together, shared: &Manifest, path: &Path, implied: &Implied, script: &Path) -> anyhow::Result<()> {
    if implied.kind != Kind::Utility {
        bail!(
            "{} holds utility commands, and {} is an integration's, since {}; move it to a folder of its own",
            relative(path),
            script.display(),
            implied.reason
        );
    }
    let mut manifest = Manifest::parse(Arc::clone(&shared.text));
    for command in implied.manifest["commands"].as_array().into_iter().flatten() {
        let name = command["internalName"].as_str().unwrap_or_default();
        if manifest.command(name).is_some() {
            bail!(
                "{} has a command `{name}` already; give the function in {} another name",
                relative(path),
                script.display()
            );
        }
        let text = apply(&manifest.text, &edits::append(&manifest, &[key("commands")], command));
        manifest = Manifest::parse(text.into());
    }
    written.replace(path, &shared.text, &manifest.text)
}

fn read(script: &Path) -> anyhow::Result<Arc<str>> {
    let shown = script.display();
    if script.is_dir() {
        let Some(first) = scripts_in(script).into_iter().next() else {
            bail!("{shown} is a folder without a script; `d3ls new integration NAME` begins a new one");
        };
        bail!("{shown} is a folder; give the script in it: `d3ls init {}`", first.display());
    }
    if script.file_name().is_some_and(|name| name == MANIFEST) {
        bail!("{shown} is a manifest already; `d3ls lint {shown}` checks it");
    }
    let source = Workspace::default().read(script).map_err(|error| anyhow::anyhow!("{shown}: {}", describe(&error)))?;
    match source {
        Source::Text(text) => Ok(text),
        Source::Not(reason) => bail!("{shown}: {reason}"),
    }
}

/// The Python files of a folder.
fn scripts_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut scripts: Vec<PathBuf> = entries.filter(|path| path.is_file() && is_python(path)).collect();
    scripts.sort();
    scripts
}

/// The manifest that is in the script's place, if it is one of utility commands, to which more can be added.
///
/// # Errors
/// The script has a manifest already, or there is one of another kind.
fn shared(script: &Path, workspace: &Workspace, path: &Path, manifest: &Path) -> anyhow::Result<Option<Arc<Manifest>>> {
    let shown = script.display();
    if let Some(named) = workspace.manifest_for(path) {
        let manifest = relative(&named.path);
        bail!(
            "{shown} has a manifest already, {manifest}; `d3ls lint {shown}` uses it, and `--force` writes a new one"
        );
    }
    if !manifest.exists() {
        return Ok(None);
    }
    match runner::usable(workspace, manifest) {
        Ok(usable) if usable.kind == Kind::Utility => Ok(Some(usable)),
        Err(error) => bail!("{error:#}; correct that, or replace the manifest with `--force`"),
        Ok(_) => bail!(
            "{} is there already and does not name {shown}; move the script to a folder of its own, or replace the \
             manifest with `--force`",
            relative(manifest)
        ),
    }
}

fn not_d3(script: &Path, parsed: &Parsed) -> String {
    let advice = "if it is one all the same, begin it with `# d3: integration` or `# d3: utility`";
    if parsed.errors.is_empty() {
        format!(
            "{}: this is no D3 script: it gives no output model and calls nothing of D3; {advice}",
            script.display()
        )
    } else {
        format!("{}; nothing in it says that it is a D3 script: {advice}", first_error(script, parsed))
    }
}

fn first_error(script: &Path, parsed: &Parsed) -> String {
    let Some(error) = parsed.errors.first() else { return script.display().to_string() };
    let at = LineIndex::new(&parsed.text).position(&parsed.text, error.range.start(), Encoding::Utf32);
    let more = match parsed.errors.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    format!("{}:{}:{}: {}{more}", script.display(), at.line + 1, at.column + 1, error.message)
}

/// The system script of a script that has no manifest yet.
enum System {
    /// There is none to be seen.
    None,
    /// The file beside it.
    Beside(Arc<str>),
    /// The comments that the script begins with.
    Block(SystemBlock),
}

impl System {
    fn of(folder: &Path, script: &Path, text: &str) -> anyhow::Result<Self> {
        let beside = folder.join(SYSTEM_SCRIPT);
        if beside == *script {
            return Ok(Self::None);
        }
        if beside.exists() {
            return read(&beside).map(Self::Beside);
        }
        Ok(start::system_block(text).map_or(Self::None, Self::Block))
    }

    fn script(&self, image: &Arc<Image>) -> SystemScript {
        let text = match self {
            Self::None => return SystemScript::None,
            Self::Beside(text) => text,
            Self::Block(block) => &block.text,
        };
        let surroundings = Surroundings::alone(Arc::clone(image));
        SystemScript::Known(Arc::new(Analysis::new(syntax::parse(text), surroundings)))
    }
}

/// What to say, after what was done to the files.
fn report(implied: &Implied, system: &System, files: String, script: &Path) -> String {
    let mut out = files;
    let count = |count: usize, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
    let what = match implied.kind {
        Kind::Integration => "an integration",
        Kind::Utility => "a utility command",
    };
    let connection = match implied.kind {
        Kind::Integration => format!(", {}", count(implied.parameters, "connection parameter")),
        Kind::Utility => String::new(),
    };
    let _ = writeln!(
        out,
        "\n{} was taken for {what}, since {}: {}{connection}.",
        script.display(),
        implied.reason,
        count(implied.commands.len(), "command")
    );
    match system {
        System::Block(block) => {
            let (first, last) = block.lines;
            let _ = writeln!(
                out,
                "Lines {first} to {last} are commented-out code, which is how D3 shows a system script: it is now in {SYSTEM_SCRIPT}. If it \
                 is none, delete that file and the key `systemScript`."
            );
        }
        System::Beside(_) => {
            let _ = writeln!(out, "{SYSTEM_SCRIPT} beside it was taken for its system script.");
        }
        System::None => {}
    }
    if !implied.unknown.is_empty() {
        out.push_str("\n\u{1b}[1mThe script does not say\u{1b}[0m, so complete it in the manifest:\n");
    }
    for sentence in &implied.unknown {
        let _ = writeln!(out, "  - {sentence}");
    }
    let _ = writeln!(out, "\nNext: d3ls lint {}", script.display());
    out
}
