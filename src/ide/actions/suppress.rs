//! Ignore comments for findings: on their line, and for the whole file.

use super::{Action, ActionKind};
use crate::check::NEVER_IGNORED;
use crate::diagnostic::{Diagnostic, Place};
use crate::ide::layout;
use crate::ide::record::why_not_edited;
use crate::semantic::Analysis;
use crate::settings::{Ignore, Scope, ignores};
use crate::syntax::Parsed;
use crate::text::{Edit, Ranged, TextLen, TextRange, TextSize};

/// Comments that make d3ls silent about a finding in the script.
pub fn suppressions(analysis: &Analysis, found: &Diagnostic) -> Vec<Action> {
    let parsed = analysis.parsed();
    // What is wrong with a comment is mended in the comment.
    let in_comment = parsed.comments.iter().any(|comment| comment.contains_range(found.range));
    let is_edited = why_not_edited(analysis.surroundings()).is_none();
    if !is_edited || found.place != Place::Script || in_comment || NEVER_IGNORED.contains(&found.code) {
        return Vec::new();
    }
    let here = on_line(parsed, found).map(|edit| (format!("Ignore {} here", found.code), edit));
    let everywhere = in_file(parsed, found.code).map(|edit| (format!("Ignore {} in this file", found.code), edit));
    let action = |(title, edit)| Action::new(title, ActionKind::QuickFix).edit(Place::Script, [edit]);
    here.into_iter().chain(everywhere).map(action).collect()
}

/// On the line where the finding starts; where no comment can end that one, on the line where it ends.
fn on_line(parsed: &Parsed, found: &Diagnostic) -> Option<Edit> {
    let strings = layout::strings(&parsed.body);
    let end = [found.range.start(), found.range.end()]
        .into_iter()
        .map(|offset| layout::line_end(&parsed.text, offset))
        .find(|&end| {
            let in_string = strings.iter().any(|string| string.start() < end && end < string.end());
            let is_continued = parsed.text[..end.to_usize()].ends_with('\\') && comment_at(parsed, end).is_none();
            !in_string && !is_continued
        })?;
    let Some(comment) = comment_at(parsed, end) else {
        let line = TextRange::new(layout::line_start(&parsed.text, end), end);
        let code = parsed.slice(line).trim_end();
        let indented = if code.is_empty() { parsed.slice(line) } else { code };
        let start = line.start() + indented.text_len();
        let gap = if code.is_empty() { "" } else { "  " };
        return Some(Edit::replace(TextRange::new(start, end), format!("{gap}# d3: ignore[{}]", found.code)));
    };
    let known = ignores(&[comment], &parsed.text).list.into_iter().next();
    match known {
        Some(ignore) if ignore.scope == Scope::Line => Some(add(&ignore, found.code)),
        Some(_) => None,
        // A second marker in a comment counts only if the first one is none of d3ls's.
        None => {
            let added = format!("  # d3: ignore[{}]", found.code);
            let whole = format!("{}{added}", parsed.slice(comment));
            let is_read = !ignores(&[TextRange::up_to(whole.text_len())], &whole).list.is_empty();
            is_read.then(|| Edit::insert(comment.end(), added))
        }
    }
}

/// The comment that ends a line at `end`.
fn comment_at(parsed: &Parsed, end: TextSize) -> Option<TextRange> {
    parsed.comments.iter().find(|comment| comment.end() == end).copied()
}

/// Adds a code to an ignore comment.
fn add(ignore: &Ignore, code: &str) -> Edit {
    match ignore.codes.last() {
        Some(last) => Edit::insert(last.code.range.end(), format!(", {code}")),
        None => {
            let word = if ignore.scope == Scope::File { "ignore-file" } else { "ignore" };
            Edit::replace(ignore.range, format!("d3: {word}[{code}]"))
        }
    }
}

/// In the first comment that ignores something in the whole file, or in a new one below the leading comments.
fn in_file(parsed: &Parsed, code: &str) -> Option<Edit> {
    let text = &*parsed.text;
    let known = ignores(&parsed.comments, text).list.into_iter().find(|ignore| ignore.scope == Scope::File);
    if let Some(ignore) = known {
        return Some(add(&ignore, code));
    }
    let newline = layout::newline(text);
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.text_len() } else { TextSize::new(0) };
    while text[at.to_usize()..].starts_with('#') {
        at = layout::next_line(text, at);
    }
    let is_new_line = text[..at.to_usize()].is_empty() || text[..at.to_usize()].ends_with(['\n', '\r', '\u{feff}']);
    let comment = format!("# d3: ignore-file[{code}]");
    Some(Edit::insert(at, if is_new_line { comment + newline } else { format!("{newline}{comment}") }))
}
