//! D3411.

use crate::diagnostic::{Place, Severity};
use crate::image::names;
use crate::manifest::Kind;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::SystemScript;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3411",
    name: "unused-connection-parameter",
    severity: Severity::Info,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Manifest,
    summary: "a connection parameter that no code reads",
    page: include_str!("unused_connection_parameter.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(manifest) = context.manifest.filter(|manifest| manifest.kind == Kind::Integration) else { return };
    // What was added since the last submit, the Live script can't know.
    if context.model.script.surroundings.is_live() {
        return;
    }
    let system = match context.system {
        SystemScript::None => None,
        SystemScript::Unknown => return,
        SystemScript::Known(system) => Some(system.model()),
    };
    // The connection may be read as a whole, and a key may be made up elsewhere: then anything may be read.
    if context.model.connection_escapes() || system.is_some_and(|system| system.connection_escapes()) {
        return;
    }
    for parameter in &manifest.connection {
        let key = parameter.parameter_name.value.as_str();
        // A key in another spelling is a fault of its own.
        let is_misspelt = || context.model.connection_reads.iter().any(|read| names::connection_key(read.key) == key);
        if !context.model.mentions(key) && !is_misspelt() && !system.is_some_and(|system| system.mentions(key)) {
            let message = format!("no code of this integration reads `{key}`; remove the parameter, or use it");
            sink.report(parameter.parameter_name.range, message).place(Place::Manifest);
        }
    }
}
