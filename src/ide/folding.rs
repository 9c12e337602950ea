//! Folding and selection: how a script is built up, from words to blocks.

use crate::semantic::Analysis;
use crate::syntax::Parsed;
use crate::syntax::ast::{self, AnyNodeRef, Expr, Stmt};
use crate::syntax::walk::{Visitor, walk_expr, walk_stmt};
use crate::text::{LineIndex, Ranged, TextRange, TextSize};

use super::statement::nodes_around;

/// What sort of lines can be folded away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FoldKind {
    /// A block, or an expression over several lines.
    Code,
    /// Lines of comments: D3 shows a system script as such.
    Comment,
    /// Imports.
    Imports,
}

/// Lines that can be folded into their first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// From the line that stays to the last one that goes.
    pub range: TextRange,
    /// What they are.
    pub kind: FoldKind,
}

/// What can be folded, one a first line, in order.
pub fn folds(analysis: &Analysis) -> Vec<Fold> {
    let parsed = analysis.parsed();
    let mut folder = Folder { text: &parsed.text, found: Vec::new() };
    folder.visit_body(&parsed.body);
    let lines = LineIndex::new(&parsed.text);
    // Of equals the first stays: what is known to be imports is not just code.
    let found = comments(parsed, &lines).into_iter().chain(imports(&parsed.body)).chain(folder.found);
    one_a_line(found.collect(), &lines)
}

/// The folds over more than one line; of those that begin on the same line the longest.
pub(super) fn one_a_line(mut found: Vec<Fold>, lines: &LineIndex) -> Vec<Fold> {
    found.retain(|fold| lines.line(fold.range.start()) < lines.line(fold.range.end()));
    found.sort_by_key(|fold| (lines.line(fold.range.start()), std::cmp::Reverse(fold.range.end())));
    found.dedup_by_key(|fold| lines.line(fold.range.start()));
    found
}

struct Folder<'t> {
    text: &'t str,
    found: Vec<Fold>,
}

impl Folder<'_> {
    fn push(&mut self, start: TextSize, end: TextSize) {
        self.found.push(Fold { range: TextRange::new(start, end.max(start)), kind: FoldKind::Code });
    }

    /// A header that begins at `start` and its block.
    fn block(&mut self, start: TextSize, body: &[Stmt]) {
        if let Some(last) = body.last() {
            self.push(start, last.end());
        }
    }

    /// A block whose header, `else:` or `finally:`, has no node of its own. It stands behind `from`.
    fn headless(&mut self, word: &str, from: TextSize, body: &[Stmt]) {
        let Some(first) = body.first() else { return };
        let between = &self.text[from.to_usize()..first.start().max(from).to_usize()];
        if let Some(at) = between.rfind(word) {
            self.block(from + TextSize::try_from(at).unwrap_or_default(), body);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        let end_of = |body: &[Stmt]| body.last().map_or(statement.start(), Ranged::end);
        match statement {
            Stmt::FunctionDef(node) => self.push(node.name.range.start(), node.end()),
            Stmt::ClassDef(node) => self.push(node.name.range.start(), node.end()),
            Stmt::With(node) => self.push(node.start(), node.end()),
            Stmt::ImportFrom(node) => self.push(node.start(), node.end()),
            Stmt::Match(node) => self.push(node.start(), node.end()),
            Stmt::If(node) => {
                self.block(node.start(), &node.body);
                node.elif_else_clauses.iter().for_each(|clause| self.block(clause.start(), &clause.body));
            }
            Stmt::For(node) => {
                self.block(node.start(), &node.body);
                self.headless("else", end_of(&node.body), &node.orelse);
            }
            Stmt::While(node) => {
                self.block(node.start(), &node.body);
                self.headless("else", end_of(&node.body), &node.orelse);
            }
            Stmt::Try(node) => {
                self.block(node.start(), &node.body);
                node.handlers.iter().for_each(|handler| self.push(handler.start(), handler.end()));
                let handled = node.handlers.last().map_or(end_of(&node.body), Ranged::end);
                self.headless("else", handled, &node.orelse);
                let tried = node.orelse.last().map_or(handled, Ranged::end);
                self.headless("finally", tried, &node.finalbody);
            }
            _ => {}
        }
    }
}

impl<'a> Visitor<'a> for Folder<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.statement(statement);
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Dict(_) | Expr::List(_) | Expr::Set(_) | Expr::Tuple(_) => self.push(expr.start(), expr.end()),
            Expr::ListComp(_) | Expr::DictComp(_) | Expr::SetComp(_) | Expr::Generator(_) => {
                self.push(expr.start(), expr.end());
            }
            Expr::StringLiteral(_) | Expr::FString(_) | Expr::BytesLiteral(_) => self.push(expr.start(), expr.end()),
            Expr::Call(ast::ExprCall { arguments, .. }) => self.push(arguments.start(), arguments.end()),
            _ => {}
        }
        walk_expr(self, expr);
    }
}

/// Runs of lines that hold a comment and nothing else.
fn comments(parsed: &Parsed, lines: &LineIndex) -> Vec<Fold> {
    let mut runs: Vec<TextRange> = Vec::new();
    for &comment in &parsed.comments {
        let line = lines.line(comment.start());
        let before = parsed.slice(TextRange::new(lines.line_start(line), comment.start()));
        if !before.trim_start_matches('\u{feff}').trim().is_empty() {
            continue;
        }
        match runs.last_mut() {
            Some(run) if lines.line(run.end()) + 1 == line => *run = TextRange::new(run.start(), comment.end()),
            _ => runs.push(comment),
        }
    }
    runs.into_iter().map(|range| Fold { range, kind: FoldKind::Comment }).collect()
}

/// Runs of imports at the top level.
fn imports(body: &[Stmt]) -> impl Iterator<Item = Fold> {
    let is_import = |statement: &Stmt| matches!(statement, Stmt::Import(_) | Stmt::ImportFrom(_));
    let runs = body.chunk_by(move |a, b| is_import(a) && is_import(b));
    runs.filter(move |run| run.first().is_some_and(is_import))
        .map(|run| Fold { range: TextRange::new(run[0].start(), run[run.len() - 1].end()), kind: FoldKind::Imports })
}

/// The pieces of the script around `offset`, each within the next: from the word to the whole script.
pub fn selections(analysis: &Analysis, offset: TextSize) -> Vec<TextRange> {
    let parsed = analysis.parsed();
    let mut found = Vec::new();
    for node in nodes_around(&parsed.body, TextRange::empty(offset)) {
        if let AnyNodeRef::StringLiteral(part) = node {
            found.push(part.content_range());
        }
        found.push(node.range());
    }
    found.push(TextRange::up_to(TextSize::of(&*parsed.text)));
    growing(found, offset)
}

/// Those of `ranges` that hold `offset`, each longer than the one before.
pub(super) fn growing(ranges: Vec<TextRange>, offset: TextSize) -> Vec<TextRange> {
    let mut found: Vec<TextRange> = Vec::new();
    for range in ranges.into_iter().filter(|range| range.contains_inclusive(offset)) {
        if found.last().is_none_or(|last| range.contains_range(*last) && range != *last) {
            found.push(range);
        }
    }
    found
}
