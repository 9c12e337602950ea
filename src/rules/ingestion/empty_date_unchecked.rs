//! D3510.

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Direction, Resolution};
use crate::text::Ranged;

use super::common::ingesting;

/// The year in which D3's empty date lies (D3's page, "Sample Code").
const EMPTY_YEAR: &str = "1900";

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3510",
    name: "empty-date-unchecked",
    severity: Severity::Warning,
    default_on: false,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "fetchEvent or fetchIncident does not handle the empty date, which is in the year 1900",
    page: include_str!("empty_date_unchecked.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    for command in ingesting(context) {
        let definition = model.function(command);
        let used = model.related(&[command], Direction::Used);
        let looks = used.iter().any(|&function| {
            let text = context.parsed.slice(model.function(function).node.range());
            text.contains(EMPTY_YEAR) || text.contains(".year")
        });
        // A helper of the system script may look.
        let asks_outside = model.references.iter().any(|reference| {
            reference.resolution == Resolution::System
                && model.top_level_function_of(reference.scope).is_some_and(|function| used.contains(&function))
        });
        if !looks && !asks_outside {
            let name = &definition.node.name;
            let message = format!("an empty date is one in the year {EMPTY_YEAR}, and `{name}` does not look for it");
            sink.report(name.range(), message);
        }
    }
}
