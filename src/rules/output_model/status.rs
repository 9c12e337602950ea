//! Which values of returnData are statuses, and where D3 wants one. For the rules about them.

use rustc_hash::FxHashSet;

use crate::image::names::{self, ERRORS, INGESTION_STATUSES, RETURN_DATA};
use crate::manifest::{self, Kind};
use crate::rules::Context;
use crate::semantic::{Field, Outcomes, OutputModel, Paths, ScopeId};
use crate::text::{Ranged, TextRange};

/// Where D3 wants statuses.
pub(in crate::rules) struct Expected<'c, 'a> {
    context: &'c Context<'a>,
}

impl<'c, 'a> Expected<'c, 'a> {
    pub(in crate::rules) fn new(context: &'c Context<'a>) -> Self {
        Self { context }
    }

    /// Whether all commands return a status, so that a helper does too.
    fn of_helpers(&self) -> bool {
        let commands = || self.context.manifest.map_or(&[][..], |manifest| &manifest.commands[..]);
        *self.context.answers.helpers_return_status.get_or_init(|| commands().iter().all(returns_status))
    }

    /// The statuses that an output model made in `scope` may have; `None` where its returnData is no status: utility
    /// commands return values, and a manifest may say that a command does.
    pub(in crate::rules) fn statuses(&self, scope: ScopeId) -> Option<&'static [&'static str]> {
        let Context { kind, model, .. } = self.context;
        if *kind == Some(Kind::Utility) {
            return None;
        }
        match model.top_level_function_of(scope).and_then(|function| model.command_of(function)) {
            Some(command) => command.declared.is_none_or(returns_status).then(|| names::statuses(command.name)),
            None => self.of_helpers().then_some(&INGESTION_STATUSES[..]),
        }
    }
}

/// Whether a command's returnData is a status, as far as its manifest says.
fn returns_status(command: &manifest::Command) -> bool {
    command.outputs.return_data.iter().all(|output| {
        let sample = output.sample_data.as_ref().and_then(|sample| sample.value.as_str());
        output.value_type.value == "Text"
            && (output.sample_data.is_none() || sample.is_some_and(|sample| is_status(sample) || sample.is_empty()))
    })
}

/// Whether a text is a status of some command.
pub(in crate::rules) fn is_status(text: &str) -> bool {
    INGESTION_STATUSES.contains(&text)
}

/// Calls `found` for each output model of a part whose status and errors contradict each other on some path: where all paths with
/// the status' binding have such errors, or all paths with the errors' binding have such a status. Paths that mix them
/// only if conditions come out unrelated are not counted.
pub(in crate::rules) fn contradictions<'a>(
    context: &Context<'a>,
    part: TextRange,
    is_status: impl Fn(&str) -> bool,
    are_errors: impl Fn(&Field<'a>) -> bool,
    mut found: impl FnMut(&OutputModel<'a>),
) {
    let mut seen = FxHashSet::default();
    let mut all = Outcomes::new(context.model, Paths::All);
    let expected = Expected::new(context);
    for output in context.output_models(part) {
        // Where a wrapper fills in the errors itself, all its calls are one finding.
        let place = output.slot(ERRORS).expr().map_or(output.call.start(), Ranged::start);
        if expected.statuses(output.scope).is_none() || seen.contains(&place) {
            continue;
        }
        let outcomes = all.of(output, [RETURN_DATA, ERRORS]);
        let bad_status = |status: &Field<'a>| status.fact.text.is_some_and(&is_status);
        let contradicts = outcomes.iter().any(|[status, errors]| {
            let same_status = |other: &&[Field<'a>; 2]| other[0].held == status.held;
            let same_errors = |other: &&[Field<'a>; 2]| other[1].held == errors.held;
            bad_status(status)
                && are_errors(errors)
                && (outcomes.iter().filter(same_status).all(|other| are_errors(&other[1]))
                    || outcomes.iter().filter(same_errors).all(|other| bad_status(&other[0])))
        });
        if contradicts {
            seen.insert(place);
            found(output);
        }
    }
}
