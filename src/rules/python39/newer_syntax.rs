//! D3701.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{BindingKind, MODULE, Model, Resolution};
use crate::syntax::NewerSyntax;
use crate::syntax::ast::{self, ExceptHandler, Expr, FStringPart, StringFlags};
use crate::text::{Edit, Ranged, TextRange, TextSize};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3701",
    name: "newer-syntax",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::Safe,
    needs: Needs::Nothing,
    summary: "syntax that only a Python later than 3.9 has",
    page: include_str!("newer_syntax.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    if context.parsed.newer.is_empty() {
        return;
    }
    let literals = Literals::of(context.model);
    let (major, minor) = context.image.python_version();
    for newer in &context.parsed.newer {
        if newer.since <= (major, minor) {
            continue;
        }
        let (since_major, since_minor) = newer.since;
        let message =
            format!("{}: only Python {since_major}.{since_minor} has this, and D3 runs {major}.{minor}", newer.what);
        sink.report(newer.range, message).maybe_fix(fix(context, &literals, newer));
    }
}

/// A fix, where only one rewrite says the same in 3.9. The text at the range tells the pieces of syntax apart.
fn fix(context: &Context<'_>, literals: &Literals<'_>, newer: &NewerSyntax) -> Option<Fix> {
    let (title, edits) = match context.parsed.slice(newer.range) {
        "*" => ("Use `except`", plain_except(context.model, newer.range)?),
        "type" => ("Assign the type", assigned_type(context, newer.range)?),
        "\"" | "'" => ("Use the other quotes", other_quotes(context, literals, newer.range)?),
        text if text.starts_with('*') => ("Use a tuple", tuple_index(context.model, newer.range)?),
        text if text.contains(',') => ("Use a tuple", tuple_of_exceptions(context.model, newer.range)?),
        _ => return None,
    };
    Some(Fix::new(title, Applicability::Safe, Place::Script, edits))
}

/// `except* X:` to `except X:`: in 3.9 no group of exceptions can arrive. With `as e`, `e` would have been a group.
fn plain_except(model: &Model<'_>, star: TextRange) -> Option<Vec<Edit>> {
    let handlers = model.nodes.tries.iter().filter(|site| site.node.is_star).flat_map(|site| &site.node.handlers);
    let handler = handlers
        .map(|ExceptHandler::ExceptHandler(handler)| handler)
        .filter(|handler| handler.range().contains_range(star))
        .max_by_key(|handler| handler.start())?;
    handler.name.is_none().then(|| vec![Edit::delete(star)])
}

/// `type X = int` to `X = int`, where all names in the value are there already and it stands on one line.
fn assigned_type(context: &Context<'_>, keyword: TextRange) -> Option<Vec<Edit>> {
    let model = context.model;
    let text = &context.parsed.text;
    let rest = &text[keyword.end().to_usize()..];
    let line = &rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())];
    let (name, value) = line.split_once('=')?;
    let opened = value.matches(['(', '[', '{']).count() == value.matches([')', ']', '}']).count();
    let plain = name.trim().chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    if !opened || !plain || value.contains(['\\', ';', '|']) {
        return None;
    }
    let line = TextRange::at(keyword.end(), TextSize::of(line));
    let names = model.references.iter().filter(|reference| line.contains_range(reference.node.range()));
    let mut names = names.peekable();
    names.peek()?;
    let all_there = names.all(|reference| match reference.resolution {
        Resolution::Builtin => true,
        Resolution::Bound(MODULE) => model.bindings_of(reference.node.id.as_str(), MODULE).iter().all(|&id| {
            let binding = model.binding(id);
            binding.range.end() <= keyword.start() && !matches!(binding.kind, BindingKind::TypeName)
        }),
        _ => false,
    });
    let start = keyword.end() + TextSize::of(&name[..name.len() - name.trim_start().len()]);
    all_there.then(|| vec![Edit::delete(TextRange::new(keyword.start(), start))])
}

/// The literals of a script, by where they start.
struct Literals<'a> {
    f_strings: Vec<&'a ast::FString>,
    strings: Vec<&'a ast::StringLiteral>,
}

impl<'a> Literals<'a> {
    fn of(model: &Model<'a>) -> Self {
        let parts = model.nodes.f_strings.iter().flat_map(|site| site.node.value.iter());
        let mut f_strings: Vec<_> = parts.filter_map(FStringPart::as_f_string).collect();
        let mut strings: Vec<_> = model.nodes.strings.iter().flat_map(|site| &site.node.value).collect();
        f_strings.sort_by_key(|literal| literal.start());
        strings.sort_by_key(|literal| literal.start());
        Self { f_strings, strings }
    }

    /// The f-string around a place, where no f-string stands in another there.
    fn f_string_at(&self, at: TextRange) -> Option<&'a ast::FString> {
        let after = self.f_strings.partition_point(|literal| literal.start() <= at.start());
        let found = *self.f_strings.get(after.checked_sub(1)?)?;
        let holds_another = self.f_strings.get(after).is_some_and(|next| next.start() < found.end());
        let in_another = after >= 2 && self.f_strings[after - 2].end() > found.start();
        (found.range().contains_range(at) && !holds_another && !in_another).then_some(found)
    }

    fn strings_in(&self, range: TextRange) -> impl Iterator<Item = &'a ast::StringLiteral> {
        let first = self.strings.partition_point(|literal| literal.start() < range.start());
        self.strings[first..].iter().copied().take_while(move |literal| literal.end() <= range.end())
    }
}

/// Other quotes for all strings in the fields of an f-string, where none of them holds these.
fn other_quotes(context: &Context<'_>, literals: &Literals<'_>, at: TextRange) -> Option<Vec<Edit>> {
    let outer = literals.f_string_at(at)?;
    let (quote, other) = match outer.flags.quote_str() {
        "\"" => ("\"", "'"),
        "'" => ("'", "\""),
        _ => return None,
    };
    let mut edits = Vec::new();
    for string in literals.strings_in(outer.range()) {
        let text = context.parsed.slice(string.range());
        if text.contains(other) || text.contains(['\\', '\n', '\r']) || string.flags.quote_str() != quote {
            return None;
        }
        let start = string.start() + string.flags.opener_len();
        edits.push(Edit::replace(TextRange::new(start - TextSize::of(quote), start), other));
        edits.push(Edit::replace(TextRange::new(string.end() - TextSize::of(quote), string.end()), other));
    }
    (!edits.is_empty()).then_some(edits)
}

/// `a[*b]` to `a[(*b,)]`, which is the same tuple.
fn tuple_index(model: &Model<'_>, star: TextRange) -> Option<Vec<Edit>> {
    let index = model.nodes.subscripts.iter().find_map(|site| match &*site.node.slice {
        Expr::Tuple(tuple) if !tuple.parenthesized && tuple.elts.iter().any(|element| element.range() == star) => {
            Some(tuple)
        }
        _ => None,
    })?;
    if index.elts.iter().any(Expr::is_slice_expr) {
        return None;
    }
    let is_lonely = index.elts.len() == 1 && index.end() == star.end();
    let close = if is_lonely { ",)" } else { ")" };
    Some(vec![Edit::insert(index.start(), "("), Edit::insert(index.end(), close)])
}

/// `except A, B:` to `except (A, B):`, unless it looks like the `except A, error:` of Python 2.
fn tuple_of_exceptions(model: &Model<'_>, range: TextRange) -> Option<Vec<Edit>> {
    let handlers = model.nodes.tries.iter().flat_map(|site| &site.node.handlers);
    let types = handlers
        .filter_map(|ExceptHandler::ExceptHandler(handler)| handler.type_.as_deref())
        .find(|types| types.range() == range)?;
    let Expr::Tuple(tuple) = types else { return None };
    let is_class = |expr: &Expr| match expr {
        Expr::Name(name) => name.id.starts_with(|letter: char| letter.is_uppercase()),
        Expr::Attribute(attribute) => attribute.attr.starts_with(|letter: char| letter.is_uppercase()),
        _ => false,
    };
    let edits = || vec![Edit::insert(range.start(), "("), Edit::insert(range.end(), ")")];
    tuple.elts.iter().all(is_class).then(edits)
}
