//! Semantic tokens: the words of a script that are D3's. Python's own are the editor's business.

use crate::image::names;
use crate::semantic::{Analysis, Resolution};
use crate::syntax::{D3Call, D3Target};
use crate::text::{Ranged, TextRange, TextSize};

use super::subject::content;

/// What sort of word a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// `D3`, `Utility`, `Integration`, an integration.
    Namespace,
    /// A command that is called.
    Function,
    /// The type of a D3 call.
    Type,
    /// A key of the connection.
    Property,
    /// An object that the engine gives: `pb`, `runtime`.
    Variable,
    /// A class that the engine reserves.
    Class,
}

/// A word of D3's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Its bytes, in one line.
    pub range: TextRange,
    /// What it is.
    pub kind: TokenKind,
    /// Whether D3 gives it, rather than this integration.
    pub given: bool,
}

/// The tokens that touch `range`, in order and without overlap.
pub fn tokens(analysis: &Analysis, range: TextRange) -> Vec<Token> {
    let (parsed, model) = (analysis.parsed(), analysis.model());
    let mut found = Vec::new();
    for call in parsed.d3_calls.iter().filter(|call| call.callee.intersect(range).is_some()) {
        of_call(call, &parsed.text, &mut found);
    }
    found.extend(model.connection_reads.iter().map(|read| Token {
        range: content(read.key_node),
        kind: TokenKind::Property,
        given: false,
    }));
    let given = model.references.iter().filter(|reference| reference.resolution == Resolution::Engine);
    found.extend(given.map(|reference| {
        let name = reference.node.id.as_str();
        let kind = match name {
            names::D3 => TokenKind::Namespace,
            _ if names::RESERVED_CLASSES.contains(&name) => TokenKind::Class,
            _ => TokenKind::Variable,
        };
        Token { range: reference.node.range(), kind, given: true }
    }));
    found.retain(|token| {
        let is_touched = token.range.intersect(range).is_some_and(|touched| !touched.is_empty());
        is_touched && !parsed.slice(token.range).contains(['\n', '\r'])
    });
    found.sort_by_key(|token| token.range.start());
    let mut end = TextSize::new(0);
    found.retain(|token| {
        let is_free = token.range.start() >= end;
        end = end.max(token.range.end());
        is_free
    });
    found
}

/// The words of a call. What is half-typed is empty.
fn of_call(call: &D3Call, text: &str, found: &mut Vec<Token>) {
    let mut push = |range, kind, given| found.push(Token { range, kind, given });
    let root = TextRange::at(call.callee.start(), TextSize::of(names::D3));
    push(root, TokenKind::Namespace, true);
    let (branch, behind) = match &call.target {
        D3Target::Utility { command } => {
            push(command.range, TokenKind::Function, true);
            (names::UTILITY, command.range)
        }
        D3Target::Integration { integration, command } => {
            push(integration.range, TokenKind::Namespace, false);
            push(command.range, TokenKind::Function, false);
            (names::INTEGRATION, integration.range)
        }
    };
    let end = if behind.is_empty() { call.callee.end() } else { behind.start() };
    let between = &text[root.end().to_usize()..end.max(root.end()).to_usize()];
    if let Some(at) = between.find(branch) {
        let start = root.end() + TextSize::try_from(at).unwrap_or_default();
        push(TextRange::at(start, TextSize::of(branch)), TokenKind::Namespace, true);
    }
    if let Some(word) = &call.type_word {
        push(word.range, TokenKind::Type, true);
    }
}
