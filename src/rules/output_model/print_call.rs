//! D3312.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::image::names::{LOG, PB};
use crate::rules::names::unused_import;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{self, BindingKind, Model, ScopeId, Site};
use crate::syntax::ast::{self, Expr};
use crate::text::{Edit, Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3312",
    name: "print-call",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::Safe,
    needs: Needs::Nothing,
    summary: "output by print, the standard streams or logging instead of `pb.log`",
    page: include_str!("print_call.md"),
    check: Check::Script(check),
};

/// What writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writer {
    Print,
    Stream,
    Logger,
}

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    for site in &model.nodes.calls {
        // What stands under a main guard never runs in D3.
        if site.context.contains(semantic::Context::MAIN_GUARD) {
            continue;
        }
        let Some(writer) = writer(model, site) else { continue };
        let what = context.parsed.slice(site.node.func.range());
        let message = format!("D3 does not show what `{what}` writes; use `{PB}.{LOG}`");
        let fix = if model.binds(PB) { None } else { fix(context, site, writer) };
        let fix = fix.map(|fix| with_import(context, site, fix));
        sink.report(site.node.func.range(), message).maybe_fix(fix);
    }
}

/// The fix, and the removal of the import that it leaves unused.
fn with_import(context: &Context<'_>, site: &Site<'_, ast::ExprCall>, fix: Fix) -> Fix {
    let Some(name) = root(&site.node.func) else { return fix };
    let mut edits = unused_import::removal_with_last_read(context, name, site.scope);
    edits.extend(fix.edits.into_iter().map(|(_, edit)| edit));
    Fix::new(fix.title, fix.applicability, Place::Script, edits)
}

/// The name that a dotted path begins with.
fn root(mut expr: &Expr) -> Option<&ast::ExprName> {
    while let Expr::Attribute(attribute) = expr {
        expr = &attribute.value;
    }
    expr.as_name_expr()
}

fn writer<'a>(model: &Model<'a>, site: &Site<'a, ast::ExprCall>) -> Option<Writer> {
    match &*site.node.func {
        Expr::Name(name) => {
            let is_known = matches!(model.callee(site.node)?.parts(), ["print" | "pprint" | "sys" | "logging", ..]);
            let is_candidate = is_known
                && (name.id.as_str() == "print"
                    || matches!(model.bindings_of_name(name, site.scope), [only]
                    if matches!(model.binding(*only).kind, BindingKind::Import(_))));
            if !is_candidate {
                return None;
            }
        }
        Expr::Attribute(attribute) => {
            let method = attribute.attr.as_str();
            if !matches!(method, "write" | "writelines" | "pprint") && !is_logging(method) {
                return None;
            }
            if is_logging(method) && is_logger(model, &attribute.value, site.scope) {
                return Some(Writer::Logger);
            }
        }
        _ => return None,
    }
    let name = model.callee(site.node)?;
    match name.parts() {
        ["print"] => prints_to_a_stream(model, site).then_some(Writer::Print),
        ["pprint", "pprint" | "pp"] => (site.node.arguments.len() == 1).then_some(Writer::Stream),
        ["sys", "stdout" | "stderr", "write" | "writelines"] => Some(Writer::Stream),
        ["logging", function] if is_logging(function) => Some(Writer::Logger),
        _ => None,
    }
}

fn is_logging(function: &str) -> bool {
    matches!(function, "debug" | "info" | "warning" | "warn" | "error" | "critical" | "fatal" | "exception" | "log")
}

/// Whether `expr` is a logger: `logging.getLogger(...)`, or a name that holds one.
fn is_logger<'a>(model: &Model<'a>, expr: &'a Expr, scope: ScopeId) -> bool {
    let (value, scope) = match expr {
        Expr::Name(name) => match model.bindings_of_name(name, scope) {
            [only] => match model.assigned(*only) {
                Some(value) => (value, model.binding(*only).written_in),
                None => return false,
            },
            _ => return false,
        },
        other => (other, scope),
    };
    matches!(value, Expr::Call(call)
        if model.qualified_name(&call.func, scope).is_some_and(|name| name.is("logging.getLogger")))
}

/// Whether a print goes to a standard stream: one into a file is fine.
fn prints_to_a_stream<'a>(model: &Model<'a>, site: &Site<'a, ast::ExprCall>) -> bool {
    site.node.arguments.find_keyword("file").is_none_or(|keyword| {
        model
            .qualified_name(&keyword.value, site.scope)
            .is_some_and(|name| name.is("sys.stdout") || name.is("sys.stderr"))
    })
}

/// Writes the same through `pb.log`. Safe only for a print of one value.
fn fix(context: &Context<'_>, site: &Site<'_, ast::ExprCall>, writer: Writer) -> Option<Fix> {
    let call = site.node;
    let arguments = &call.arguments;
    if !site.context.contains(semantic::Context::STATEMENT) || arguments.args.iter().any(Expr::is_starred_expr) {
        return None;
    }
    let log = format!("{PB}.{LOG}");
    let title = format!("Use `{log}`");
    if let ([_], true) = (&*arguments.args, arguments.keywords.is_empty()) {
        let applicability = if writer == Writer::Print { Applicability::Safe } else { Applicability::Unsafe };
        return Some(Fix::new(title, applicability, Place::Script, vec![Edit::replace(call.func.range(), log)]));
    }
    let [first, .., last] = &*arguments.args else { return None };
    let slice = |range: TextRange| context.parsed.slice(range);
    let values = slice(TextRange::new(first.start(), last.end()));
    let new = match writer {
        Writer::Print if arguments.keywords.is_empty() => format!("{log}(\" \".join(map(str, [{values}])))"),
        Writer::Logger if first.is_string_literal_expr() && arguments.keywords.is_empty() => {
            let rest = arguments.args.get(1)?;
            let values = slice(TextRange::new(rest.start(), last.end()));
            format!("{log}({} % ({values},))", slice(first.range()))
        }
        _ => return None,
    };
    Some(Fix::new(title, Applicability::Unsafe, Place::Script, vec![Edit::replace(call.range(), new)]))
}
