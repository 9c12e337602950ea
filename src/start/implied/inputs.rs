//! The inputs of a command: its parameters, with types guessed from use, names and defaults.

use rustc_hash::FxHashSet;
use serde_json::{Map, Value, json};

use super::super::name::display_name;
use super::uses::{Evidence, Uses};
use crate::ide::is_name;
use crate::image::names;
use crate::semantic::{Function, FunctionId, Model};
use crate::syntax::ast::{self, Expr, Operator};
use crate::text::{Ranged, TextRange};

/// The inputs of the command whose function is `id`, in order.
pub(super) fn inputs(model: &Model<'_>, id: FunctionId, unknown: &mut Vec<String>) -> Vec<Value> {
    let function = model.function(id);
    let uses = Uses::of(model, id);
    let documented = names::system_command(function.name()).and_then(|command| command.parameters);
    let named = function.positional().map(|one| (one.parameter.name.to_string(), one.default.as_deref()));
    let mut inputs: Vec<(String, Option<&Expr>, Option<&Expr>)> = named
        .zip(function.positional().map(|one| one.parameter.annotation.as_deref()))
        .map(|((name, default), annotation)| (name, default, annotation))
        .collect();
    let first = inputs.len();
    let counted = uses.vararg_count.max(
        documented
            .filter(|_| function.node.parameters.vararg.is_some())
            .map_or(0, |all| all.len().saturating_sub(first)),
    );
    let comments = commented_names(model, function);
    for place in 0..counted {
        let from_page = documented.and_then(|all| all.get(first + place)).map(|(name, _)| (*name).to_owned());
        let from_comment = comments.iter().find(|(index, _)| *index == place).map(|(_, name)| name.clone());
        let name = from_page
            .or(from_comment)
            .or_else(|| uses.vararg_name(place))
            .filter(|name| is_name(name))
            .unwrap_or_else(|| format!("input{}", first + place));
        inputs.push((name, None, None));
    }
    if uses.vararg_is_open {
        unknown.push(format!(
            "how many inputs `{}` takes: its `*args` are used as a whole; add those it lacks",
            function.name()
        ));
    }
    let mut taken = FxHashSet::default();
    for (place, (name, ..)) in inputs.iter_mut().enumerate() {
        if !taken.insert(name.clone()) {
            *name = format!("input{place}");
        }
    }
    inputs
        .iter()
        .enumerate()
        .map(|(place, (name, default, annotation))| {
            let from_page =
                documented.and_then(|all| all.iter().find(|(known, _)| known == name)).map(|(_, kind)| *kind);
            let evidence = uses.evidence(place);
            input(name, place, from_page, &evidence, *default, *annotation)
        })
        .collect()
}

fn input(
    name: &str,
    place: usize,
    documented: Option<&str>,
    evidence: &Evidence,
    default: Option<&Expr>,
    annotation: Option<&Expr>,
) -> Value {
    let kind = documented
        .or_else(|| annotation.and_then(annotated_type))
        .or_else(|| default.and_then(default_type))
        .or_else(|| evidence.kind())
        .or_else(|| named_type(name))
        .unwrap_or("Text");
    let mut input = Map::new();
    input.insert("parameterName".to_owned(), json!(name));
    input.insert("displayName".to_owned(), json!(display_name(name)));
    input.insert("parameterType".to_owned(), json!(kind));
    if default.is_none() && documented.is_none() && !evidence.may_be_empty && evidence.is_used() {
        input.insert("required".to_owned(), json!(true));
    }
    input.insert("index".to_owned(), json!(place));
    if let Some(value) = default.and_then(default_value) {
        input.insert("default".to_owned(), value);
    }
    Value::Object(input)
}

/// `# args[0]: StartTime` in a function's comments.
fn commented_names(model: &Model<'_>, function: &Function<'_>) -> Vec<(usize, String)> {
    let parsed = &model.script.parsed;
    let Some(vararg) = function.node.parameters.vararg.as_deref() else { return Vec::new() };
    let range: TextRange = function.node.range();
    let lead = format!("{}[", vararg.name.as_str());
    let inside = parsed.comments.iter().filter(|comment| range.contains_range(**comment));
    inside
        .filter_map(|comment| {
            let text = parsed.slice(*comment).trim_start_matches(['#', ' ', '\t']).strip_prefix(&lead)?;
            let (index, rest) = text.split_once(']')?;
            let name = rest.trim_start_matches([' ', '\t', ':', '=', '-', '>']);
            let end = name.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(name.len());
            Some((index.trim().parse().ok()?, name[..end].to_owned()))
        })
        .collect()
}

/// The type that an annotation says.
fn annotated_type(annotation: &Expr) -> Option<&'static str> {
    match annotation {
        Expr::Name(name) => plain_type(name.id.as_str()),
        Expr::Attribute(attribute) => plain_type(attribute.attr.as_str()),
        Expr::StringLiteral(text) => plain_type(text.value.to_str()),
        Expr::BinOp(node) if node.op == Operator::BitOr => {
            annotated_type(&node.left).or_else(|| annotated_type(&node.right))
        }
        Expr::Subscript(node) => {
            let outer = match &*node.value {
                Expr::Name(name) => name.id.as_str(),
                Expr::Attribute(attribute) => attribute.attr.as_str(),
                _ => return None,
            };
            match outer {
                "Optional" => annotated_type(&node.slice),
                "list" | "List" | "Sequence" | "Iterable" | "tuple" | "Tuple" | "set" | "Set" => {
                    Some(array_of(annotated_type(&node.slice)))
                }
                "dict" | "Dict" | "Mapping" => Some("JSON Object"),
                _ => None,
            }
        }
        _ => None,
    }
}

fn plain_type(name: &str) -> Option<&'static str> {
    Some(match name {
        "str" => "Text",
        "int" | "float" | "Decimal" => "Number",
        "bool" => "Boolean",
        "datetime" => "DateTime",
        "list" | "List" | "tuple" | "Sequence" | "Iterable" => "Text Array",
        "dict" | "Dict" | "Mapping" => "JSON Object",
        _ => return None,
    })
}

/// The type of a list whose elements have this one.
pub(super) fn array_of(element: Option<&str>) -> &'static str {
    match element {
        Some("Number") => "Number Array",
        Some("JSON Object" | "JSON Array" | "Text Array" | "Number Array") => "JSON Array",
        _ => "Text Array",
    }
}

/// The type of a default; an empty list says nothing about its elements, `None` nothing at all.
fn default_type(default: &Expr) -> Option<&'static str> {
    match default {
        Expr::BooleanLiteral(_) => Some("Boolean"),
        Expr::NumberLiteral(_) => Some("Number"),
        Expr::UnaryOp(node) if node.operand.is_number_literal_expr() => Some("Number"),
        Expr::StringLiteral(text) if !text.value.is_empty() => Some("Text"),
        Expr::Dict(_) => Some("JSON Object"),
        Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) if !elts.is_empty() => {
            Some(array_of(elts.first().and_then(default_type)))
        }
        _ => None,
    }
}

/// A default that is no empty value, as JSON.
fn default_value(default: &Expr) -> Option<Value> {
    match default {
        Expr::BooleanLiteral(node) => Some(json!(node.value)),
        Expr::StringLiteral(text) if !text.value.is_empty() => Some(json!(text.value.to_str())),
        Expr::NumberLiteral(node) => match &node.value {
            ast::Number::Int(number) => number.as_i64().map(|number| json!(number)),
            ast::Number::Float(number) => Some(json!(number)),
            ast::Number::Complex { .. } => None,
        },
        Expr::List(ast::ExprList { elts, .. }) if !elts.is_empty() => {
            elts.iter().map(default_value).collect::<Option<Vec<_>>>().map(Value::Array)
        }
        _ => None,
    }
}

/// What a name says where its use says nothing.
fn named_type(name: &str) -> Option<&'static str> {
    const NUMBERS: [&str; 11] =
        ["limit", "count", "max", "maximum", "minimum", "size", "days", "hours", "minutes", "port", "timeout"];
    const RANKS: [&str; 3] = ["severity", "level", "priority"];
    const NO_PLURALS: [&str; 4] = ["ss", "us", "is", "details"];
    let words: Vec<String> = display_name(name).split(' ').map(str::to_lowercase).collect();
    let (first, last) = (words.first()?.as_str(), words.last()?.as_str());
    if NUMBERS.contains(&last) || NUMBERS[..5].contains(&first) && !RANKS.contains(&last) {
        Some("Number")
    } else if last.len() > 3 && last.ends_with('s') && !NO_PLURALS.iter().any(|end| last.ends_with(end)) {
        Some("Text Array")
    } else {
        None
    }
}
