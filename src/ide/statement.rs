//! The statement around the cursor, made whole: the tree of half-typed code.
//!
//! What is typed so far is rarely valid. So the logical line around the cursor is taken alone, the word under the
//! cursor is replaced by a placeholder, what is open is closed, and the result is parsed by the seam like any text.

use std::sync::Arc;

use crate::dialect::{FaultKind, Kind, Skimmer};
use crate::syntax::ast::find_node::covering_node;
use crate::syntax::ast::{AnyNodeRef, Stmt};
use crate::syntax::{self, Parsed};
use crate::text::{Ranged, TextRange, TextSize};

/// The name that stands in the place of the word under the cursor.
pub(super) const PLACEHOLDER: &str = "d3ls_cursor";

/// Words that only begin a statement: a line that begins with one is a statement of its own, whatever is open above.
const STATEMENT_WORDS: [&str; 18] = [
    "assert", "break", "class", "continue", "def", "del", "except", "finally", "global", "import", "nonlocal", "pass",
    "raise", "return", "try", "while", "with", "elif",
];

/// The statement around the cursor as a tree of its own.
#[derive(Debug)]
pub(super) struct Statement {
    /// The statement, made whole.
    pub parsed: Parsed,
    /// The cursor's word in `parsed`: the placeholder, or an empty range in a string literal.
    pub cursor: TextRange,
    /// The cursor's word in the script, for replacing it: a whole name, or a string's content as far as it is typed.
    pub word: TextRange,
    /// Whether the cursor is inside a string literal.
    pub in_string: bool,
    /// The quote of the f-string around the cursor, which code in its fields must not use.
    pub outer_quote: Option<u8>,
    /// What follows the cursor's word in the script, after blanks.
    pub next: Option<u8>,
    /// The cursor in the script, moved to the nearest place before it that is one.
    pub offset: TextSize,
    /// Whether the statement begins in its line's first column.
    pub at_margin: bool,
    /// Whether the cursor's word is the first of the statement.
    pub is_first: bool,
    /// Whether the cursor's word begins with a digit.
    is_number: bool,
    /// What an offset behind the cursor's word gains from script to `parsed`, and one before it.
    shift: (i64, i64),
}

/// Where the cursor stands among the tokens.
struct Place {
    /// Where the statement begins.
    start: usize,
    /// What has to be inserted at the cursor to close everything, innermost first.
    closers: String,
    /// The string literal the cursor is in: where its content begins, and its quote, three times if triple.
    string: Option<(usize, &'static str)>,
    outer_quote: Option<u8>,
}

impl Statement {
    /// The statement around `offset`; `None` in comments and in texts of f-strings.
    pub(super) fn at(parsed: &Parsed, offset: TextSize) -> Option<Self> {
        let text = &*parsed.text;
        let mut offset = offset.to_usize().min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let first = parsed.body.partition_point(|statement| statement.start().to_usize() < offset);
        let from = match first.checked_sub(1) {
            Some(before) => parsed.body[before].start().to_usize(),
            None if text.starts_with('\u{feff}') => '\u{feff}'.len_utf8().min(offset),
            None => 0,
        };
        let limit = parsed.body.get(first).map_or(text.len(), |next| next.start().to_usize().max(offset));
        let place = place(text, from, offset)?;
        let (start, word) = match place.string {
            Some((content, quote)) => (place.start, content..string_end(text, offset, quote)),
            None => {
                let word = word_around(text, offset);
                (place.start.min(word.start), word)
            }
        };
        let whole = logical_end(text, start, limit).filter(|end| *end >= word.end);
        let (head, skipped) = header(&text[start..word.start.max(start)]);
        let mut fragment = head.to_owned();
        fragment.push_str(&text[start + skipped..word.start]);
        let inserted = fragment.len();
        let cursor = if place.string.is_some() {
            fragment.push_str(&text[word.start..offset]);
            TextRange::empty(size(fragment.len()))
        } else {
            fragment.push_str(PLACEHOLDER);
            TextRange::new(size(inserted), size(fragment.len()))
        };
        let behind = if place.string.is_some() { offset } else { word.end };
        let after = signed(fragment.len()) - signed(behind);
        fragment.push_str(match whole {
            Some(end) => &text[behind..end],
            None => &place.closers,
        });
        let next = text[word.end..].trim_start_matches([' ', '\t']).bytes().next();
        Some(Self {
            parsed: syntax::parse(&Arc::from(fragment)),
            cursor,
            word: TextRange::new(size(word.start), size(word.end)),
            in_string: place.string.is_some(),
            outer_quote: place.outer_quote,
            next,
            offset: size(offset),
            is_first: word.start == start,
            is_number: place.string.is_none() && text[word.start..].starts_with(|letter: char| letter.is_ascii_digit()),
            at_margin: text[..start].ends_with(['\n', '\r', '\u{feff}']) || start == 0,
            shift: (signed(inserted) - signed(word.start), after),
        })
    }

    /// Whether a name in use can stand where the cursor's word begins: not right behind a number's dot or a closing
    /// quote, and not where `as` gives something a new name.
    pub(super) fn may_begin_name(&self) -> bool {
        let before = &self.parsed.text[..self.cursor.start().to_usize()];
        let blank = |letter: char| letter == ' ' || letter == '\t';
        let words = before.trim_end_matches(blank);
        let is_new = words.len() < before.len() && words.ends_with("as") && words[..words.len() - 2].ends_with(blank);
        !before.ends_with(['.', '"', '\'']) && !is_new && !self.is_number
    }

    /// The bytes of the script that `range` of the tree stands for.
    pub(super) fn in_script(&self, range: TextRange) -> TextRange {
        let (before, behind) = self.shift;
        let map = |offset: TextSize, shift: i64| {
            TextSize::try_from(usize::try_from(i64::from(offset.to_u32()) - shift).unwrap_or_default())
                .unwrap_or_default()
        };
        let start =
            if range.start() <= self.cursor.start() { map(range.start(), before) } else { map(range.start(), behind) };
        let end = if range.end() >= self.cursor.end() { map(range.end(), behind) } else { map(range.end(), before) };
        TextRange::new(start.min(end), end)
    }
}

/// The nodes of a script's tree around `range`, innermost first.
pub(super) fn nodes_around(body: &[Stmt], range: TextRange) -> Vec<AnyNodeRef<'_>> {
    let behind = body.partition_point(|statement| statement.start() <= range.start());
    let Some(root) = behind.checked_sub(1).map(|index| &body[index]) else { return Vec::new() };
    if !root.range().contains_range(range) {
        return Vec::new();
    }
    covering_node(AnyNodeRef::from(root), range).ancestors().collect()
}

/// What the cursor is inside of, by skimming from the top-level statement above it.
fn place(text: &str, from: usize, offset: usize) -> Option<Place> {
    let mut skimmer = Skimmer::new(text, from, offset);
    let mut start = None;
    let mut at_line_start = true;
    let mut last = None;
    while let Some(token) = skimmer.next_token() {
        if token.kind == Kind::Newline {
            at_line_start = true;
            if skimmer.stack.is_empty() {
                start = None;
            }
        } else if token.kind != Kind::Comment {
            let word = &text[token.start..token.end];
            if at_line_start && token.kind == Kind::Word && STATEMENT_WORDS.contains(&word) && token.end < offset {
                skimmer.close_all(token.start);
                start = None;
            }
            start = start.or(Some(token.start));
            at_line_start = false;
        }
        last = Some(token);
    }
    if last.is_some_and(|token| token.kind == Kind::Comment && token.end == offset) {
        return None;
    }
    let known = skimmer.faults.len();
    skimmer.close_all(offset);
    let mut closers = String::new();
    let mut string = None;
    if let Some(token) = last.filter(|token| token.kind == Kind::Text && token.end == offset)
        && let Some(fault) =
            skimmer.faults[..known].last().filter(|fault| fault.open == token.start && fault.at >= offset)
    {
        let quote = fault.closer();
        let opening = text[token.start..offset].find(quote)?;
        string = Some((token.start + opening + quote.len(), quote));
        closers.push_str(quote);
    }
    let mut outer_quote = None;
    for (index, fault) in skimmer.faults[known..].iter().enumerate() {
        if let FaultKind::String(quote) | FaultKind::TripleString(quote) = fault.kind {
            if index == 0 && string.is_none() {
                return None;
            }
            outer_quote = outer_quote.or(Some(quote));
        }
        closers.push_str(fault.closer());
    }
    Some(Place { start: start.unwrap_or(offset), closers, string, outer_quote })
}

/// Where the logical line that begins at `start` ends, if everything in it is closed.
fn logical_end(text: &str, start: usize, limit: usize) -> Option<usize> {
    let mut skimmer = Skimmer::new(text, start, limit);
    let mut end = start;
    let mut at_line_start = false;
    while let Some(token) = skimmer.next_token() {
        match token.kind {
            Kind::Newline if skimmer.stack.is_empty() => break,
            Kind::Newline => at_line_start = true,
            Kind::Comment => {}
            Kind::Stray(_) => return None,
            kind => {
                if at_line_start && kind == Kind::Word && STATEMENT_WORDS.contains(&&text[token.start..token.end]) {
                    return None;
                }
                at_line_start = false;
                end = token.end;
            }
        }
    }
    (skimmer.stack.is_empty() && skimmer.faults.is_empty()).then_some(end)
}

/// What stands for the first word of a statement that can't stand alone, and how long that word is.
fn header(statement: &str) -> (&'static str, usize) {
    let first = statement.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default();
    match first {
        "elif" => ("if", first.len()),
        "else" | "finally" | "try" => ("if 1", first.len()),
        _ => ("", 0),
    }
}

/// The name around `offset`.
fn word_around(text: &str, offset: usize) -> std::ops::Range<usize> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let start = text[..offset]
        .rfind(|letter| !is_word(letter))
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let end = text[offset..].find(|letter| !is_word(letter)).map_or(text.len(), |length| offset + length);
    start..end
}

/// Where the content of the string around `offset` ends: before its quote, or with the word where it is not closed in its line.
fn string_end(text: &str, offset: usize, quote: &str) -> usize {
    let line = text[offset..].split(['\n', '\r']).next().unwrap_or_default();
    let word = line.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(line.len());
    let key =
        line.find(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | ' ' | '-')).unwrap_or(line.len());
    offset + if line[key..].starts_with(quote) { key } else { word }
}

fn size(offset: usize) -> TextSize {
    TextSize::try_from(offset).unwrap_or(TextSize::new(u32::MAX))
}

fn signed(offset: usize) -> i64 {
    i64::try_from(offset).unwrap_or(i64::MAX)
}
