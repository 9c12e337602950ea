//! What ignore comments do to findings, and what is wrong with the comments themselves.

use std::collections::BTreeSet;

use crate::diagnostic::{Applicability, Diagnostic, Fix, Place};
use crate::rules::{self, Rule};
use crate::settings::{Ignore, Ignores};
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
        for ignore in &ignores.list {
            unknown_codes(ignore, diagnostics, &mut about_comments);
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
    diagnostics.retain(|diagnostic| {
        if diagnostic.place != Place::Script || NEVER.contains(&diagnostic.code) {
            return true;
        }
        let mut ignored = false;
        for (place, ignore) in ignores.list.iter().enumerate() {
            for (index, code) in ignore.codes.iter().enumerate() {
                let names_it = [diagnostic.code, diagnostic.rule].contains(&code.code.value.as_str());
                if names_it && ignore.covers(diagnostic.range) {
                    used.insert((place, index));
                    ignored = true;
                }
            }
        }
        !ignored
    });
}

fn unknown_codes(ignore: &Ignore, diagnostics: &[Diagnostic], found: &mut Vec<Diagnostic>) {
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
                found.extend(finding(
                    UNKNOWN_CODE,
                    code.code.range,
                    message,
                    correction(&code.code, ignore, diagnostics),
                ));
            }
        }
    }
}

fn near_rule(word: &str) -> Option<&'static str> {
    nearest(word, rules::RULES.iter().flat_map(|rule| [rule.code, rule.name]))
}

/// The word that was meant, where exactly one near one names a finding here.
fn correction(word: &Spanned<String>, ignore: &Ignore, diagnostics: &[Diagnostic]) -> Option<Fix> {
    let here: BTreeSet<&str> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.place == Place::Script && ignore.covers(diagnostic.range))
        .filter(|diagnostic| !NEVER.contains(&diagnostic.code))
        .flat_map(|diagnostic| [diagnostic.code, diagnostic.rule])
        .filter(|name| nearest(&word.value, [*name]).is_some())
        .collect();
    let mut here = here.into_iter();
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
