//! D3410.

use std::cell::LazyCell;

use rustc_hash::FxHashMap;

use crate::diagnostic::{Place, Severity};
use crate::manifest::{Command, Kind, Status};
use crate::rules::{Check, Context, FixKind, Needs, Rule, Sink};
use crate::syntax::D3Target;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "D3410",
    name: "draft-call",
    severity: Severity::Warning,
    default_on: true,
    fix: FixKind::None,
    needs: Needs::Manifest,
    summary: "a Live command calls a Draft one",
    page: include_str!("draft_call.md"),
    check: Check::Script(check),
};

fn check(context: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(manifest) = context.manifest else { return };
    let model = context.model;
    let is_draft = |command: &&Command| command.status.value == Status::Draft;
    let drafts = LazyCell::new(|| -> FxHashMap<&str, &Command> {
        let drafts = manifest.commands.iter().filter(is_draft);
        drafts.map(|command| (command.internal_name.value.as_str(), command)).collect()
    });
    for call in &context.parsed.d3_calls {
        let Some(site) = model.call_of_d3(call) else { continue };
        let name = match &call.target {
            D3Target::Utility { command } if manifest.kind == Kind::Utility => command,
            D3Target::Integration { integration, command }
                if manifest.internal_name.as_ref().is_some_and(|own| own.value == integration.value) =>
            {
                command
            }
            _ => continue,
        };
        let Some(called) = drafts.get(name.value.as_str()) else { continue };
        let caller = model.top_level_function_of(site.scope).and_then(|function| model.command_of(function));
        let Some(declared) = caller.and_then(|command| command.declared) else { continue };
        if declared.status.value == Status::Live {
            let message = format!(
                "`{}` is Live and `{}` is Draft: D3 runs a Draft only as a test, so this call fails",
                declared.internal_name.value, name.value
            );
            sink.report(name.range, message).related(Place::Manifest, called.status.range, "Draft here");
        }
    }
}
