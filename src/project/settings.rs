//! A `d3ls.toml` on the disk.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::walk::Problem;
use crate::diagnostic::{Applicability, Diagnostic, Fix, Place};
use crate::rules::{self, RULES, Selection, Selector};
use crate::settings::{Settings, SettingsError};
use crate::text::{Edit, Encoding, LineIndex, Spanned, nearest};

/// What a command line says about rules: it comes before the settings.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// Replaces the settings' `select` and `ignore`, unless it is `None`.
    pub select: Option<Vec<String>>,
    /// Adds to `ignore`.
    pub ignore: Vec<String>,
}

/// A `d3ls.toml`.
#[derive(Debug, Clone)]
pub struct SettingsFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its text.
    pub text: Arc<str>,
    /// What it says; the defaults where it is broken.
    pub settings: Settings,
    /// What is wrong with it.
    pub errors: Vec<SettingsError>,
    /// Which rules are on for a file that it spares none.
    pub(super) selection: OnceLock<Arc<Selection>>,
}

impl SettingsFile {
    /// Reads the text of the settings at `path`.
    pub fn new(path: &Path, text: Arc<str>) -> Self {
        let (settings, errors) = match Settings::parse(&text) {
            Ok(settings) => {
                let errors = contradictions(&settings);
                (settings, errors)
            }
            Err(errors) => (Settings::default(), errors),
        };
        Self { path: path.to_owned(), text, settings, errors, selection: OnceLock::new() }
    }

    /// The folder that its paths are relative to.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    /// What is wrong with it, with line and column.
    pub fn problems(&self) -> Vec<Problem> {
        let index = LineIndex::new(&self.text);
        let problem = |error: &SettingsError| {
            let at = index.position(&self.text, error.range.start(), Encoding::Utf32);
            Problem {
                path: self.path.clone(),
                position: Some((at.line + 1, at.column + 1)),
                message: error.message.clone(),
                fatal: true,
            }
        };
        self.errors.iter().map(problem).collect()
    }

    /// The words in it that name no rule (D3902), if `selection` wants to know.
    pub fn unknown_codes(&self, selection: &Selection) -> Vec<Diagnostic> {
        // A word in `select` that names no rule may be what leaves this one out.
        let is_left_out = || {
            let is_unknown = |word: &Spanned<String>| Selector::new(&word.value).is_none();
            self.settings.select.iter().flatten().any(is_unknown)
                && *selection == self::selection(Some(self), &Overrides::default(), &[])
        };
        let rule = rules::find("D3902").filter(|rule| selection.is_on(rule) || is_left_out());
        let Some(rule) = rule else { return Vec::new() };
        let Settings { select, ignore, severity, per_file_ignores, .. } = &self.settings;
        let words = select.iter().flatten().chain(ignore);
        let words = words.chain(severity.iter().map(|entry| &entry.code));
        let words = words.chain(per_file_ignores.iter().flat_map(|entry| &entry.codes));
        words
            .filter(|word| Selector::new(&word.value).is_none())
            .map(|word| {
                let near = nearest(&word.value, RULES.iter().flat_map(|rule| [rule.code, rule.name]));
                let hint = near.map_or("`d3ls rules` lists all".to_owned(), |near| format!("did you mean `{near}`?"));
                let replace = |near| vec![Edit::replace(word.range, near)];
                let fix = near.map(|near| {
                    Fix::new(format!("Replace by `{near}`"), Applicability::Safe, Place::Settings, replace(near))
                });
                Diagnostic {
                    code: rule.code,
                    rule: rule.name,
                    severity: selection.severity(rule.code, rule.severity),
                    message: format!("there is no rule `{}`; {hint}", word.value),
                    place: Place::Settings,
                    range: word.range,
                    related: Vec::new(),
                    fixes: fix.into_iter().collect(),
                }
            })
            .collect()
    }
}

/// What in the settings takes back what they say elsewhere, in order.
fn contradictions(settings: &Settings) -> Vec<SettingsError> {
    let Settings { select, ignore, severity, .. } = settings;
    let same = |a: &Spanned<String>, b: &Spanned<String>| {
        Selector::new(&a.value).zip(Selector::new(&b.value)).is_some_and(|(a, b)| a.equals(b))
    };
    let mut errors = Vec::new();
    let mut error = |word: &Spanned<String>, message| errors.push(SettingsError { range: word.range, message });
    for word in ignore {
        if let Some(other) = select.iter().flatten().find(|other| same(word, other)) {
            error(word, format!("`{}` is ignored here and `{}` selected; keep one of them", word.value, other.value));
        }
    }
    let values = |words: &[Spanned<String>]| words.iter().map(|word| word.value.clone()).collect::<Vec<_>>();
    let (selected, ignored) = (select.as_deref().map(values), values(ignore));
    let selection = Selection::new(selected.as_deref().map(selectors).as_deref(), &selectors(&ignored), &[]);
    for (place, entry) in severity.iter().enumerate() {
        let word = &entry.code;
        let Some(selector) = Selector::new(&word.value) else { continue };
        if severity[..place].iter().any(|other| same(word, &other.code) && other.severity != entry.severity) {
            error(word, format!("`{}` has another severity above; keep one of them", word.value));
        } else if !RULES.iter().any(|rule| selector.names(rule) && selection.is_on(rule)) {
            let message = format!("`{}` has a severity but is switched off; select it or take this out", word.value);
            error(word, message);
        }
    }
    errors.sort_by_key(|error| error.range.start());
    errors
}

/// Which rules are on for a file that is `spared` some. What a command line selects replaces the settings'
/// `select` and `ignore`; `per-file-ignores` always holds.
pub(super) fn selection(file: Option<&SettingsFile>, overrides: &Overrides, spared: &[&str]) -> Selection {
    let default = Settings::default();
    let settings = file.map_or(&default, |file| &file.settings);
    let values =
        |words: &'_ [Spanned<String>]| -> Vec<String> { words.iter().map(|word| word.value.clone()).collect() };
    let select = overrides.select.clone().or_else(|| settings.select.as_deref().map(values));
    let mut ignore = if overrides.select.is_some() { Vec::new() } else { values(&settings.ignore) };
    ignore.extend(overrides.ignore.iter().cloned());
    ignore.extend(spared.iter().copied().map(str::to_owned));
    let severity: Vec<_> = settings
        .severity
        .iter()
        .filter_map(|entry| Some((Selector::new(&entry.code.value)?, entry.severity)))
        .collect();
    Selection::new(select.as_deref().map(selectors).as_deref(), &selectors(&ignore), &severity)
}

/// The codes of the rules that `per-file-ignores` spares `path`, each whole, so that no selection is more precise.
pub(super) fn spared(file: &SettingsFile, path: &Path) -> Vec<&'static str> {
    let Ok(relative) = path.strip_prefix(file.folder()) else { return Vec::new() };
    let entries = file.settings.per_file_ignores.iter().filter(|entry| entry.matches(relative));
    let words: Vec<String> = entries.flat_map(|entry| &entry.codes).map(|word| word.value.clone()).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let meant = Selection::new(Some(&selectors(&words)), &[], &[]);
    RULES.iter().filter(|rule| meant.is_on(rule)).map(|rule| rule.code).collect()
}

fn selectors(words: &[String]) -> Vec<Selector<'_>> {
    words.iter().filter_map(|word| Selector::new(word)).collect()
}
