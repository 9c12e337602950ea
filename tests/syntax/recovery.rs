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
    let show = std::env::var_os("SHOW").is_some();
    let mut lost = 0;
    for &(start, end) in &old.statements {
        if !touched(start, end) {
            loss.statements += 1;
            let found = moved(start).is_some_and(|start| new_statements.contains(&start));
            loss.lost_statements += usize::from(!found);
            lost += usize::from(!found);
        }
    }
    for &(name, start, end) in &old.definitions {
        if !touched(start, end) {
            loss.definitions += 1;
            let found = moved(name).is_some_and(|name| new_definitions.contains(&name));
            loss.lost_definitions += usize::from(!found);
        }
    }
    if show && (lost > 0 || after.errors.len() > 1) {
        let line_start = text[..at].rmatch_indices('\n').nth(2).map_or(0, |(at, _)| at);
        let line_end = text[at + cut..].match_indices('\n').nth(3).map_or(text.len(), |(end, _)| at + cut + end);
        eprintln!(
            "---- lost {lost} of {} errors {}\n{}⟦{}⟧{insert}{}",
            old.statements.len(),
            after.errors.len(),
            &text[line_start..at],
            &text[at..at + cut],
            &text[at + cut..line_end]
        );
        for error in after.errors.iter().take(5) {
            let line = broken[..error.range.start().to_usize()].matches('\n').count() + 1;
            eprintln!("   {line}: {} `{}`", error.message, &broken[error.range].chars().take(60).collect::<String>());
        }
    }
}

#[test]
fn one_damaged_line_costs_little() {
    let texts = library(std::env::var("EVERY").ok().and_then(|every| every.parse().ok()).unwrap_or(3));
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
        eprintln!(
            "{name}: {} files, definitions lost {:.2} %, statements lost {:.2} %, {:.2} errors a file",
            loss.files,
            100.0 * loss.lost_definitions as f64 / loss.definitions as f64,
            100.0 * loss.lost_statements as f64 / loss.statements as f64,
            loss.errors as f64 / loss.files as f64,
        );
    }
}
