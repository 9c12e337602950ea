//! How deep a text may nest. CPython refuses more, and a deeper tree could be neither
//! walked nor dropped.

use super::glance::glance;
use crate::dialect::{self, Finder, Kind, Skimmer, Token, TypeSlot};

/// How many brackets CPython nests.
const MAX_BRACKETS: usize = 200;

/// How many operators, calls and attributes CPython nests, about.
const MAX_CHAIN: usize = 3_000;

/// How many operators, calls and attributes an ordinary stack takes.
const DEEP: usize = 300;

/// A stack for the deepest trees.
pub(super) const LARGE_STACK: usize = 64 * 1024 * 1024;

/// How many levels of indentation CPython has.
pub(super) const MAX_INDENTATION: usize = 99;

/// What a look at a text before parsing gives.
pub(super) struct Prescan {
    /// D3's types.
    pub(super) slots: Vec<TypeSlot>,
    /// Whether a statement nests too deeply.
    pub(super) too_deep: bool,
    /// How deep the statements nest, at most.
    pub(super) depth: usize,
}

impl Prescan {
    /// Whether a statement nests so deeply that walking its tree takes a large stack.
    pub(super) fn is_deep(&self) -> bool {
        self.depth > DEEP
    }
}

/// Looks at a text before parsing.
pub(super) fn prescan(text: &str) -> Prescan {
    match glance(text, DEEP) {
        Some(slots) => Prescan { slots, too_deep: false, depth: 0 },
        None => careful(text),
    }
}

/// Looks at a text that may have faults.
pub(super) fn careful(text: &str) -> Prescan {
    let has_d3 = text.contains("D3");
    let mut skimmer = Skimmer::new(text, 0, text.len());
    let mut finder = Finder::new(text);
    let mut nesting = Nesting::default();
    let mut too_deep = false;
    let mut depth = 0;
    while let Some(token) = skimmer.next_token() {
        depth = depth.max(nesting.total + nesting.levels.len());
        too_deep |= nesting.step(text, &skimmer, token).is_some();
        if has_d3 {
            finder.step(&mut skimmer, token);
        }
    }
    Prescan { slots: finder.slots, too_deep, depth }
}

/// Where a part of a text that is one statement nests too deeply, and in what way.
pub(super) fn too_deep(text: &str, start: usize, end: usize) -> Option<(usize, &'static str)> {
    let mut skimmer = Skimmer::new(text, start, end);
    let mut nesting = Nesting::default();
    while let Some(token) = skimmer.next_token() {
        if let Some(message) = nesting.step(text, &skimmer, token) {
            return Some((token.start, message));
        }
    }
    None
}

/// How deep the tree of the statement so far is, at most.
#[derive(Debug, Default)]
struct Nesting {
    /// Operators in each open bracket, the statement itself first.
    levels: Vec<usize>,
    total: usize,
    /// The last operator byte and its end.
    last: (u8, usize),
}

impl Nesting {
    /// Looks at the next token. Gives a message where it is one too many.
    fn step(&mut self, text: &str, skimmer: &Skimmer<'_>, token: Token) -> Option<&'static str> {
        match token.kind {
            Kind::Open(_) => self.count(1),
            Kind::Other(b',' | b';' | b'=') => self.reset(),
            Kind::Other(b':') => {}
            Kind::Other(byte) => {
                let doubled = self.last == (byte, token.start) && !matches!(byte, b'-' | b'+' | b'~');
                self.count(usize::from(!doubled));
                self.last = (byte, token.end);
            }
            Kind::Word if token.end - token.start <= 6 => {
                if matches!(&text[token.start..token.end], "not" | "lambda" | "await" | "if") {
                    self.count(1);
                }
            }
            Kind::Newline if skimmer.stack.is_empty() => {
                self.levels.clear();
                self.total = 0;
            }
            _ => {}
        }
        let depth = skimmer.stack.len();
        while self.levels.len() > depth + 1 {
            self.total -= self.levels.pop().unwrap_or_default();
        }
        self.levels.resize(depth + 1, 0);
        if depth > MAX_BRACKETS {
            return Some("too many nested parentheses");
        }
        (self.total > MAX_CHAIN).then_some("this expression nests too deeply")
    }

    fn count(&mut self, operators: usize) {
        if self.levels.is_empty() {
            self.levels.push(0);
        }
        let index = self.levels.len() - 1;
        self.levels[index] += operators;
        self.total += operators;
    }

    fn reset(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            self.total -= std::mem::take(level);
        }
    }
}

/// The text without the D3 types found in it.
pub(super) fn blanked<'a>(text: &'a str, slots: &[TypeSlot]) -> std::borrow::Cow<'a, str> {
    if slots.is_empty() { text.into() } else { dialect::blank(text, slots).into() }
}
