//! Every rule's page is its test: the examples under "Bad" give exactly the marked findings, those under "Good"
//! give none, and a `python fixed` or `json fixed` block is what the fixes make of the example before it.
//!
//! A line of carets in an example marks the finding in the line above it and is no part of the example; a word after
//! the carets is the finding's severity where it is not the rule's own.
//! A block `json d3.json`, `python system.py` or `toml d3ls.toml` is a file beside the examples that follow it, until the next
//! heading. Examples are scripts named `script.py`, unless the block gives another name.

use std::collections::BTreeSet;
use std::path::Path;

use d3ls::check::{Report, check, check_manifest};
use d3ls::diagnostic::{Diagnostic, Place, Severity};
use d3ls::manifest::Manifest;
use d3ls::project::Workspace;
use d3ls::rules::{Check, FixKind, RULES, Rule, Selection, Selector};
use d3ls::text::{Edit, Encoding, LineIndex, Source, apply};

/// A fenced block of a page.
struct Block {
    language: String,
    name: Option<String>,
    good: bool,
    heading: usize,
    text: String,
    line: usize,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let (mut heading, mut good, mut open): (usize, Option<bool>, Option<Block>) = (0, None, None);
    for (number, line) in page.lines().enumerate() {
        if let Some(block) = &mut open {
            if line == "```" {
                blocks.extend(open.take());
            } else {
                block.text.push_str(line);
                block.text.push('\n');
            }
        } else if let Some(info) = line.strip_prefix("```") {
            let mut words = info.split_whitespace();
            open = Some(Block {
                language: words.next().unwrap_or_default().to_owned(),
                name: words.next().map(str::to_owned),
                good: good.unwrap_or(true),
                heading,
                text: String::new(),
                line: number + 1,
            });
        } else if line.starts_with('#') {
            heading += 1;
            match line.trim_start_matches('#').trim() {
                "Bad" => good = Some(false),
                "Good" => good = Some(true),
                _ => {}
            }
        }
    }
    blocks
}

/// A finding as a page marks it: line and columns from 0, columns in characters.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Mark {
    place: Place,
    line: usize,
    start: usize,
    end: usize,
    severity: Severity,
}

/// The example without its marker lines, and the marks.
fn unmark(text: &str, place: Place, rule: &Rule) -> (String, Vec<Mark>) {
    let mut source: Vec<&str> = Vec::new();
    let mut marks = Vec::new();
    for line in text.lines() {
        let trimmed = line.trim_start();
        let carets = trimmed.chars().take_while(|&character| character == '^').count();
        let word = trimmed[carets..].trim();
        let is_marker = carets > 0 && matches!(word, "" | "error" | "warning" | "info");
        if !is_marker {
            source.push(line);
            continue;
        }
        let start = line.len() - trimmed.len();
        let severity = match word {
            "error" => Severity::Error,
            "warning" => Severity::Warning,
            "info" => Severity::Info,
            _ => rule.severity,
        };
        marks.push(Mark { place, line: source.len().saturating_sub(1), start, end: start + carets, severity });
    }
    (source.join("\n") + "\n", marks)
}

fn found(diagnostic: &Diagnostic, text: &str) -> Mark {
    let index = LineIndex::new(text);
    let start = index.position(text, diagnostic.range.start(), Encoding::Utf32);
    let end = index.position(text, diagnostic.range.end(), Encoding::Utf32);
    let end_column = if end.line == start.line {
        end.column as usize
    } else {
        text.lines().nth(start.line as usize).unwrap_or_default().chars().count()
    };
    let (start_column, line) = (start.column as usize, start.line as usize);
    Mark {
        place: diagnostic.place,
        line,
        start: start_column,
        // An empty range is marked by one caret.
        end: end_column.max(start_column + 1),
        severity: diagnostic.severity,
    }
}

/// An example with the files beside it.
struct Example<'p> {
    page: String,
    block: &'p Block,
    rule: &'static Rule,
    files: Vec<(String, String)>,
    text: String,
    marks: Vec<Mark>,
    manifest: Option<String>,
}

impl Example<'_> {
    fn diagnostics(&self) -> (Vec<Diagnostic>, Option<Report>) {
        // Rules about other rules' findings need those; all others are looked at alone.
        let word = [Selector::new(self.rule.code).expect("a rule's code")];
        let is_engine = matches!(self.rule.check, Check::Engine);
        let selection = Selection::new((!is_engine).then_some(&word), &[], &[]);
        if self.block.language == "json" {
            return (check_manifest(&Manifest::parse(self.text.as_str().into()), &selection), None);
        }
        let folder = tempfile::tempdir().expect("a folder");
        let root = d3ls::project::absolute(folder.path());
        for (name, text) in &self.files {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        let name = self.block.name.as_deref().filter(|name| *name != "fixed").unwrap_or("script.py");
        let path = root.join(name);
        std::fs::write(&path, &self.text).expect("a file");
        let mut script = Workspace::default().as_script(Path::new(&path), Source::from_text(self.text.as_str()));
        script.input.selection = std::sync::Arc::new(selection);
        let report = check(&script.input);
        let own = report.diagnostics.iter().filter(|diagnostic| diagnostic.code == self.rule.code);
        (own.cloned().collect(), Some(report))
    }

    fn verify(&self) -> Result<(), String> {
        let (diagnostics, report) = self.diagnostics();
        let at = format!("{}:{}", self.page, self.block.line);
        if report.is_some_and(|report| report.not_evaluated.contains(&self.rule.code)) {
            return Err(format!("{at}: the rule could not be evaluated"));
        }
        let text_of = |place| match place {
            Place::Manifest => self.manifest.as_deref().unwrap_or(&self.text),
            _ => &self.text,
        };
        let mut actual: Vec<Mark> =
            diagnostics.iter().map(|diagnostic| found(diagnostic, text_of(diagnostic.place))).collect();
        let mut expected = self.marks.clone();
        actual.sort();
        expected.sort();
        if actual != expected {
            let messages: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
            return Err(format!("{at}:\n  marked {expected:?}\n  found  {actual:?}\n  {messages:?}"));
        }
        if !self.block.good && expected.is_empty() {
            return Err(format!("{at}: a bad example marks nothing"));
        }
        Ok(())
    }

    fn fixed(&self) -> String {
        let (diagnostics, _) = self.diagnostics();
        let place = if self.block.language == "json" { Place::Manifest } else { Place::Script };
        let mut edits: Vec<Edit> = diagnostics
            .iter()
            .filter_map(|diagnostic| diagnostic.fixes.first())
            .flat_map(|fix| &fix.edits)
            .filter(|(at, _)| *at == place)
            .map(|(_, edit)| edit.clone())
            .collect();
        edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
        edits.dedup();
        apply(&self.text, &edits)
    }
}

fn verify(rule: &'static Rule) -> Vec<String> {
    let mut problems = Vec::new();
    let page = format!("{} {}", rule.code, rule.name);
    if !rule.page.starts_with(&format!("# {} ({})\n", rule.name, rule.code)) {
        problems.push(format!("{page}: the title is not `# {} ({})`", rule.name, rule.code));
    }
    for section in ["## What it does", "## Why", "## Bad", "## Good", "## Configuration"] {
        if !rule.page.contains(&format!("\n{section}\n")) {
            problems.push(format!("{page}: there is no section `{section}`"));
        }
    }
    if (rule.fix != FixKind::None) != rule.page.contains("\n## Fix\n") {
        problems.push(format!("{page}: a section `## Fix` stands exactly where the rule has a fix"));
    }
    let blocks = blocks(rule.page);
    let (mut bad, mut good, mut fixed) = (0, 0, 0);
    let mut files: Vec<(usize, String, String)> = Vec::new();
    let mut manifest: Option<(usize, String, Vec<Mark>)> = None;
    let mut previous: Option<Example<'_>> = None;
    for block in &blocks {
        let name = block.name.as_deref();
        if name == Some("fixed") {
            fixed += 1;
            let got = previous.as_ref().map(Example::fixed);
            if got.as_deref() != Some(block.text.as_str()) {
                problems.push(format!("{page}:{}: the fix gives\n{}", block.line, got.unwrap_or_default()));
            }
            continue;
        }
        files.retain(|(heading, ..)| *heading == block.heading);
        let beside =
            matches!(name, Some("d3.json" | "d3ls.toml" | "system.py")) && !matches!(rule.check, Check::Manifest(_));
        if beside {
            let (text, marks) = unmark(&block.text, Place::Manifest, rule);
            if name == Some("d3.json") {
                manifest = Some((block.heading, text.clone(), marks));
            }
            files.retain(|(_, known, _)| Some(known.as_str()) != name);
            files.push((block.heading, name.unwrap_or_default().to_owned(), text));
            continue;
        }
        if !matches!(block.language.as_str(), "python" | "json") {
            continue;
        }
        let place = if block.language == "json" { Place::Manifest } else { Place::Script };
        let (text, mut marks) = unmark(&block.text, place, rule);
        let beside = manifest.as_ref().filter(|(heading, ..)| *heading == block.heading);
        marks.extend(beside.into_iter().flat_map(|(_, _, marks)| marks.clone()));
        let example = Example {
            page: page.clone(),
            block,
            rule,
            files: files.iter().map(|(_, name, text)| (name.clone(), text.clone())).collect(),
            text,
            marks,
            manifest: beside.map(|(_, text, _)| text.clone()),
        };
        *(if block.good { &mut good } else { &mut bad }) += 1;
        problems.extend(example.verify().err());
        previous = Some(example);
    }
    if bad < 4 || good < 4 {
        problems.push(format!("{page}: {bad} bad and {good} good examples; each wants one and three more"));
    }
    if fixed == 0 && matches!(rule.fix, FixKind::Safe | FixKind::Unsafe) {
        problems.push(format!("{page}: no example shows the fix"));
    }
    problems
}

#[test]
fn pages_are_true() {
    let problems: Vec<String> =
        RULES.iter().filter(|rule| !matches!(rule.check, Check::Engine)).flat_map(|rule| verify(rule)).collect();
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn codes_and_names_are_unique_and_sorted() {
    let codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
    let mut sorted = codes.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(codes, sorted);
    let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), RULES.len());
}
