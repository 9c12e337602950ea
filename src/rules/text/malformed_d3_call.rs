//! D3002.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::syntax::{MalformedCall, MalformedKind};
use crate::text::Edit;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3002",
    name: "malformed-d3-call",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::Safe,
    needs: Needs::Nothing,
    summary: "a D3 call that is not written as D3 wants it",
    page: include_str!("malformed_d3_call.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    for call in &context.parsed.malformed_calls {
        let (message, severity) = match call.kind {
            MalformedKind::MissingType => (
                "a utility command wants the type of its first parameter in `<...>` before its arguments".to_owned(),
                Severity::Error,
            ),
            MalformedKind::UnclosedType => {
                ("the `<` of this D3 call is never closed; add `>`".to_owned(), Severity::Error)
            }
            MalformedKind::TypeOnIntegration => {
                ("an integration command needs no type; D3 does not document one here".to_owned(), Severity::Info)
            }
            MalformedKind::MissingCommand => {
                let callee = context.parsed.slice(call.range);
                (format!("`{callee}` names no command; add the command's internal name"), Severity::Error)
            }
            MalformedKind::Uncalled => continue,
        };
        sink.report(call.range, message).severity(severity).maybe_fix(repair(context, call));
    }
}

fn repair(context: &Context<'_>, call: &MalformedCall) -> Option<Fix> {
    let safe = |title: String, edit| Fix::new(title, Applicability::Safe, Place::Script, vec![edit]);
    match call.kind {
        MalformedKind::MissingType => {
            let command = context.image.utility_command(context.parsed.slice(call.range))?;
            let takes_none = command.exact && command.parameters.as_ref().is_none_or(Vec::is_empty);
            let word = command.type_word().or(takes_none.then_some(""))?;
            Some(safe(format!("Insert `<{word}>`"), Edit::insert(call.range.end(), format!("<{word}>"))))
        }
        MalformedKind::UnclosedType => Some(safe("Insert `>`".to_owned(), Edit::insert(call.range.end(), ">"))),
        MalformedKind::TypeOnIntegration => Some(safe("Remove the type".to_owned(), Edit::delete(call.range))),
        MalformedKind::MissingCommand | MalformedKind::Uncalled => None,
    }
}
