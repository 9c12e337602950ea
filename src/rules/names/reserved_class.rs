//! D3201.

use crate::diagnostic::{Applicability, Fix, Place, Severity};
use crate::image::names::RESERVED_CLASSES;
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Binding, BindingKind, MODULE, Model};
use crate::text::Edit;

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

/// How long the reserved names are.
const LENGTHS: [usize; 3] = [RESERVED_CLASSES[0].len(), RESERVED_CLASSES[1].len(), RESERVED_CLASSES[2].len()];

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let model = context.model;
    for binding in &model.bindings {
        // Few names are as long as one of these.
        if !LENGTHS.contains(&binding.name.len())
            || !RESERVED_CLASSES.contains(&binding.name)
            || matches!(binding.kind, BindingKind::Delete)
            || !super::replaces(model, binding)
        {
            continue;
        }
        let message = format!("`{}` is reserved for D3's playbook engine; give it another name", binding.name);
        sink.report(binding.range, message).maybe_fix(rename(model, binding));
    }
}

/// Renames a class and its uses, where the class is bound once at the top level.
fn rename(model: &Model<'_>, binding: &Binding<'_>) -> Option<Fix> {
    let is_only = model.scope(binding.scope).names.get(binding.name)?.bindings.len() == 1;
    if !matches!(binding.kind, BindingKind::Class(_)) || binding.scope != MODULE || !is_only {
        return None;
    }
    let new_name = format!("Custom{}", binding.name);
    let places = model.rename(MODULE, binding.name, &new_name)?;
    let edits = places.into_iter().map(|range| Edit::replace(range, new_name.clone())).collect();
    Some(Fix::new(format!("Rename to `{new_name}`"), Applicability::Unsafe, Place::Script, edits))
}
