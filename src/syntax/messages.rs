//! What the parser finds, in our words.

use ruff_python_parser::{ParseErrorType, UnsupportedSyntaxError, UnsupportedSyntaxErrorKind as Kind};

use super::{NewerSyntax, SyntaxError};

/// A parse error in lower case without a final dot.
pub(super) fn of(error: &ParseErrorType) -> String {
    let message = match error {
        ParseErrorType::UnexpectedIndentation => "this line is indented more than the statement before it".to_owned(),
        _ => error.to_string(),
    };
    decapitalized(&message)
}

/// A message with a small first letter, unless its first word is a name.
pub(super) fn decapitalized(message: &str) -> String {
    let mut chars = message.chars();
    match chars.next() {
        Some(first) if chars.as_str().starts_with(|c: char| c.is_lowercase() || c == ' ') => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => message.to_owned(),
    }
}

/// The syntax that only a later Python has. What 3.9 accepts though its documentation
/// does not have it, parenthesised context managers, is not among it.
pub(super) fn newer(unsupported: &[UnsupportedSyntaxError]) -> Vec<NewerSyntax> {
    unsupported
        .iter()
        .filter_map(|error| {
            let (what, since) = since(error.kind)?;
            Some(NewerSyntax { range: error.range, what: what.to_owned(), since })
        })
        .collect()
}

/// The syntax that only an earlier Python has.
pub(super) fn removed(unsupported: &[UnsupportedSyntaxError]) -> impl Iterator<Item = SyntaxError> {
    let removed = unsupported.iter().filter(|error| error.kind == Kind::ParenthesizedKeywordArgumentName);
    removed.map(|error| SyntaxError {
        range: error.range,
        message: "the name of an argument needs no parentheses".to_owned(),
    })
}

/// What a piece of syntax is called, and the first Python that has it.
fn since(kind: Kind) -> Option<(&'static str, (u8, u8))> {
    use ruff_python_parser::UnsupportedSyntaxErrorKind::*;
    Some(match kind {
        Match => ("`match` statement", (3, 10)),
        ExceptStar => ("`except*`", (3, 11)),
        UnparenthesizedNamedExpr(_) => ("`:=` without parentheses in an index or a set", (3, 10)),
        TypeParameterList => ("type parameter list", (3, 12)),
        LazyImportStatement => ("`lazy` import", (3, 15)),
        TypeAliasStatement => ("`type` statement", (3, 12)),
        TypeParamDefault => ("default of a type parameter", (3, 13)),
        Pep701FString(_) => ("quotes, backslash, comment or line break in a field of an f-string", (3, 12)),
        StarExpressionInIndex => ("`*` in an index", (3, 11)),
        StarAnnotation => ("`*` in an annotation", (3, 11)),
        UnpackingInComprehension(_) => ("unpacking in a comprehension", (3, 15)),
        UnparenthesizedExceptionTypes => ("several exception types without parentheses", (3, 14)),
        TemplateStrings => ("template string", (3, 14)),
        ParenthesizedKeywordArgumentName
        | ParenthesizedContextManager
        | Walrus
        | StarTuple(_)
        | RelaxedDecorator(_)
        | PositionalOnlyParameter
        | UnparenthesizedUnpackInFor => return None,
    })
}
