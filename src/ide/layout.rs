//! How a script is laid out: line ends, indentation, which lines belong to strings.

use crate::syntax::Parsed;
use crate::syntax::ast::{self, Expr, Stmt};
use crate::syntax::walk::{self, Visitor};
use crate::text::{Ranged, TextRange, TextSize};

/// A script's line end: that of its first line.
pub(crate) fn newline(text: &str) -> &'static str {
    match text.find(['\r', '\n']) {
        Some(at) if text[at..].starts_with("\r\n") => "\r\n",
        Some(at) if text[at..].starts_with('\r') => "\r",
        _ => "\n",
    }
}

/// One step of a script's indentation: that of its first indented block.
pub(crate) fn unit(parsed: &Parsed) -> String {
    let mut suites = Suites::default();
    suites.visit_body(&parsed.body);
    let indented = suites.list.iter().filter_map(|suite| indentation(&parsed.text, suite.first()?.start()));
    indented.map(str::to_owned).find(|blanks| !blanks.is_empty()).unwrap_or_else(|| " ".repeat(4))
}

/// The start of the line that holds `offset`, behind a byte-order mark.
pub(super) fn line_start(text: &str, offset: TextSize) -> TextSize {
    let start = text[..offset.to_usize()].rfind(['\n', '\r', '\u{feff}']);
    let start = start.map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8));
    TextSize::try_from(start).unwrap_or_default()
}

/// The end of the line that holds `offset`, before its line end.
pub(crate) fn line_end(text: &str, offset: TextSize) -> TextSize {
    let rest = &text[offset.to_usize()..];
    offset + TextSize::try_from(rest.find(['\n', '\r']).unwrap_or(rest.len())).unwrap_or_default()
}

/// The start of the line after the one that holds `offset`, or the end of the text.
pub(crate) fn next_line(text: &str, offset: TextSize) -> TextSize {
    let end = line_end(text, offset);
    let rest = &text[end.to_usize()..];
    end + TextSize::new(if rest.starts_with("\r\n") { 2 } else { u32::from(!rest.is_empty()) })
}

/// The blanks before what stands at `offset`; `None` where it is not the first on its line.
pub(super) fn indentation(text: &str, offset: TextSize) -> Option<&str> {
    let blanks = &text[line_start(text, offset).to_usize()..offset.to_usize()];
    blanks.chars().all(|letter| matches!(letter, ' ' | '\t')).then_some(blanks)
}

/// Whether a statement is its function's docstring.
pub(crate) fn is_docstring(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(node) if node.value.is_string_literal_expr())
}

/// The statements of each block, outermost first.
#[derive(Default)]
pub(super) struct Suites<'a> {
    pub(super) list: Vec<&'a [Stmt]>,
}

impl<'a> Visitor<'a> for Suites<'a> {
    fn visit_body(&mut self, body: &'a [Stmt]) {
        self.list.push(body);
        walk::walk_body(self, body);
    }
}

/// The string literals of some statements, each with its quotes; those in an f-string are parts of it.
pub(super) fn strings(body: &[Stmt]) -> Vec<TextRange> {
    let mut strings = Strings::default();
    strings.visit_body(body);
    strings.list
}

#[derive(Default)]
struct Strings {
    list: Vec<TextRange>,
}

impl<'a> Visitor<'a> for Strings {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::StringLiteral(node) => self.list.extend(node.value.iter().map(Ranged::range)),
            Expr::BytesLiteral(node) => self.list.extend(node.value.iter().map(Ranged::range)),
            Expr::FString(node) => self.list.extend(node.value.iter().map(|part| match part {
                ast::FStringPart::Literal(literal) => literal.range(),
                ast::FStringPart::FString(string) => string.range(),
            })),
            _ => walk::walk_expr(self, expr),
        }
    }
}
