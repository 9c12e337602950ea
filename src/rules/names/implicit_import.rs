//! D3207.

use rustc_hash::FxHashSet;

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{self, Resolution, SystemScript};
use crate::syntax::Parsed;
use crate::syntax::ast::Stmt;
use crate::text::{Edit, Ranged, TextSize};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3207",
    name: "implicit-import",
    severity: Severity::Info,
    default_on: true,
    fix: FixKind::Safe,
    needs: Needs::Nothing,
    summary: "a name that only the engine's own imports provide",
    page: include_str!("implicit_import.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    if matches!(context.system, SystemScript::Unknown) {
        sink.not_evaluated();
        return;
    }
    if model.has_star_import() {
        return;
    }
    let harmless = semantic::Context::NAME_GUARD | semantic::Context::NOT_EVALUATED;
    let mut seen = FxHashSet::default();
    for reference in model.read_outside() {
        let name = reference.node.id.as_str();
        if reference.resolution != Resolution::Implicit || reference.context.intersects(harmless) || !seen.insert(name)
        {
            continue;
        }
        let Some(statement) = context.image.global_import(name) else { continue };
        let message = format!("only the engine's own imports provide `{name}`, which D3 does not document; import it");
        sink.report(reference.node.range(), message).maybe_fix(add_import(context.parsed, &statement));
    }
}

fn add_import(parsed: &Parsed, statement: &str) -> Option<Fix> {
    let newline = if parsed.text.contains("\r\n") { "\r\n" } else { "\n" };
    let edit = Edit::insert(place_of_imports(parsed)?, format!("{statement}{newline}"));
    Some(Fix::new(format!("Add `{statement}`"), Applicability::Safe, Place::Script, vec![edit]))
}

/// The start of the line where a new import goes: before the imports that are first, after the docstring and
/// `from __future__`, below a header of comments. `None` where several statements share a line there.
fn place_of_imports(parsed: &Parsed) -> Option<TextSize> {
    let text = &*parsed.text;
    let header = parsed.body.iter().take_while(|statement| is_header(statement)).count();
    let next = parsed.body.get(header);
    let at = match (header.checked_sub(1).and_then(|last| parsed.body.get(last)), next) {
        (_, Some(first @ (Stmt::Import(_) | Stmt::ImportFrom(_)))) => first.start().to_usize(),
        (Some(last), _) => {
            let end = last.end().to_usize();
            if next.is_some_and(|next| !text[end..next.start().to_usize()].contains(['\n', '\r'])) {
                return None;
            }
            after_line(text, end)?
        }
        (None, _) => after_comments(text),
    };
    let starts_line = at == 0 || text[..at].ends_with(['\n', '\r', '\u{feff}']);
    starts_line.then(|| TextSize::try_from(at).ok()).flatten()
}

/// The docstring, or an import that must be first.
fn is_header(statement: &Stmt) -> bool {
    match statement {
        Stmt::Expr(node) => node.value.is_string_literal_expr(),
        Stmt::ImportFrom(node) => node.module.as_ref().is_some_and(|module| module.as_str() == "__future__"),
        _ => false,
    }
}

/// The start of the line after the one that holds `at`.
fn after_line(text: &str, at: usize) -> Option<usize> {
    let end = at + text[at..].find(['\n', '\r'])?;
    Some(end + if text[end..].starts_with("\r\n") { 2 } else { 1 })
}

/// The start of the first line that is no comment.
fn after_comments(text: &str) -> usize {
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while text[at..].starts_with('#') {
        match after_line(text, at) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}
