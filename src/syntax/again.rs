//! Parses a text that differs little from one that was parsed: the top-level statements that an edit did not touch are
//! kept.
//!
//! A statement at the top level is what its own text is, and no more: the parser reads from left to right, and where a
//! sound statement begins at the beginning of a line, nothing of what stands before is still open. So the statements
//! around the edit, and around what was broken, are parsed anew, up to the first one behind them that begins a line, and
//! those that follow are moved. If they are broken, recovery says how far that reaches: the rest of the text was sound, so
//! nothing in it can mend them. Where one of these grounds does not hold, the whole text is to be parsed.

use std::ops::Range;
use std::sync::Arc;

use ruff_python_parser::parse_cells_unchecked;

use super::ast::Stmt;
use super::block::{self, Edit};
use super::lines::{first_word, has_odd_triple};
use super::recover::{Recovered, is_plain, recover_part, recover_plain_part};
use super::relocate::{Places, Shift, relocate};
use super::{
    Apart, D3Call, D3Target, MalformedCall, NewerSyntax, Parsed, SyntaxError, accepted, examine, limits, options,
};
use crate::text::{Ranged, TextRange, TextSize};

/// A text parsed again: what an edit touched is parsed, what it did not touch is not moved yet.
#[derive(Debug)]
pub struct Again {
    edited: Edited,
    /// Which of the earlier statements the fresh ones replace.
    statements: Range<usize>,
    fresh: Parsed,
    /// Whether recovery is known to find nothing wrong outside of what is broken.
    plain: bool,
}

/// Top-level statements that an edit touched, with what stands between them.
#[derive(Debug, Clone, Copy)]
pub struct Edited {
    /// Their bytes in the earlier text.
    pub old: TextRange,
    /// The bytes that stand there now.
    pub new: TextRange,
}

impl Edited {
    /// Where a range of the earlier text is now; `None` where it was edited.
    pub fn moved(&self, range: TextRange) -> Option<TextRange> {
        if range.start() >= self.old.end() {
            Some(self.shift().range(range))
        } else {
            (range.end() <= self.old.start()).then_some(range)
        }
    }

    fn shift(&self) -> Shift {
        Shift { removed: self.old.len(), added: self.new.len() }
    }
}

impl Again {
    /// Parses what is new in `text`. `None` where its statements don't stand apart, where anything is wrong with them, or
    /// where they are most of the text and are to be parsed whole.
    pub(super) fn new(before: &Parsed, text: &Arc<str>) -> Option<Self> {
        let apart = before.apart?;
        let Touched { edited, statements, edit } = touched(before, text)?;
        if edited.new.start() < apart.imports_end {
            return None;
        }
        let inside = inside(before, text, edited, &before.body[statements.clone()], edit);
        if inside.is_none() && edited.new.len().to_usize() * 2 > text.len() {
            return None;
        }
        let mut prescan = limits::prescan(&text[edited.new]);
        if prescan.too_deep || prescan.is_deep() {
            return None;
        }
        prescan.slots.iter_mut().for_each(|slot| slot.move_by(edited.new.start()));
        let blanked = limits::blanked(text, &prescan.slots);
        let sound = inside.or_else(|| accepted(text, parse_cells_unchecked(&blanked, [edited.new], &options())));
        let part = match sound {
            Some(found) => Part {
                found: Recovered { slots: prescan.slots, ..found },
                edited,
                statements,
                plain: apart.plain && is_plain(text, edited.new),
            },
            None => broken(before, text, edited, statements)?,
        };
        let fresh = examine(text, part.found, apart.annotations);
        let is_apart = fresh.apart.is_some_and(|apart| apart.imports_end == TextSize::default());
        let Part { edited, statements, plain, .. } = part;
        is_apart.then_some(Self { edited, statements, fresh, plain })
    }

    /// What the edit touched.
    pub fn edited(&self) -> Edited {
        self.edited
    }

    /// What [`super::parse`] makes of the text. `before` is what it made of the earlier one.
    pub fn join(self, mut before: Parsed) -> Parsed {
        let Self { edited, statements, fresh, plain } = self;
        let behind = statements.start + fresh.body.len();
        let shift = edited.shift();
        drop(before.body.splice(statements, fresh.body));
        if shift.removed != shift.added {
            relocate(&mut before.body[behind..], &shift);
        }
        splice(&mut before.comments, edited.old, fresh.comments, shift);
        splice(&mut before.errors, edited.old, fresh.errors, shift);
        splice(&mut before.newer, edited.old, fresh.newer, shift);
        splice(&mut before.d3_calls, edited.old, fresh.d3_calls, shift);
        splice(&mut before.malformed_calls, edited.old, fresh.malformed_calls, shift);
        let damaged = fresh.apart.and_then(|apart| apart.damaged);
        let apart = before.apart.map(|apart| Apart { damaged, plain, ..apart });
        Parsed { text: fresh.text, apart, ..before }
    }
}

/// What differs in a text.
struct Touched {
    edited: Edited,
    /// Which of the earlier statements it is.
    statements: Range<usize>,
    /// What was edited in them.
    edit: Edit,
}

/// The statements that differ in `text`.
fn touched(before: &Parsed, text: &str) -> Option<Touched> {
    let (mut edit_start, mut edit_end) = difference(&before.text, text);
    // What is broken may be whole again.
    if let Some(damaged) = before.apart.and_then(|apart| apart.damaged) {
        edit_start = edit_start.min(damaged.start().to_usize());
        edit_end = edit_end.max(damaged.end().to_usize());
    }
    let body = &before.body;
    let start = |place: usize| body.get(place).map_or(before.text.len(), |statement| statement.start().to_usize());
    // What is written right before a statement may belong to the one before it.
    let mut first = body.partition_point(|statement| statement.start().to_usize() < edit_start).saturating_sub(1);
    while first > 0 && !begins_line(&before.text, start(first)) {
        first -= 1;
    }
    let mut next = body.partition_point(|statement| statement.start().to_usize() <= edit_end);
    while next < body.len() && !begins_line(&before.text, start(next)) {
        next += 1;
    }
    let begin = if first == 0 { 0 } else { start(first) };
    let end = start(next) + text.len() - before.text.len();
    let is_apart = next == body.len() || begins_line(text, end);
    let range = |start, end| Some(TextRange::new(TextSize::try_from(start).ok()?, TextSize::try_from(end).ok()?));
    let edited = Edited { old: range(begin, start(next))?, new: range(begin, end)? };
    let place = range(edit_start, edit_end)?;
    let edit = Edit { start: place.start(), end: place.end(), shift: edited.shift() };
    is_apart.then_some(Touched { edited, statements: first..next, edit })
}

/// A large statement that was sound and still is, with the lines parsed that were edited in it. `None` where it is parsed
/// whole.
fn inside(before: &Parsed, text: &str, edited: Edited, statements: &[Stmt], edit: Edit) -> Option<Recovered> {
    let [statement] = statements else { return None };
    let mut wrong = before.errors.iter().map(|one| one.range).chain(before.newer.iter().map(|one| one.range));
    if statement.range().len() < LARGE || wrong.any(|range| edited.old.intersect(range).is_some()) {
        return None;
    }
    let block::Again { mut found, lines } = block::parse(statement, &before.text, text, edit)?;
    let kept = |from, to| within(&before.comments, TextRange::new(from, to));
    let behind = kept(lines.end(), edited.old.end()).iter().map(|&comment| edit.shift.range(comment));
    let fresh = std::mem::take(&mut found.comments);
    found.comments = kept(edited.old.start(), lines.start()).iter().copied().chain(fresh).chain(behind).collect();
    Some(found)
}

/// From how many bytes on a statement is not parsed whole.
const LARGE: TextSize = TextSize::new(1024);

/// What was parsed of a text.
struct Part {
    found: Recovered,
    edited: Edited,
    /// Which of the earlier statements it replaces.
    statements: Range<usize>,
    /// Whether the text is plain outside of what is broken in it.
    plain: bool,
}

/// The statements around an edit in a text that it broke. `None` where the text may not be broken.
fn broken(before: &Parsed, text: &str, edited: Edited, statements: Range<usize>) -> Option<Part> {
    let continues = matches!(first_word(&text[edited.new]), "else" | "elif" | "except" | "finally");
    if continues || ends_in_decorator(&text[edited.new]) {
        return None;
    }
    let behind = before.body[statements.end..].iter().find(|statement| is_definition(statement));
    if let Some(behind) = behind.filter(|_| before.apart.is_some_and(|apart| apart.plain))
        && let Some(found) = recover_plain_part(text, edited.new, edited.shift().range(behind.range()))
    {
        return Some(Part { found, edited, statements, plain: true });
    }
    let (found, new) = recover_part(text, edited.new)?;
    let end = new.end() + edited.old.len() - edited.new.len();
    let old = TextRange::new(new.start(), end);
    let place = |offset: TextSize| before.body.partition_point(|statement| statement.start() < offset);
    let (first, next) = (place(old.start()), place(old.end()));
    // What is not closed may end in the middle of a later statement.
    let begins = |place: usize, at: TextSize| before.body.get(place).is_some_and(|statement| statement.start() == at);
    let is_apart = (old.start() == TextSize::default() || begins(first, old.start()))
        && (old.end() == TextSize::of(&*before.text) || begins(next, old.end()));
    let plain = !has_odd_triple(text, TextRange::up_to(TextSize::of(text)));
    is_apart.then_some(Part { found, edited: Edited { old, new }, statements: first..next, plain })
}

/// Whether the statement behind a part of a text may belong to a decorator in it.
fn ends_in_decorator(part: &str) -> bool {
    let mut open = false;
    for line in part.split(['\n', '\r']) {
        open = line.starts_with('@') || (open && !["def", "class", "async"].contains(&first_word(line)));
    }
    open
}

/// Whether a statement can't be a part of a text behind the script.
fn is_definition(statement: &Stmt) -> bool {
    matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_) | Stmt::Import(_) | Stmt::ImportFrom(_))
}

/// From where to where two texts differ, as offsets in the first.
fn difference(old: &str, new: &str) -> (usize, usize) {
    let (old, new) = (old.as_bytes(), new.as_bytes());
    let same_blocks = old.chunks_exact(BLOCK).zip(new.chunks_exact(BLOCK)).take_while(|(old, new)| old == new).count();
    let start = same_blocks * BLOCK + common(old[same_blocks * BLOCK..].iter(), new[same_blocks * BLOCK..].iter());
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let same_blocks =
        old_rest.rchunks_exact(BLOCK).zip(new_rest.rchunks_exact(BLOCK)).take_while(|(old, new)| old == new).count();
    let behind = same_blocks * BLOCK;
    let (old_rest, new_rest) = (&old_rest[..old_rest.len() - behind], &new_rest[..new_rest.len() - behind]);
    (start, start + old_rest.len() - common(old_rest.iter().rev(), new_rest.iter().rev()))
}

/// How many bytes are compared at once.
const BLOCK: usize = 256;

/// How many bytes are the same.
fn common<'b>(one: impl Iterator<Item = &'b u8>, other: impl Iterator<Item = &'b u8>) -> usize {
    one.zip(other).take_while(|(one, other)| one == other).count()
}

/// Whether a logical line begins at an offset.
pub(super) fn begins_line(text: &str, offset: usize) -> bool {
    let before = &text[..offset];
    let line = before.strip_suffix("\r\n").or_else(|| before.strip_suffix(['\n', '\r']));
    line.is_some_and(|line| !line.ends_with('\\'))
}

/// Those that begin in a region.
fn within<T: Placed>(all: &[T], region: TextRange) -> &[T] {
    let place = |offset| all.partition_point(|one| one.start() < offset);
    &all[place(region.start())..place(region.end())]
}

/// Puts `fresh` in the place of what begins in the region `old`, and moves what follows.
fn splice<T: Placed>(kept: &mut Vec<T>, old: TextRange, fresh: Vec<T>, shift: Shift) {
    let first = kept.partition_point(|one| one.start() < old.start());
    let next = kept.partition_point(|one| one.start() < old.end());
    let behind = first + fresh.len();
    drop(kept.splice(first..next, fresh));
    kept[behind..].iter_mut().for_each(|one| one.relocate(&shift));
}

/// What belongs to a place of the text.
trait Placed {
    fn start(&self) -> TextSize;
    fn relocate(&mut self, places: &impl Places);
}

impl Placed for TextRange {
    fn start(&self) -> TextSize {
        (*self).start()
    }

    fn relocate(&mut self, places: &impl Places) {
        *self = places.range(*self);
    }
}

/// What belongs to the one place that its `range` is.
macro_rules! placed {
    ($($kind:ty),*) => {
        $(impl Placed for $kind {
            fn start(&self) -> TextSize {
                self.range.start()
            }

            fn relocate(&mut self, places: &impl Places) {
                self.range.relocate(places);
            }
        })*
    };
}

placed!(SyntaxError, NewerSyntax, MalformedCall);

impl Placed for D3Call {
    fn start(&self) -> TextSize {
        self.callee.start()
    }

    fn relocate(&mut self, places: &impl Places) {
        self.callee.relocate(places);
        match &mut self.target {
            D3Target::Utility { command } => command.range.relocate(places),
            D3Target::Integration { integration, command } => {
                integration.range.relocate(places);
                command.range.relocate(places);
            }
        }
        self.type_word.iter_mut().for_each(|word| word.range.relocate(places));
        self.arguments.iter_mut().for_each(|arguments| arguments.relocate(places));
    }
}

#[cfg(test)]
mod tests;
