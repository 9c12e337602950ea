//! D3201.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::image::names::RESERVED_CLASSES;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Binding, BindingKind, MODULE, Model, Resolution, ScopeKind};
use crate::text::{Edit, Ranged};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3201",
    name: "reserved-class",
    severity: Severity::Error,
    default_on: true,
    fix: FixKind::Unsafe,
    needs: Needs::Nothing,
    summary: "a class name that D3's playbook engine reserves is bound",
    page: include_str!("reserved_class.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    for binding in &model.bindings {
        if !RESERVED_CLASSES.contains(&binding.name)
            || matches!(binding.kind, BindingKind::Delete)
            || model.scope(binding.scope).kind == ScopeKind::Class
        {
            continue;
        }
        let message = format!("`{}` is reserved for D3's playbook engine; give it another name", binding.name);
        sink.report(binding.range, message).maybe_fix(rename(model, binding));
    }
}

/// Renames a class and its uses, where the class is bound once at the top level.
fn rename(model: &Model<'_>, binding: &Binding<'_>) -> Option<Fix> {
    let entry = model.scope(MODULE).names.get(binding.name)?;
    let new_name = format!("Custom{}", binding.name);
    if !matches!(binding.kind, BindingKind::Class(_)) || entry.bindings.len() != 1 || model.binds(&new_name) {
        return None;
    }
    let uses = model.references.iter().filter(|reference| {
        reference.node.id.as_str() == binding.name && reference.resolution == Resolution::Bound(MODULE)
    });
    let edits = std::iter::once(binding.range)
        .chain(uses.map(|reference| reference.node.range()))
        .map(|range| Edit::replace(range, new_name.clone()))
        .collect();
    Some(Fix::new(format!("Rename to `{new_name}`"), Applicability::Unsafe, Place::Script, edits))
}
