//! D3408.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::syntax::D3Target;
use crate::text::{Edit, edit_distance};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3408",
    name: "unknown-utility-command",
    severity: Severity::Info,
    default_on: true,
    fix: FixKind::Offered,
    needs: Needs::Nothing,
    summary: "a utility command that the image profile does not list",
    page: include_str!("unknown_utility_command.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    for call in &context.parsed.d3_calls {
        let D3Target::Utility { command } = &call.target else { continue };
        if command.value.is_empty() || context.image.utility_command(&command.value).is_some() {
            continue;
        }
        let near = context
            .image
            .utility_commands()
            .iter()
            .map(|known| known.name.as_str())
            .find(|name| edit_distance(name, &command.value) <= 1 && name.len() > 3);
        match near {
            Some(near) => {
                let edit = Edit::replace(command.range, near);
                let fix = Fix::new(format!("Change to `{near}`"), Applicability::Offered, Place::Script, vec![edit]);
                let message = format!("no utility command `{}` is known; did you mean `{near}`?", command.value);
                sink.report(command.range, message).severity(Severity::Warning).fix(fix);
            }
            None => {
                let message = format!(
                    "no utility command `{}` is known to d3ls; check the internal name in D3, or probe the image",
                    command.value
                );
                sink.report(command.range, message);
            }
        }
    }
}
