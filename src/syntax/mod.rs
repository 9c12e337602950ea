//! The parser seam: any text whatever to a tree, its errors, comments and D3 calls.
//!
//! Owns: which parser is used, recovery from broken code, the limits of Python 3.9.
//! Must not know: names, scopes, manifests, rules. The only place that names the parser's crates.

mod again;
mod block;
mod calls;
mod checks;
mod glance;
mod layout;
mod limits;
mod lines;
mod messages;
mod recover;
mod relocate;
mod scopes;
mod trailing;

use std::sync::Arc;

pub use again::{Again, Edited};
pub use ruff_python_ast as ast;
use ruff_python_ast::PythonVersion;
pub use ruff_python_ast::visitor as walk;
use ruff_python_parser::{Mode, ParseOptions, parse_cells_unchecked, parse_unchecked};

use crate::text::{Spanned, TextRange, TextSize};
use layout::Layout;
use recover::Recovered;

/// From how many bytes on a text is parsed in halves.
const LARGE: usize = 64 * 1024;

/// What [`parse`] makes of a text. All ranges are bytes of that text.
#[derive(Debug)]
pub struct Parsed {
    /// The text, as given.
    pub text: Arc<str>,
    /// The statements of the module, in order.
    pub body: ast::Suite,
    /// Comments, from `#` to before the line end, in order.
    pub comments: Vec<TextRange>,
    /// What Python 3.9's `compile()` would refuse, each once, in order.
    pub errors: Vec<SyntaxError>,
    /// Syntax that only a later Python has, in order.
    pub newer: Vec<NewerSyntax>,
    /// D3 calls as nodes, by start.
    pub d3_calls: Vec<D3Call>,
    /// D3 calls that are not written as D3 wants them, in order.
    pub malformed_calls: Vec<MalformedCall>,
    /// Text that is no Python after the script's last statement.
    pub trailing: Option<TextRange>,
    /// What makes the top-level statements independent of each other, if they are.
    apart: Option<Apart>,
}

/// Each top-level statement that is not broken is what its own text is, behind the imports from `__future__`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Apart {
    /// Where the last statement ends that imports from `__future__`.
    imports_end: TextSize,
    /// Whether one of them postpones annotations.
    annotations: bool,
    /// From the first statement that is broken to the last.
    damaged: Option<TextRange>,
    /// Whether recovery is known to find nothing wrong outside of these.
    plain: bool,
}

/// One thing that Python 3.9 refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub range: TextRange,
    /// What, in lower case without a final dot.
    pub message: String,
}

/// One piece of syntax newer than 3.9.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewerSyntax {
    /// Where.
    pub range: TextRange,
    /// What it is: "`match` statement".
    pub what: String,
    /// The first Python that has it, as (3, minor).
    pub since: (u8, u8),
}

/// A call of a D3 command: `D3.Utility.equals<Text>("a", "b")`, `D3.Integration.Acme.Check()`,
/// or one of them being typed (D3's page, "Utility Command & Integration Command Calls").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct D3Call {
    /// `D3.Utility.equals`, without type and arguments. The start of the tree's callee.
    pub callee: TextRange,
    /// What is called.
    pub target: D3Target,
    /// What stands between `<` and `>`, without surrounding blanks; empty for `<>`. `None` where there is no `<`.
    pub type_word: Option<Spanned<String>>,
    /// From `(` to `)`. `None` where nothing is called.
    pub arguments: Option<TextRange>,
}

/// What a [`D3Call`] names. Names are empty, with an empty range, where they are not typed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum D3Target {
    /// `D3.Utility.{command}`.
    Utility {
        /// The command's internal name.
        command: Spanned<String>,
    },
    /// `D3.Integration.{integration}.{command}`.
    Integration {
        /// The integration's internal name.
        integration: Spanned<String>,
        /// The command's internal name.
        command: Spanned<String>,
    },
}

/// One way in which a D3 call is not written as D3 wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MalformedCall {
    /// Where: the smallest thing to change.
    pub range: TextRange,
    /// How.
    pub kind: MalformedKind,
}

/// The ways a D3 call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MalformedKind {
    /// A utility call without `<Type>`; the fix inserts one after the callee.
    MissingType,
    /// `<` without `>`.
    UnclosedType,
    /// A type on an integration call, which needs none. `range` is the whole `<...>`.
    TypeOnIntegration,
    /// `D3.Utility` or `D3.Integration.X` called, or used as a value, with no command.
    MissingCommand,
    /// `D3.Utility.x<Text>` without `(...)`.
    Uncalled,
}

/// Parses any text whatever.
pub fn parse(text: &Arc<str>) -> Parsed {
    let prescan = limits::prescan(text);
    if !prescan.is_deep() {
        return parse_scanned(text, prescan);
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(limits::LARGE_STACK);
        match thread.spawn_scoped(scope, || parse_scanned(text, limits::prescan(text))) {
            Ok(parsing) => parsing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(_) => parse_scanned(text, prescan),
        }
    })
}

/// Parses what an edit has changed in a text. `None` where the whole text is to be parsed.
pub fn parse_again(before: &Parsed, text: &Arc<str>) -> Option<Again> {
    Again::new(before, text)
}

/// Parses a text that was looked at.
fn parse_scanned(text: &Arc<str>, prescan: limits::Prescan) -> Parsed {
    examine(text, understand(text, prescan), false)
}

/// Looks for what the parser leaves to others in the statements of a text, or of a part of it where annotations are
/// postponed or not.
fn examine(text: &Arc<str>, mut found: Recovered, annotations: bool) -> Parsed {
    let trailing = trailing::find(text, &found.pieces);
    found.body.retain(|stmt| !trailing::holds(trailing, stmt));
    found.comments.retain(|comment| !trailing::holds(trailing, comment));
    let (d3_calls, malformed_calls) = calls::find(text, &found.body, &found.slots);
    let checked = checks::check(text, &found.body, annotations);
    let is_sound =
        |range: &TextRange| !found.pieces.iter().any(|piece| piece.broken && piece.range.contains_range(*range));
    let damaged = found.damaged();
    let encoding = layout::check_encoding(text);
    let is_settled = damaged.is_some() || found.errors.is_empty();
    let is_divisible = found.is_divisible && is_settled && encoding.is_none() && trailing.is_none();
    let mut errors = found.errors;
    errors.extend(encoding);
    let apart = checked.apart.map(|apart| Apart { damaged, ..apart }).filter(|_| is_divisible);
    errors.extend(messages::removed(&found.unsupported));
    errors.extend(checked.errors.into_iter().filter(|error| is_sound(&error.range)));
    let mut newer = messages::newer(&found.unsupported);
    newer.extend(checked.newer);
    errors.iter_mut().for_each(|error| error.range = whole_characters(text, error.range));
    newer.iter_mut().for_each(|newer| newer.range = whole_characters(text, newer.range));
    errors.retain(|error| !trailing::holds(trailing, &error.range));
    errors.sort_by_key(|error| (error.range.start(), error.range.end()));
    errors.dedup();
    newer.retain(|newer| !trailing::holds(trailing, &newer.range));
    newer.sort_by_key(|newer| (newer.range.start(), newer.range.end()));
    newer.dedup();
    Parsed {
        text: Arc::clone(text),
        body: found.body,
        comments: found.comments,
        errors,
        newer,
        d3_calls,
        malformed_calls,
        trailing,
        apart,
    }
}

/// Parses a text whole, and a broken one statement by statement.
fn understand(text: &str, prescan: limits::Prescan) -> Recovered {
    if prescan.too_deep {
        return recover::recover(text);
    }
    let blanked = limits::blanked(text, &prescan.slots);
    let sound = prescan.middle.and_then(|middle| in_halves(text, &blanked, middle));
    match sound.or_else(|| accepted(text, parse_unchecked(&blanked, options()).try_into_module()?)) {
        Some(sound) => Recovered { slots: prescan.slots, ..sound },
        None => recover::recover(text),
    }
}

/// Parses a large sound text in two halves side by side, on a thread of a pool. `None` where that is not to be done.
fn in_halves(text: &str, blanked: &str, middle: usize) -> Option<Recovered> {
    if text.len() < LARGE || rayon::current_thread_index().is_none() {
        return None;
    }
    let (middle, end) = (TextSize::try_from(middle).ok()?, TextSize::of(text));
    let half = |from, to| accepted(text, parse_cells_unchecked(blanked, [TextRange::new(from, to)], &options()));
    let (first, second) = rayon::join(|| half(TextSize::default(), middle), || half(middle, end));
    let (mut whole, second) = (first?, second?);
    whole.body.extend(second.body);
    whole.comments.extend(second.comments);
    whole.unsupported.extend(second.unsupported);
    // Only the first line with wrong indentation counts.
    whole.errors.extend(second.errors);
    whole.errors.truncate(1);
    Some(whole)
}

/// What the parser made of a text or of a part of it; `None` where something is wrong with that.
fn accepted(text: &str, parsed: ruff_python_parser::Parsed<ast::ModModule>) -> Option<Recovered> {
    if !parsed.errors().is_empty() {
        return None;
    }
    let Layout { comments, error } = Layout::new(text, parsed.tokens());
    let unsupported = parsed.unsupported_syntax_errors().to_vec();
    Some(Recovered {
        body: parsed.into_suite(),
        comments,
        errors: error.into_iter().collect(),
        unsupported,
        is_divisible: true,
        ..Recovered::default()
    })
}

/// A range without the parts of characters that the parser's ranges of broken template strings
/// may begin or end with.
fn whole_characters(text: &str, range: TextRange) -> TextRange {
    let floor = |offset: TextSize| {
        let offset = text.floor_char_boundary(offset.to_usize());
        TextSize::try_from(offset).unwrap_or_default()
    };
    TextRange::new(floor(range.start()), floor(range.end()))
}

/// How the parser is to read: modules of Python 3.9.
fn options() -> ParseOptions {
    ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY39)
}

impl Parsed {
    /// The text of `range`.
    pub fn slice(&self, range: TextRange) -> &str {
        &self.text[range.start().to_usize()..range.end().to_usize()]
    }

    /// The D3 call whose callee starts at `offset`.
    pub fn d3_call(&self, offset: TextSize) -> Option<&D3Call> {
        let index = self.d3_calls.binary_search_by_key(&offset, |call| call.callee.start()).ok()?;
        self.d3_calls.get(index)
    }
}

#[cfg(test)]
mod tests;
