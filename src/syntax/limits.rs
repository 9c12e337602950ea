//! How deep a text may nest. CPython refuses more, and a deeper tree could be neither
//! walked nor dropped.

use super::glance::{Glanced, glance};
use crate::dialect::{self, Finder, Kind, Skimmer, Token, TypeSlot};

/// How many brackets CPython nests.
const MAX_BRACKETS: usize = 200;

/// How deep CPython 3.9 nests operators, calls and attributes: measured, it takes 2,983 to 2,987.
const MAX_CHAIN: usize = 2_980;

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
    /// Where a large text can be cut in two, if that was seen.
    pub(super) middle: Option<usize>,
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
        Some(Glanced { slots, middle }) => Prescan { slots, too_deep: false, depth: 0, middle },
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
    Prescan { slots: finder.slots, too_deep, depth, middle: None }
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
    /// What each open bracket nests, the statement itself first.
    levels: Vec<Level>,
    /// The depth of all levels.
    total: usize,
    /// The last operator byte and its end.
    last: (u8, usize),
    /// Whether the last token ends an operand, so that a `+` or `-` after it joins two.
    after_operand: bool,
}

/// The operators in one bracket. Those of `a*b + c*d` nest one product below the sums, not one product in the other.
#[derive(Debug, Clone, Copy, Default)]
struct Level {
    sums: usize,
    /// Operators since the last sum.
    product: usize,
    /// The most of them.
    longest: usize,
}

impl Level {
    fn depth(self) -> usize {
        self.sums + self.longest
    }
}

impl Nesting {
    /// Looks at the next token. Gives a message where it is one too many.
    fn step(&mut self, text: &str, skimmer: &Skimmer<'_>, token: Token) -> Option<&'static str> {
        let after_operand = self.after_operand;
        if !matches!(token.kind, Kind::Newline | Kind::Comment | Kind::Other(b'\\')) {
            self.after_operand = ends_operand(text, token);
        }
        match token.kind {
            Kind::Open(_) => self.count(1),
            Kind::Other(b',' | b';' | b'=') => self.reset(),
            Kind::Other(b':') => {}
            Kind::Other(b'+' | b'-') if after_operand => self.count_sum(),
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
            self.total -= self.levels.pop().unwrap_or_default().depth();
        }
        self.levels.resize(depth + 1, Level::default());
        if depth > MAX_BRACKETS {
            return Some("too many nested parentheses");
        }
        (self.total > MAX_CHAIN).then_some("this expression nests too deeply")
    }

    fn count(&mut self, operators: usize) {
        self.change(|level| {
            level.product += operators;
            level.longest = level.longest.max(level.product);
        });
    }

    fn count_sum(&mut self) {
        self.change(|level| {
            level.sums += 1;
            level.product = 0;
        });
    }

    fn reset(&mut self) {
        self.change(|level| *level = Level::default());
    }

    fn change(&mut self, change: impl FnOnce(&mut Level)) {
        if self.levels.is_empty() {
            self.levels.push(Level::default());
        }
        if let Some(level) = self.levels.last_mut() {
            let before = level.depth();
            change(level);
            self.total = self.total + level.depth() - before;
        }
    }
}

fn ends_operand(text: &str, token: Token) -> bool {
    match token.kind {
        Kind::Word => !matches!(
            &text[token.start..token.end],
            "not" | "and" | "or" | "in" | "is" | "if" | "else" | "return" | "yield" | "lambda" | "await"
        ),
        Kind::Close(_) | Kind::Text | Kind::TextEnd => true,
        _ => false,
    }
}

/// The text without the D3 types found in it.
pub(super) fn blanked<'a>(text: &'a str, slots: &[TypeSlot]) -> std::borrow::Cow<'a, str> {
    if slots.is_empty() { text.into() } else { dialect::blank(text, slots).into() }
}
