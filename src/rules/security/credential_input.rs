//! D3607.

use crate::diagnostic::{Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::plain_name;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3607",
    name: "credential-input",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Manifest,
    summary: "an input that is named like a credential of the connection",
    page: include_str!("credential_input.md"),
    check: Check::Script(check),
};

/// Names of inputs, as [`plain_name`] gives them, that are the connection's business.
const NAMES: [&str; 16] = [
    "password",
    "passwd",
    "secret",
    "clientsecret",
    "apikey",
    "apitoken",
    "apisecret",
    "accesstoken",
    "authtoken",
    "bearertoken",
    "accesskey",
    "secretaccesskey",
    "secretkey",
    "privatekey",
    "authorization",
    "credentials",
];

/// Words of commands that work on a credential, or on something locked with one: there it is data.
const ABOUT_CREDENTIALS: [&str; 20] = [
    "password",
    "credential",
    "secret",
    "token",
    "key",
    "user",
    "account",
    "login",
    "reset",
    "unlock",
    "rotate",
    "decrypt",
    "encrypt",
    "archive",
    "zip",
    "extract",
    "attachment",
    "document",
    "file",
    "vault",
];

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    for command in context.model.commands.iter().filter_map(|command| command.declared) {
        let about = plain_name(&command.internal_name.value);
        if ABOUT_CREDENTIALS.iter().any(|word| about.contains(word)) {
            continue;
        }
        for input in &command.inputs {
            let name = &input.parameter_name;
            if NAMES.contains(&plain_name(&name.value).as_str()) {
                let message = format!(
                    "`{}` would be typed into playbooks and shown in their logs; make it a secret connection parameter",
                    name.value
                );
                sink.report(name.range, message).place(Place::Manifest);
            }
        }
    }
}
