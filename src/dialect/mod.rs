//! D3's call syntax: where a script leaves Python.
//!
//! Owns: which `<...>` are D3's types, and the text without them.
//! Must not know: trees, names, manifests, commands.

mod skimmer;

use std::borrow::Cow;

use crate::text::{Spanned, TextRange, TextSize};

pub(crate) use skimmer::{Fault, FaultKind, Frame, Kind, Skimmer, Token};

/// A `<...>` after a D3 command (D3's page, "Utility Command & Integration Command Calls").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeSlot {
    /// `D3.Utility.equals`, as far as it is written.
    pub callee: TextRange,
    /// From `<` to `>`, or to the end of the word where there is no `>`.
    pub range: TextRange,
    /// What stands inside, without surrounding blanks.
    pub word: Spanned<String>,
    /// Whether there is a `>`.
    pub closed: bool,
}

impl TypeSlot {
    /// Moves a slot of a part of a text to where it is in the text: the part begins at `start`.
    pub(crate) fn move_by(&mut self, start: TextSize) {
        for range in [&mut self.callee, &mut self.range, &mut self.word.range] {
            *range += start;
        }
    }
}

/// A text and its D3 types.
#[derive(Debug)]
pub struct Scan<'a> {
    /// The text with every slot blanked by spaces: same length, same line ends.
    pub text: Cow<'a, str>,
    /// The slots, by start.
    pub slots: Vec<TypeSlot>,
}

/// Finds the D3 types of a text and blanks them.
pub fn scan(text: &str) -> Scan<'_> {
    let slots = slots(text, TextRange::up_to(TextSize::of(text)));
    let text = if slots.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(blank(text, &slots)) };
    Scan { text, slots }
}

/// Finds the D3 types in a range of a text that begins in code outside brackets.
pub fn slots(text: &str, range: TextRange) -> Vec<TypeSlot> {
    let (start, end) = (range.start().to_usize(), range.end().to_usize());
    if !text[start..end].contains("D3") {
        return Vec::new();
    }
    let mut skimmer = Skimmer::new(text, start, end);
    let mut finder = Finder::new(&text[..end]);
    while let Some(token) = skimmer.next_token() {
        finder.step(&mut skimmer, token);
    }
    finder.slots
}

/// The slot behind the word `D3` at `start`, which stands in brackets or not.
pub(crate) fn slot_behind(text: &str, start: usize, in_brackets: bool) -> Option<TypeSlot> {
    let mut skimmer = Skimmer::new(text, start, text.len());
    if in_brackets {
        skimmer.push(Frame::Bracket(b'(', start));
    }
    let mut finder = Finder::new(text);
    while let Some(token) = skimmer.next_token() {
        finder.step(&mut skimmer, token);
        if finder.slots.len() == 1 || finder.chain.words == 0 || finder.chain.start != start {
            break;
        }
    }
    finder.slots.pop()
}

/// Finds slots among the tokens of a skimmer.
#[derive(Debug)]
pub(crate) struct Finder<'a> {
    text: &'a str,
    chain: Chain,
    /// The slots found so far.
    pub(crate) slots: Vec<TypeSlot>,
}

impl<'a> Finder<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, chain: Chain::default(), slots: Vec::new() }
    }

    /// Looks at the skimmer's next token, and moves the skimmer behind the slot that it opens.
    pub(crate) fn step(&mut self, skimmer: &mut Skimmer<'_>, token: Token) {
        if matches!(token.kind, Kind::Newline | Kind::Comment) && !skimmer.stack.is_empty() {
            return;
        }
        if token.kind == Kind::Other(b'<')
            && self.chain.takes_type()
            && let Some(slot) = slot(self.text, token.start, &self.chain)
        {
            skimmer.pos = slot.range.end().to_usize();
            skimmer.last_end = skimmer.pos;
            self.slots.push(slot);
        }
        self.chain.step(self.text, token);
    }
}

/// The text with the slots blanked by spaces.
pub fn blank(text: &str, slots: &[TypeSlot]) -> String {
    let mut blanked = String::with_capacity(text.len());
    for slot in slots {
        blanked.push_str(&text[blanked.len()..slot.range.start().to_usize()]);
        blanked.extend(std::iter::repeat_n(' ', slot.range.len().to_usize()));
    }
    blanked.push_str(&text[blanked.len()..]);
    blanked
}

/// How much of `D3.Utility.name` or `D3.Integration.name.name` was just read.
#[derive(Debug, Default)]
struct Chain {
    start: usize,
    /// The end of the last word.
    end: usize,
    /// The words read: `D3`, `Utility`, a name, ...
    words: usize,
    integration: bool,
    /// Whether the last token was the dot after a word.
    dot: bool,
    /// Whether the last token outside a chain was a dot, so that `x.D3` is no chain.
    after_dot: bool,
}

impl Chain {
    fn takes_type(&self) -> bool {
        self.words >= 2
    }

    fn step(&mut self, text: &str, token: Token) {
        let continues = self.words > 0 && self.words < if self.integration { 4 } else { 3 };
        match token.kind {
            Kind::Other(b'.') if continues && !self.dot => self.dot = true,
            Kind::Word if continues && self.dot && self.accept(&text[token.start..token.end]) => {
                self.end = token.end;
                self.words += 1;
                self.dot = false;
            }
            Kind::Word if !self.after_dot && !self.dot && &text[token.start..token.end] == "D3" => {
                *self = Self { start: token.start, end: token.end, words: 1, ..Self::default() };
            }
            kind => *self = Self { after_dot: kind == Kind::Other(b'.'), ..Self::default() },
        }
    }

    fn accept(&mut self, word: &str) -> bool {
        if self.words == 1 {
            self.integration = word == "Integration";
            return self.integration || word == "Utility";
        }
        true
    }
}

/// Reads the slot whose `<` is at `open`; `None` if that is an operator other than `<`.
fn slot(text: &str, open: usize, chain: &Chain) -> Option<TypeSlot> {
    let inside = &text[open + 1..];
    if inside.starts_with(['<', '=']) {
        return None;
    }
    let stop = inside.find(['>', '<', '=', '(', ')', '"', '\'', '#', '\n', '\r']).unwrap_or(inside.len());
    let closed = inside[stop..].starts_with('>');
    let written = if closed {
        &inside[..stop]
    } else {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | ' ' | '\t');
        &inside[..inside[..stop].find(|c| !is_word(c)).unwrap_or(stop)]
    };
    let word = written.trim();
    let word_start = open + 1 + if word.is_empty() { 0 } else { written.len() - written.trim_start().len() };
    let end = if closed { open + 1 + stop + 1 } else { word_start + word.len() };
    Some(TypeSlot {
        callee: range(chain.start, chain.end),
        range: range(open, end),
        word: Spanned::new(word.to_owned(), range(word_start, word_start + word.len())),
        closed,
    })
}

/// The range of two offsets of a text, which is shorter than 4 GiB.
fn range(start: usize, end: usize) -> TextRange {
    let size = |offset: usize| TextSize::try_from(offset).unwrap_or(TextSize::new(u32::MAX));
    TextRange::new(size(start), size(end))
}

#[cfg(test)]
mod tests;
