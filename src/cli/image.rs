//! `d3ls image`: the probe script, its output as a profile, and what is known now.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use clap::Subcommand;

use super::written::Together;
use super::{Status, output};
use crate::image::{self, Image};
use crate::project::{SETTINGS, Workspace, absolute, describe, relative};
use crate::text::{MAX_BYTES, Source};

/// The file of a profile.
const PROFILE: &str = "d3-image.json";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print the script to run once inside D3.
    Probe,
    /// Make a profile of what the script gave, and put it to use.
    Import {
        /// What the script gave, a log around it included; `-` is standard input.
        file: PathBuf,
        /// Replace a profile that is there already.
        #[arg(long)]
        force: bool,
    },
    /// Show what is known of the image that scripts here run in.
    Show,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    match &arguments.action {
        Action::Probe => output::write_plain(image::probe_script(&Image::default_profile()).as_bytes())?,
        Action::Import { file, force } => import(file, *force)?,
        Action::Show => show()?,
    }
    Ok(Status::Clean)
}

fn import(file: &Path, force: bool) -> anyhow::Result<()> {
    let shown = if file == Path::new("-") { "the input".to_owned() } else { file.display().to_string() };
    let text = read(file).with_context(|| shown.clone())?;
    let profile = image::import(&text).map_err(|reason| anyhow!("{shown}: {reason}"))?;
    let workspace = Workspace::default();
    let here = absolute(Path::new(SETTINGS));
    let settings = workspace.settings_for(&here);
    let folder = settings.as_ref().map_or_else(|| here.with_file_name(""), |settings| settings.folder().to_owned());
    let named = settings.as_ref().and_then(|settings| settings.settings.profile.as_ref());
    let path = absolute(&folder.join(named.map_or(PROFILE, |name| name.value.as_str())));
    let with_profile = match &settings {
        Some(settings) if named.is_none() => {
            if !settings.errors.is_empty() {
                bail!("{} has errors; `d3ls lint` shows them, correct them first", relative(&settings.path));
            }
            Some((settings.path.clone(), Some(Arc::clone(&settings.text)), with_image(&settings.text)))
        }
        Some(_) => None,
        None => Some((here, None, with_image(""))),
    };
    let mut written = Together::default();
    written.create_or_replace(&path, &profile, force)?;
    if let Some((path, before, after)) = with_profile {
        match &before {
            Some(before) => written.replace(&path, before, &after)?,
            None => written.create(&path, &after)?,
        }
    }
    let known = Image::from_json(&profile)?;
    let mut out = written.keep();
    let _ = writeln!(
        out,
        "\nPython {}, {} libraries, {} members of `pb`, {} names imported beforehand.",
        known.python(),
        known.libraries().len(),
        known.pb_members().len(),
        known.globals().count()
    );
    if profile.contains("\"utilityCommands\"") {
        let _ = writeln!(out, "It lists {} utility commands.", known.utility_commands().len());
    } else {
        out.push_str("The server does not list its utility commands, so the documented ones stay.\n");
    }
    out.push_str("Lint, completion and runner take this server as it is from now on.\n\nNext: d3ls image show\n");
    output::write_styled(&out)
}

fn read(file: &Path) -> anyhow::Result<String> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        bytes
    } else {
        std::fs::read(file).map_err(|error| anyhow!(describe(&error)))?
    };
    match Source::from_bytes(bytes) {
        Source::Text(text) => Ok(text.to_string()),
        Source::Not(reason) => bail!("{reason}"),
    }
}

/// Settings that name the profile; what they say otherwise is kept.
fn with_image(settings: &str) -> String {
    let line = format!("profile = \"{PROFILE}\"");
    let newline = if settings.contains("\r\n") { "\r\n" } else { "\n" };
    let mut lines: Vec<&str> = settings.lines().collect();
    if let Some(place) = lines.iter().position(|line| line.trim() == "[image]") {
        lines.insert(place + 1, &line);
        return lines.join(newline) + newline;
    }
    let gap =
        if settings.trim().is_empty() { String::new() } else { format!("{}{newline}{newline}", settings.trim_end()) };
    format!("{gap}[image]{newline}{line}{newline}")
}

fn show() -> anyhow::Result<()> {
    let workspace = Workspace::default();
    let here = absolute(Path::new("script.py"));
    if let Some(problem) = workspace.settings_problems(&here).into_iter().find(|problem| problem.fatal) {
        let at = problem.position.map_or(String::new(), |(line, column)| format!(":{line}:{column}"));
        bail!("{}{at}: {}", relative(&problem.path), problem.message);
    }
    let settings = workspace.settings_for(&here);
    let profile = settings.as_ref().and_then(|settings| {
        let name = &settings.settings.profile.as_ref()?.value;
        Some(absolute(&settings.folder().join(name)))
    });
    let image = workspace.as_script(&here, Source::from_text("")).input.image;
    output::write_styled(&shown(&image, profile.as_deref()))
}

fn shown(image: &Image, profile: Option<&Path>) -> String {
    let from = profile.map_or_else(|| "what D3's public pages document".to_owned(), relative);
    let mut out = format!("\u{1b}[1mProfile\u{1b}[0m    {from}\n\u{1b}[1mPython\u{1b}[0m     {}\n", image.python());
    let names: Vec<String> = image
        .libraries()
        .iter()
        .map(|library| match &library.version {
            Some(version) => format!("{} {version}", library.distribution),
            None => library.distribution.clone(),
        })
        .collect();
    let complete = if image.libraries_complete() { "the whole list" } else { "D3 publishes a part of the list only" };
    let _ = writeln!(out, "\u{1b}[1mLibraries\u{1b}[0m  {} ({complete})", names.len());
    out.push_str(&wrapped(&names));
    let globals: Vec<String> =
        image.globals().map(|name| format!("{name} ({})", image.global(name).unwrap_or_default())).collect();
    let lists = [
        ("pb", "members", image.pb_members().to_vec()),
        ("runtime", "keys", image.runtime_keys().to_vec()),
        ("globals", "names imported beforehand", globals),
    ];
    for (title, what, names) in lists {
        let _ = writeln!(out, "\u{1b}[1m{title:10}\u{1b}[0m {} {what}", names.len());
        out.push_str(&wrapped(&names));
    }
    let exact = image.utility_commands().iter().filter(|command| command.exact).count();
    let _ = writeln!(
        out,
        "\u{1b}[1mUtility\u{1b}[0m    {} commands, of {exact} of them the parameters are known exactly",
        image.utility_commands().len()
    );
    if profile.is_none() {
        out.push_str("\nNext: d3ls image probe > probe.py, and run that inside D3\n");
    }
    out
}

/// Names in lines of at most 100 letters, indented.
fn wrapped(names: &[String]) -> String {
    const INDENT: &str = "           ";
    let mut out = String::new();
    let mut line = String::new();
    for name in names {
        if !line.is_empty() && line.chars().count() + name.chars().count() + 2 > 88 {
            let _ = writeln!(out, "{INDENT}{line},");
            line.clear();
        }
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(name);
    }
    if !line.is_empty() {
        let _ = writeln!(out, "{INDENT}{line}");
    }
    out
}
