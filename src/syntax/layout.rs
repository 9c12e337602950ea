//! What CPython's tokenizer refuses and the parser does not: tabs that are ambiguous,
//! indentation that is too deep, encodings that nobody knows.

use ruff_python_ast::token::{Token, TokenKind};

use super::SyntaxError;
use super::limits::MAX_INDENTATION;
use crate::text::{Ranged, TextRange, TextSize};

/// What the tokens of a text tell that its tree does not.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// The comments, in order.
    pub(super) comments: Vec<TextRange>,
    /// The first line with wrong indentation, if there is one.
    pub(super) error: Option<SyntaxError>,
}

impl Layout {
    /// Looks at the tokens of a text that the parser accepts.
    pub(super) fn new(text: &str, tokens: &[Token]) -> Self {
        let mut layout = Self::default();
        let mut depth = 0;
        for token in tokens {
            match token.kind() {
                TokenKind::Comment => layout.comments.push(token.range()),
                TokenKind::Indent => {
                    depth += 1;
                    if depth > MAX_INDENTATION && layout.error.is_none() {
                        let message = "too many levels of indentation".to_owned();
                        layout.error = Some(SyntaxError { range: token.range(), message });
                    }
                }
                TokenKind::Dedent => depth -= 1,
                _ => {}
            }
        }
        let tabs = memchr::memchr(b'\t', text.as_bytes()).and_then(|_| ambiguous_tabs(text, tokens));
        let is_first =
            |tabs: &SyntaxError| layout.error.as_ref().is_none_or(|error| tabs.range.start() < error.range.start());
        if let Some(tabs) = tabs.filter(is_first) {
            layout.error = Some(tabs);
        }
        layout
    }
}

/// The first line whose indentation depends on the width of a tab.
fn ambiguous_tabs(text: &str, tokens: &[Token]) -> Option<SyntaxError> {
    let mut levels = vec![(0, 0)];
    let mut at_start = true;
    for token in tokens {
        match token.kind() {
            TokenKind::Newline => at_start = true,
            TokenKind::Indent | TokenKind::Dedent | TokenKind::NonLogicalNewline | TokenKind::Comment => {}
            _ if at_start => {
                at_start = false;
                let blanks = indentation(text, token.start());
                if !is_consistent(&mut levels, blanks) {
                    let message = "tabs and spaces are mixed so that the indentation depends on the width of a tab";
                    let range = TextRange::new(token.start() - TextSize::of(blanks), token.start());
                    return Some(SyntaxError { range, message: message.to_owned() });
                }
            }
            _ => {}
        }
    }
    None
}

/// The blanks between the line's beginning and an offset.
fn indentation(text: &str, offset: TextSize) -> &str {
    let before = &text[..offset.to_usize()];
    let blanks = before.trim_end_matches([' ', '\t', '\x0c']);
    &before[blanks.len()..]
}

/// Whether a line's indentation means the same with tabs to every eighth column and with tabs
/// of one. `levels` are the widths of the open blocks in both readings.
fn is_consistent(levels: &mut Vec<(usize, usize)>, blanks: &str) -> bool {
    let (wide, narrow) = blanks.chars().fold((0, 0), |(wide, narrow), c| match c {
        '\t' => ((wide / 8 + 1) * 8, narrow + 1),
        '\x0c' => (0, 0),
        _ => (wide + 1, narrow + 1),
    });
    while levels.last().is_some_and(|level| level.0 > wide) {
        levels.pop();
    }
    match levels.last() {
        Some(&(same, other)) if same == wide => other == narrow,
        Some(&(_, other)) => {
            levels.push((wide, narrow));
            narrow > other
        }
        None => true,
    }
}

/// The beginnings of the names of Python's codecs, without punctuation.
const CODECS: &[&str] = &[
    "utf",
    "u8",
    "ascii",
    "usascii",
    "646",
    "latin",
    "l1",
    "iso",
    "cp",
    "windows",
    "ibm",
    "koi8",
    "big5",
    "euc",
    "ujis",
    "gb",
    "hz",
    "chinese",
    "johab",
    "ks",
    "korean",
    "kz",
    "rk1048",
    "mac",
    "ptcp154",
    "pt154",
    "shiftjis",
    "sjis",
    "ms",
    "hp",
    "roman8",
    "r8",
    "tis",
    "palmos",
    "rot13",
    "punycode",
    "idna",
    "rawunicodeescape",
    "unicodeescape",
    "arabic",
    "greek",
    "hebrew",
    "cyrillic",
    "thai",
    "maccentraleurope",
    "charmap",
    "mbcs",
    "viscii",
    "12",
    "8",
    "4",
    "5",
    "u16",
    "u32",
    "u7",
    "csiso",
    "ecma114",
    "ecma118",
    "asmo",
    "jisx",
    "extended",
    "dbcs",
    "ansi",
];

/// Checks the encoding that the first two lines of a text may name.
pub(super) fn check_encoding(text: &str) -> Option<SyntaxError> {
    let marked = text.starts_with('\u{feff}');
    let mut offset = if marked { '\u{feff}'.len_utf8() } else { 0 };
    for line in text[offset..].split_inclusive(['\n', '\r']).take(2) {
        let code = line.trim_start_matches([' ', '\t', '\x0c']);
        if !code.starts_with('#') && !code.trim().is_empty() {
            return None;
        }
        if let Some((at, name)) = cookie(code) {
            let start = offset + (line.len() - code.len()) + at;
            let size = |offset: usize| TextSize::try_from(offset).unwrap_or_default();
            let range = TextRange::new(size(start), size(start + name.len()));
            let normal = name.to_ascii_lowercase().replace('_', "-");
            let plain: String = normal.chars().filter(char::is_ascii_alphanumeric).collect();
            let message = if marked && normal != "utf-8" && !normal.starts_with("utf-8-") {
                format!("the text begins with a byte order mark of UTF-8 but names the encoding `{name}`")
            } else if CODECS.iter().any(|codec| plain.starts_with(codec)) {
                return None;
            } else {
                format!("unknown encoding `{name}`")
            };
            return Some(SyntaxError { range, message });
        }
        offset += line.len();
    }
    None
}

/// Where in a comment an encoding is named, and the name.
fn cookie(comment: &str) -> Option<(usize, &str)> {
    comment.match_indices("coding").find_map(|(at, word)| {
        let rest = &comment[at + word.len()..];
        let value = rest.strip_prefix([':', '='])?.trim_start_matches([' ', '\t']);
        let end =
            value.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.')).unwrap_or(value.len());
        (end > 0).then(|| (comment.len() - value.len(), &value[..end]))
    })
}
