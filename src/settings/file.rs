//! `d3ls.toml`.

use std::path::Path;

use globset::{Glob, GlobMatcher};
use toml::Spanned as TomlSpanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::Severity;
use crate::text::{Spanned, TextRange, TextSize, nearest};

/// The settings of a folder. Ranges are bytes of the file's text. Empty settings are the defaults.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// `[lint] select`: codes, prefixes or names. `None` where not given.
    pub select: Option<Vec<Spanned<String>>>,
    /// `[lint] ignore`.
    pub ignore: Vec<Spanned<String>>,
    /// `[lint] severity`.
    pub severity: Vec<SeverityOverride>,
    /// `[lint] per-file-ignores`.
    pub per_file_ignores: Vec<PerFileIgnore>,
    /// `[image] profile`, relative to the file.
    pub profile: Option<Spanned<String>>,
    /// `[runner] python`: an interpreter. Ignored in an untrusted workspace.
    pub python: Option<Spanned<String>>,
    /// `[runner] timeout`, in seconds an attempt, at least 1. By default 60.
    pub timeout: Option<u32>,
    /// `[runner] memory`, in MiB, at least 1. By default 2048.
    pub memory: Option<u32>,
}

/// Another severity for a rule.
#[derive(Debug, Clone)]
pub struct SeverityOverride {
    /// A code or name.
    pub code: Spanned<String>,
    /// What it is to be.
    pub severity: Severity,
}

/// Rules that some files are spared.
#[derive(Debug, Clone)]
pub struct PerFileIgnore {
    /// The files, relative to the folder of `d3ls.toml`; a pattern without `/` matches in any folder.
    pub pattern: Spanned<String>,
    /// Codes, prefixes or names.
    pub codes: Vec<Spanned<String>>,
    matcher: GlobMatcher,
}

impl PerFileIgnore {
    /// Whether the file at `path`, relative to the folder of `d3ls.toml`, is meant.
    pub fn matches(&self, path: &Path) -> bool {
        self.matcher.is_match(path)
            || (!self.pattern.value.contains('/') && path.file_name().is_some_and(|name| self.matcher.is_match(name)))
    }
}

/// One thing that is wrong with `d3ls.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// Bytes of the text.
    pub range: TextRange,
    /// What, and what to do; lower case, no final dot.
    pub message: String,
}

impl Settings {
    /// Reads `d3ls.toml`.
    ///
    /// # Errors
    /// All unknown keys, wrong types and wrong values, in order; or the one place where the text is no TOML.
    pub fn parse(text: &str) -> Result<Self, Vec<SettingsError>> {
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = Reader { base: text.len() - body.len(), errors: Vec::new() };
        let table = match DeTable::parse(body) {
            Ok(table) => table,
            Err(error) => {
                let message = format!("the settings are not valid TOML: {}", error.message());
                reader.error(error.span().unwrap_or_default(), message);
                return Err(reader.errors);
            }
        };
        let mut settings = Self::default();
        reader.table(table.get_ref(), &["lint", "image", "runner"], |reader, key, value| match key {
            "lint" => reader.lint(value, &mut settings),
            "image" => reader.section(value, key, &["profile"], |reader, key, value| {
                settings.profile = reader.path(value, key);
            }),
            _ => reader.section(value, key, &["python", "timeout", "memory"], |reader, key, value| match key {
                "python" => settings.python = reader.path(value, key),
                "timeout" => settings.timeout = reader.positive(value, key, "seconds"),
                _ => settings.memory = reader.positive(value, key, "MiB"),
            }),
        });
        if reader.errors.is_empty() {
            Ok(settings)
        } else {
            reader.errors.sort_by_key(|error| (error.range.start(), error.range.end()));
            Err(reader.errors)
        }
    }
}

type Entry<'a, 'i> = &'a TomlSpanned<DeValue<'i>>;

/// Walks the tables and collects what is wrong.
struct Reader {
    /// The length of the byte-order mark.
    base: usize,
    errors: Vec<SettingsError>,
}

impl Reader {
    fn range(&self, span: std::ops::Range<usize>) -> TextRange {
        let size = |offset: usize| TextSize::try_from(offset + self.base).unwrap_or_default();
        TextRange::new(size(span.start), size(span.end))
    }

    fn error(&mut self, span: std::ops::Range<usize>, message: String) {
        let range = self.range(span);
        self.errors.push(SettingsError { range, message });
    }

    fn table<'a, 'i>(
        &mut self,
        table: &'a DeTable<'i>,
        known: &[&str],
        mut each: impl FnMut(&mut Self, &str, Entry<'a, 'i>),
    ) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                each(self, name, value);
                continue;
            }
            let message = match nearest(name, known.iter().copied()) {
                Some(near) => format!("unknown setting `{name}`; did you mean `{near}`?"),
                None => format!("unknown setting `{name}`; known here are {}", known.join(", ")),
            };
            self.error(key.span(), message);
        }
    }

    fn section<'a, 'i>(
        &mut self,
        value: Entry<'a, 'i>,
        name: &str,
        known: &[&str],
        each: impl FnMut(&mut Self, &str, Entry<'a, 'i>),
    ) {
        match value.get_ref() {
            DeValue::Table(table) => self.table(table, known, each),
            _ => self.wrong_type(value, name, "a table"),
        }
    }

    fn lint(&mut self, value: Entry<'_, '_>, settings: &mut Settings) {
        let known = ["select", "ignore", "severity", "per-file-ignores"];
        self.section(value, "lint", &known, |reader, key, value| match key {
            "select" => settings.select = Some(reader.codes(value, key)),
            "ignore" => settings.ignore = reader.codes(value, key),
            "severity" => settings.severity = reader.severities(value),
            _ => settings.per_file_ignores = reader.per_file_ignores(value),
        });
    }

    fn severities(&mut self, value: Entry<'_, '_>) -> Vec<SeverityOverride> {
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong_type(value, "severity", "a table such as { D3601 = \"info\" }");
            return Vec::new();
        };
        let mut overrides = Vec::with_capacity(table.len());
        for (code, value) in table {
            let severity = match value.get_ref().as_str() {
                Some("error") => Severity::Error,
                Some("warning") => Severity::Warning,
                Some("info") => Severity::Info,
                Some(other) => {
                    self.error(value.span(), format!("a severity can't be `{other}`; use error, warning or info"));
                    continue;
                }
                None => {
                    self.wrong_type(value, code.get_ref(), "error, warning or info, in quotes");
                    continue;
                }
            };
            let code = Spanned::new(code.get_ref().to_string(), self.range(code.span()));
            overrides.push(SeverityOverride { code, severity });
        }
        overrides.sort_by_key(|entry| entry.code.range.start());
        overrides
    }

    fn per_file_ignores(&mut self, value: Entry<'_, '_>) -> Vec<PerFileIgnore> {
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong_type(value, "per-file-ignores", "a table such as { \"legacy/*\" = [\"D3601\"] }");
            return Vec::new();
        };
        let mut ignores = Vec::with_capacity(table.len());
        for (pattern, codes) in table {
            let codes = self.codes(codes, pattern.get_ref());
            match Glob::new(pattern.get_ref().trim_start_matches("./")) {
                Ok(glob) => ignores.push(PerFileIgnore {
                    pattern: Spanned::new(pattern.get_ref().to_string(), self.range(pattern.span())),
                    codes,
                    matcher: glob.compile_matcher(),
                }),
                Err(error) => self.error(pattern.span(), format!("this is no file pattern: {}", error.kind())),
            }
        }
        ignores.sort_by_key(|entry| entry.pattern.range.start());
        ignores
    }

    fn codes(&mut self, value: Entry<'_, '_>, name: &str) -> Vec<Spanned<String>> {
        let DeValue::Array(elements) = value.get_ref() else {
            self.wrong_type(value, name, "a list of codes such as [\"D3601\"]");
            return Vec::new();
        };
        let mut codes = Vec::with_capacity(elements.len());
        for element in elements.iter() {
            match element.get_ref().as_str() {
                Some(code) => codes.push(Spanned::new(code.to_owned(), self.quoted(element))),
                None => self.wrong_type(element, name, "a list of codes such as [\"D3601\"]"),
            }
        }
        codes
    }

    fn path(&mut self, value: Entry<'_, '_>, name: &str) -> Option<Spanned<String>> {
        match value.get_ref().as_str() {
            Some("") => self.error(value.span(), format!("`{name}` is empty; name a file or remove it")),
            Some(path) => return Some(Spanned::new(path.to_owned(), self.quoted(value))),
            None => self.wrong_type(value, name, "a path in quotes"),
        }
        None
    }

    fn positive(&mut self, value: Entry<'_, '_>, name: &str, unit: &str) -> Option<u32> {
        if let Some(number) = value.get_ref().as_integer() {
            let parsed = u32::from_str_radix(number.as_str(), number.radix()).ok().filter(|number| *number > 0);
            if parsed.is_none() {
                self.error(value.span(), format!("`{name}` can't be {}; it is in {unit}, at least 1", number.as_str()));
            }
            return parsed;
        }
        self.wrong_type(value, name, &format!("a whole number of {unit}"));
        None
    }

    /// A string's bytes without its quotes.
    fn quoted(&self, value: Entry<'_, '_>) -> TextRange {
        let span = value.span();
        if span.len() >= 2 { self.range(span.start + 1..span.end - 1) } else { self.range(span) }
    }

    fn wrong_type(&mut self, value: Entry<'_, '_>, name: &str, wanted: &str) {
        let message = format!("`{name}` must be {wanted}, not {}", type_name(value.get_ref()));
        self.error(value.span(), message);
    }
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<(String, String)> {
        let errors = Settings::parse(text).expect_err("errors");
        let slice = |range: TextRange| text[range.start().to_usize()..range.end().to_usize()].to_owned();
        errors.into_iter().map(|error| (slice(error.range), error.message)).collect()
    }

    #[test]
    fn reads_every_setting() {
        let text = r#"
[lint]
select = ["D32", "reserved-name"]
ignore = ["D3112"]
severity = { D3601 = "info" }
per-file-ignores = { "legacy/*.py" = ["D3601"], "d3.json" = ["D3904"] }

[image]
profile = "d3-image.json"

[runner]
python = "/usr/bin/python3.9"
timeout = 1_0
memory = 512
"#;
        let settings = Settings::parse(text).expect("valid settings");
        let select = settings.select.expect("a selection");
        assert_eq!(select[1].value, "reserved-name");
        assert_eq!(&text[select[1].range.start().to_usize()..select[1].range.end().to_usize()], "reserved-name");
        assert_eq!(settings.severity[0].severity, Severity::Info);
        assert_eq!(settings.profile.expect("a profile").value, "d3-image.json");
        assert_eq!((settings.timeout, settings.memory), (Some(10), Some(512)));
        let [legacy, manifest] = settings.per_file_ignores.as_slice() else { panic!("two patterns") };
        assert!(legacy.matches(Path::new("legacy/a.py")) && !legacy.matches(Path::new("a.py")));
        assert!(manifest.matches(Path::new("acme/d3.json")), "a pattern without a folder matches in any");
    }

    #[test]
    fn nothing_set_is_fine() {
        for text in ["", "\u{feff}", "[lint]\n", "# nothing\n"] {
            assert!(Settings::parse(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn names_the_nearest_setting() {
        assert_eq!(
            errors("[lint]\nselct = []\n"),
            [("selct".to_owned(), "unknown setting `selct`; did you mean `select`?".to_owned())]
        );
        assert_eq!(
            errors("\u{feff}colour = 1\n"),
            [("colour".to_owned(), "unknown setting `colour`; known here are lint, image, runner".to_owned())]
        );
    }

    #[test]
    fn says_all_that_is_wrong_in_order() {
        let text = "[lint]\nselect = \"D3\"\nseverity = { D3601 = \"warn\" }\n[runner]\ntimeout = 0\nmemory = -1\npython = 3\n";
        let places: Vec<_> = errors(text).into_iter().map(|(place, _)| place).collect();
        assert_eq!(places, ["\"D3\"", "\"warn\"", "0", "-1", "3"]);
        assert_eq!(errors("lint = 3")[0].1, "`lint` must be a table, not a number");
        assert_eq!(errors("[lint]\nper-file-ignores = { \"a[\" = [] }")[0].0, "\"a[\"");
    }

    #[test]
    fn broken_toml_is_one_error() {
        assert_eq!(errors("[lint\nselect = [\n").len(), 1);
    }

    #[test]
    fn every_prefix_is_survived() {
        let text = "\u{feff}[lint]\nselect = [\"é\", 'x', \"\"\"y\"\"\"]\nper-file-ignores = { \"a/*\" = [\"D3\"] }\n[runner]\ntimeout = 0x1f\n";
        assert!(Settings::parse(text).is_ok());
        for (end, _) in text.char_indices() {
            for error in Settings::parse(&text[..end]).err().into_iter().flatten() {
                assert!(error.range.end().to_usize() <= end, "{error:?}");
            }
        }
    }
}
