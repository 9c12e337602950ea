//! From paths to findings: gathers, checks, fixes and writes, in parallel.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::check::{Input, check, check_manifest};
use crate::diagnostic::{Applicability, Diagnostic, Place};
use crate::fix::{Diagnosis, Fixed, Wanted, fix_all};
use crate::manifest::{Kind, Manifest};
use crate::project::{
    Candidate, Disk, MANIFEST, ManifestFile, Problem, Script, SettingsFile, Workspace, describe, relative_to, replace,
    walk,
};
use crate::report::{File, Files, Finding, Results};
use crate::rules::{self, RULES, Rule, Selection};
use crate::semantic::SystemScript;
use crate::text::Source;

/// One run of `lint`.
pub(super) struct Session {
    pub(super) workspace: Workspace,
    pub(super) treat_as: Option<Kind>,
    /// Whether texts are fixed before they are reported.
    pub(super) fix: bool,
    /// Whether fixed texts are written.
    pub(super) write: bool,
    pub(super) unsafe_fixes: bool,
    /// The working directory, which shown paths are relative to.
    pub(super) folder: PathBuf,
}

/// What came of a run, or of one file.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) results: Results,
    pub(super) problems: Vec<Problem>,
    /// Files that were fixed, or would be, by path.
    pub(super) changes: Vec<Change>,
    /// Which rules were on, each choice once.
    selections: Vec<Arc<Selection>>,
}

/// A file before and after fixing.
pub(super) struct Change {
    pub(super) path: String,
    pub(super) before: Arc<str>,
    pub(super) after: Arc<str>,
}

impl Session {
    /// Checks files and folders. Manifests come first: a script is checked against the fixed one.
    pub(super) fn check(&self, paths: &[PathBuf]) -> Outcome {
        let walked = walk(paths);
        let is_manifest = |path: &&PathBuf| path.file_name().is_some_and(|name| name == MANIFEST);
        let all = || walked.named.iter().chain(&walked.found);
        let manifests: Vec<&PathBuf> = all().filter(is_manifest).collect();
        self.workspace.know(manifests.iter().copied().cloned());
        let mut outcome = Outcome { problems: walked.problems.clone(), ..Outcome::default() };
        outcome.add(self.settings(all().map(PathBuf::as_path), true));
        for one in self.each(&manifests, |path| self.file(path, false, true)) {
            outcome.add(one);
        }
        self.repeated_names(&manifests, &mut outcome);
        let mut scripts: BTreeSet<PathBuf> = all().filter(|path| !is_manifest(path)).cloned().collect();
        for manifest in manifests {
            outcome.problems.extend(self.missing_scripts(manifest));
            let missing: BTreeSet<PathBuf> = self.workspace.missing_scripts_of(manifest).into_iter().collect();
            scripts.extend(self.workspace.scripts_of(manifest).into_iter().filter(|path| !missing.contains(path)));
        }
        let scripts: Vec<&PathBuf> = scripts.iter().collect();
        let is_named = |path: &PathBuf| walked.named.binary_search(path).is_ok();
        for one in self.each(&scripts, |path| self.file(path, is_named(path), true)) {
            outcome.add(one);
        }
        outcome.note_rules();
        outcome
    }

    /// Checks one text as the file at `path`, which need not exist and is not written.
    pub(super) fn check_text(&self, path: &Path, source: Source) -> Outcome {
        let mut outcome = self.settings([path].into_iter(), false);
        outcome.add(self.guarded(path, || self.source(path, source, true, false)));
        outcome.note_rules();
        outcome
    }

    /// `path` as it is shown: relative to the working directory, with `/`, or absolute outside it.
    pub(super) fn shown(&self, path: &Path) -> String {
        relative_to(&self.folder, path)
    }

    /// The outcome of each path, in order.
    fn each(&self, paths: &[&PathBuf], work: impl Fn(&PathBuf) -> Outcome + Sync) -> Vec<Outcome> {
        paths.par_iter().map(|path| self.guarded(path, || work(path))).collect()
    }

    /// A panic costs the file it happened in.
    fn guarded(&self, path: &Path, work: impl FnOnce() -> Outcome) -> Outcome {
        catch_unwind(AssertUnwindSafe(work))
            .unwrap_or_else(|_| Outcome::failed(path, "d3ls failed on this file; please report this as a bug"))
    }

    /// Reports integrations that have the name of an earlier one (D3's page, "Create Custom Integration").
    fn repeated_names(&self, manifests: &[&PathBuf], outcome: &mut Outcome) {
        let Some(rule) = rules::find("D3903") else { return };
        let mut taken: BTreeMap<String, String> = BTreeMap::new();
        let mut sorted: Vec<(String, &PathBuf)> = manifests.iter().map(|path| (self.shown(path), *path)).collect();
        sorted.sort();
        for (shown, path) in sorted {
            let selection = self.workspace.selection_for(path);
            let Some(manifest) = self.workspace.manifest(path).filter(|manifest| manifest.usable) else { continue };
            let Some(name) = manifest.name.as_ref().filter(|_| manifest.kind == Kind::Integration) else { continue };
            let Some(first) = taken.get(&name.value) else {
                taken.insert(name.value.clone(), shown);
                continue;
            };
            if selection.is_on(rule) {
                let message = format!("{first} has the name `{}` already; each integration wants its own", name.value);
                let diagnostic = Diagnostic {
                    code: rule.code,
                    rule: rule.name,
                    severity: selection.severity(rule.code, rule.severity),
                    message,
                    place: Place::Manifest,
                    range: name.range,
                    related: Vec::new(),
                    fixes: Vec::new(),
                };
                let main = Arc::new(File::new(shown, Arc::clone(&manifest.text)));
                outcome.report(vec![diagnostic], Files { main, others: Vec::new() });
            }
        }
    }

    /// The scripts that are not there; what a broken manifest names can't be told.
    fn missing_scripts<'a>(&'a self, manifest: &'a Path) -> impl Iterator<Item = Problem> + 'a {
        let is_usable = self.workspace.manifest(manifest).is_some_and(|known| known.usable);
        let missing = if is_usable { self.workspace.missing_scripts_of(manifest) } else { Vec::new() };
        missing
            .into_iter()
            .map(|path| Problem::fatal(&path, format!("no such file, but {} names it", self.shown(manifest))))
    }

    fn file(&self, path: &Path, named: bool, on_disk: bool) -> Outcome {
        match self.workspace.read(path) {
            Ok(source) => self.source(path, source, named, on_disk),
            Err(error) => Outcome::failed(path, &describe(&error)),
        }
    }

    fn source(&self, path: &Path, source: Source, named: bool, on_disk: bool) -> Outcome {
        match self.workspace.input(path, source.clone(), self.treat_as) {
            Candidate::Script(script) => self.script(*script, on_disk),
            Candidate::Manifest(manifest) => match source {
                Source::Text(_) => self.manifest(manifest, on_disk),
                Source::Not(reason) => Outcome::failed(path, &reason.to_string()),
            },
            Candidate::NotText(_) if named || self.looks_like_d3(path) => {
                self.script(self.workspace.as_script(path, source), on_disk)
            }
            Candidate::NotText(reason) => {
                Outcome { problems: vec![Problem::note(path, format!("skipped: {reason}"))], ..Outcome::skipped() }
            }
            Candidate::NotD3 => Outcome::skipped(),
        }
    }

    /// Whether a file that is no text would be a D3 script if it were one.
    fn looks_like_d3(&self, path: &Path) -> bool {
        match Disk::read_lossy(path) {
            Some(text) => matches!(self.workspace.input(path, text, self.treat_as), Candidate::Script(_)),
            None => false,
        }
    }

    fn script(&self, script: Script, on_disk: bool) -> Outcome {
        let Script { mut input, places } = script;
        let mut outcome = Outcome::checked(self.shown(&places.script), &input.selection);
        let named = places.manifest.as_ref().and_then(|_| self.workspace.manifest_for(&places.script));
        let is_edited = named.is_none_or(|named| named.role.is_edited());
        if self.fix
            && is_edited
            && let Source::Text(before) = input.source.clone()
        {
            let with = |text: &Arc<str>| Input { source: Source::Text(Arc::clone(text)), ..input.clone() };
            let fixed = fix_all(&before, self.wanted(Place::Script), |text| {
                let report = check(&with(text));
                let syntax_errors = report.analysis.parsed().errors.len();
                Diagnosis { diagnostics: report.diagnostics, syntax_errors }
            });
            input = with(&self.keep(&places.script, &before, fixed, on_disk, &mut outcome));
        }
        let mut report = check(&input);
        if !is_edited {
            // People may look at a fix, `--fix` leaves it alone.
            let fixes = report.diagnostics.iter_mut().flat_map(|diagnostic| &mut diagnostic.fixes);
            fixes.for_each(|fix| fix.applicability = Applicability::Offered);
        }
        let file = |path: &Path, text: Arc<str>| Arc::new(File::new(self.shown(path), text));
        let mut others = Vec::new();
        if let (Some(path), Some(manifest)) = (&places.manifest, &input.manifest) {
            others.push((Place::Manifest, file(path, Arc::clone(&manifest.text))));
        }
        if let (Some(path), SystemScript::Known(system)) = (&places.system, &input.system) {
            others.push((Place::SystemScript, file(path, Arc::clone(&system.parsed().text))));
        }
        outcome.results.not_evaluated.extend(report.not_evaluated);
        outcome.results.lacks_manifest = input.manifest.is_none();
        outcome.report(report.diagnostics, Files { main: file(&places.script, input.source.text()), others });
        outcome
    }

    fn manifest(&self, manifest: ManifestFile, on_disk: bool) -> Outcome {
        let ManifestFile { path, mut manifest, selection } = manifest;
        let mut outcome = Outcome::checked(self.shown(&path), &selection);
        if self.fix {
            let before = Arc::clone(&manifest.text);
            let fixed = fix_all(&before, self.wanted(Place::Manifest), |text| {
                let manifest = Manifest::parse(Arc::clone(text));
                let syntax_errors = usize::from(!manifest.usable);
                Diagnosis { diagnostics: check_manifest(&manifest, &selection), syntax_errors }
            });
            let after = self.keep(&path, &before, fixed, on_disk, &mut outcome);
            manifest = Arc::new(Manifest::parse(after));
        }
        let file = Arc::new(File::new(self.shown(&path), Arc::clone(&manifest.text)));
        let others = vec![(Place::Manifest, Arc::clone(&file))];
        outcome.report(check_manifest(&manifest, &selection), Files { main: file, others });
        outcome
    }

    /// Checks the settings in force for `paths`, each once.
    fn settings<'p>(&self, paths: impl Iterator<Item = &'p Path>, on_disk: bool) -> Outcome {
        let mut outcome = Outcome::default();
        let mut seen = BTreeSet::new();
        for path in paths {
            let Some(settings) = self.workspace.settings_for(path) else { continue };
            if seen.insert(settings.path.clone()) {
                outcome.problems.extend(self.workspace.settings_problems(path));
                self.settings_file(&settings, on_disk, &mut outcome);
            }
        }
        outcome
    }

    fn settings_file(&self, settings: &SettingsFile, on_disk: bool, outcome: &mut Outcome) {
        let mut text = Arc::clone(&settings.text);
        let selection = self.workspace.selection_for(&settings.path);
        let read = |text: &Arc<str>| SettingsFile::new(&settings.path, Arc::clone(text));
        if self.fix {
            let fixed = fix_all(&text, self.wanted(Place::Settings), |text| {
                let settings = read(text);
                Diagnosis { diagnostics: settings.unknown_codes(&selection), syntax_errors: settings.errors.len() }
            });
            text = self.keep(&settings.path, &settings.text, fixed, on_disk, outcome);
        }
        let main = Arc::new(File::new(self.shown(&settings.path), Arc::clone(&text)));
        outcome.report(read(&text).unknown_codes(&selection), Files { main, others: Vec::new() });
    }

    fn wanted(&self, place: Place) -> Wanted {
        Wanted { place, unsafe_fixes: self.unsafe_fixes }
    }

    /// Notes and writes a fixed text. The text that is now in the file.
    fn keep(&self, path: &Path, before: &Arc<str>, fixed: Fixed, on_disk: bool, outcome: &mut Outcome) -> Arc<str> {
        for Diagnostic { code, message, .. } in &fixed.rejected {
            let message = format!("the fix of {code} would have added a syntax error and was left out ({message})");
            outcome.problems.push(Problem::note(path, message));
        }
        if fixed.text == *before {
            return fixed.text;
        }
        if self.write && on_disk {
            if let Err(error) = replace(path, before, &fixed.text) {
                outcome.problems.push(Problem::fatal(path, describe(&error)));
                return Arc::clone(before);
            }
            self.workspace.invalidate(path);
        }
        outcome.results.fixed += fixed.applied;
        outcome.changes.push(Change {
            path: self.shown(path),
            before: Arc::clone(before),
            after: Arc::clone(&fixed.text),
        });
        fixed.text
    }
}

impl Outcome {
    fn failed(path: &Path, message: &str) -> Self {
        Self { problems: vec![Problem::fatal(path, message)], ..Self::default() }
    }

    fn skipped() -> Self {
        Self { results: Results { skipped: 1, ..Results::default() }, ..Self::default() }
    }

    fn checked(path: String, selection: &Arc<Selection>) -> Self {
        let results = Results { files: [path].into(), ..Results::default() };
        Self { results, selections: vec![Arc::clone(selection)], ..Self::default() }
    }

    /// Says which rules were on for some file.
    fn note_rules(&mut self) {
        let is_on = |rule: &Rule| self.selections.iter().any(|selection| selection.is_on(rule));
        self.results.rules = RULES.iter().filter(|rule| is_on(rule)).map(|rule| rule.code).collect();
    }

    fn report(&mut self, diagnostics: Vec<Diagnostic>, files: Files) {
        let files = Arc::new(files);
        let findings = diagnostics.into_iter().map(|diagnostic| Finding { diagnostic, files: Arc::clone(&files) });
        self.results.findings.extend(findings);
    }

    fn add(&mut self, other: Self) {
        self.results.findings.extend(other.results.findings);
        self.results.files.extend(other.results.files);
        self.results.skipped += other.results.skipped;
        for selection in other.selections {
            if !self.selections.contains(&selection) {
                self.selections.push(selection);
            }
        }
        // Nearly always the same for all files.
        if self.results.not_evaluated != other.results.not_evaluated {
            self.results.not_evaluated.extend(other.results.not_evaluated);
        }
        self.results.lacks_manifest |= other.results.lacks_manifest;
        self.results.fixed += other.results.fixed;
        self.problems.extend(other.problems);
        self.changes.extend(other.changes);
    }

    /// What was changed, as a unified diff.
    pub(super) fn diff(&self) -> String {
        let mut changes: Vec<&Change> = self.changes.iter().collect();
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        changes.into_iter().map(Change::diff).collect()
    }
}

impl Change {
    fn diff(&self) -> String {
        let diff = similar::TextDiff::from_lines(&*self.before, &*self.after);
        let text = diff.unified_diff().context_radius(3).header(&self.path, &self.path).to_string();
        text.split_inclusive('\n')
            .map(|line| {
                let colour = match line.as_bytes().first() {
                    _ if line.starts_with("---") || line.starts_with("+++") => "1",
                    Some(b'+') => "32",
                    Some(b'-') => "31",
                    Some(b'@') => "36",
                    _ => return line.to_owned(),
                };
                let content = line.trim_end_matches(['\r', '\n']);
                format!("\u{1b}[{colour}m{content}\u{1b}[0m{}", &line[content.len()..])
            })
            .collect()
    }
}
