//! D3109.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::image::names::{TEST_CONNECTION, TEST_CONNECTION_TEMPLATE};
use crate::manifest::{Kind, Manifest, edits};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::SystemScript;
use crate::text::{Edit, TextSize};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3109",
    name: "no-test-connection",
    severity: Severity::Info,
    default_on: true,
    fix: FixKind::Offered,
    needs: Needs::Manifest,
    summary: "an integration without a command that tests its connection",
    page: include_str!("no_test_connection.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(manifest) = context.manifest.filter(|manifest| manifest.kind == Kind::Integration) else { return };
    let is_test = |name: &str| name.eq_ignore_ascii_case(TEST_CONNECTION);
    if manifest.commands.iter().any(|command| is_test(&command.internal_name.value)) {
        return;
    }
    match context.system {
        SystemScript::Unknown => {
            sink.not_evaluated();
            return;
        }
        SystemScript::Known(system) if system.model().functions.iter().any(|function| is_test(function.name())) => {
            return;
        }
        _ => {}
    }
    let message = format!("the integration has no `{TEST_CONNECTION}`, by which D3 checks the connection; add one");
    sink.report(manifest.commands_key, message).place(Place::Manifest).maybe_fix(add(context, manifest));
}

fn add(context: &Context<'_>, manifest: &Manifest) -> Option<Fix> {
    let mut edits: Vec<(Place, Edit)> = Vec::new();
    if !context.model.binds(TEST_CONNECTION) {
        let text = &context.parsed.text;
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let gap = match text.trim_end().len() {
            0 => String::new(),
            _ if text.ends_with('\n') => newline.repeat(2),
            _ => newline.repeat(3),
        };
        let template = TEST_CONNECTION_TEMPLATE.replace('\n', newline);
        edits.push((Place::Script, Edit::insert(TextSize::of(&**text), gap + &template)));
    }
    let declared = edits::add_command(manifest, TEST_CONNECTION, &[]);
    if declared.is_empty() {
        return None;
    }
    edits.extend(declared.into_iter().map(|edit| (Place::Manifest, edit)));
    Some(Fix { title: format!("Add `{TEST_CONNECTION}`"), applicability: Applicability::Offered, edits })
}
