//! D3204.

use crate::diagnostic::Severity;
use crate::image::ModuleStatus;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::text::TextRange;

use super::{Once, required_modules};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3204",
    name: "local-import",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a relative import, or an import of a file beside the script",
    page: include_str!("local_import.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let mut once = Once::default();
    for module in required_modules(context, part) {
        let message = if module.level > 0 {
            "D3 takes one script, so there is no package to import from; move the code into the script".to_owned()
        } else if context.siblings.contains(module.top())
            && !matches!(module.status(context), ModuleStatus::Stdlib | ModuleStatus::Library { .. })
        {
            format!("D3 takes one script, and `{}` is a file beside it; move its code into the script", module.top())
        } else {
            continue;
        };
        if once.is_first(module.range) {
            sink.report(module.range, message);
        }
    }
}
