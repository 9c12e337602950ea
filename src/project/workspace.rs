//! All questions about files, answered once and remembered until a file changes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::cache::Cache;
use super::candidate::{Candidate, ManifestFile, Places, Script};
use super::files::{Disk, Files};
use super::outside::{Outside, Outsiders};
use super::paths::{is_python, normalised};
use super::settings::{Overrides, SettingsFile, selection, spared};
use super::walk::{Problem, describe};
use super::{MANIFEST, SETTINGS};
use crate::check::Input;
use crate::image::Image;
use crate::manifest::{Kind, Manifest, ScriptRole, SystemScriptSetting};
use crate::rules::Selection;
use crate::semantic::{self, Analysis, Surroundings, SystemScript};
use crate::settings::header_kind;
use crate::syntax;
use crate::text::Source;

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
    pub role: ScriptRole,
}

/// The files of a session. All paths are absolute (see [`super::absolute`]).
pub struct Workspace {
    files: Box<dyn Files>,
    overrides: Overrides,
    manifests: Cache<Option<Arc<Manifest>>>,
    /// The scripts that a manifest names, by the manifest's path.
    named: Cache<Arc<FxHashMap<PathBuf, (String, ScriptRole)>>>,
    outside: Outside,
    /// The nearest settings, by folder.
    settings: Cache<Option<Arc<SettingsFile>>>,
    /// Which rules are on where there are no settings.
    selection: OnceLock<Arc<Selection>>,
    images: Cache<Result<Arc<Image>, Problem>>,
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
            named: Cache::default(),
            outside: Outside::default(),
            settings: Cache::default(),
            selection: OnceLock::new(),
            images: Cache::default(),
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

    /// Forgets what was known of `path`: it was written, or opened in an editor. Where it was created or deleted, see also
    /// [`Workspace::invalidate_names`]. Of a folder, all below it is forgotten.
    pub fn invalidate(&self, path: &Path) {
        self.manifests.forget(path);
        self.named.forget(path);
        self.outside.forget(path);
        self.settings.forget(if path.ends_with(SETTINGS) { path.parent().unwrap_or(path) } else { path });
        self.images.forget(path);
        if is_python(path) {
            self.system_scripts.forget(path);
        } else {
            // Settings or an image profile: they may bear on any script.
            self.system_scripts.clear();
        }
    }

    /// Forgets which files there are in `folder` and below it: some may have come or gone.
    pub fn invalidate_names(&self, folder: &Path) {
        self.siblings.forget(folder);
    }

    /// The manifest at `path`, broken ones included; `None` where there is no such file.
    pub fn manifest(&self, path: &Path) -> Option<Arc<Manifest>> {
        self.manifests.get(path, || self.read_manifest(path))
    }

    fn read_manifest(&self, path: &Path) -> Option<Arc<Manifest>> {
        let source = self.files.exists(path).then(|| self.files.read(path).ok())??;
        Some(Arc::new(Manifest::parse(source.text())))
    }

    /// Tells of manifests, so that system scripts which they name outside of their folders are known as theirs.
    pub fn know(&self, manifests: impl IntoIterator<Item = PathBuf>) {
        self.outside.know(manifests);
    }

    /// The manifests that were told of, sorted.
    pub fn known(&self) -> Vec<PathBuf> {
        self.outside.known()
    }

    /// The manifests that name each system script outside of their folders, of those that were told of.
    pub fn outside(&self) -> Arc<Outsiders> {
        self.outside.get(|manifest| {
            let folder = manifest.parent().unwrap_or(manifest);
            let named = self.names_of(manifest);
            let is_outside = |script: &Path, role| role == ScriptRole::System && !script.starts_with(folder);
            named.iter().filter(|(script, (_, role))| is_outside(script, *role)).map(|(path, _)| path.clone()).collect()
        })
    }

    /// The nearest manifest in the script's folder or above that names it, else one elsewhere that does.
    pub fn manifest_for(&self, script: &Path) -> Option<Named> {
        let elsewhere = || self.named_by(self.outside().get(script)?.first()?, script);
        self.nearest_manifest(script).or_else(elsewhere)
    }

    /// All manifests that name a script: the nearest one, and those elsewhere.
    pub fn manifests_for(&self, script: &Path) -> Vec<PathBuf> {
        let nearest = self.nearest_manifest(script).map(|named| named.path);
        nearest.into_iter().chain(self.outside().get(script).into_iter().flatten().cloned()).collect()
    }

    fn nearest_manifest(&self, script: &Path) -> Option<Named> {
        script.ancestors().skip(1).find_map(|folder| self.named_by(&folder.join(MANIFEST), script))
    }

    /// A script as the manifest at `path` names it.
    fn named_by(&self, path: &Path, script: &Path) -> Option<Named> {
        let manifest = self.manifest(path)?;
        let (script, role) = self.names_of(path).get(script)?.clone();
        Some(Named { path: path.to_owned(), manifest, script, role })
    }

    /// The scripts that the manifest at `path` names, by their paths.
    fn names_of(&self, path: &Path) -> Arc<FxHashMap<PathBuf, (String, ScriptRole)>> {
        self.named.get(path, || {
            let folder = path.parent().unwrap_or(path);
            let mut named = FxHashMap::default();
            // Thousands are asked for their names only: such a one is not kept.
            let manifest = self.manifests.peek(path).unwrap_or_else(|| self.read_manifest(path));
            for (name, role) in manifest.iter().flat_map(|manifest| names_in(manifest)) {
                named.entry(normalised(&folder.join(name))).or_insert_with(|| (name.to_owned(), role));
            }
            Arc::new(named)
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
    /// files that no manifest names and that say nothing themselves. A name without an extension may be Python.
    pub fn input(&self, path: &Path, source: Source, treat_as: Option<Kind>) -> Candidate {
        if path.file_name().is_some_and(|name| name == MANIFEST) {
            return Candidate::Manifest(self.manifest_file(path, &source));
        }
        let named = self.manifest_for(path);
        let is_python = path.extension().is_none() || is_python(path);
        let treat_as = treat_as.filter(|_| is_python);
        let kind = match (&named, &source) {
            (Some(named), _) if named.manifest.usable => Some(named.manifest.kind),
            (_, Source::Text(text)) => {
                let kind = header_kind(text).or(treat_as);
                let uses_d3 = || is_python && semantic::may_use_d3(text) && semantic::uses_d3(&syntax::parse(text));
                if named.is_none() && kind.is_none() && !uses_d3() {
                    return Candidate::NotD3;
                }
                kind
            }
            (None, Source::Not(reason)) if treat_as.is_none() => return Candidate::NotText(*reason),
            (_, Source::Not(_)) => treat_as,
        };
        Candidate::Script(Box::new(self.script(path, source, named, kind)))
    }

    /// The file at `path` as a D3 script, whatever it looks like.
    pub fn as_script(&self, path: &Path, source: Source) -> Script {
        self.script_with(path, source, self.manifest_for(path))
    }

    fn script_with(&self, path: &Path, source: Source, named: Option<Named>) -> Script {
        let usable = named.as_ref().filter(|named| named.manifest.usable);
        let kind = usable.map(|named| named.manifest.kind).or_else(|| header_kind(&source.text()));
        self.script(path, source, named, kind)
    }

    /// The same as the manifest at `manifest` sees it; `None` where one that is nearer to the script names it.
    pub fn script_of(&self, manifest: &Path, path: &Path, source: Source) -> Option<Script> {
        let named = match self.nearest_manifest(path) {
            Some(nearest) if nearest.path != manifest => return None,
            Some(own) => Some(own),
            None => self.named_by(manifest, path),
        };
        Some(self.script_with(path, source, named))
    }

    fn script(&self, path: &Path, source: Source, named: Option<Named>, kind: Option<Kind>) -> Script {
        let role = named.as_ref().map(|named| named.role);
        let (system, system_path) = self.system_script(named.as_ref(), kind);
        Script {
            input: Input {
                source,
                kind,
                script: named.as_ref().map(|named| named.script.clone()),
                manifest: named.as_ref().map(|named| Arc::clone(&named.manifest)),
                system,
                siblings: self.siblings(path),
                image: self.image(path),
                selection: self.script_selection(path, role),
            },
            places: Places {
                script: path.to_owned(),
                manifest: named.map(|named| named.path),
                system: system_path,
                settings: self.settings_for(path).map(|file| file.path.clone()),
            },
        }
    }

    fn manifest_file(&self, path: &Path, source: &Source) -> ManifestFile {
        let text = source.text();
        let manifest =
            self.manifest(path).filter(|known| known.text == text).unwrap_or_else(|| Arc::new(Manifest::parse(text)));
        ManifestFile { path: path.to_owned(), manifest, selection: self.selection_for(path) }
    }

    /// The system script underneath, and its path. Unknown where there is one that we don't have,
    /// and under an integration script whose manifest we don't have.
    fn system_script(&self, named: Option<&Named>, kind: Option<Kind>) -> (SystemScript, Option<PathBuf>) {
        let Some(named) = named.filter(|named| named.manifest.usable) else {
            let unknown = kind == Some(Kind::Integration) || named.is_some();
            return (if unknown { SystemScript::Unknown } else { SystemScript::None }, None);
        };
        match &named.manifest.system_script {
            _ if named.role == ScriptRole::System => (SystemScript::None, None),
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
                let surroundings = Surroundings::alone(self.image(path));
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
                let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
                let is_package = || !is_file && path.join("__init__.py").is_file();
                let is_module = is_python(&path) || is_package();
                is_module.then(|| Some(path.file_stem()?.to_str()?.to_owned())).flatten()
            });
            Arc::new(modules.collect())
        })
    }

    /// The nearest settings in the folder of the file at `path` or above.
    pub fn settings_for(&self, path: &Path) -> Option<Arc<SettingsFile>> {
        self.settings_above(path.parent()?)
    }

    fn settings_above(&self, folder: &Path) -> Option<Arc<SettingsFile>> {
        self.settings.get(folder, || {
            let path = folder.join(SETTINGS);
            let own = self.files.exists(&path).then(|| self.files.read(&path).ok()).flatten();
            match own {
                Some(source) => Some(Arc::new(SettingsFile::new(&path, source.text()))),
                None => self.settings_above(folder.parent()?),
            }
        })
    }

    /// What is wrong with the settings in force for the file at `path`, and with the image profile they name.
    pub fn settings_problems(&self, path: &Path) -> Vec<Problem> {
        let Some(file) = self.settings_for(path) else { return Vec::new() };
        let mut problems = file.problems();
        problems.extend(self.profile(&file).and_then(Result::err));
        problems
    }

    /// The image that scripts at `path` run in: the settings' profile, or the documented one.
    pub fn image(&self, path: &Path) -> Arc<Image> {
        let profile = self.settings_for(path).and_then(|file| self.profile(&file));
        profile.and_then(Result::ok).unwrap_or_else(Image::default_profile)
    }

    /// The image profile that the settings for the file at `path` name.
    pub fn profile_for(&self, path: &Path) -> Option<PathBuf> {
        profile_path(&*self.settings_for(path)?)
    }

    fn profile(&self, file: &SettingsFile) -> Option<Result<Arc<Image>, Problem>> {
        let path = profile_path(file)?;
        Some(self.images.get(&path, || {
            let source = self.files.read(&path).map_err(|error| Problem::fatal(&path, describe(&error)))?;
            if let Source::Not(reason) = source {
                return Err(Problem::fatal(&path, reason.to_string()));
            }
            Image::from_json(&source.text()).map(Arc::new).map_err(|error| Problem {
                position: u32::try_from(error.line).ok().zip(u32::try_from(error.column).ok()),
                ..Problem::fatal(&path, error.message)
            })
        }))
    }

    /// Which rules are on for the file at `path`.
    pub fn selection_for(&self, path: &Path) -> Arc<Selection> {
        let settings = self.settings_for(path);
        let spared = settings.as_deref().map_or(Vec::new(), |file| spared(file, path));
        let select = || Arc::new(selection(settings.as_deref(), &self.overrides, &spared));
        if !spared.is_empty() {
            return select();
        }
        let known = settings.as_deref().map_or(&self.selection, |file| &file.selection);
        Arc::clone(known.get_or_init(select))
    }

    /// Which rules are on for a script. Of a system script only what Python refuses is reported.
    fn script_selection(&self, path: &Path, role: Option<ScriptRole>) -> Arc<Selection> {
        if role != Some(ScriptRole::System) {
            return self.selection_for(path);
        }
        let select = Some(vec!["D3001".to_owned(), "D3701".to_owned()]);
        let overrides = Overrides { select, ignore: self.overrides.ignore.clone() };
        let settings = self.settings_for(path);
        let spared = settings.as_deref().map_or(Vec::new(), |file| spared(file, path));
        Arc::new(selection(settings.as_deref(), &overrides, &spared))
    }
}

fn profile_path(file: &SettingsFile) -> Option<PathBuf> {
    Some(normalised(&file.folder().join(&file.settings.profile.as_ref()?.value)))
}

/// The scripts that a manifest names, as it writes them: drafts, then Live ones, then the system script.
pub fn names_in(manifest: &Manifest) -> Vec<(&str, ScriptRole)> {
    let system = match &manifest.system_script {
        SystemScriptSetting::File(name) => Some((name.value.as_str(), ScriptRole::System)),
        _ => None,
    };
    let draft = manifest.scripts().into_iter().map(|name| (name.value.as_str(), ScriptRole::Draft));
    let live = manifest.live_scripts().into_iter().map(|name| (name.value.as_str(), ScriptRole::Live));
    draft.chain(live).chain(system).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    #[test]
    fn the_nearest_settings_hold_as_they_come_change_and_go() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        fs::create_dir_all(root.join("acme/edr")).expect("made");
        let workspace = Workspace::default();
        let script = root.join("acme/edr/script.py");
        let rule = rules::find("D3201").expect("a rule");
        let write = |path: &Path, ignored: &str| {
            fs::write(path, format!("[lint]\nignore = [\"{ignored}\"]\n")).expect("written");
            workspace.invalidate(path);
        };
        let is_on = || workspace.selection_for(&script).is_on(rule);
        let (far, near) = (root.join(SETTINGS), root.join("acme").join(SETTINGS));
        assert!(is_on());
        write(&far, "D3201");
        assert!(!is_on());
        write(&near, "D3202");
        assert!(is_on());
        write(&near, "D3201");
        assert!(!is_on());
        write(&far, "D3202");
        fs::remove_file(&near).expect("removed");
        workspace.invalidate(&near);
        assert!(is_on());
        write(&near, "D3201");
        assert!(!is_on());
        fs::remove_dir_all(root.join("acme")).expect("removed");
        workspace.invalidate(&root.join("acme"));
        assert!(is_on());
    }
}
