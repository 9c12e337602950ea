//! D3205.

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3205",
    name: "star-import",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "`from module import *`, which hides reserved and undefined names",
    page: include_str!("star_import.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    for import in context.model.imports.iter().filter(|import| import.is_star()) {
        if !import.context.contains(semantic::Context::NOT_EVALUATED) {
            let message =
                "`import *` may bind names that D3 reserves, and hides which names are undefined; import by name";
            sink.report(import.module_range, message);
        }
    }
}
