//! D34xx: runtime and D3 calls.

use crate::syntax::D3Call;
use crate::syntax::ast::{self, Expr, StringFlags};
use crate::text::{Ranged, TextRange};

use super::Context;

pub(super) mod connection_in_utility;
pub(super) mod draft_call;
pub(super) mod foreign_integration_call;
pub(super) mod integration_call_in_utility;
pub(super) mod malformed_connection_key;
pub(super) mod unguarded_connection_key;
pub(super) mod unknown_connection_key;
pub(super) mod unknown_integration_command;
pub(super) mod unknown_pb_member;
pub(super) mod unknown_utility_command;
pub(super) mod unused_connection_parameter;
pub(super) mod utility_arguments;

/// The bytes between the quotes of a string that is written in one piece.
fn content(literal: &ast::ExprStringLiteral) -> Option<TextRange> {
    let part = literal.as_single_part_string()?;
    let (opening, closing) = (part.flags.opener_len(), part.flags.closer_len());
    let range = part.range();
    (range.len() >= opening + closing).then(|| TextRange::new(range.start() + opening, range.end() - closing))
}

/// Whether `expr` is the string literal `text`.
fn is_text(expr: &Expr, text: &str) -> bool {
    matches!(expr, Expr::StringLiteral(literal) if literal.value.to_str() == text)
}

/// The object and the first argument of `object.get(key, ...)`.
fn get_call(call: &ast::ExprCall) -> Option<(&Expr, &Expr)> {
    let Expr::Attribute(attribute) = &*call.func else { return None };
    let key = call.arguments.args.first()?;
    (attribute.attr.as_str() == "get").then_some((&*attribute.value, key))
}

/// How many arguments a D3 call gives; `None` where it is not called, or where that can't be told.
fn argument_count(context: &Context<'_>, call: &D3Call) -> Option<usize> {
    call.arguments?;
    let site = context.model.call_of_d3(call)?;
    let arguments = &site.node.arguments;
    let uncertain = arguments.args.iter().any(Expr::is_starred_expr) || !arguments.keywords.is_empty();
    (!uncertain).then_some(arguments.args.len())
}
