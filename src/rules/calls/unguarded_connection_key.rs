//! D3403.

use std::collections::HashSet;

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Access, Context as Around};
use crate::text::{Edit, Ranged, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3403",
    name: "unguarded-connection-key",
    severity: Severity::Info,
    default_on: true,
    fix: FixKind::Safe,
    needs: Needs::Manifest,
    summary: "`[...]` on an optional connection parameter",
    page: include_str!("unguarded_connection_key.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(manifest) = context.manifest else { return };
    let reads = &context.model.connection_reads;
    // A key that is tested, set or read by `.get(...)` anywhere is looked after.
    let guarded: HashSet<&str> =
        reads.iter().filter(|read| read.access != Access::Subscript).map(|read| read.key).collect();
    let optional = manifest.connection.iter().filter(|parameter| !parameter.required);
    let optional: HashSet<&str> = optional.map(|parameter| parameter.parameter_name.value.as_str()).collect();
    for read in reads {
        if read.access != Access::Subscript
            || !optional.contains(read.key)
            || guarded.contains(read.key)
            || read.context.contains(Around::KEY_GUARD)
        {
            continue;
        }
        let message = format!(
            "`{}` is optional, and without it this raises KeyError; use `.get(...)`, or make it required",
            read.key
        );
        let key = context.parsed.slice(read.key_node.range());
        let brackets = TextRange::new(read.object.end(), read.range.end());
        // Only where the brackets hold nothing but the key: a comment in them would be lost.
        let alone = context.parsed.slice(brackets).trim_matches(['[', ']', ' ']) == key;
        let fix = alone.then(|| {
            let edit = Edit::replace(brackets, format!(".get({key})"));
            Fix::new("Use `.get(...)`", Applicability::Safe, Place::Script, vec![edit])
        });
        sink.report(read.key_node.range(), message).maybe_fix(fix);
    }
}
