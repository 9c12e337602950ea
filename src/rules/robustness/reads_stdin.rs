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
        let message = match waits(model, site.node, site.scope) {
            Some(Waits::Input) => {
                "nobody can type here: D3 runs commands without a terminal; take an input of the command"
            }
            Some(Waits::Debugger) => {
                "a debugger waits for somebody to type, and D3 runs commands without a terminal; remove it"
            }
            None => continue,
        };
        if !site.context.contains(Around::MAIN_GUARD) && !model.runs_by_main_guard_only(site.scope) {
            sink.report(callee.range(), message);
        }
    }
}

/// What waits for somebody to type.
#[derive(Debug, Clone, Copy)]
enum Waits {
    Input,
    Debugger,
}

fn waits(model: &Model<'_>, call: &ast::ExprCall, scope: ScopeId) -> Option<Waits> {
    let member = match &*call.func {
        // The engine reserves `input`: it is the builtin only where neither script binds it.
        Expr::Name(name) if name.id.as_str() == "input" => {
            let is_bound =
                model.home(name, scope).is_some() || model.system().is_some_and(|system| system.binds("input"));
            return (!is_bound).then_some(Waits::Input);
        }
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    };
    match *model.callee(call)?.parts() {
        ["getpass", "getpass"] => Some(Waits::Input),
        ["builtins", "input"] if member.is_some() => Some(Waits::Input),
        ["sys", "stdin" | "__stdin__", .., "read" | "readline" | "readlines"] if member.is_some() => Some(Waits::Input),
        ["breakpoint"]
        | ["sys", "breakpointhook"]
        | ["pdb" | "ipdb" | "bdb", "set_trace" | "run" | "runeval" | "runcall" | "post_mortem" | "pm"]
        | ["code", "interact"] => Some(Waits::Debugger),
        _ => None,
    }
}
