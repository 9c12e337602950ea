//! The lines of a file around a range, as the text report shows them.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::results::File;
use crate::diagnostic::{Related, Severity};
use crate::text::{LineIndex, TextRange, TextSize};

/// A range of more lines than this shows its first line only, and related places further away get
/// an excerpt of their own.
const MAX_LINES: usize = 6;
/// A line longer than this, in characters, is cut around what it is shown for.
const MAX_WIDTH: usize = 120;
/// How much of a cut line is shown before the range.
const BEFORE: usize = 40;
/// What stands where a line was cut.
const CUT: &str = "...";

/// Some lines of a file, made fit for a terminal, and ranges in them.
struct Excerpt {
    text: String,
    /// The number of the first line, from 1.
    first_line: usize,
    /// The ranges asked for, in bytes of `text`; empty where one lies elsewhere.
    ranges: Vec<Range<usize>>,
}

/// The source at `range` with carets under it, and the `related` places of the same file, each with
/// its message. Empty for a file without text.
pub(super) fn excerpt(
    renderer: &Renderer,
    file: &File,
    severity: Severity,
    range: TextRange,
    related: &[&Related],
) -> String {
    if file.text.is_empty() {
        return String::new();
    }
    let level = match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let near = near(file.index(), range, related);
    let mut wanted = vec![shortened(file, range)];
    wanted.extend(near.iter().map(|related| related.range));
    let excerpt = Excerpt::new(file, &wanted);
    let mut annotations = vec![AnnotationKind::Primary.span(excerpt.ranges[0].clone())];
    for (related, range) in near.iter().zip(&excerpt.ranges[1..]) {
        annotations.push(AnnotationKind::Context.span(range.clone()).label(related.message.as_str()));
    }
    let snippet = Snippet::source(excerpt.text.as_str()).line_start(excerpt.first_line).annotations(annotations);
    renderer.render(&[annotate_snippets::Group::with_level(level).element(snippet)])
}

/// `range`, or its first line if it has too many.
fn shortened(file: &File, range: TextRange) -> TextRange {
    let first = file.index().line(range.start());
    if last_line(file, range) - first < MAX_LINES {
        return range;
    }
    let line = file.index().line_range(first);
    let content = file.text[line.start().to_usize()..line.end().to_usize()].trim_end();
    let end = line.start() + TextSize::try_from(content.len()).unwrap_or_default();
    TextRange::new(range.start(), end.max(range.start()))
}

/// Those of `related` that lie in the same few lines as `range`, so that one excerpt shows them together.
pub(super) fn near<'r>(index: &LineIndex, range: TextRange, related: &[&'r Related]) -> Vec<&'r Related> {
    let line = index.line(range.start());
    let is_near = |other: &TextRange| {
        index.line(other.start()).abs_diff(line) <= MAX_LINES && index.line(other.end()).abs_diff(line) <= MAX_LINES
    };
    related.iter().copied().filter(|related| is_near(&range) && is_near(&related.range)).collect()
}

impl Excerpt {
    /// The lines of `ranges`, the first of which is what the excerpt is for.
    fn new(file: &File, ranges: &[TextRange]) -> Self {
        let lines = |range: &TextRange| (file.index().line(range.start()), last_line(file, *range));
        let first = ranges.iter().map(|range| lines(range).0).min().unwrap_or(0);
        let last = ranges.iter().map(|range| lines(range).1).max().unwrap_or(0);
        let mut excerpt = Self { text: String::new(), first_line: first + 1, ranges: vec![0..0; ranges.len()] };
        let mut started = vec![false; ranges.len()];
        for line in first..=last {
            excerpt.push_line(file, line, ranges, &mut started);
        }
        excerpt
    }

    fn push_line(&mut self, file: &File, line: usize, ranges: &[TextRange], started: &mut [bool]) {
        let whole = file.index().line_range(line);
        let (start, end) = (whole.start().to_usize(), whole.end().to_usize());
        let content = file.text[start..end].trim_end_matches(['\r', '\n']);
        let window = window(content, ranges.iter().map(|range| range.start().to_usize().saturating_sub(start)).max());
        let mut text = String::new();
        if window.start > 0 {
            text.push_str(CUT);
        }
        // Where each byte of the line went.
        let mut place = |offset: usize, text: &str| {
            for (range, (target, started)) in ranges.iter().zip(self.ranges.iter_mut().zip(started.iter_mut())) {
                let at = self.text.len() + text.len();
                if !*started && range.start().to_usize() <= start + offset {
                    *target = at..at;
                    *started = true;
                }
                if *started && range.end().to_usize() >= start + offset {
                    target.end = at;
                }
            }
        };
        for (offset, character) in content[window.clone()].char_indices() {
            place(window.start + offset, &text);
            match character {
                '\u{feff}' => {}
                _ => text.push(character),
            }
        }
        place(window.end, &text);
        if window.end < content.len() {
            text.push_str(CUT);
        }
        self.text.push_str(&text);
        self.text.push('\n');
    }
}

/// The last line that a range shows: one that ends at the start of a line ends on the line before.
fn last_line(file: &File, range: TextRange) -> usize {
    let line = file.index().line(range.end());
    let start = file.index().line_start(line);
    if range.end() == start && range.start() < start { line - 1 } else { line }
}

/// The bytes of a line that are shown, `at` among them.
fn window(content: &str, at: Option<usize>) -> Range<usize> {
    if content.chars().take(MAX_WIDTH + 1).count() <= MAX_WIDTH {
        return 0..content.len();
    }
    let at = content.floor_char_boundary(at.unwrap_or(0).min(content.len()));
    let back = content[..at].char_indices().rev().take(BEFORE).last().map_or(at, |(index, _)| index);
    let start = if back < BEFORE { 0 } else { back };
    let end = content[start..].char_indices().nth(MAX_WIDTH).map_or(content.len(), |(index, _)| start + index);
    start..end
}
