//! D3411.

use rustc_hash::FxHashSet;

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
    let reads = &context.model.connection_reads;
    let read: FxHashSet<&str> = reads.iter().map(|read| read.key).collect();
    let parameters = manifest.connection.iter().map(|parameter| &parameter.parameter_name);
    let mut unread: Vec<_> = parameters.filter(|name| !read.contains(name.value.as_str())).collect();
    if unread.is_empty() {
        return;
    }
    // A key in another spelling is a fault of its own.
    let read: FxHashSet<String> = reads.iter().map(|read| names::connection_key(read.key)).collect();
    unread.retain(|name| !read.contains(name.value.as_str()));
    if unread.is_empty() {
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
    let strings = &context.model.nodes.strings;
    let written: FxHashSet<&str> = strings.iter().map(|site| site.node.value.to_str()).collect();
    unread.retain(|name| {
        let key = name.value.as_str();
        !written.contains(key) && !context.model.mentions(key) && !system.is_some_and(|system| system.mentions(key))
    });
    for name in unread {
        let message = format!("no code of this integration reads `{}`; remove the parameter, or use it", name.value);
        sink.report(name.range, message).place(Place::Manifest);
    }
}
