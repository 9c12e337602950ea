//! D3111.

use crate::diagnostic::{Place, Severity};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::semantic::{Binding, BindingKind, Function, MODULE, Model, SystemScript};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3111",
    name: "overrides-system-name",
    severity: Severity::Info,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Manifest,
    summary: "a definition replaces one of the system script",
    page: include_str!("overrides_system_name.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let system = match context.system {
        SystemScript::Known(system) => system.model(),
        SystemScript::Unknown => {
            sink.not_evaluated();
            return;
        }
        SystemScript::None => return,
    };
    let model = context.model;
    for (name, theirs) in &system.scope(MODULE).names {
        let mine = model.scope(MODULE).names.get(name).and_then(|mine| mine.bindings.first());
        let (Some(&first), Some(&replaced)) = (mine, theirs.bindings.last()) else { continue };
        let (binding, replaced) = (model.binding(first), system.binding(replaced));
        if matches!(binding.kind, BindingKind::Delete | BindingKind::Annotated(None))
            || is_same_import(model, binding, system, replaced)
        {
            continue;
        }
        let differs = match (function(model, binding), function(system, replaced)) {
            (Some(mine), Some(theirs)) => signature(mine) != signature(theirs),
            _ => false,
        };
        let message = if differs {
            format!(
                "`{}` replaces the system script's, and takes other parameters: what calls it there will fail",
                binding.name
            )
        } else {
            format!("`{}` replaces the system script's, for that script too", binding.name)
        };
        let severity = if differs { Severity::Warning } else { RULE.severity };
        sink.report(binding.range, message).severity(severity).related(
            Place::SystemScript,
            replaced.range,
            "what is replaced",
        );
    }
}

fn function<'m, 'a>(model: &'m Model<'a>, binding: &Binding<'a>) -> Option<&'m Function<'a>> {
    match binding.kind {
        BindingKind::Function(id) => Some(model.function(id)),
        _ => None,
    }
}

/// What callers see of a function: names of positional parameters and whether each may be left out, names that are
/// passed by keyword, and whether it takes any more.
fn signature<'a>(function: &Function<'a>) -> (Vec<(&'a str, bool)>, Vec<&'a str>, bool, bool) {
    let parameters = &function.node.parameters;
    (
        function.positional().map(|one| (one.parameter.name.as_str(), one.default.is_some())).collect(),
        parameters.kwonlyargs.iter().map(|one| one.parameter.name.as_str()).collect(),
        parameters.vararg.is_some(),
        parameters.kwarg.is_some(),
    )
}

/// Whether both scripts import the same thing under the name, so that nothing changes.
fn is_same_import(model: &Model<'_>, mine: &Binding<'_>, system: &Model<'_>, theirs: &Binding<'_>) -> bool {
    let (BindingKind::Import(mine), BindingKind::Import(theirs)) = (mine.kind, theirs.kind) else { return false };
    let (mine, theirs) = (model.import(mine), system.import(theirs));
    let whole = |asname: bool, module: &str| {
        if asname { module.to_owned() } else { module.split('.').next().unwrap_or("").to_owned() }
    };
    match (mine.member, theirs.member) {
        (Some(one), Some(other)) => one == other && mine.module == theirs.module && mine.level == theirs.level,
        (None, None) => {
            whole(mine.alias.asname.is_some(), mine.module) == whole(theirs.alias.asname.is_some(), theirs.module)
        }
        _ => false,
    }
}
