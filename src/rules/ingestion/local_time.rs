//! D3509.

use std::cell::LazyCell;

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::Direction;
use crate::syntax::ast::Expr;
use crate::text::{Edit, Ranged};

use super::common::ingesting;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3509",
    name: "local-time",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::Unsafe,
    needs: Needs::Nothing,
    summary: "`datetime.now()` in local time, where D3 counts in UTC",
    page: include_str!("local_time.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    let commands = ingesting(context);
    if commands.is_empty() {
        return;
    }
    let functions = LazyCell::new(|| model.related(&commands, Direction::Used));
    for site in &model.nodes.calls {
        let Expr::Attribute(method) = &*site.node.func else { continue };
        if !matches!(method.attr.as_str(), "now" | "today") || !site.node.arguments.is_empty() {
            continue;
        }
        let name = model.callee(site.node).map(|name| name.parts());
        let is_local = matches!(name, Some(["datetime", "datetime", "now" | "today"]));
        let is_used = || model.top_level_function_of(site.scope).is_some_and(|function| functions.contains(&function));
        if !is_local || !is_used() {
            continue;
        }
        let fix = Fix::new(
            "Change to `utcnow`",
            Applicability::Unsafe,
            Place::Script,
            vec![Edit::replace(method.attr.range(), "utcnow")],
        );
        let message =
            "this is the local time of the server, and D3 counts in UTC; use `utcnow()`, or `now` with a time zone";
        sink.report(site.node.func.range(), message).fix(fix);
    }
}
