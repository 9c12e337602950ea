//! D3309.

use rustc_hash::FxHashSet;

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::image::names::ERRORS;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{ScopeId, Slot};
use crate::syntax::ast::Expr;
use crate::text::{Edit, Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3309",
    name: "errors-not-text",
    severity: Severity::Info,
    default_on: true,
    fix: FixKind::Unsafe,
    needs: Needs::Nothing,
    summary: "the errors of an output model are a list, a dictionary or an exception",
    page: include_str!("errors_not_text.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let mut seen = FxHashSet::default();
    for output in context.output_models(part) {
        let Slot::Given(argument, scope) = output.slot(ERRORS) else { continue };
        if seen.contains(&argument.range()) {
            continue;
        }
        let Some(what) = what(context, argument, scope) else { continue };
        seen.insert(argument.range());
        let text = context.parsed.slice(argument.range());
        let new = match what {
            What::List => format!("\"; \".join(map(str, {text}))"),
            What::Other(_) => format!("str({text})"),
        };
        let name = match what {
            What::List => "a list",
            What::Other(name) => name,
        };
        let fix = Fix::new(
            "Make a text of it",
            Applicability::Unsafe,
            Place::Script,
            vec![Edit::replace(argument.range(), new)],
        );
        sink.report(argument.range(), format!("`{ERRORS}` is one text, and this is {name}")).fix(fix);
    }
}

enum What {
    List,
    Other(&'static str),
}

fn what<'a>(context: &Context<'a>, argument: &'a Expr, scope: ScopeId) -> Option<What> {
    if context.model.is_exception(argument, scope) {
        return Some(What::Other("an exception"));
    }
    let values = context.model.values(argument, scope);
    let mut kinds = values.known.iter().filter_map(|&(value, _)| match value {
        Expr::List(_) | Expr::ListComp(_) | Expr::Tuple(_) => Some(What::List),
        Expr::Dict(_) | Expr::DictComp(_) => Some(What::Other("a dictionary")),
        Expr::Set(_) | Expr::SetComp(_) => Some(What::List),
        Expr::Call(call) => match context.model.callee(call)?.parts() {
            ["list" | "tuple" | "set" | "sorted"] => Some(What::List),
            ["dict"] => Some(What::Other("a dictionary")),
            _ => None,
        },
        _ => None,
    });
    kinds.next_back()
}
