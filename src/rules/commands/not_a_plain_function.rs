//! D3106.

use crate::diagnostic::Severity;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Definition, NotPlain};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3106",
    name: "not-a-plain-function",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Nothing,
    summary: "a command is async, a generator, nested, a method, a lambda or a class",
    page: include_str!("not_a_plain_function.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    for command in &context.model.commands {
        let Definition::NotPlain(range, what) = context.model.definition(command) else { continue };
        let message = match what {
            NotPlain::Async => "is async, and D3 does not await it; use a plain `def`",
            NotPlain::Generator => "holds `yield`, so a call gives a generator; return the output model",
            NotPlain::Nested => "stands inside another function, where D3 can't call it; move it to the top level",
            NotPlain::Method => "is a method, which D3 can't call; move it to the top level",
            NotPlain::Lambda => "is a lambda; write it as a `def`",
            NotPlain::Class => "is a class; a command is a function",
        };
        sink.report(range, format!("the command `{}` {message}", command.name));
    }
}
