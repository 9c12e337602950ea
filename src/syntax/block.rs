//! Parses again the statements of a block that an edit touched, inside of a large top-level statement.
//!
//! What holds for top-level statements (see [`super::again`]) holds for those of a block as long as they stay in it: the
//! first of them and the one behind them begin their lines, and the text between is a block by itself, with nothing wrong
//! in it and no line that would end it. All around them is kept. What needs a look at the whole function (`return`,
//! `nonlocal`) is left to [`super::examine`].

use std::ops::Range;

use ruff_python_parser::parse_cells_unchecked;

use super::again::begins_line;
use super::ast::{ExceptHandler, Stmt, StringFlags, Suite};
use super::limits::{self, MAX_INDENTATION};
use super::recover::Recovered;
use super::relocate::{Places, Shift, relocate};
use super::{accepted, options};
use crate::text::{Ranged, TextRange, TextSize};

/// What makes statements a block. It stands in the place of what is before them.
const HEAD: &str = "if 1:\n";

/// From where to where an earlier text was edited, and how what follows has moved.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edit {
    pub(super) start: TextSize,
    pub(super) end: TextSize,
    pub(super) shift: Shift,
}

/// Statements of a block that an edit touched.
struct Touched {
    /// Which of the block's.
    statements: Range<usize>,
    /// Their lines in the earlier text.
    lines: TextRange,
}

/// A statement parsed again.
pub(super) struct Again {
    /// The statement, and what was found in the lines that were parsed.
    pub(super) found: Recovered,
    /// These lines in the earlier text.
    pub(super) lines: TextRange,
}

/// Parses a statement of the text `old` again that was edited inside; `text` is the text now. `None` where the edit may bear
/// on more than a small part of it.
pub(super) fn parse(statement: &Stmt, old: &str, text: &str, edit: Edit) -> Option<Again> {
    let (way, Touched { statements, lines }) = innermost(statement, old, edit)?;
    let end = edit.shift.offset(lines.end());
    if lines.len().to_usize() * 2 > statement.range().len().to_usize() || !begins_line(text, end.to_usize()) {
        return None;
    }
    let mut found = parse_block(text, TextRange::new(lines.start(), end))?;
    let mut root: Suite = [statement.clone()].into_iter().collect();
    block_at(&mut root, &way)?.drain(statements.clone());
    if edit.shift.removed != edit.shift.added {
        relocate(&mut root, &Behind { start: lines.end(), shift: edit.shift });
    }
    let fresh = std::mem::replace(&mut found.body, root);
    let place = statements.start;
    drop(block_at(&mut found.body, &way)?.splice(place..place, fresh));
    Some(Again { found, lines })
}

/// The innermost block that the edit lies in: in which statement of each block around it, and in which of its blocks.
fn innermost(statement: &Stmt, old: &str, edit: Edit) -> Option<(Vec<(usize, usize)>, Touched)> {
    let mut way = Vec::new();
    let mut found: Option<Touched> = None;
    let mut around = (0, statement);
    loop {
        let (place, statement) = around;
        let inside = blocks(statement).into_iter().enumerate();
        let inside = inside.filter_map(|(which, block)| Some((which, block, touched(block, old, edit)?)));
        let Some((which, block, inner)) = inside.last() else { break };
        way.push((place, which));
        around = (inner.statements.start, &block[inner.statements.start]);
        let is_one = inner.statements.len() == 1;
        found = Some(inner);
        if !is_one {
            break;
        }
    }
    Some((way, found?))
}

/// The statements of a block that an edit touched, if one stands before it and one behind it.
fn touched(block: &[Stmt], old: &str, edit: Edit) -> Option<Touched> {
    let line = |place: usize| {
        let start = block[place].start().to_usize();
        let line = old[..start].trim_end_matches([' ', '\t']).len();
        begins_line(old, line).then(|| TextSize::try_from(line).ok()).flatten()
    };
    // What is written right before a statement may belong to the one before it.
    let before = block.partition_point(|statement| statement.start() < edit.start);
    let (first, start) = (0..before).rev().find_map(|place| Some((place, line(place)?)))?;
    let behind = block.partition_point(|statement| statement.start() <= edit.end);
    let (next, end) = (behind..block.len()).find_map(|place| Some((place, line(place)?)))?;
    (edit.end <= end).then(|| Touched { statements: first..next, lines: TextRange::new(start, end) })
}

/// Parses lines that are to be a block; `None` where they are none, or more.
fn parse_block(text: &str, lines: TextRange) -> Option<Recovered> {
    let start = lines.start().checked_sub(TextSize::of(HEAD))?;
    let block = &text[lines.start().to_usize()..lines.end().to_usize()];
    // A level of indentation is a column at least.
    let is_shallow = |line: &str| line.len() - line.trim_start().len() <= MAX_INDENTATION;
    if !block.split(['\n', '\r']).all(is_shallow) {
        return None;
    }
    let prescan = limits::prescan(block);
    if prescan.too_deep || prescan.is_deep() {
        return None;
    }
    let padded = "\n".repeat(start.to_usize()) + HEAD + &limits::blanked(block, &prescan.slots);
    let range = TextRange::new(start, lines.end());
    let mut found = accepted(&padded, parse_cells_unchecked(&padded, [range], &options()))?;
    if found.body.len() != 1 || !found.errors.is_empty() {
        return None;
    }
    match found.body.pop() {
        Some(Stmt::If(node)) if node.elif_else_clauses.is_empty() => Some(Recovered { body: node.body, ..found }),
        _ => None,
    }
}

/// The blocks of a statement, in order.
fn blocks(statement: &Stmt) -> Vec<&[Stmt]> {
    match statement {
        Stmt::FunctionDef(node) => vec![&node.body],
        Stmt::ClassDef(node) => vec![&node.body],
        Stmt::With(node) => vec![&node.body],
        Stmt::For(node) => vec![&node.body, &node.orelse],
        Stmt::While(node) => vec![&node.body, &node.orelse],
        Stmt::If(node) => {
            let clauses = node.elif_else_clauses.iter().map(|clause| &clause.body[..]);
            [&node.body[..]].into_iter().chain(clauses).collect()
        }
        Stmt::Try(node) => {
            let handlers = node.handlers.iter().map(|ExceptHandler::ExceptHandler(handler)| &handler.body[..]);
            [&node.body[..]].into_iter().chain(handlers).chain([&node.orelse[..], &node.finalbody[..]]).collect()
        }
        _ => Vec::new(),
    }
}

/// The same, to be changed.
fn blocks_mut(statement: &mut Stmt) -> Vec<&mut Suite> {
    match statement {
        Stmt::FunctionDef(node) => vec![&mut node.body],
        Stmt::ClassDef(node) => vec![&mut node.body],
        Stmt::With(node) => vec![&mut node.body],
        Stmt::For(node) => vec![&mut node.body, &mut node.orelse],
        Stmt::While(node) => vec![&mut node.body, &mut node.orelse],
        Stmt::If(node) => {
            let clauses = node.elif_else_clauses.iter_mut().map(|clause| &mut clause.body);
            [&mut node.body].into_iter().chain(clauses).collect()
        }
        Stmt::Try(node) => {
            let handlers = node.handlers.iter_mut().map(|ExceptHandler::ExceptHandler(handler)| &mut handler.body);
            [&mut node.body].into_iter().chain(handlers).chain([&mut node.orelse, &mut node.finalbody]).collect()
        }
        _ => Vec::new(),
    }
}

/// The block that `way` leads to.
fn block_at<'s>(root: &'s mut Suite, way: &[(usize, usize)]) -> Option<&'s mut Suite> {
    let mut block = root;
    for &(place, which) in way {
        block = blocks_mut(block.get_mut(place)?).into_iter().nth(which)?;
    }
    Some(block)
}

/// An edit inside of a tree: what stands behind it has moved.
struct Behind {
    start: TextSize,
    shift: Shift,
}

impl Places for Behind {
    fn offset(&self, offset: TextSize) -> TextSize {
        if offset < self.start { offset } else { self.shift.offset(offset) }
    }

    fn lacks_end(&self, range: TextRange) -> bool {
        self.shift.lacks_end(range)
    }

    fn is_closed(&self, range: TextRange, moved: TextRange, flags: impl StringFlags) -> bool {
        self.shift.is_closed(range, moved, flags)
    }
}
