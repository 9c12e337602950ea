//! D3803.

use std::cell::LazyCell;

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Context as Around, Model, ScopeId};
use crate::syntax::ast::{self, Expr};
use crate::text::Ranged;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3803",
    name: "exits-process",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "code that ends the process",
    page: include_str!("exits_process.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    let is_fine = |around: Around, scope: ScopeId| {
        around.intersects(Around::MAIN_GUARD | Around::EXIT_GUARD) || model.runs_by_main_guard_only(scope)
    };
    let forks = LazyCell::new(|| forks(model));
    for site in &model.nodes.calls {
        let callee = &*site.node.func;
        if let Some(name) = ends_process(model, site.node)
            && !is_fine(site.context, site.scope)
            && !(name == "os._exit" && *forks)
        {
            let message = format!(
                "`{name}` ends the process before an output model comes back, and D3 shows no log; return an output \
                 model with `errors`"
            );
            sink.report(callee.range(), message);
        }
    }
    for site in &model.nodes.raises {
        let Some(raised) = site.node.exc.as_deref() else { continue };
        let class = match raised {
            Expr::Call(call) => &*call.func,
            other => other,
        };
        let is_exit = model.qualified_name(class, site.scope).is_some_and(|name| name.is("SystemExit"));
        if is_exit && !is_fine(site.context, site.scope) {
            let message = "`SystemExit` ends the process before an output model comes back, and D3 shows no log; return an \
                           output model with `errors`";
            sink.report(class.range(), message);
        }
    }
}

/// Whether the script makes processes of its own, which end by `os._exit`.
fn forks(model: &Model<'_>) -> bool {
    model.nodes.attributes.iter().any(|site| matches!(site.node.attr.as_str(), "fork" | "fork1" | "forkpty"))
}

/// The shown name of a function that ends the process.
fn ends_process(model: &Model<'_>, call: &ast::ExprCall) -> Option<&'static str> {
    match *model.callee(call)?.parts() {
        ["exit"] => Some("exit"),
        ["quit"] => Some("quit"),
        ["sys", "exit"] => Some("sys.exit"),
        ["os", "_exit"] => Some("os._exit"),
        ["os", "abort"] => Some("os.abort"),
        _ => None,
    }
}
