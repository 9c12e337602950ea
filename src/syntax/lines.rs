//! The logical lines of a broken text: where each statement begins and must have ended.

use crate::dialect::{Fault, FaultKind, Frame, Kind, Skimmer, Token};
use crate::text::TextRange;

/// How many lines may follow the first line that looks like a new statement before an open
/// bracket counts as unclosed.
const PATIENCE: usize = 200;

/// How many unclosed triple-quoted strings are looked for.
const MAX_TRIPLE_CUTS: usize = 64;

/// One logical line.
#[derive(Debug)]
pub(super) struct Line {
    /// Where its first token begins.
    pub(super) start: usize,
    /// Where its last token ends.
    pub(super) end: usize,
    /// Where the physical line of its first token begins.
    pub(super) line_start: usize,
    /// Where the next logical line, or what stands before it, begins.
    pub(super) stop: usize,
    /// The width of its indentation.
    pub(super) indent: usize,
    /// What is not closed in it.
    pub(super) faults: Vec<Fault>,
    /// Where it nests too deeply, and in what way.
    pub(super) too_deep: Option<(usize, &'static str)>,
}

/// The end that a triple-quoted string should have had.
#[derive(Debug, Clone, Copy)]
struct Cut {
    at: usize,
}

/// Whether a physical line begins a new statement, even where a bracket is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Boundary {
    No,
    Likely,
    Certain,
}

/// Splits a text into its logical lines.
pub(super) fn split(text: &str) -> Vec<Line> {
    let cuts = triple_cuts(text);
    let mut cuts = cuts.iter().peekable();
    let mut lines = Vec::new();
    let mut pos = 0;
    while pos < text.len() {
        while cuts.next_if(|cut| cut.at <= pos).is_some() {}
        let limit = cuts.peek().map_or(text.len(), |cut| cut.at);
        let line = read_line(text, pos, limit);
        pos = line.stop.max(pos + 1);
        if line.start < line.end {
            lines.push(line);
        }
    }
    lines
}

/// The logical lines of a part of a text, from a statement up to a later one, or to the end. The text around the part has
/// nothing unclosed, and no triple-quoted string that may be. `None` where a line reaches behind the part, or where such a
/// string is in it.
pub(super) fn split_part(text: &str, part: TextRange) -> Option<Vec<Line>> {
    let (mut pos, end) = (part.start().to_usize(), part.end().to_usize());
    if has_odd_triple(text, part) {
        return None;
    }
    let mut lines = Vec::new();
    loop {
        let line = read_line(text, pos, text.len());
        if line.start >= end {
            return (line.start == end).then_some(lines);
        }
        pos = line.stop.max(pos + 1);
        if line.start < line.end {
            lines.push(line);
        }
    }
}

/// Reads the logical line that begins at or after `pos`.
fn read_line(text: &str, pos: usize, limit: usize) -> Line {
    let mut skimmer = Skimmer::new(text, pos, limit);
    let mut start = None;
    let mut likely: Option<Skimmer<'_>> = None;
    let mut patience = 0;
    while let Some(token) = skimmer.next_token() {
        match token.kind {
            Kind::Comment => {}
            Kind::Newline if skimmer.stack.is_empty() => {
                if start.is_some() {
                    let cut = if skimmer.faults.is_empty() { None } else { likely };
                    return finish(text, cut.unwrap_or(skimmer), start);
                }
            }
            Kind::Newline => {
                patience += 1;
                let boundary = boundary(text, &skimmer, start.unwrap_or(pos));
                if boundary == Boundary::Certain || patience > PATIENCE && likely.is_some() {
                    return finish(text, likely.unwrap_or(skimmer), start);
                }
                if boundary == Boundary::Likely && likely.is_none() {
                    patience = 0;
                    likely = Some(skimmer.clone());
                }
            }
            _ => start = start.or(Some(token.start)),
        }
    }
    finish(text, likely.unwrap_or(skimmer), start)
}

/// The logical line that ends where a skimmer stands.
fn finish(text: &str, mut skimmer: Skimmer<'_>, start: Option<usize>) -> Line {
    let start = start.unwrap_or(skimmer.pos);
    let line_start = line_start(text, start);
    let mut at = skimmer.last_end;
    // The colon of a header stands behind the bracket that is missing.
    if matches!(skimmer.stack.last(), Some(Frame::Bracket(..)))
        && skimmer.faults.iter().all(|fault| fault.at < at)
        && is_header(&text[start..])
        && text[start..at].ends_with(':')
    {
        at -= 1;
    } else {
        at = skimmer.behind_blanks();
    }
    skimmer.close_all(at);
    skimmer.faults.sort_by_key(|fault| fault.at);
    let end = skimmer.last_end.max(start);
    let indent = indent(&text[line_start..start]);
    Line { start, end, line_start, stop: skimmer.pos, indent, faults: skimmer.faults, too_deep: None }
}

/// Whether the physical line at which a skimmer stands begins a new statement. The skimmer
/// is inside brackets; the statement around it begins at `start`.
fn boundary(text: &str, skimmer: &Skimmer<'_>, start: usize) -> Boundary {
    if skimmer.is_in_string() {
        return Boundary::No;
    }
    let line = line_at(text, skimmer.pos);
    let code = line.trim_start_matches([' ', '\t', '\x0c']);
    if code.is_empty() || code.starts_with(['#', ')', ']', '}']) {
        return Boundary::No;
    }
    if begins_statement(code) {
        return Boundary::Certain;
    }
    let width = indent(&line[..line.len() - code.len()]);
    let outer = indent(&text[line_start(text, start)..start]);
    let header = is_header(&text[start..]);
    let before = &text[start..skimmer.last_end];
    let string_open = skimmer.faults.last().is_some_and(|fault| matches!(fault.kind, FaultKind::String(_)));
    let likely = if width <= outer {
        string_open || looks_like_statement(code)
    } else if header && before.ends_with(':') {
        true
    } else {
        header && !before.ends_with([',', '(', '[', '{']) && looks_like_statement(code)
    };
    if likely { Boundary::Likely } else { Boundary::No }
}

/// The words that begin a statement and can't stand in an expression.
const STATEMENT_WORDS: &[&str] = &[
    "def", "class", "return", "import", "while", "with", "try", "raise", "pass", "break", "continue", "del", "global",
    "nonlocal", "assert", "except", "finally", "elif",
];

/// The words that begin the header of a block.
const HEADER_WORDS: &[&str] =
    &["def", "class", "if", "elif", "else", "for", "while", "with", "try", "except", "finally", "async"];

/// The word with which some code begins.
pub(super) fn first_word(code: &str) -> &str {
    let end = code.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(code.len());
    &code[..end]
}

/// Whether some code begins with the header of a block.
fn is_header(code: &str) -> bool {
    HEADER_WORDS.contains(&first_word(code))
}

/// Whether some code is a statement that can't continue an expression.
pub(super) fn begins_statement(code: &str) -> bool {
    let word = first_word(code);
    let rest = code[word.len()..].trim_start();
    match word {
        "from" => rest.contains(" import "),
        "async" => matches!(first_word(rest), "def" | "with"),
        _ => STATEMENT_WORDS.contains(&word) && !rest.starts_with(['=', ',', '.', ')', ']', '}']),
    }
}

/// Whether some code has the shape of a statement: a block's header, a decorator, an
/// assignment or a call that fills its line.
pub(super) fn looks_like_statement(code: &str) -> bool {
    let code = code.split(" #").next().unwrap_or_default().trim_end();
    let word = first_word(code);
    if matches!(word, "if" | "for" | "else" | "async") {
        return code.ends_with(':');
    }
    if word.is_empty() || code.ends_with(',') {
        return code.starts_with('@') && code.len() > 1;
    }
    if matches!(word, "and" | "or" | "not" | "in" | "is" | "lambda") {
        return false;
    }
    let target = code.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.' | '[' | ']' | '\'' | '"'));
    let Some(target) = target else {
        return matches!(word, "yield" | "await");
    };
    let rest = code[target..].trim_start();
    let assigns = rest.trim_start_matches(['+', '-', '*', '/', '|', '&']).starts_with('=') && !rest.starts_with("==");
    assigns || rest.starts_with('(') && code.ends_with(')')
}

/// Where the physical line that holds `offset` begins.
fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind(['\n', '\r']).map_or(0, |end| end + 1)
}

/// The width of an indentation.
fn indent(blank: &str) -> usize {
    blank.chars().fold(0, |width, c| match c {
        '\t' => (width / 8 + 1) * 8,
        '\x0c' => 0,
        _ => width + 1,
    })
}

/// Finds the triple-quoted strings that are not closed. Such a one turns code into text and
/// text into code: what tells is a quote that stands where none can, and code inside a string.
fn triple_cuts(text: &str) -> Vec<Cut> {
    let mut cuts: Vec<Cut> = Vec::new();
    let mut pos = 0;
    while cuts.len() < MAX_TRIPLE_CUTS
        && let Some(cut) = next_triple_cut(text, pos)
    {
        pos = cut.at;
        cuts.push(cut);
    }
    cuts
}

/// Finds the first triple-quoted string after `pos` that is not closed.
fn next_triple_cut(text: &str, pos: usize) -> Option<Cut> {
    let bytes = text.as_bytes();
    let mut skimmer = Skimmer::new(text, pos, text.len());
    let mut suspect = None;
    while let Some(token) = skimmer.next_token() {
        match token.kind {
            Kind::Newline if suspect.is_some() && begins_block(line_at(text, skimmer.pos).trim()) => suspect = None,
            Kind::Text if is_triple(bytes, token) => {
                let misplaced = is_misplaced(bytes, token);
                let inside = code_inside(text, token.start, token.end);
                if misplaced || is_odd(&skimmer, bytes, token) {
                    let own = inside.map(|cut| if misplaced { Cut { at: line_stop(text, token.start) } } else { cut });
                    if let Some(cut) = suspect.or(own) {
                        return Some(cut);
                    }
                }
                suspect = suspect.or(inside);
            }
            _ => {}
        }
    }
    None
}

/// Whether a part of a text holds a triple-quoted string that may not be closed where it seems to be.
pub(super) fn has_odd_triple(text: &str, part: TextRange) -> bool {
    let bytes = text.as_bytes();
    let mut skimmer = Skimmer::new(text, part.start().to_usize(), part.end().to_usize());
    while let Some(token) = skimmer.next_token() {
        if token.kind == Kind::Text
            && is_triple(bytes, token)
            && (is_misplaced(bytes, token) || is_odd(&skimmer, bytes, token))
        {
            return true;
        }
    }
    false
}

/// Whether a string begins where none can.
fn is_misplaced(bytes: &[u8], string: Token) -> bool {
    string.start.checked_sub(1).is_some_and(|before| ends_operand(bytes[before]))
}

/// Whether a string that a skimmer has just read is followed by what can't follow one, or is not closed.
fn is_odd(skimmer: &Skimmer<'_>, bytes: &[u8], string: Token) -> bool {
    let followed = bytes.get(string.end).is_some_and(|byte| byte.is_ascii_alphanumeric());
    followed || skimmer.faults.last().is_some_and(|fault| fault.open == string.start)
}

/// Whether a string token, prefix and all, is triple-quoted, and more than the opening of an f-string.
fn is_triple(bytes: &[u8], token: Token) -> bool {
    let string = &bytes[token.start..token.end];
    if string.len() < 6 {
        return false;
    }
    let prefix = string.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    matches!(string[prefix..], [b'"', b'"', b'"', ..] | [b'\'', b'\'', b'\'', ..])
}

/// Whether no string can follow directly after this byte of code.
fn ends_operand(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b')' | b']' | b'"' | b'\'' | b'!' | b'?')
}

/// The physical line from `offset` on.
fn line_at(text: &str, offset: usize) -> &str {
    &text[offset..line_stop(text, offset)]
}

/// Where the physical line that holds `offset` ends.
fn line_stop(text: &str, offset: usize) -> usize {
    text[offset..].find(['\n', '\r']).map_or(text.len(), |length| offset + length)
}

/// Where the code inside a string begins, if there is any.
fn code_inside(text: &str, open: usize, end: usize) -> Option<Cut> {
    let mut offset = open;
    for line in text[open..end].split_inclusive('\n') {
        let code = line.trim();
        if offset > open && (begins_block(code) || looks_assigned(code)) {
            return Some(Cut { at: text[..offset].trim_end_matches(['\n', '\r']).len() });
        }
        offset += line.len();
    }
    None
}

/// Whether a line of text is the beginning of a block, an import or a decorator.
fn begins_block(code: &str) -> bool {
    let word = first_word(code);
    let rest = code[word.len()..].trim_start();
    match word {
        "def" | "class" | "if" | "for" | "while" | "with" | "elif" | "except" | "async" => {
            code.ends_with(':') || word == "def" && rest.contains('(')
        }
        "try" | "else" | "finally" => rest == ":",
        "import" => first_word(rest) == rest,
        "from" => rest.contains(" import "),
        "return" => rest.is_empty() || rest.ends_with(')') || first_word(rest) == rest,
        _ => false,
    }
}

/// Whether a line of text is an assignment to a name, or a call that fills it.
fn looks_assigned(code: &str) -> bool {
    looks_like_statement(code) && !code.starts_with('@') && !code[first_word(code).len()..].starts_with(' ')
        || code[first_word(code).len()..].starts_with(" = ")
}
