//! D3604.

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{BindingKind, Model, ScopeId, Site};
use crate::syntax::ast::{self, Expr, InterpolatedStringElement, Operator};
use crate::text::{Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3604",
    name: "sql-injection",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "values built into the text of an SQL statement",
    page: include_str!("sql_injection.md"),
    check: Check::Part(check),
};

/// How deep a built text is looked into.
const MAX_DEPTH: usize = 24;

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let model = context.model;
    for site in context.sites(&model.nodes.calls, part) {
        let name = match &*site.node.func {
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            Expr::Name(name) => name.id.as_str(),
            _ => continue,
        };
        if !matches!(name, "execute" | "executemany" | "executescript" | "read_sql" | "read_sql_query") {
            continue;
        }
        let Some(text) = site.node.arguments.args.first() else { continue };
        let text = match text {
            // `text("SELECT ...")` of sqlalchemy.
            Expr::Call(call) if matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "text") => {
                call.arguments.args.first().unwrap_or(text)
            }
            _ => text,
        };
        if is_built(model, text, site.scope) {
            let message = "values are built into the text of this statement, so an input can change what it does; leave \
                           placeholders in the text and pass the values beside it";
            sink.report(text.range(), message);
        }
    }
}

/// Whether an expression, or what a name holds there, is SQL with values in it.
fn is_built<'a>(model: &Model<'a>, text: &'a Expr, scope: ScopeId) -> bool {
    let Expr::Name(name) = text else { return is_built_sql(model, text, scope) };
    if model.values(text, scope).known.iter().any(|&(value, scope)| is_built_sql(model, value, scope)) {
        return true;
    }
    let bindings = || model.bindings_of_name(name, scope).iter().map(|&id| model.binding(id));
    let grows = bindings().any(|binding| match binding.kind {
        BindingKind::Augmented(node) => holds_value(model, &node.value, binding.written_in, MAX_DEPTH),
        _ => false,
    });
    grows
        && bindings().any(|binding| match binding.kind {
            BindingKind::Assignment(Some(value)) => leading_text(value, MAX_DEPTH).is_some_and(is_statement),
            _ => false,
        })
}

fn is_built_sql<'a>(model: &Model<'a>, text: &'a Expr, scope: ScopeId) -> bool {
    leading_text(text, MAX_DEPTH).is_some_and(is_statement) && holds_value(model, text, scope, MAX_DEPTH)
}

/// Whether a text starts a statement of SQL that can be told from prose.
fn is_statement(text: &str) -> bool {
    let upper = text.trim_start().to_ascii_uppercase();
    let mut words = upper.split_whitespace();
    match words.next() {
        Some("SELECT" | "DELETE" | "WITH" | "EXEC" | "EXECUTE" | "CALL") => {
            words.next().is_some() || upper.ends_with(' ')
        }
        Some("INSERT" | "REPLACE" | "MERGE") => upper.contains("INTO"),
        Some("UPDATE" | "DROP" | "ALTER" | "CREATE" | "TRUNCATE" | "GRANT") => upper.contains(' '),
        _ => false,
    }
}

/// The literal text that a built text starts with.
fn leading_text(expr: &Expr, depth: usize) -> Option<&str> {
    let depth = depth.checked_sub(1)?;
    match expr {
        Expr::StringLiteral(literal) => Some(literal.value.to_str()),
        Expr::FString(text) => match text.value.elements().next()? {
            InterpolatedStringElement::Literal(literal) => Some(&literal.value),
            InterpolatedStringElement::Interpolation(_) => None,
        },
        Expr::BinOp(node) if matches!(node.op, Operator::Add | Operator::Mod) => leading_text(&node.left, depth),
        Expr::Call(call) => leading_text(format_receiver(call)?, depth),
        _ => None,
    }
}

/// `text` in `text.format(...)`.
fn format_receiver(call: &ast::ExprCall) -> Option<&Expr> {
    match &*call.func {
        Expr::Attribute(method) if method.attr.as_str() == "format" => Some(&method.value),
        _ => None,
    }
}

/// Whether something goes into a text that may come from outside.
fn holds_value<'a>(model: &Model<'a>, expr: &'a Expr, scope: ScopeId, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match expr {
        Expr::FString(text) => text.value.elements().any(|element| match element {
            InterpolatedStringElement::Interpolation(field) if is_number_field(field) => false,
            InterpolatedStringElement::Interpolation(field) => !is_harmless(model, &field.expression, scope, depth),
            InterpolatedStringElement::Literal(_) => false,
        }),
        Expr::BinOp(node) if node.op == Operator::Add => {
            holds_value(model, &node.left, scope, depth) || holds_value(model, &node.right, scope, depth)
        }
        Expr::BinOp(node) if node.op == Operator::Mod => {
            let values = match &*node.right {
                Expr::Tuple(values) => &values.elts[..],
                value => std::slice::from_ref(value),
            };
            let numbers = number_conversions(&node.left).filter(|numbers| numbers.len() == values.len());
            let is_number = |place: usize| numbers.as_ref().is_some_and(|numbers| numbers[place]);
            let mut values = values.iter().enumerate();
            values.any(|(place, value)| !is_number(place) && !is_harmless(model, value, scope, depth))
        }
        Expr::Call(call) if format_receiver(call).is_some_and(takes_numbers_only) => false,
        Expr::Call(call) if format_receiver(call).is_some() => {
            let keywords = call.arguments.keywords.iter().map(|keyword| &keyword.value);
            call.arguments.args.iter().chain(keywords).any(|value| !is_harmless(model, value, scope, depth))
        }
        Expr::StringLiteral(_) => false,
        other => !is_harmless(model, other, scope, depth),
    }
}

/// Whether a value is a literal, a number, a constant of the script, or made of placeholders.
fn is_harmless<'a>(model: &Model<'a>, value: &'a Expr, scope: ScopeId, depth: usize) -> bool {
    match value {
        Expr::StringLiteral(_) | Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) | Expr::NoneLiteral(_) => true,
        Expr::Call(call) => match &*call.func {
            Expr::Name(name) if name.id.as_str() == "str" => {
                depth > 0 && call.arguments.args.iter().all(|value| is_harmless(model, value, scope, depth - 1))
            }
            Expr::Name(name) => matches!(name.id.as_str(), "int" | "float" | "len" | "bool" | "round"),
            // `", ".join("?" for _ in names)`, `",".join(["%s"] * 3)`
            Expr::Attribute(method) if method.attr.as_str() == "join" => {
                call.arguments.args.first().is_some_and(|parts| match parts {
                    Expr::Name(name) => {
                        is_constant_name(name.id.as_str()) || is_harmless_list(model, name, scope, depth)
                    }
                    parts => is_placeholders(parts),
                })
            }
            Expr::Attribute(method) if method.attr.as_str() == "get" => {
                let [_, default @ ..] = &*call.arguments.args else { return false };
                is_constant(&method.value) && default.iter().all(Expr::is_literal_expr)
            }
            Expr::Attribute(method) => {
                let name = method.attr.as_str();
                ["quote", "escape", "identifier", "literal"].iter().any(|word| name.to_ascii_lowercase().contains(word))
            }
            _ => false,
        },
        Expr::Name(_) | Expr::Attribute(_) if is_constant(value) => true,
        // One of the script's own texts, whatever picks it.
        Expr::Subscript(node) => is_constant(&node.value),
        Expr::Name(_) => model.makers(value, scope).is_some_and(|makers| {
            !makers.is_empty()
                && makers.iter().all(|maker| {
                    maker.expr.range() != value.range()
                        && depth > 0
                        && !matches!(maker.expr, Expr::Name(_))
                        && is_harmless(model, maker.expr, maker.scope, depth - 1)
                })
        }),
        Expr::If(node) => {
            depth > 0
                && is_harmless(model, &node.body, scope, depth - 1)
                && is_harmless(model, &node.orelse, scope, depth - 1)
        }
        Expr::BinOp(_) | Expr::FString(_) => depth > 0 && !holds_value(model, value, scope, depth - 1),
        _ => false,
    }
}

/// A name in capitals.
fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::Name(name) => is_constant_name(name.id.as_str()),
        Expr::Attribute(attribute) => is_constant_name(attribute.attr.as_str()),
        _ => false,
    }
}

fn is_constant_name(name: &str) -> bool {
    name.len() > 1 && name.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
}

/// Whether a list is made of harmless parts, and nothing else is added to it.
fn is_harmless_list<'a>(model: &Model<'a>, name: &'a ast::ExprName, scope: ScopeId, depth: usize) -> bool {
    let (Some(home), Some(depth)) = (model.home(name, scope), depth.checked_sub(1)) else { return false };
    let [only] = model.bindings_of_name(name, scope) else { return false };
    let BindingKind::Assignment(Some(Expr::List(list))) = model.binding(*only).kind else { return false };
    let is_harmless = |part: &'a Expr, scope| is_harmless(model, part, scope, depth);
    let is_it = |expr: &Expr, scope| matches!(expr, Expr::Name(other) if other.id == name.id && model.home(other, scope) == Some(home));
    let adds_harmless = |site: &Site<'a, ast::ExprCall>| {
        let arguments = &site.node.arguments;
        match &*site.node.func {
            Expr::Attribute(method) if is_it(&method.value, site.scope) => {
                method.attr.as_str() == "append" && arguments.args.iter().all(|part| is_harmless(part, site.scope))
            }
            callee => {
                let is_given = arguments.args.iter().any(|argument| is_it(argument, site.scope));
                let joins = matches!(callee, Expr::Attribute(method) if method.attr.as_str() == "join");
                !is_given || joins || matches!(callee, Expr::Name(name) if matches!(name.id.as_str(), "len" | "bool"))
            }
        }
    };
    let range = model.scope(home).range;
    list.elts.iter().all(|part| is_harmless(part, model.binding(*only).written_in))
        && model.nodes.calls.iter().filter(|site| range.contains_range(site.node.range())).all(adds_harmless)
}

/// Whether a field of an f-string takes a number only: `{count:d}`.
fn is_number_field(field: &ast::InterpolatedElement) -> bool {
    let Some(spec) = &field.format_spec else { return false };
    match spec.elements.last() {
        Some(InterpolatedStringElement::Literal(literal)) => literal.value.ends_with(is_number_type),
        _ => false,
    }
}

/// For each conversion of a text in front of `%` whether it takes a number only: `%d`. `None` where that is not plain.
fn number_conversions(text: &Expr) -> Option<Vec<bool>> {
    let Expr::StringLiteral(literal) = text else { return None };
    let text = literal.value.to_str().replace("%%", "");
    text.split('%').skip(1).map(|rest| rest.chars().find(char::is_ascii_alphabetic).map(is_number_type)).collect()
}

/// Whether all fields of a text for `.format(...)` take a number only: `{:d}`.
fn takes_numbers_only(text: &Expr) -> bool {
    let Expr::StringLiteral(literal) = text else { return false };
    let text = literal.value.to_str().replace("{{", "").replace("}}", "");
    let mut fields = text.split('{').skip(1);
    fields.all(|field| {
        let spec = field.split('}').next().and_then(|field| field.split_once(':'));
        spec.is_some_and(|(_, spec)| spec.ends_with(is_number_type))
    })
}

/// A type of a format that text is refused for.
fn is_number_type(letter: char) -> bool {
    matches!(letter, 'b' | 'd' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'i' | 'o' | 'u' | 'x' | 'X')
}

fn is_placeholders(parts: &Expr) -> bool {
    match parts {
        Expr::StringLiteral(_) => true,
        Expr::List(list) => list.elts.iter().all(Expr::is_string_literal_expr),
        Expr::BinOp(node) if node.op == Operator::Mult => is_placeholders(&node.left),
        Expr::Generator(node) => node.elt.is_string_literal_expr(),
        Expr::ListComp(node) => node.elt.is_string_literal_expr(),
        _ => false,
    }
}
