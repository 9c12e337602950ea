//! All questions about files, answered once and remembered until a file changes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cache::Cache;
use super::candidate::{Candidate, ManifestFile, Places, Script};
use super::files::{Disk, Files};
use super::paths::normalised;
use super::{MANIFEST, SETTINGS};
use crate::check::Input;
use crate::image::Image;
use crate::manifest::{Implementation, Kind, Manifest, SystemScriptSetting};
use crate::rules::{Selection, Selector};
use crate::semantic::{self, Analysis, Surroundings, SystemScript};
use crate::settings::header_kind;
use crate::syntax;
use crate::text::{Source, Spanned};

/// How a manifest names a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The script as it is edited: `script`.
    Draft,
    /// The script as last submitted: `liveScript`.
    Live,
    /// The script that D3 puts first: `systemScript`. Only its syntax errors are reported.
    System,
}

/// A script's manifest.
#[derive(Debug, Clone)]
pub struct Named {
    /// The `d3.json`.
    pub path: PathBuf,
    /// Its content.
    pub manifest: Arc<Manifest>,
    /// The script's name as the manifest writes it.
    pub script: String,
    /// As what the manifest names it.
    pub role: Role,
}

/// What a command line says about rules: it comes before the settings.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// Replaces the settings' `select`, unless it is `None`.
    pub select: Option<Vec<String>>,
    /// Adds to the settings' `ignore`.
    pub ignore: Vec<String>,
}

/// The files of a session. All paths are absolute (see [`super::absolute`]).
pub struct Workspace {
    files: Box<dyn Files>,
    overrides: Overrides,
    manifests: Cache<Option<Arc<Manifest>>>,
    system_scripts: Cache<Option<Arc<Analysis>>>,
    siblings: Cache<Arc<BTreeSet<String>>>,
}

impl Default for Workspace {
    fn default() -> Self {
        Self::new(Disk)
    }
}

impl Workspace {
    /// A workspace that reads through `files`.
    pub fn new(files: impl Files + 'static) -> Self {
        Self {
            files: Box::new(files),
            overrides: Overrides::default(),
            manifests: Cache::default(),
            system_scripts: Cache::default(),
            siblings: Cache::default(),
        }
    }

    /// The same, where a command line chooses rules.
    pub fn with_overrides(self, overrides: Overrides) -> Self {
        Self { overrides, ..self }
    }

    /// Reads a file, past all caches.
    pub fn read(&self, path: &Path) -> std::io::Result<Source> {
        self.files.read(path)
    }

    /// Forgets what was known of `path`: it was written, created, deleted or opened in an editor.
    /// Of a folder, all below it is forgotten.
    pub fn invalidate(&self, path: &Path) {
        self.manifests.forget(path);
        self.system_scripts.forget(path);
        self.siblings.forget(path.parent().unwrap_or(path));
    }

    /// The manifest at `path`, broken ones included; `None` where there is no such file.
    pub fn manifest(&self, path: &Path) -> Option<Arc<Manifest>> {
        self.manifests.get(path, || {
            let source = self.files.exists(path).then(|| self.files.read(path).ok())??;
            Some(Arc::new(Manifest::parse(source.text())))
        })
    }

    /// The nearest manifest in the script's folder or above that names it.
    pub fn manifest_for(&self, script: &Path) -> Option<Named> {
        script.ancestors().skip(1).find_map(|folder| {
            let path = folder.join(MANIFEST);
            let manifest = self.manifest(&path)?;
            let (script, role) = names_in(&manifest)
                .into_iter()
                .find(|(name, _)| normalised(&folder.join(name)) == script)
                .map(|(name, role)| (name.to_owned(), role))?;
            Some(Named { path, manifest, script, role })
        })
    }

    /// The scripts that the manifest at `path` names, system and live ones included, each once and
    /// sorted, whether they exist or not.
    pub fn scripts_of(&self, path: &Path) -> Vec<PathBuf> {
        let folder = path.parent().unwrap_or(path);
        let Some(manifest) = self.manifest(path) else {
            return Vec::new();
        };
        let scripts: BTreeSet<PathBuf> =
            names_in(&manifest).into_iter().map(|(name, _)| normalised(&folder.join(name))).collect();
        scripts.into_iter().collect()
    }

    /// Those of [`Workspace::scripts_of`] that don't exist.
    pub fn missing_scripts_of(&self, path: &Path) -> Vec<PathBuf> {
        self.scripts_of(path).into_iter().filter(|script| !self.files.exists(script)).collect()
    }

    /// What the file at `path` is, whose content is `source`. `treat_as` is the kind of Python
    /// files that no manifest names and that say nothing themselves.
    pub fn input(&self, path: &Path, source: Source, treat_as: Option<Kind>) -> Candidate {
        if path.file_name().is_some_and(|name| name == MANIFEST) {
            return Candidate::Manifest(self.manifest_file(path, &source));
        }
        let named = self.manifest_for(path);
        let header = header_kind(&source.text());
        if named.is_none() && header.is_none() && treat_as.is_none() {
            match &source {
                Source::Not(reason) => return Candidate::NotText(*reason),
                Source::Text(text) if !semantic::uses_d3(&syntax::parse(text)) => {
                    return Candidate::NotD3;
                }
                Source::Text(_) => {}
            }
        }
        Candidate::Script(Box::new(self.script(path, source, named, header.or(treat_as))))
    }

    /// The file at `path` as a D3 script, whatever it looks like.
    pub fn as_script(&self, path: &Path, source: Source) -> Script {
        let header = header_kind(&source.text());
        self.script(path, source, self.manifest_for(path), header)
    }

    fn script(&self, path: &Path, source: Source, named: Option<Named>, kind: Option<Kind>) -> Script {
        let usable = named.as_ref().filter(|named| named.manifest.usable);
        let kind = usable.map(|named| named.manifest.kind).or(kind);
        let (system, system_path) = self.system_script(named.as_ref(), kind);
        Script {
            input: Input {
                source,
                kind,
                script: named.as_ref().map(|named| named.script.clone()),
                manifest: named.as_ref().map(|named| Arc::clone(&named.manifest)),
                system,
                siblings: self.siblings(path),
                image: Image::default_profile(),
                selection: self.selection(path),
            },
            places: Places {
                script: path.to_owned(),
                manifest: named.map(|named| named.path),
                system: system_path,
                settings: self.settings_path(path),
            },
        }
    }

    fn manifest_file(&self, path: &Path, source: &Source) -> ManifestFile {
        let text = source.text();
        let manifest =
            self.manifest(path).filter(|known| known.text == text).unwrap_or_else(|| Arc::new(Manifest::parse(text)));
        ManifestFile { path: path.to_owned(), manifest, selection: self.selection(path) }
    }

    /// The system script underneath, and its path. Unknown where there is one that we don't have,
    /// and under an integration script whose manifest we don't have.
    fn system_script(&self, named: Option<&Named>, kind: Option<Kind>) -> (SystemScript, Option<PathBuf>) {
        let Some(named) = named.filter(|named| named.manifest.usable) else {
            let unknown = kind == Some(Kind::Integration) || named.is_some();
            return (if unknown { SystemScript::Unknown } else { SystemScript::None }, None);
        };
        match &named.manifest.system_script {
            _ if named.role == Role::System => (SystemScript::None, None),
            SystemScriptSetting::None => (SystemScript::None, None),
            SystemScriptSetting::Unknown => (SystemScript::Unknown, None),
            SystemScriptSetting::File(name) => {
                let folder = named.path.parent().unwrap_or(&named.path);
                let path = normalised(&folder.join(&name.value));
                match self.analysed(&path) {
                    Some(analysis) => (SystemScript::Known(analysis), Some(path)),
                    None => (SystemScript::Unknown, None),
                }
            }
        }
    }

    fn analysed(&self, path: &Path) -> Option<Arc<Analysis>> {
        self.system_scripts.get(path, || match self.files.read(path) {
            Ok(Source::Text(text)) => {
                let surroundings = Surroundings::alone(Image::default_profile());
                Some(Arc::new(Analysis::new(syntax::parse(&text), surroundings)))
            }
            _ => None,
        })
    }

    /// The modules and packages in the script's folder.
    fn siblings(&self, script: &Path) -> Arc<BTreeSet<String>> {
        let folder = script.parent().unwrap_or(script);
        self.siblings.get(folder, || {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            let modules = entries.filter_map(|entry| {
                let path = entry.path();
                let is_package = || path.join("__init__.py").is_file();
                let is_module = path.extension().is_some_and(|extension| extension == "py") || is_package();
                is_module.then(|| Some(path.file_stem()?.to_str()?.to_owned())).flatten()
            });
            Arc::new(modules.collect())
        })
    }

    /// Which rules are on for the file at `path`.
    fn selection(&self, _path: &Path) -> Arc<Selection> {
        fn selectors(words: &[String]) -> Vec<Selector<'_>> {
            words.iter().filter_map(|word| Selector::new(word)).collect()
        }
        let select = self.overrides.select.as_deref().map(selectors);
        Arc::new(Selection::new(select.as_deref(), &selectors(&self.overrides.ignore), &[]))
    }

    fn settings_path(&self, path: &Path) -> Option<PathBuf> {
        path.ancestors().skip(1).map(|folder| folder.join(SETTINGS)).find(|path| self.files.exists(path))
    }
}

/// The scripts that a manifest names, as it writes them.
fn names_in(manifest: &Manifest) -> Vec<(&str, Role)> {
    fn live(name: &Option<Spanned<String>>) -> Option<(&str, Role)> {
        name.as_ref().map(|name| (name.value.as_str(), Role::Live))
    }
    match manifest.kind {
        Kind::Integration => {
            let system = match &manifest.system_script {
                SystemScriptSetting::File(name) => Some((name.value.as_str(), Role::System)),
                _ => None,
            };
            [Some((manifest.script.value.as_str(), Role::Draft)), live(&manifest.live_script), system]
                .into_iter()
                .flatten()
                .collect()
        }
        Kind::Utility => manifest
            .commands
            .iter()
            .filter(|command| command.implementation == Implementation::Python)
            .flat_map(|command| {
                let draft = command.script.as_ref().map(|name| (name.value.as_str(), Role::Draft));
                draft.into_iter().chain(live(&command.live_script))
            })
            .collect(),
    }
}
