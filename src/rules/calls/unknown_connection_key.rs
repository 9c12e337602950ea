//! D3401.

use rustc_hash::FxHashSet;

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::manifest::{Kind, edits};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Access, is_secret_parameter};
use crate::text::{Edit, Ranged, nearest};

use super::malformed_connection_key::well_formed;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3401",
    name: "unknown-connection-key",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::Offered,
    needs: Needs::Manifest,
    summary: "a key that is no connection parameter of the manifest",
    page: include_str!("unknown_connection_key.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(manifest) = context.manifest else { return };
    // A utility command has no connection at all: that is another rule's finding.
    if manifest.kind == Kind::Utility || !manifest.connection_sets.is_empty() {
        return;
    }
    let reads = &context.model.connection_reads;
    let expects = |access| matches!(access, Access::Write | Access::SetDefault | Access::Test);
    let expected: FxHashSet<&str> = reads.iter().filter(|read| expects(read.access)).map(|read| read.key).collect();
    let known = || manifest.connection.iter().map(|parameter| parameter.parameter_name.value.as_str());
    let names: FxHashSet<&str> = known().collect();
    for read in reads {
        let is_read = matches!(read.access, Access::Subscript | Access::Get { .. });
        if !is_read
            || read.key.is_empty()
            || names.contains(read.key)
            || expected.contains(read.key)
            || well_formed(read.key) != read.key
        {
            continue;
        }
        let near = nearest(read.key, known());
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "add it to the manifest, or correct the key".to_owned(),
        };
        let message = format!("`{}` is no connection parameter of this integration; {hint}", read.key);
        let content = super::content(read.key_node);
        let rename = near.map(|near| {
            let edit = Edit::replace(content.unwrap_or(read.key_node.range()), near);
            Fix::new(format!("Change to `{near}`"), Applicability::Offered, Place::Script, vec![edit])
        });
        // What is read without a default can't be left out.
        let is_required = reads.iter().any(|other| other.key == read.key && other.access == Access::Subscript);
        let flags = [("required", is_required), ("secret", is_secret_parameter(read.key))];
        let flags: Vec<&str> = flags.into_iter().filter(|(_, is)| *is).map(|(flag, _)| flag).collect();
        let add = Fix::new(
            format!("Add the connection parameter `{}` to the manifest", read.key),
            Applicability::Offered,
            Place::Manifest,
            edits::add_connection_parameter(manifest, read.key, &flags),
        );
        sink.report(read.key_node.range(), message).maybe_fix(rename.filter(|_| content.is_some())).fix(add);
    }
}
