//! D3409.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::syntax::D3Target;
use crate::text::Edit;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3409",
    name: "utility-arguments",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::Offered,
    needs: Needs::Nothing,
    summary: "the wrong type word or number of arguments for a utility command",
    page: include_str!("utility_arguments.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    for call in &context.parsed.d3_calls {
        let D3Target::Utility { command } = &call.target else { continue };
        let Some(known) = context.image.utility_command(&command.value).filter(|known| known.exact) else { continue };
        if let (Some(word), Some(right)) = (&call.type_word, known.type_word())
            && word.value != right
        {
            let message = format!("the type of `{}` is its first parameter's, `<{right}>`", command.value);
            let edit = Edit::replace(word.range, right);
            let fix = Fix::new(format!("Change to `<{right}>`"), Applicability::Offered, Place::Script, vec![edit]);
            sink.report(command.range, message).fix(fix);
        }
        if let (Some(given), Some((least, most))) = (super::argument_count(context, call), known.argument_count())
            && !(least..=most).contains(&given)
        {
            let wanted = if least == most { most.to_string() } else { format!("{least} to {most}") };
            sink.report(command.range, format!("`{}` takes {wanted} arguments, {given} given", command.value));
        }
    }
}
