//! What one damaged line costs, measured on Python 3.9's own library.

use std::collections::BTreeSet;
use std::sync::Arc;

use d3ls::syntax::ast::{self, Stmt};
use d3ls::syntax::{parse, walk};
use d3ls::text::Ranged;

use crate::python39::library;

/// Where the statements and the definitions of a text start.
#[derive(Default)]
struct Starts {
    /// Start, and end of the part that is the statement's own: all of it, or its header.
    statements: Vec<(usize, usize)>,
    definitions: Vec<(usize, usize, usize)>,
}

impl<'a> walk::Visitor<'a> for Starts {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let start = stmt.range().start().to_usize();
        let body = match stmt {
            Stmt::FunctionDef(def) => def.body.first(),
            Stmt::ClassDef(class) => class.body.first(),
            Stmt::If(inner) => inner.body.first(),
            Stmt::For(inner) => inner.body.first(),
            Stmt::While(inner) => inner.body.first(),
            Stmt::With(inner) => inner.body.first(),
            Stmt::Try(inner) => inner.body.first(),
            _ => None,
        };
        let end = body.map_or(stmt.range().end(), |first| first.range().start()).to_usize();
        self.statements.push((start, end));
        let name = match stmt {
            Stmt::FunctionDef(def) => Some(&def.name),
            Stmt::ClassDef(class) => Some(&class.name),
            _ => None,
        };
        if let Some(name) = name {
            self.definitions.push((name.range.start().to_usize(), start, end));
        }
        walk::walk_stmt(self, stmt);
    }
}

fn starts(body: &[ast::Stmt]) -> Starts {
    let mut starts = Starts::default();
    walk::Visitor::visit_body(&mut starts, body);
    starts
}

/// A small generator of numbers, the same on each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

#[derive(Default, Debug)]
struct Loss {
    files: usize,
    definitions: usize,
    lost_definitions: usize,
    statements: usize,
    lost_statements: usize,
    errors: usize,
}

/// Replaces `at..at + cut` by `insert` and counts what of the rest is not found again.
fn damage(text: &Arc<str>, at: usize, cut: usize, insert: &str, loss: &mut Loss) {
    let before = parse(text);
    if !before.errors.is_empty() {
        return;
    }
    let broken: Arc<str> = format!("{}{insert}{}", &text[..at], &text[at + cut..]).into();
    let after = parse(&broken);
    if after.errors.is_empty() {
        return;
    }
    let moved = |offset: usize| {
        if offset < at {
            Some(offset)
        } else if offset < at + cut {
            None
        } else {
            Some(offset - cut + insert.len())
        }
    };
    let touched = |start: usize, end: usize| start < at + cut.max(1) && at <= end;
    let (old, new) = (starts(&before.body), starts(&after.body));
    let new_statements: BTreeSet<_> = new.statements.iter().map(|(start, _)| *start).collect();
    let new_definitions: BTreeSet<_> = new.definitions.iter().map(|(name, ..)| *name).collect();
    loss.files += 1;
    loss.errors += after.errors.len();
    for &(start, end) in &old.statements {
        if !touched(start, end) {
            loss.statements += 1;
            let found = moved(start).is_some_and(|start| new_statements.contains(&start));
            loss.lost_statements += usize::from(!found);
        }
    }
    for &(name, start, end) in &old.definitions {
        if !touched(start, end) {
            loss.definitions += 1;
            let found = moved(name).is_some_and(|name| new_definitions.contains(&name));
            loss.lost_definitions += usize::from(!found);
        }
    }
}

#[test]
fn one_damaged_line_costs_little() {
    let texts = library(6);
    if texts.is_empty() {
        return;
    }
    let mut numbers = Numbers(7);
    let (mut cut, mut bracket, mut quotes) = (Loss::default(), Loss::default(), Loss::default());
    for text in &texts {
        let lines: Vec<_> = text
            .split_inclusive('\n')
            .scan(0, |offset, line| {
                let at = *offset;
                *offset += line.len();
                Some((at, line))
            })
            .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
            .collect();
        if lines.is_empty() {
            continue;
        }
        for _ in 0..2 {
            let (at, line) = lines[numbers.below(lines.len())];
            damage(text, at, line.len(), "", &mut cut);
            let (at, line) = lines[numbers.below(lines.len())];
            damage(text, at + line.trim_end().len(), 0, "(", &mut bracket);
            let (at, line) = lines[numbers.below(lines.len())];
            damage(text, at + line.trim_end().len(), 0, "\"\"\"", &mut quotes);
        }
    }
    for (name, loss) in [("a line cut", &cut), ("a bracket added", &bracket), ("quotes added", &quotes)] {
        let definitions = percent(loss.lost_definitions, loss.definitions);
        let statements = percent(loss.lost_statements, loss.statements);
        let errors = loss.errors as f64 / loss.files as f64;
        eprintln!(
            "{name}: {} files, {definitions:.2} % of definitions and {statements:.2} % of statements lost, {errors:.2} errors each",
            loss.files
        );
        assert!(definitions <= 1.0 && statements <= 1.0 && errors <= 2.0, "{name}: {loss:?}");
    }
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}
