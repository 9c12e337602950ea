//! D3203.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::image::ModuleStatus;
use crate::manifest::edits;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::text::TextRange;

use super::{Once, Required, required_modules};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3203",
    name: "disallowed-import",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::Offered,
    needs: Needs::Nothing,
    summary: "an import of a module that is neither in Python 3.9's library nor in D3's image",
    page: include_str!("disallowed_import.md"),
    check: Check::Part(check),
};

fn check(context: &Context<'_>, part: TextRange, sink: &mut Sink<'_>) {
    let mut once = Once::default();
    for module in required_modules(context, part) {
        if module.level > 0 || module.name.is_empty() || context.siblings.contains(module.top()) {
            continue;
        }
        let (severity, distribution, advice) = match module.status(context) {
            ModuleStatus::UnlistedCertain { distribution } => (
                Severity::Error,
                distribution,
                "is neither in Python's standard library nor among D3's libraries; do without it, or ask D3 to add it",
            ),
            ModuleStatus::Unlisted { distribution } => (
                Severity::Warning,
                distribution,
                "is not among the libraries D3 publishes, and that list is incomplete: probe the image or ask D3",
            ),
            _ => continue,
        };
        if !once.is_first(module.range) {
            continue;
        }
        let top = module.top();
        let name = if top.eq_ignore_ascii_case(&distribution) {
            format!("`{top}`")
        } else {
            format!("`{top}` (from {distribution})")
        };
        sink.report(module.range, format!("{name} {advice}"))
            .severity(severity)
            .maybe_fix(add_library(context, &module));
    }
}

fn add_library(context: &Context<'_>, module: &Required<'_>) -> Option<Fix> {
    let edits = edits::add_library(context.manifest?, module.top());
    let title = format!("Add `{}` to the manifest's `libraries`", module.top());
    (!edits.is_empty()).then(|| Fix::new(title, Applicability::Offered, Place::Manifest, edits))
}
