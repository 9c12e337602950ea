//! The final script: system script, then custom script (D3's page, "Types of Custom Command Implementations").
//! Pure: texts in, texts and lines out.

use std::path::PathBuf;
use std::sync::Arc;

use crate::dialect;
use crate::text::{LineIndex, TextRange};

/// One of the scripts that make the final one.
#[derive(Debug, Clone)]
pub struct Part {
    /// Where it is, absolute.
    pub path: PathBuf,
    /// Its text.
    pub text: Arc<str>,
}

/// The scripts of a run, in the order in which D3 puts them together.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The system script, if there is one, then the custom script.
    pub parts: Vec<Part>,
}

/// Lines of the final script that come from one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    /// The first line in the final script, from 1.
    pub start: usize,
    /// The last line, included.
    pub end: usize,
    /// The file.
    pub path: PathBuf,
    /// The line of the file, from 1, that `start` is.
    pub line: usize,
}

impl Plan {
    /// The final script of `custom` on top of `system`.
    pub fn new(system: Option<Part>, custom: Part) -> Self {
        Self { parts: system.into_iter().chain([custom]).collect() }
    }

    /// The final script as D3 has it, D3 calls included, and where its lines come from.
    pub fn final_script(&self) -> (String, Vec<Lines>) {
        let mut script = String::new();
        let mut map = Vec::new();
        let mut next = 1;
        for part in &self.parts {
            if !script.is_empty() && !script.ends_with(['\n', '\r']) {
                script.push('\n');
            }
            let text = without_mark(&part.text);
            let lines = line_count(text);
            script.push_str(text);
            if lines > 0 {
                map.push(Lines { start: next, end: next + lines - 1, path: part.path.clone(), line: 1 });
            }
            next += lines;
        }
        (script, map)
    }
}

/// How many lines a text has; a line end at the end of the text opens none.
fn line_count(text: &str) -> usize {
    let lines = LineIndex::new(text).line_count();
    if text.is_empty() || text.ends_with(['\n', '\r']) { lines - 1 } else { lines }
}

/// A text without its byte-order mark.
pub(super) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The same text as Python that can be called, of the same length and with the same lines: the type of a D3 call
/// becomes an attribute, `D3.Utility.equals<JSON Object>(` becomes `D3.Utility.equals.JSON_Object (`. Quotes would
/// not do, since a call may stand in an f-string.
pub fn callable(text: &str) -> String {
    let text = without_mark(text);
    let slots = dialect::slots(text, TextRange::up_to(crate::text::TextSize::of(text)));
    let mut result = String::with_capacity(text.len());
    for slot in slots.iter().filter(|slot| slot.closed) {
        let range = std::ops::Range::<usize>::from(slot.range);
        result.push_str(&text[result.len()..range.start]);
        result.push_str(&attribute(&text[range], &slot.word.value));
    }
    result.push_str(&text[result.len()..]);
    result
}

/// `<Text>` as `.Text `. What can be no attribute becomes blanks.
fn attribute(slot: &str, word: &str) -> String {
    let letters = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_name = word.split(' ').all(letters) && !word.starts_with(|first: char| first.is_ascii_digit());
    let is_keyword = ["None", "True", "False"].contains(&word) || word.starts_with(|first: char| first.is_lowercase());
    if !is_name || is_keyword {
        return " ".repeat(slot.len());
    }
    let before = slot.find(word).unwrap_or(1);
    let inner = word.replace(' ', "_");
    let after = " ".repeat(slot.len() - before - word.len());
    format!(".{}{inner}{after}", &slot[1..before])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(path: &str, text: &str) -> Part {
        Part { path: PathBuf::from(path), text: Arc::from(text) }
    }

    #[test]
    fn types_become_attributes_of_the_same_length() {
        for (before, after) in [
            ("D3.Utility.equals<Text>(1, 2)", "D3.Utility.equals.Text (1, 2)"),
            ("D3.Utility.concatToRear <Text>(a)", "D3.Utility.concatToRear .Text (a)"),
            ("D3.Utility.X<JSON Object>({})", "D3.Utility.X.JSON_Object ({})"),
            ("D3.Utility.GetUTCTimeNow<>()", "D3.Utility.GetUTCTimeNow  ()"),
            ("f'{D3.Utility.GetUTCTimeNow<>()}'", "f'{D3.Utility.GetUTCTimeNow  ()}'"),
            ("D3.Utility.x< Text >(1)", "D3.Utility.x. Text  (1)"),
            ("D3.Utility.x<None>(1)", "D3.Utility.x      (1)"),
            ("a < b > (c)", "a < b > (c)"),
        ] {
            let made = callable(before);
            assert_eq!(made, after);
            assert_eq!(made.len(), before.len());
        }
    }

    #[test]
    fn the_final_script_maps_its_lines() {
        let plan = Plan::new(Some(part("/s.py", "\u{feff}a = 1\nb = 2")), part("/c.py", "c = 3\r\nd = 4\r\n"));
        let (script, map) = plan.final_script();
        assert_eq!(script, "a = 1\nb = 2\nc = 3\r\nd = 4\r\n");
        let lines = |start, end, path: &str| Lines { start, end, path: PathBuf::from(path), line: 1 };
        assert_eq!(map, [lines(1, 2, "/s.py"), lines(3, 4, "/c.py")]);
    }

    #[test]
    fn an_empty_system_script_has_no_lines() {
        let plan = Plan::new(Some(part("/s.py", "")), part("/c.py", "c = 3"));
        assert_eq!(plan.final_script().1.len(), 1);
    }
}
