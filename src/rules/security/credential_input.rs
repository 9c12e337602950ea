//! D3607.

use std::cell::LazyCell;

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
        let about = LazyCell::new(|| plain_name(&command.internal_name.value));
        for input in &command.inputs {
            let name = &input.parameter_name;
            if is_credential(&name.value) && !ABOUT_CREDENTIALS.iter().any(|word| about.contains(word)) {
                let message = format!(
                    "`{}` would be typed into playbooks and shown in their logs; make it a secret connection parameter",
                    name.value
                );
                sink.report(name.range, message).place(Place::Manifest);
            }
        }
    }
}

/// Whether a name is one of [`NAMES`], whatever its case and separators.
fn is_credential(name: &str) -> bool {
    // Most names can be told apart by their ends.
    let bytes = name.as_bytes();
    if let (Some(first), Some(last)) = (bytes.first(), bytes.last())
        && first.is_ascii_alphabetic()
        && last.is_ascii_alphabetic()
        && !NAMES.iter().any(|known| {
            let known = known.as_bytes();
            known[0] == first.to_ascii_lowercase() && known[known.len() - 1] == last.to_ascii_lowercase()
        })
    {
        return false;
    }
    let mut plain = name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase);
    let Some(first) = plain.next() else { return false };
    NAMES.iter().any(|known| known.starts_with(first) && known.chars().skip(1).eq(plain.clone()))
}
