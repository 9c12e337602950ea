//! D3703.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::image::stdlib;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{BindingKind, Context as Around, MODULE, Model, ScopeId, Site, SystemScript};
use crate::syntax::ast::{self, Expr, Operator};
use crate::text::{Edit, Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3703",
    name: "runtime-union",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::Safe,
    needs: Needs::Nothing,
    summary: "`int | None` where Python evaluates it",
    page: include_str!("runtime_union.md"),
    check: Check::Script(check),
};

/// The first Python whose types have `|`.
const SINCE: (u8, u8) = (3, 10);

/// Where a union stands, as far as that says what it is.
#[derive(Clone, Copy, PartialEq)]
enum Position {
    Annotation,
    /// The second argument of `isinstance` or `issubclass`.
    ClassInfo,
    /// The first argument of `typing.cast`.
    Cast,
    Elsewhere,
}

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    let unions: Vec<_> = model.nodes.operations.iter().filter(|site| site.node.op == Operator::BitOr).collect();
    if unions.is_empty() || context.image.python_version() >= SINCE {
        return;
    }
    let deferred = system_defers_annotations(context.system);
    let places = argument_positions(model);
    // Of `int | str | None` the whole is reported, not `int | str`.
    let inner: FxHashSet<TextRange> =
        unions.iter().flat_map(|site| [site.node.left.range(), site.node.right.range()]).collect();
    for site in unions {
        let is_annotation = site.context.contains(Around::ANNOTATION);
        if inner.contains(&site.node.range())
            || site.context.intersects(Around::NOT_EVALUATED | Around::VERSION_GUARD)
            || is_annotation && deferred
        {
            continue;
        }
        let position = match places.get(&site.node.range()) {
            Some(&position) => position,
            None if is_annotation => Position::Annotation,
            None => Position::Elsewhere,
        };
        let operands = operands(site.node);
        if is_union(model, &operands, site.scope, position) {
            let message =
                "types have no `|` in Python 3.9, so this raises TypeError; quote it, or use `Optional` or `Union`";
            sink.report(site.node.range(), message).maybe_fix(fix(context, site, &operands, position));
        }
    }
}

/// Whether the final script starts with a system script that has `from __future__ import annotations`.
fn system_defers_annotations(system: &SystemScript) -> bool {
    match system {
        SystemScript::Known(system) => {
            let imports = &system.model().imports;
            imports.iter().any(|import| import.module == "__future__" && import.member == Some("annotations"))
        }
        _ => false,
    }
}

/// Arguments that are types, by their range.
fn argument_positions(model: &Model<'_>) -> FxHashMap<TextRange, Position> {
    let mut places = FxHashMap::default();
    for site in &model.nodes.calls {
        let last = match &*site.node.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => continue,
        };
        let (position, argument) = match last {
            "isinstance" | "issubclass" => (Position::ClassInfo, site.node.arguments.find_positional(1)),
            "cast" => (Position::Cast, site.node.arguments.find_argument_value("typ", 0)),
            _ => continue,
        };
        let (Some(argument), Some(name)) = (argument, model.callee(site.node)) else {
            continue;
        };
        if !(name.is("isinstance") || name.is("issubclass") || name.is("typing.cast")) {
            continue;
        }
        match argument {
            Expr::Tuple(tuple) => places.extend(tuple.elts.iter().map(|element| (element.range(), position))),
            _ => {
                places.insert(argument.range(), position);
            }
        }
    }
    places
}

/// The operands of `a | b | c`, in order.
fn operands(operation: &ast::ExprBinOp) -> Vec<&Expr> {
    let mut operands = vec![&*operation.right];
    let mut left = &*operation.left;
    while let Expr::BinOp(ast::ExprBinOp { left: next, op: Operator::BitOr, right, .. }) = left {
        operands.push(right);
        left = next;
    }
    operands.push(left);
    operands.reverse();
    operands
}

/// Whether operands are types. Where the position says so itself, one of them is enough to be certain.
fn is_union<'a>(model: &Model<'a>, operands: &[&'a Expr], scope: ScopeId, position: Position) -> bool {
    let mut types = 0;
    let mut nones = 0;
    for operand in operands {
        match operand {
            Expr::NoneLiteral(_) => nones += 1,
            _ => types += usize::from(is_type(model, operand, scope)),
        }
    }
    match position {
        Position::ClassInfo => true,
        Position::Annotation | Position::Cast => types + nones > 0,
        Position::Elsewhere => types > 0 && types + nones == operands.len(),
    }
}

/// Whether an expression is certainly a type that has no `|` in 3.9.
fn is_type<'a>(model: &Model<'a>, expr: &'a Expr, scope: ScopeId) -> bool {
    let expr = match expr {
        Expr::Subscript(subscript) => &*subscript.value,
        _ => expr,
    };
    if let Some(name) = model.qualified_name(expr, scope) {
        return match name.parts() {
            [builtin] => is_builtin_type(builtin),
            ["datetime", "datetime" | "date" | "time" | "timedelta" | "timezone"] => true,
            // Classes of the library; constants are in capitals, and some have an underscore.
            [module, .., last] => {
                stdlib::is_module(module)
                    && last.starts_with(|letter: char| letter.is_ascii_uppercase())
                    && last.contains(|letter: char| letter.is_ascii_lowercase())
                    && !last.contains('_')
            }
            [] => false,
        };
    }
    let Expr::Name(name) = expr else { return false };
    match model.bindings_of_name(name, scope) {
        [only] => match model.binding(*only).kind {
            BindingKind::Class(class) => is_plain_class(class),
            _ => false,
        },
        _ => false,
    }
}

fn is_builtin_type(name: &str) -> bool {
    const TYPES: [&str; 14] = [
        "bool",
        "bytearray",
        "bytes",
        "complex",
        "dict",
        "float",
        "frozenset",
        "int",
        "list",
        "object",
        "set",
        "str",
        "tuple",
        "type",
    ];
    TYPES.contains(&name) || name.ends_with("Error") || name.ends_with("Exception")
}

/// A class whose metaclass is `type`.
fn is_plain_class(class: &ast::StmtClassDef) -> bool {
    class.arguments.as_ref().is_none_or(|arguments| {
        arguments.keywords.is_empty()
            && arguments.args.iter().all(|base| match base {
                Expr::Name(name) => is_builtin_type(name.id.as_str()),
                _ => false,
            })
    })
}

fn fix(context: &Context<'_>, site: &Site<'_, ast::ExprBinOp>, operands: &[&Expr], position: Position) -> Option<Fix> {
    let range = site.node.range();
    let (title, range, text) = match position {
        Position::Annotation => {
            let annotations = &context.model.nodes.annotations;
            // Annotations don't nest, but for lambdas in them.
            let before = annotations.partition_point(|annotation| annotation.node.start() <= range.start());
            let whole = annotations.get(before.checked_sub(1)?)?.node.range();
            ("Quote the annotation", whole, quoted(context.parsed.slice(whole))?)
        }
        Position::Cast => ("Quote the type", range, quoted(context.parsed.slice(range))?),
        Position::ClassInfo => ("Use a tuple of types", range, tuple(context, operands)?),
        Position::Elsewhere => ("Use `Union`", range, union(context, range, operands)?),
    };
    Some(Fix::new(title, Applicability::Safe, Place::Script, vec![Edit::replace(range, text)]))
}

/// A type as text, where nothing in it stands in the way.
fn quoted(text: &str) -> Option<String> {
    (!text.contains(['"', '\'', '\\', '\n', '\r', '#'])).then(|| format!("\"{text}\""))
}

/// `(int, type(None))`, where all are classes: `isinstance` takes no `list[int]`.
fn tuple(context: &Context<'_>, operands: &[&Expr]) -> Option<String> {
    let parts: Option<Vec<&str>> = operands
        .iter()
        .map(|operand| match operand {
            Expr::NoneLiteral(_) => Some("type(None)"),
            Expr::Name(_) | Expr::Attribute(_) => Some(context.parsed.slice(operand.range())),
            _ => None,
        })
        .collect();
    Some(format!("({})", parts?.join(", ")))
}

/// `Union[int, None]`, where the script has imported `Union` above.
fn union(context: &Context<'_>, range: TextRange, operands: &[&Expr]) -> Option<String> {
    let model = context.model;
    let name = model.imports.iter().find_map(|import| {
        let is_above = import.scope == MODULE && import.statement.end() < range.start();
        let local = import.alias.asname.as_ref().unwrap_or(&import.alias.name).as_str();
        let is_only = model.scope(MODULE).names.get(local).is_some_and(|entry| entry.bindings.len() == 1);
        if !is_above || import.module != "typing" || import.level > 0 || !is_only {
            return None;
        }
        match import.member {
            Some("Union") => Some(local.to_owned()),
            None => Some(format!("{local}.Union")),
            _ => None,
        }
    })?;
    let parts: Vec<&str> = operands.iter().map(|operand| context.parsed.slice(operand.range())).collect();
    let text = parts.join(", ");
    (!text.contains(['#', '\n', '\r'])).then(|| format!("{name}[{text}]"))
}
