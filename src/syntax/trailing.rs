//! Text that is no Python after a script: HTML, JSON, a Markdown fence, prose.
//!
//! Broken code must not pass for it, so it has to look like text and nothing after it like code.

use super::lines::{begins_statement, first_word, looks_like_statement};
use super::recover::PieceInfo;
use crate::text::{Ranged, TextRange, TextSize};

/// What the first line of a top-level piece looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Code, broken or not.
    Code,
    /// What could be either: a word, a literal, a broken line.
    Unclear,
    /// A sentence or a heading that Python refuses.
    Prose,
    /// What begins HTML, a fence or a broken JSON object.
    Mark,
}

/// The text after the script, if the pieces of a broken text end with any.
pub(super) fn find(text: &str, pieces: &[PieceInfo]) -> Option<TextRange> {
    let looks: Vec<Look> = pieces.iter().map(|piece| look(text, piece)).collect();
    // Behind a mark, code may follow as part of the text; a sound definition may not.
    let is_sound_definition = |piece: &PieceInfo| !piece.broken && is_definition(&text[piece.start..]);
    let after_definitions = pieces.iter().rposition(is_sound_definition).map_or(0, |last| last + 1);
    let marked = (after_definitions.max(1)..looks.len()).find(|&index| looks[index] == Look::Mark);
    let after_code = looks.iter().rposition(|look| *look == Look::Code).map_or(0, |last| last + 1);
    let prose = (after_code..looks.len()).find(|&index| looks[index] == Look::Prose).filter(|&first| {
        let lines: usize = pieces[first..].iter().map(|piece| piece.lines).sum();
        first > 0 && lines > 1
    });
    // A line of few words right before the prose belongs to it, unless it is Python.
    let is_text = |index: usize| looks[index] == Look::Unclear && pieces[index].broken;
    let prose = prose.map(|first| {
        let words = (after_code.max(1)..first).rev().take_while(|&index| is_text(index)).count();
        first - words
    });
    let first = marked.into_iter().chain(prose).min()?;
    let end = text.trim_end().len();
    let size = |offset: usize| TextSize::try_from(offset).unwrap_or_default();
    Some(TextRange::new(size(pieces[first].start), size(end)))
}

/// Whether a range begins in the text after the script.
pub(super) fn holds(trailing: Option<TextRange>, node: &impl Ranged) -> bool {
    trailing.is_some_and(|trailing| node.range().start() >= trailing.start())
}

fn look(text: &str, piece: &PieceInfo) -> Look {
    let rest = &text[piece.start..];
    let line = rest.split(['\n', '\r']).next().unwrap_or_default().trim_end();
    if piece.broken {
        if is_mark(line) || line.starts_with(['{', '[']) && !line.contains(" for ") {
            return Look::Mark;
        }
        if is_prose(line) {
            return Look::Prose;
        }
        let code = begins_statement(line) || looks_like_statement(line) || is_definition(line);
        return if code || line.contains("D3.") || line.contains(['=', '(']) { Look::Code } else { Look::Unclear };
    }
    let is_plain = line.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ' ' | '}' | ']' | ','));
    let is_simple = first_word(line) == line || line.starts_with(['"', '\'', '{', '[']) || line.parse::<f64>().is_ok();
    let is_keyword = matches!(line, "pass" | "return" | "break" | "continue" | "raise");
    if (is_simple || is_plain && !begins_statement(line)) && !is_keyword && piece.lines == 1 {
        Look::Unclear
    } else {
        Look::Code
    }
}

/// Whether a line begins HTML or a Markdown fence.
fn is_mark(line: &str) -> bool {
    let tag =
        line.strip_prefix('<').is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic() || "!/?".contains(c)));
    tag || line.starts_with("```") || line.starts_with("~~~")
}

/// Whether a line is the header of a function or class, or an import.
fn is_definition(code: &str) -> bool {
    matches!(first_word(code), "def" | "class" | "async" | "import" | "from") || code.starts_with('@')
}

/// Whether a line is a sentence or a heading: words side by side, and no sign of code.
fn is_prose(line: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || " ,.'’‘“”\";:!?()-–/%&".contains(c);
    let words: Vec<&str> = line.split_whitespace().collect();
    let plain = |word: &&str| word.trim_matches(|c: char| !c.is_alphanumeric()).chars().all(char::is_alphabetic);
    let enough = words.len() >= 4 || words.len() >= 2 && words.iter().all(|word| is_heading_word(word));
    let keyword =
        begins_statement(line) || is_definition(line) || matches!(words.first(), Some(&("if" | "for" | "print")));
    line.chars().all(allowed)
        && enough
        && words.iter().filter(|word| plain(word)).count() * 4 >= words.len() * 3
        && (!keyword || words.len() >= 6 && line.ends_with('.'))
        && !line.contains("()")
}

/// Whether a word is written as headings are: `READER`, `Note`.
fn is_heading_word(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase) && word.chars().all(char::is_alphabetic)
}
