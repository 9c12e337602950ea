//! What ignore comments do to findings, and what is wrong with the comments themselves.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Applicability, Diagnostic, Fix, Place};
use crate::rules::{self, Rule};
use crate::settings::{Ignore, Ignores, Scope};
use crate::text::{Edit, Spanned, TextRange, nearest};

/// Codes that no comment can ignore.
pub const NEVER: [&str; 2] = ["D3001", "D3905"];
const UNUSED_IGNORE: &str = "D3901";
const UNKNOWN_CODE: &str = "D3902";

/// Takes away the findings in the script that a comment ignores, and adds findings about comments that ignore nothing
/// (of rules that are `evaluated`), or that name no rule.
pub(super) fn apply(
    ignores: &Ignores,
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
    evaluated: impl Fn(&Rule) -> bool,
    is_on: impl Fn(&Rule) -> bool,
) {
    let mut used: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut about_comments = Vec::new();
    if on(UNKNOWN_CODE, &is_on) {
        let findings = Findings::new(ignores, diagnostics);
        for (place, ignore) in ignores.list.iter().enumerate() {
            unknown_codes(ignore, findings.under(ignore, place), &mut about_comments);
        }
    }
    drop_ignored(ignores, diagnostics, &mut used);
    drop_ignored(ignores, &mut about_comments, &mut used);
    if on(UNUSED_IGNORE, &is_on) {
        let mut unused = Vec::new();
        for (place, ignore) in ignores.list.iter().enumerate() {
            unused_codes(ignore, place, text, &used, &evaluated, &mut unused);
        }
        drop_ignored(ignores, &mut unused, &mut used);
        about_comments.extend(unused);
    }
    diagnostics.extend(about_comments);
}

fn on(code: &str, is_on: impl Fn(&Rule) -> bool) -> bool {
    rules::find(code).is_some_and(is_on)
}

fn drop_ignored(ignores: &Ignores, diagnostics: &mut Vec<Diagnostic>, used: &mut BTreeSet<(usize, usize)>) {
    let mut in_file: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
    for (place, ignore) in ignores.list.iter().enumerate().filter(|(_, ignore)| ignore.scope == Scope::File) {
        for (index, code) in ignore.codes.iter().enumerate() {
            in_file.entry(&code.code.value).or_default().push((place, index));
        }
    }
    diagnostics.retain(|diagnostic| {
        if !can_be_ignored(diagnostic) {
            return true;
        }
        let mut ignored = false;
        for name in [diagnostic.code, diagnostic.rule] {
            if let Some(places) = in_file.get_mut(name) {
                used.extend(places.drain(..));
                ignored = true;
            }
        }
        for (place, ignore) in ignores.on_lines_of(diagnostic.range) {
            for (index, code) in ignore.codes.iter().enumerate() {
                if [diagnostic.code, diagnostic.rule].contains(&code.code.value.as_str()) {
                    used.insert((place, index));
                    ignored = true;
                }
            }
        }
        !ignored
    });
}

fn can_be_ignored(diagnostic: &Diagnostic) -> bool {
    diagnostic.place == Place::Script && !NEVER.contains(&diagnostic.code)
}

/// The codes and names of the findings that can be ignored.
struct Findings {
    in_file: BTreeSet<&'static str>,
    /// By the place of the comment on their line.
    on_line: BTreeMap<usize, BTreeSet<&'static str>>,
}

impl Findings {
    fn new(ignores: &Ignores, diagnostics: &[Diagnostic]) -> Self {
        let mut findings = Self { in_file: BTreeSet::new(), on_line: BTreeMap::new() };
        for diagnostic in diagnostics.iter().filter(|diagnostic| can_be_ignored(diagnostic)) {
            let names = [diagnostic.code, diagnostic.rule];
            findings.in_file.extend(names);
            for (place, _) in ignores.on_lines_of(diagnostic.range) {
                findings.on_line.entry(place).or_default().extend(names);
            }
        }
        findings
    }

    /// Those that `ignore`, at this place of the list, covers.
    fn under<'f>(&'f self, ignore: &Ignore, place: usize) -> Option<&'f BTreeSet<&'static str>> {
        match ignore.scope {
            Scope::File => Some(&self.in_file),
            Scope::Line => self.on_line.get(&place),
        }
    }
}

fn unknown_codes(ignore: &Ignore, here: Option<&BTreeSet<&'static str>>, found: &mut Vec<Diagnostic>) {
    if ignore.is_bare() {
        let message = "this comment names no rule and ignores nothing; write `d3: ignore[CODE]`".to_owned();
        found.extend(finding(UNKNOWN_CODE, ignore.range, message, None));
    }
    for code in &ignore.codes {
        let word = code.code.value.as_str();
        match rules::find(word) {
            Some(rule) if NEVER.contains(&rule.code) => {
                let message = format!("{} can't be ignored by a comment; mend what it reports", rule.code);
                found.extend(finding(UNKNOWN_CODE, code.code.range, message, None));
            }
            Some(_) => {}
            None => {
                let message = match near_rule(word) {
                    Some(near) => format!("no rule is called `{word}`; did you mean `{near}`?"),
                    None => format!("no rule is called `{word}`; `d3ls rules` lists them all"),
                };
                let fix = here.and_then(|here| correction(&code.code, here));
                found.extend(finding(UNKNOWN_CODE, code.code.range, message, fix));
            }
        }
    }
}

fn near_rule(word: &str) -> Option<&'static str> {
    nearest(word, rules::RULES.iter().flat_map(|rule| [rule.code, rule.name]))
}

/// The word that was meant, where exactly one near one names a finding here.
fn correction(word: &Spanned<String>, here: &BTreeSet<&'static str>) -> Option<Fix> {
    let mut here = here.iter().copied().filter(|name| nearest(&word.value, [*name]).is_some());
    let (meant, None) = (here.next()?, here.next()) else { return None };
    let edit = Edit::replace(word.range, meant);
    Some(Fix::new(format!("Change to `{meant}`"), Applicability::Safe, Place::Script, vec![edit]))
}

fn unused_codes(
    ignore: &Ignore,
    place: usize,
    text: &str,
    used: &BTreeSet<(usize, usize)>,
    evaluated: impl Fn(&Rule) -> bool,
    found: &mut Vec<Diagnostic>,
) {
    let unused: Vec<usize> = (0..ignore.codes.len())
        .filter(|&index| !used.contains(&(place, index)))
        .filter(|&index| {
            rules::find(&ignore.codes[index].code.value)
                .is_some_and(|rule| !NEVER.contains(&rule.code) && rule.code != UNUSED_IGNORE && evaluated(rule))
        })
        .collect();
    if unused.is_empty() {
        return;
    }
    // One edit for all of them, so that mending one finding mends the comment.
    let edits = ignore.remove_codes(text, &unused);
    for index in unused {
        let code = &ignore.codes[index].code;
        let message = format!("nothing here needs `{}` to be ignored; remove it", code.value);
        let fix = Fix::new("Remove what ignores nothing", Applicability::Safe, Place::Script, edits.clone());
        found.extend(finding(UNUSED_IGNORE, code.range, message, Some(fix)));
    }
}

fn finding(code: &str, range: TextRange, message: String, fix: Option<Fix>) -> Option<Diagnostic> {
    let rule = rules::find(code)?;
    Some(Diagnostic {
        code: rule.code,
        rule: rule.name,
        severity: rule.severity,
        message,
        place: Place::Script,
        range,
        related: Vec::new(),
        fixes: fix.into_iter().collect(),
    })
}
