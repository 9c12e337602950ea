//! Comments that speak to d3ls: `# d3: ignore[...]`, `# d3: ignore-file[...]`, `# d3: integration`.

use crate::manifest::Kind;
use crate::text::{Edit, Spanned, TextRange, TextSize};

/// All ignore comments of a script, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ignores {
    /// The comments.
    pub list: Vec<Ignore>,
}

impl Ignores {
    /// The comments whose line a finding at `range` starts or ends on, with their places in the list.
    pub fn on_lines_of(&self, range: TextRange) -> impl Iterator<Item = (usize, &Ignore)> {
        let at = move |offset: TextSize| {
            let place = self.list.partition_point(|ignore| ignore.line_end < offset);
            let found = self.list.get(place).filter(|ignore| ignore.scope == Scope::Line && ignore.covers(range));
            found.map(|ignore| (place, ignore))
        };
        let (first, last) = (at(range.start()), at(range.end()));
        first.into_iter().chain(last.filter(move |last| first.is_none_or(|first| first.0 != last.0)))
    }
}

/// What an ignore comment covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Findings that start or end on its physical line.
    Line,
    /// The whole file.
    File,
}

/// One ignore comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    /// What it covers.
    pub scope: Scope,
    /// From `d3:` to the closing bracket, or to the end of the word where there are no brackets.
    pub range: TextRange,
    /// The comment it stands in, from `#`.
    pub comment: TextRange,
    /// The start of its physical line.
    pub line_start: TextSize,
    /// The end of its physical line, before the line end.
    pub line_end: TextSize,
    /// The codes and names between the brackets, in order. None for a bare `d3: ignore` and for `d3: ignore[]`.
    pub codes: Vec<IgnoreCode>,
}

/// A code or name in an ignore comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoreCode {
    /// The code or name, as written.
    pub code: Spanned<String>,
    /// What goes if this code alone is removed: with the comma and blanks that belong to it.
    removal: TextRange,
}

/// Reads the ignore comments among `comments`, which are ranges of `text` from `#` to before the line end.
pub fn ignores(comments: &[TextRange], text: &str) -> Ignores {
    Ignores { list: comments.iter().filter_map(|comment| ignore(*comment, text)).collect() }
}

fn ignore(comment: TextRange, text: &str) -> Option<Ignore> {
    let (start, end) = (comment.start().to_usize(), comment.end().to_usize());
    let content = text.get(start..end)?;
    // Most comments don't speak to d3ls.
    memchr::memchr(b'3', content.as_bytes())?;
    let (marker, after) = marker(content)?;
    let rest = &content[after..];
    let (scope, word) = match rest.strip_prefix("ignore")? {
        file if file.starts_with("-file") => (Scope::File, "ignore-file".len()),
        _ => (Scope::Line, "ignore".len()),
    };
    let tail = &rest[word..];
    if tail.starts_with(|character: char| character.is_alphanumeric() || matches!(character, '-' | '_')) {
        return None;
    }
    let open = tail.len() - tail.trim_start().len();
    let at = |offset: usize| comment.start() + TextSize::try_from(offset).unwrap_or_default();
    let base = after + word + open;
    let (codes, last) = if content[base..].starts_with('[') {
        // An unclosed bracket ends with the comment.
        let close = content[base..].find(']').map_or(content.len(), |close| base + close);
        (codes(content, base + 1, close, &at), (close + 1).min(content.len()))
    } else {
        (Vec::new(), after + word)
    };
    let line_start = text[..start].rfind(['\n', '\r']).map_or(0, |index| index + 1);
    Some(Ignore {
        scope,
        range: TextRange::new(at(marker), at(last)),
        comment,
        line_start: TextSize::try_from(line_start).unwrap_or_default(),
        line_end: comment.end(),
        codes,
    })
}

/// Where `d3:` stands in a comment, after any number of `#` and blanks, and where the word after it starts. A marker
/// further on counts as well if a `#` stands before it: `# why  # d3: ignore[D3101]`.
fn marker(comment: &str) -> Option<(usize, usize)> {
    comment.match_indices('#').find_map(|(hash, _)| {
        let rest = &comment[hash + 1..];
        let blanks = rest.len() - rest.trim_start().len();
        let name = hash + 1 + blanks;
        let colon = comment[name..].strip_prefix("d3").or_else(|| comment[name..].strip_prefix("D3"))?;
        let word = colon.trim_start().strip_prefix(':')?.trim_start();
        Some((name, comment.len() - word.len()))
    })
}

fn codes(content: &str, start: usize, end: usize, at: &impl Fn(usize) -> TextSize) -> Vec<IgnoreCode> {
    let mut pieces = Vec::new();
    let mut piece = start;
    for part in content[start..end].split(',') {
        pieces.push((piece, piece + part.len()));
        piece += part.len() + 1;
    }
    let filled = |&&(from, to): &&(usize, usize)| !content[from..to].trim().is_empty();
    let filled: Vec<(usize, usize)> = pieces.iter().filter(filled).copied().collect();
    let code = |(index, &(from, to)): (usize, &(usize, usize))| {
        let part = &content[from..to];
        let code = part.trim();
        let from_code = from + (part.len() - part.trim_start().len());
        let to_code = from_code + code.len();
        // The first one goes with what separates it from the second, any other with what separates it from the one before.
        let removal = match (index, filled.get(index + 1)) {
            (0, Some(&(next, next_end))) => {
                let next = next + (content[next..next_end].len() - content[next..next_end].trim_start().len());
                (from_code, next)
            }
            (0, None) => (from_code, to_code),
            _ => (filled[index - 1].0 + content[filled[index - 1].0..filled[index - 1].1].trim_end().len(), to_code),
        };
        IgnoreCode {
            code: Spanned::new(code.to_owned(), TextRange::new(at(from_code), at(to_code))),
            removal: TextRange::new(at(removal.0), at(removal.1)),
        }
    };
    filled.iter().enumerate().map(code).collect()
}

impl Ignore {
    /// Whether it names no code at all, and so ignores nothing.
    pub fn is_bare(&self) -> bool {
        self.codes.is_empty()
    }

    /// Whether it covers a finding at `range`: for [`Scope::Line`], one that starts or ends on its line.
    pub fn covers(&self, range: TextRange) -> bool {
        let on_line = |offset| self.line_start <= offset && offset <= self.line_end;
        self.scope == Scope::File || on_line(range.start()) || on_line(range.end())
    }

    /// Removes the codes at these places of [`Ignore::codes`], which are sorted; the whole comment if none is left.
    pub fn remove_codes(&self, text: &str, places: &[usize]) -> Vec<Edit> {
        let kept: Vec<&IgnoreCode> = self
            .codes
            .iter()
            .enumerate()
            .filter(|(place, _)| places.binary_search(place).is_err())
            .map(|(_, code)| code)
            .collect();
        match (kept.as_slice(), places) {
            ([], _) => vec![self.remove(text)],
            (_, [place]) => self.codes.get(*place).map(|code| Edit::delete(code.removal)).into_iter().collect(),
            (_, []) => Vec::new(),
            (kept, _) => {
                let (Some(first), Some(last)) = (self.codes.first(), self.codes.last()) else {
                    return Vec::new();
                };
                let range = TextRange::new(first.code.range.start(), last.code.range.end());
                let names: Vec<&str> = kept.iter().map(|code| code.code.value.as_str()).collect();
                vec![Edit::replace(range, names.join(", "))]
            }
        }
    }

    /// Removes the whole ignore: the comment with the blanks before it if it says nothing else (with its line if
    /// nothing else stands there), else only this part of it.
    pub fn remove(&self, text: &str) -> Edit {
        let slice = |start: TextSize, end: TextSize| &text[start.to_usize()..end.to_usize()];
        let before = slice(self.comment.start(), self.range.start());
        let after = slice(self.range.end(), self.comment.end());
        let lead = before.trim_end_matches(|character: char| character == '#' || character.is_whitespace());
        let start = self.comment.start() + TextSize::try_from(lead.len()).unwrap_or_default();
        if !after.trim().is_empty() {
            // Other words follow: they stay, behind the `#` that stands there.
            let blanks = after.len() - after.trim_start().trim_start_matches('#').trim_start().len();
            let end = self.range.end() + TextSize::try_from(blanks).unwrap_or_default();
            return Edit::delete(TextRange::new(self.range.start(), end));
        }
        if !lead.is_empty() {
            return Edit::delete(TextRange::new(start, self.comment.end()));
        }
        let code = slice(self.line_start, self.comment.start());
        if code.trim().is_empty() {
            let rest = &text[self.comment.end().to_usize()..];
            let newline = if rest.starts_with("\r\n") { 2 } else { u32::from(rest.starts_with(['\n', '\r'])) };
            return Edit::delete(TextRange::new(self.line_start, self.comment.end() + TextSize::new(newline)));
        }
        let start = self.line_start + TextSize::try_from(code.trim_end().len()).unwrap_or_default();
        Edit::delete(TextRange::new(start, self.comment.end()))
    }
}

/// The kind that a script's leading comments give: `# d3: integration` or `# d3: utility` before any code, after a
/// byte-order mark, `#!`, coding line or blank lines.
pub fn header_kind(text: &str) -> Option<Kind> {
    text.trim_start_matches('\u{feff}')
        .split(['\n', '\r'])
        .map(str::trim)
        .take_while(|line| line.is_empty() || line.starts_with('#'))
        .filter_map(|line| Some(&line[marker(line)?.1..]))
        .find_map(|rest| Kind::parse(&rest.split_whitespace().next()?.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::apply;

    /// Comments as the parser gives them, for texts without `#` in strings.
    fn comments(text: &str) -> Vec<TextRange> {
        let size = |offset: usize| TextSize::try_from(offset).expect("a small text");
        let mut comments = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let content = line.trim_end_matches(['\r', '\n']);
            if let Some(hash) = content.find('#') {
                comments.push(TextRange::new(size(start + hash), size(start + content.len())));
            }
            start += line.len();
        }
        comments
    }

    fn read(text: &str) -> Vec<(Scope, Vec<String>)> {
        let codes = |ignore: Ignore| ignore.codes.into_iter().map(|code| code.code.value).collect();
        ignores(&comments(text), text).list.into_iter().map(|ignore| (ignore.scope, codes(ignore))).collect()
    }

    fn line(codes: &[&str]) -> Vec<(Scope, Vec<String>)> {
        vec![(Scope::Line, codes.iter().map(|code| (*code).to_owned()).collect())]
    }

    #[test]
    fn reads_ignores_in_any_spacing() {
        assert_eq!(read("x = 1  # d3: ignore[D3101, reserved-class]\n"), line(&["D3101", "reserved-class"]));
        assert_eq!(read("x = 1 #d3:ignore [ D3101 ,D3202 , ]"), line(&["D3101", "D3202"]));
        assert_eq!(read("x = 1  # noqa  # d3 : ignore[D3101]"), line(&["D3101"]));
        assert_eq!(read("x = 1  # d3: ignore[D3101"), line(&["D3101"]));
        assert_eq!(read("x = 1  # d3: ignore"), line(&[]));
        assert_eq!(read("x = 1  # d3: ignore[]"), line(&[]));
        assert_eq!(read("# d3: ignore-file[D3101]"), vec![(Scope::File, vec!["D3101".to_owned()])]);
        for other in ["# d3: ignored", "# d3: ignore-files[D3101]", "# use d3: ignore[D3101]", "# d3 ignore[D3101]"] {
            assert_eq!(read(other), vec![], "{other}");
        }
    }

    #[test]
    fn covers_findings_that_touch_its_line() {
        let text = "a = (\n  b)  # d3: ignore[D3101]\nc = 1\n";
        let ignore = &ignores(&comments(text), text).list[0];
        let range = |start: u32, end: u32| TextRange::new(start.into(), end.into());
        assert!(ignore.covers(range(4, 10)), "ends on the line");
        assert!(!ignore.covers(range(0, 1)));
        assert!(!ignore.covers(range(34, 35)));
    }

    fn removed(text: &str, places: &[usize]) -> String {
        let ignore = &ignores(&comments(text), text).list[0];
        apply(text, &ignore.remove_codes(text, places))
    }

    #[test]
    fn removes_one_code_or_all() {
        let text = "x = 1  # d3: ignore[D3101, D3202, D3203]\ny = 2\n";
        assert_eq!(removed(text, &[0]), "x = 1  # d3: ignore[D3202, D3203]\ny = 2\n");
        assert_eq!(removed(text, &[1]), "x = 1  # d3: ignore[D3101, D3203]\ny = 2\n");
        assert_eq!(removed(text, &[2]), "x = 1  # d3: ignore[D3101, D3202]\ny = 2\n");
        assert_eq!(removed(text, &[0, 2]), "x = 1  # d3: ignore[D3202]\ny = 2\n");
        assert_eq!(removed(text, &[0, 1, 2]), "x = 1\ny = 2\n");
    }

    #[test]
    fn removal_keeps_what_else_stands_there() {
        assert_eq!(removed("# d3: ignore-file[D3101]\r\nx = 1\r\n", &[0]), "x = 1\r\n");
        assert_eq!(removed("x = 1  # noqa  # d3: ignore[D3101]\n", &[0]), "x = 1  # noqa\n");
        assert_eq!(removed("x = 1  # d3: ignore[D3101]  # noqa\n", &[0]), "x = 1  # noqa\n");
        assert_eq!(removed("x = 1  # d3: ignore[D3101] because\n", &[0]), "x = 1  # because\n");
    }

    #[test]
    fn a_leading_comment_gives_the_kind() {
        assert_eq!(header_kind("# d3: integration\nx = 1\n"), Some(Kind::Integration));
        let long = "\u{feff}#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n\n# Acme\n#d3:utility\nx = 1\n";
        assert_eq!(header_kind(long), Some(Kind::Utility));
        assert_eq!(header_kind("x = 1\n# d3: integration\n"), None);
        assert_eq!(header_kind("# d3: integrations\n"), None);
        assert_eq!(header_kind("# about d3: integration\n"), None);
        assert_eq!(header_kind("'''\n# d3: utility\n'''"), None);
        assert_eq!(header_kind("# d3: ignore-file[D3101]\n# d3: utility"), Some(Kind::Utility));
    }

    proptest::proptest! {
        #[test]
        fn any_comment_is_survived(tail in "[ #d3:ignore\\[\\],é-]{0,24}", code in "[x #]{0,4}") {
            let text = format!("{code}# d3: ignore{tail}\nx");
            let comments = comments(&text);
            header_kind(&text);
            for ignore in ignores(&comments, &text).list {
                for place in 0..ignore.codes.len() {
                    let left = apply(&text, &ignore.remove_codes(&text, &[place]));
                    proptest::prop_assert!(left.len() < text.len());
                }
            }
        }
    }
}
