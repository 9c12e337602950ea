//! What the rules about ingestion and retry share: which commands ingest, and which dictionaries ask for a retry.

use crate::image::names::{RETRY_ACTION, RETRY_ACTION_KEY, RETRY_COUNT, system_command};
use crate::rules::Context;
use crate::semantic::{Effort, FunctionId, OutputModel, ScopeId, Trail};
use crate::syntax::ast::{self, Expr};
use crate::text::TextRange;

/// The functions of the commands that fetch events or incidents.
pub(super) fn ingesting(context: &Context<'_>) -> Vec<FunctionId> {
    let commands = &context.model.commands;
    let ingests = |name: &str| system_command(name).is_some_and(|command| command.ingests);
    commands.iter().filter(|command| ingests(command.name)).filter_map(|command| command.function).collect()
}

/// The output models that such a command makes in its own body, directly or by a wrapper, in a part of the script.
pub(super) fn ingested<'m, 'a>(
    context: &'m Context<'a>,
    part: TextRange,
) -> impl Iterator<Item = &'a OutputModel<'a>> + use<'m, 'a> {
    let scope = |function| context.model.function(function).scope;
    let ingesting = || ingesting(context).into_iter().map(scope).collect();
    let scopes = context.answers.ingesting.get_or_init(ingesting);
    context.output_models(part).iter().filter(|output| scopes.contains(&output.scope))
}

/// The value under a literal key of a dictionary display.
pub(super) fn entry<'a>(dict: &'a ast::ExprDict, wanted: &str) -> Option<(&'a ast::ExprStringLiteral, &'a Expr)> {
    dict.items.iter().find_map(|item| match &item.key {
        Some(Expr::StringLiteral(key)) if key.value.to_str() == wanted => Some((key, &item.value)),
        _ => None,
    })
}

/// Whether a dictionary asks D3 to run the command again.
pub(super) fn is_retry(dict: &ast::ExprDict) -> bool {
    entry(dict, RETRY_ACTION_KEY)
        .is_some_and(|(_, action)| matches!(action, Expr::StringLiteral(text) if text.value.to_str() == RETRY_ACTION))
}

/// Whether an expression reads the retry count: `runtime.get("retrycount", 0)`, or a name that holds it.
pub(super) fn is_retry_count<'a>(context: &Context<'a>, expr: &'a Expr, scope: ScopeId) -> bool {
    reads_retry_count(context, expr, scope, Effort::default().trail())
}

fn reads_retry_count<'a>(context: &Context<'a>, expr: &'a Expr, scope: ScopeId, trail: Trail<'_>) -> bool {
    let Some(trail) = trail.next() else { return false };
    let is_key = |key: &Expr| matches!(key, Expr::StringLiteral(text) if text.value.to_str() == RETRY_COUNT);
    let values = context.model.values(expr, scope);
    !values.known.is_empty()
        && values.known.iter().all(|(value, _)| match value {
            Expr::Subscript(node) => is_key(&node.slice),
            Expr::Call(call) => match (&*call.func, &*call.arguments.args) {
                (Expr::Attribute(attribute), [key, ..]) => attribute.attr.as_str() == "get" && is_key(key),
                (Expr::Name(function), [inner]) if function.id.as_str() == "int" => {
                    reads_retry_count(context, inner, scope, trail)
                }
                _ => false,
            },
            Expr::NumberLiteral(_) => true,
            _ => false,
        })
        && values.known.iter().any(|(value, _)| !value.is_number_literal_expr())
}
