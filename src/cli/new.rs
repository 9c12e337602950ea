//! `d3ls new`: a new integration, a new utility command, or one more command.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use serde_json::json;

use super::place::script_text;
use super::written::Together;
use super::{Status, output};
use crate::check;
use crate::image::names;
use crate::manifest::{Kind, Manifest, edits, key};
use crate::project::{MANIFEST, Workspace, absolute, relative};
use crate::runner;
use crate::start::{self, Keys, Name, NewCommand, Template};
use crate::text::{Source, apply};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What to make.
    #[arg(value_enum)]
    what: What,
    /// Its name, as D3 shall show it: "Acme EDR".
    name: String,
    /// Begin with the template of a system-defined command.
    #[arg(long, value_name = "COMMAND", ignore_case = true, value_parser = PossibleValuesParser::new(names::SYSTEM_COMMANDS.map(|command| command.name)))]
    template: Option<String>,
    /// The folder to make it in; for a command, the integration's or the utility commands' own.
    #[arg(long, value_name = "PATH", default_value = ".")]
    r#in: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// A folder with a manifest, a script and test cases.
    Integration,
    /// The same with one utility command.
    Utility,
    /// One more command in a folder that has a manifest.
    Command,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    let name = Name::new(&arguments.name).map_err(|reason| anyhow!(reason))?;
    let template = arguments.template.as_deref();
    let folder = absolute(&arguments.r#in);
    if !folder.is_dir() {
        bail!("{}: there is no such folder; make it first, or leave `--in` out", arguments.r#in.display());
    }
    let made = match arguments.what {
        What::Integration => {
            let mut made = Made::folder(&folder, &name, Kind::Integration)?;
            made.add(&Name::new(names::TEST_CONNECTION).map_err(|reason| anyhow!(reason))?, None)?;
            if let Some(template) = template.filter(|template| !template.eq_ignore_ascii_case(names::TEST_CONNECTION)) {
                made.add(&Name::new(template).map_err(|reason| anyhow!(reason))?, None)?;
            }
            made
        }
        What::Utility => {
            if let Some(template) = template {
                bail!(
                    "{template} is a command of integrations; `d3ls new utility` has a template of its own, leave `--template` out"
                );
            }
            let mut made = Made::folder(&folder, &name, Kind::Utility)?;
            made.add(&name, None)?;
            made
        }
        What::Command => {
            let mut made = Made::existing(&folder)?;
            made.add(&name, template)?;
            made
        }
    };
    let written = made.write()?;
    output::write_styled(&made.report(&written.keep()))?;
    Ok(Status::Clean)
}

/// A folder that gets new commands.
struct Made {
    folder: PathBuf,
    is_new: bool,
    manifest: Arc<Manifest>,
    manifest_before: Option<Arc<str>>,
    /// Path, text before, text after.
    scripts: Vec<(PathBuf, Option<Arc<str>>, String)>,
    cases: Vec<(PathBuf, String)>,
    notes: Vec<String>,
}

impl Made {
    /// A folder for a new integration or utility command.
    fn folder(parent: &Path, name: &Name, kind: Kind) -> anyhow::Result<Self> {
        let folder = parent.join(&name.internal);
        if fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) || folder.is_file() {
            bail!("{} is there already; choose another name, or use `--in` for another folder", relative(&folder));
        }
        let mut manifest = json!({"version": 1, "kind": kind.as_str()});
        let mut scripts = Vec::new();
        if kind == Kind::Integration {
            manifest["name"] = json!(name.display);
            if name.display.split_whitespace().collect::<String>() != name.internal {
                manifest["internalName"] = json!(name.internal);
            }
            manifest["script"] = json!(crate::manifest::DEFAULT_SCRIPT);
            manifest["connection"] = json!([]);
            let title = name.display.replace('\\', "\\\\").replace('"', "\\\"");
            scripts.push((
                folder.join(crate::manifest::DEFAULT_SCRIPT),
                None,
                format!("\"\"\"{title} for D3.\"\"\"\n"),
            ));
        }
        manifest["commands"] = json!([]);
        let manifest = Arc::new(Manifest::parse(edits::document(&manifest).into()));
        Ok(Self {
            folder,
            is_new: true,
            manifest,
            manifest_before: None,
            scripts,
            cases: Vec::new(),
            notes: Vec::new(),
        })
    }

    /// A folder that has a manifest.
    fn existing(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(MANIFEST);
        if !path.is_file() {
            bail!(
                "{}: there is no {MANIFEST}; `d3ls init SCRIPT.py` writes one for a script that you have, `d3ls new \
                 integration NAME` begins with an empty one",
                relative_or_dot(folder)
            );
        }
        let manifest = runner::usable(&Workspace::default(), &path)?;
        let before = Some(Arc::clone(&manifest.text));
        let scripts = Vec::new();
        Ok(Self {
            folder: folder.to_owned(),
            is_new: false,
            manifest,
            manifest_before: before,
            scripts,
            cases: Vec::new(),
            notes: Vec::new(),
        })
    }

    /// Adds a command; one of a template gets the template's name, whatever it is shown as.
    fn add(&mut self, name: &Name, template: Option<&str>) -> anyhow::Result<()> {
        let (template, name) = self.template(name, template)?;
        self.refuse_taken(&name)?;
        let keys = self.keys()?;
        let new = template.fill(&name, &keys);
        self.add_function(&name, &new, &keys)?;
        self.edit(&edits::append(&self.manifest, &[key("commands")], &new.entry))?;
        if self.manifest.kind == Kind::Integration {
            self.edit(&edits::set_all_to_draft(&self.manifest))?;
        }
        self.cases.push((self.folder.join("tests").join(&new.case_file), edits::document(&new.case)));
        if template.is_undocumented() {
            self.notes.push(format!(
                "D3 does not document the inputs of {}: the function takes `*args`, and the manifest declares none. Declare them when you know them.",
                name.internal
            ));
        }
        Ok(())
    }

    fn template(&self, name: &Name, template: Option<&str>) -> anyhow::Result<(Template, Name)> {
        let chosen = template.or_else(|| start::system_template(&name.internal).map(|_| name.internal.as_str()));
        let Some(chosen) = chosen else {
            let template = if self.manifest.kind == Kind::Utility { start::UTILITY } else { start::COMMAND };
            return Ok((template, name.clone()));
        };
        if self.manifest.kind == Kind::Utility {
            bail!("{chosen} is a command of integrations, and these are utility commands; choose another name");
        }
        let template = start::system_template(chosen).context("the template is one of D3's")?;
        let own = Name::new(chosen).map_err(|reason| anyhow!(reason))?;
        let display = if name.internal == own.internal { own.display } else { name.display.clone() };
        Ok((template, Name { display, internal: own.internal }))
    }

    fn refuse_taken(&self, name: &Name) -> anyhow::Result<()> {
        let is_system = names::system_command(&name.internal).is_some();
        let is_it = |other: &str| other == name.internal || is_system && other.eq_ignore_ascii_case(&name.internal);
        if let Some(taken) = self.manifest.commands.iter().find(|command| is_it(&command.internal_name.value)) {
            let taken = &taken.internal_name.value;
            let advice = if is_system { "D3 lets an integration have it once" } else { "choose another name" };
            bail!("there is a command `{taken}` in {MANIFEST} already; {advice}");
        }
        Ok(())
    }

    /// The connection parameters that the command is to read; those that are missing are added to the manifest.
    fn keys(&mut self) -> anyhow::Result<Keys> {
        let mut keys = Keys::default();
        if self.manifest.kind == Kind::Utility {
            return Ok(keys);
        }
        let find = |manifest: &Manifest, test: &dyn Fn(&str, bool) -> bool| {
            let mut all = manifest.connection.iter();
            all.find(|one| test(&one.parameter_name.value, one.secret)).map(|one| one.parameter_name.value.clone())
        };
        let server = find(&self.manifest, &|name, _| name == keys.server)
            .or_else(|| find(&self.manifest, &|name, secret| !secret && name.contains("url")));
        let secret =
            find(&self.manifest, &|name, _| name == keys.secret).or_else(|| find(&self.manifest, &|_, secret| secret));
        for (found, display, is_secret) in [(&server, "Server URL", false), (&secret, "API Key", true)] {
            if found.is_none() {
                let mut parameter = json!({"displayName": display, "parameterType": "Text", "required": true});
                if is_secret {
                    parameter["secret"] = json!(true);
                }
                self.edit(&edits::append(&self.manifest, &[key("connection")], &parameter))?;
            }
        }
        keys.server = server.unwrap_or(keys.server);
        keys.secret = secret.unwrap_or(keys.secret);
        Ok(keys)
    }

    fn edit(&mut self, edits: &[crate::text::Edit]) -> anyhow::Result<()> {
        let text = apply(&self.manifest.text, edits);
        let manifest = Manifest::parse(text.into());
        if !manifest.usable {
            bail!("{MANIFEST} can't be edited as it is; `d3ls lint {MANIFEST}` says why");
        }
        self.manifest = Arc::new(manifest);
        Ok(())
    }

    fn add_function(&mut self, name: &Name, new: &NewCommand, keys: &Keys) -> anyhow::Result<()> {
        let file = match self.manifest.kind {
            Kind::Integration => self.manifest.script.value.clone(),
            Kind::Utility => format!("{}.py", name.internal),
        };
        let path = absolute(&self.folder.join(&file));
        let place = self.scripts.iter().position(|(script, ..)| *script == path);
        let (before, text) = match place {
            Some(place) => (self.scripts[place].1.clone(), Arc::from(self.scripts[place].2.as_str())),
            None if self.manifest.kind == Kind::Utility => {
                if path.exists() {
                    bail!(
                        "{} is there already; `d3ls init` takes in scripts that you have, or choose another name",
                        relative(&path)
                    );
                }
                (None, Arc::from(format!("\"\"\"{}, a utility command.\"\"\"\n", name.display)))
            }
            None => {
                let text = script_text(&path)?;
                (Some(Arc::clone(&text)), text)
            }
        };
        let script = Workspace::default().as_script(&path, Source::Text(text));
        let analysis = check::analyse(&script.input);
        let inserted = start::insert(&analysis, &name.internal, new, keys)
            .map_err(|reason| anyhow!("{}: {reason}", relative(&path)))?;
        for (usual, own) in &inserted.renamed {
            self.notes.push(format!("`{usual}` is something else in {file}, so the new command's own is `{own}`."));
        }
        match place {
            Some(place) => self.scripts[place].2 = inserted.text,
            None => self.scripts.push((path, before, inserted.text)),
        }
        Ok(())
    }

    /// Writes all of it.
    fn write(&self) -> anyhow::Result<Together> {
        if let Some((path, _)) = self.cases.iter().find(|(path, _)| path.exists()) {
            bail!("{} is there already; move it away first", relative(path));
        }
        let mut written = Together::default();
        written.folder(&self.folder.join("tests"))?;
        let path = self.folder.join(MANIFEST);
        match &self.manifest_before {
            Some(before) => written.replace(&path, before, &self.manifest.text)?,
            None => written.manifest(&path, &serde_json::from_str(&self.manifest.text)?, false)?,
        }
        for (path, before, after) in &self.scripts {
            match before {
                Some(before) => written.replace(path, before, after)?,
                None => written.create(path, after)?,
            }
        }
        for (path, text) in &self.cases {
            written.create(path, text)?;
        }
        Ok(written)
    }

    /// What to say, after what was done to the files.
    fn report(&self, files: &str) -> String {
        let mut out = files.to_owned();
        for note in &self.notes {
            out.push_str(&format!("\n{note}\n"));
        }
        let folder = relative_or_dot(&self.folder);
        if self.is_new && self.manifest.kind == Kind::Integration {
            out.push_str("\nThe product's own addresses and its way to log in go into `_request` and the commands.\n");
        }
        out.push_str(&format!("\nNext: d3ls test {folder}\n"));
        out
    }
}

fn relative_or_dot(folder: &Path) -> String {
    let shown = relative(folder);
    if shown.is_empty() { ".".to_owned() } else { shown }
}
