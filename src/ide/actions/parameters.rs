//! Brings parameters and inputs that are the same but for their order into one order.

use super::{Action, ActionKind, Here};
use crate::diagnostic::Place;
use crate::manifest::edits;
use crate::text::{Edit, Ranged};

/// Both ways: the parameters into the order of the inputs, the inputs into that of the parameters.
pub(super) fn reorder(here: &Here<'_>) -> Vec<Action> {
    let Some(wanted) = here.inputs() else { return Vec::new() };
    let names: Vec<&str> = here.function.positional().map(|one| one.parameter.name.as_str()).collect();
    let sorted = |names: &[&str]| {
        let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        names.sort_unstable();
        names
    };
    if names == wanted || sorted(&names) != sorted(&wanted) {
        return Vec::new();
    }
    [move_parameters(here, &wanted), move_inputs(here, &names)].into_iter().flatten().collect()
}

fn move_parameters(here: &Here<'_>, wanted: &[&str]) -> Option<Action> {
    let parameters: Vec<_> = here.function.positional().collect();
    let moved = wanted.iter().map(|name| parameters.iter().find(|one| one.parameter.name.as_str() == *name).copied());
    let moved: Vec<_> = moved.collect::<Option<_>>()?;
    let defaults_last = moved.iter().skip_while(|one| one.default.is_none()).all(|one| one.default.is_some());
    // A call that passes by place would pass other things then.
    let by_name = here.model.calls_of(here.id)?.iter().all(|call| call.node.arguments.args.is_empty());
    let is_safe = by_name && defaults_last && here.function.node.parameters.posonlyargs.is_empty();
    if !is_safe || here.has_comments_in_parameters() {
        return None;
    }
    let edits = parameters.iter().zip(moved).filter(|(old, new)| old.range() != new.range());
    let edits = edits.map(|(old, new)| Edit::replace(old.range(), here.slice(new.range())));
    let title = "Bring the parameters into the order of the manifest's inputs";
    Some(Action::new(title, ActionKind::QuickFix).edit(Place::Script, edits))
}

fn move_inputs(here: &Here<'_>, names: &[&str]) -> Option<Action> {
    let manifest = here.model.script.surroundings.manifest.as_deref()?;
    let edits = edits::set_inputs(manifest, here.declared?, names);
    let title = "Bring the manifest's inputs into the order of the parameters";
    (!edits.is_empty()).then(|| Action::new(title, ActionKind::QuickFix).edit(Place::Manifest, edits))
}
