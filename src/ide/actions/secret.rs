//! Moves a secret that is written out in the script to a connection parameter.

use super::{Action, ActionKind};
use crate::diagnostic::Place;
use crate::image::names;
use crate::manifest::{Kind, edits};
use crate::semantic::{Analysis, BindingKind, ScopeId, names_credential, plain_name};
use crate::syntax::ast::{self, Expr, StringFlags};
use crate::text::{Edit, Ranged, TextRange};

/// For the literal that a range touches, or whose name it touches, where the name is a credential's.
pub(super) fn extract(analysis: &Analysis, range: TextRange) -> Option<Action> {
    let (model, surroundings) = (analysis.model(), analysis.surroundings());
    let manifest = surroundings.manifest.as_deref();
    if surroundings.kind != Some(Kind::Integration) {
        return None;
    }
    let (name, literal, scope) = named_literals(analysis).find(|(name, literal, _)| {
        range.start() >= name.1.start().min(literal.start()) && range.end() <= literal.end()
    })?;
    let key = plain_name(name.0);
    if !names_credential(&key) || literal.value.to_str().trim().is_empty() {
        return None;
    }
    // Under another name `runtime` is not D3's.
    if model.resolve(names::RUNTIME, scope).is_some() || !key.is_ascii() {
        return None;
    }
    let known = manifest
        .and_then(|manifest| manifest.connection.iter().find(|one| plain_name(&one.parameter_name.value) == key));
    let is_certain = known.is_none_or(|known| known.required);
    let key = known.map_or(key, |known| known.parameter_name.value.clone());
    let quote = literal.value.iter().next().map(|part| part.flags.quote_style().as_char())?;
    let connector = format!("{}[{quote}{}{quote}]", names::RUNTIME, names::CONNECTOR);
    let read = match is_certain {
        true => format!("{connector}[{quote}{key}{quote}]"),
        false => format!("{connector}.get({quote}{key}{quote}, {quote}{quote})"),
    };
    let action = Action::new(format!("Move it to the connection parameter `{key}`"), ActionKind::Extract)
        .edit(Place::Script, [Edit::replace(literal.range(), read)]);
    match (manifest, known) {
        (Some(manifest), None) => {
            let edits = edits::add_connection_parameter(manifest, &key, &["required", "secret"]);
            (!edits.is_empty()).then(|| action.edit(Place::Manifest, edits))
        }
        _ => Some(action),
    }
}

/// String literals that a name is bound to: by assignment, as a default is not, as an argument, under a key.
fn named_literals(analysis: &Analysis) -> impl Iterator<Item = Named<'_>> {
    let model = analysis.model();
    let bound = model.bindings.iter().filter_map(|binding| match binding.kind {
        BindingKind::Assignment(Some(value)) | BindingKind::Annotated(Some(value)) => {
            Some(((binding.name, binding.range), literal(value)?, binding.written_in))
        }
        _ => None,
    });
    let passed = model.nodes.calls.iter().flat_map(|site| {
        site.node.arguments.keywords.iter().filter_map(|keyword| {
            let name = keyword.arg.as_ref()?;
            Some(((name.as_str(), name.range()), literal(&keyword.value)?, site.scope))
        })
    });
    let keyed = model.nodes.dicts.iter().flat_map(|site| {
        site.node.items.iter().filter_map(|item| {
            let name = literal(item.key.as_ref()?)?;
            Some(((name.value.to_str(), name.range()), literal(&item.value)?, site.scope))
        })
    });
    bound.chain(passed).chain(keyed)
}

/// A name with its place, the literal, and the scope that this stands in.
type Named<'a> = ((&'a str, TextRange), &'a ast::ExprStringLiteral, ScopeId);

fn literal(expr: &Expr) -> Option<&ast::ExprStringLiteral> {
    match expr {
        Expr::StringLiteral(literal) => Some(literal),
        _ => None,
    }
}
