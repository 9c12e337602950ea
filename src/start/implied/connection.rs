//! The connection parameters that a script reads.

use serde_json::{Map, Value, json};

use crate::image::names;
use crate::semantic::{
    Access, BindingKind, Context, Model, Origin, ParameterKind, ScopeId, ScopeKind, is_secret_parameter,
};
use crate::syntax::ast::Expr;

/// The parameters in the order in which the script reads them.
pub(super) fn parameters(model: &Model<'_>, unknown: &mut Vec<String>) -> Vec<Value> {
    let mut keys: Vec<String> = Vec::new();
    for read in model.connection_reads.iter().filter(|read| read.access != Access::Write) {
        let key = names::connection_key(read.key);
        if !key.is_empty() && !keys.contains(&key) {
            keys.push(key);
        }
    }
    for key in keys_through_helpers(model) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let parameters: Vec<Value> = keys.iter().map(|key| parameter(model, key)).collect();
    if model.connection_escapes() {
        unknown.push(
            "which connection parameters are read by keys that the script works out; add those it lacks".to_owned(),
        );
    }
    if !parameters.is_empty() {
        unknown.push("the connection parameters' types, and the display names of those without one".to_owned());
    }
    parameters
}

/// The keys that are given to helpers which look them up: `setting("serverurl")`.
fn keys_through_helpers(model: &Model<'_>) -> Vec<String> {
    let subscripts = model.nodes.subscripts.iter().map(|site| (&*site.node.value, &*site.node.slice, site.scope));
    let gets = model.nodes.calls.iter().filter_map(|site| {
        let Expr::Attribute(method) = &*site.node.func else { return None };
        let key = site.node.arguments.args.first().filter(|_| method.attr.as_str() == "get")?;
        Some((&*method.value, key, site.scope))
    });
    let lookups = subscripts
        .chain(gets)
        .filter(|(object, key, scope)| key.is_name_expr() && model.origin(object, *scope) == Some(Origin::Connector));
    lookups.flat_map(|(_, key, scope)| given_keys(model, key, scope)).collect()
}

/// The texts that a parameter of a helper is given.
fn given_keys(model: &Model<'_>, key: &Expr, scope: ScopeId) -> Vec<String> {
    let Expr::Name(name) = key else { return Vec::new() };
    let [only] = *model.bindings_of(name.id.as_str(), scope) else { return Vec::new() };
    let binding = model.binding(only);
    let (BindingKind::Parameter(ParameterKind::Positional(place)), ScopeKind::Function(helper)) =
        (binding.kind, model.scope(binding.scope).kind)
    else {
        return Vec::new();
    };
    let arguments = model.calls_by_name(helper).into_iter();
    arguments
        .filter_map(|call| match call.node.arguments.find_argument_value(binding.name, place)? {
            Expr::StringLiteral(text) => Some(names::connection_key(text.value.to_str())),
            _ => None,
        })
        .filter(|key| !key.is_empty())
        .collect()
}

fn parameter(model: &Model<'_>, key: &str) -> Value {
    let mut parameter = Map::new();
    let known = names::CONNECTION_PARAMETERS.iter().find(|name| names::connection_key(name) == key);
    if let Some(name) = known {
        parameter.insert("displayName".to_owned(), json!(name));
    }
    parameter.insert("parameterName".to_owned(), json!(key));
    parameter.insert("parameterType".to_owned(), json!("Text"));
    // A script that looks a parameter up without any care for its absence relies on it.
    let is_required = model.connection_reads.iter().any(|read| {
        names::connection_key(read.key) == key
            && read.access == Access::Subscript
            && !read.context.contains(Context::KEY_GUARD)
    });
    if is_required {
        parameter.insert("required".to_owned(), json!(true));
    }
    if is_secret_parameter(key) {
        parameter.insert("secret".to_owned(), json!(true));
    }
    Value::Object(parameter)
}
