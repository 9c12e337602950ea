//! D3802.

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Context as Around, Model, ScopeId};
use crate::syntax::ast::{self, Expr};
use crate::text::Ranged;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3802",
    name: "reads-stdin",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "code that waits for somebody to type",
    page: include_str!("reads_stdin.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    for site in &model.nodes.calls {
        let callee = &*site.node.func;
        let message = if is_input(model, site.node, site.scope) {
            "nobody can type here: D3 runs commands without a terminal; take an input of the command"
        } else if is_debugger(model, site.node) {
            "a debugger waits for somebody to type, and D3 runs commands without a terminal; remove it"
        } else {
            continue;
        };
        if !site.context.contains(Around::MAIN_GUARD) && !model.runs_by_main_guard_only(site.scope) {
            sink.report(callee.range(), message);
        }
    }
}

/// `input`, which the engine reserves: it is the builtin only where neither script binds it.
fn is_input(model: &Model<'_>, call: &ast::ExprCall, scope: ScopeId) -> bool {
    match &*call.func {
        Expr::Name(name) if name.id.as_str() == "input" => {
            model.resolve("input", scope).is_none() && !model.system().is_some_and(|system| system.binds("input"))
        }
        Expr::Name(_) => model.callee(call).is_some_and(|name| name.is("getpass.getpass")),
        Expr::Attribute(attribute) => {
            matches!(attribute.attr.as_str(), "input" | "getpass" | "read" | "readline" | "readlines")
                && model.callee(call).is_some_and(|name| {
                    name.is("builtins.input")
                        || name.is("getpass.getpass")
                        || name.starts_with("sys.stdin")
                        || name.starts_with("sys.__stdin__")
                })
        }
        _ => false,
    }
}

fn is_debugger(model: &Model<'_>, call: &ast::ExprCall) -> bool {
    let Some(name) = model.callee(call) else { return false };
    matches!(
        name.parts(),
        ["breakpoint"]
            | ["sys", "breakpointhook"]
            | ["pdb" | "ipdb" | "bdb", "set_trace" | "run" | "runeval" | "runcall" | "post_mortem" | "pm"]
            | ["code", "interact"]
    )
}
