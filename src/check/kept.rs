//! What one check of a script leaves for the next one, so that an edit costs what it touches.
//!
//! A rule of the kind [`Check::Part`](crate::rules::Check::Part) finds in a top-level statement what follows from it and
//! from the statements that it uses. So what it found in a statement that has nothing to do with those that an edit
//! touched is what it would find again, and is kept, moved to where the statement is now.

use std::sync::{Arc, OnceLock};

use super::Input;
use crate::diagnostic::{Diagnostic, Place};
use crate::rules::RULES;
use crate::semantic::{Analysis, Surroundings};
use crate::syntax::{self, Edited};
use crate::text::{TextRange, TextSize};

/// An earlier check of a script.
#[derive(Debug)]
pub struct Before {
    /// What was checked.
    pub input: Box<Input>,
    /// What it meant.
    pub analysis: Arc<Analysis>,
    /// What it left.
    pub kept: Kept,
}

/// A finding, with the beginning of the part of the script that it was found in.
pub(super) type InPart = (TextSize, Diagnostic);

/// What a check leaves for the next one of the same script.
#[derive(Debug, Default)]
pub struct Kept {
    /// What each rule that works in parts found, by its place in the table of rules.
    found: Vec<OnceLock<Vec<InPart>>>,
}

impl Kept {
    /// Nothing was found yet.
    pub(super) fn new() -> Self {
        Self { found: RULES.iter().map(|_| OnceLock::new()).collect() }
    }

    /// Keeps what a rule found.
    pub(super) fn keep(&self, rule: usize, found: &[InPart]) {
        self.found[rule].get_or_init(|| found.to_vec());
    }
}

/// What still holds of an earlier check.
pub(super) struct Held {
    kept: Kept,
    edited: Edited,
    /// For each top-level statement whether its findings may be others now.
    affected: Vec<bool>,
}

/// What a script means now, made from what it meant before an edit, and what still holds of what was found. `None` where
/// that is of no use.
pub(super) fn analyse(input: &Input, before: Before, surroundings: Surroundings) -> Option<(Analysis, Option<Held>)> {
    let Before { input: earlier, analysis, kept } = before;
    let again = syntax::parse_again(analysis.parsed(), &input.source.text())?;
    let edited = again.edited();
    let outline = analysis.model().outline(edited.old);
    // Someone may still be reading it.
    let analysis = Arc::into_inner(analysis)?;
    let analysis = Analysis::new(again.join(analysis.into_parsed()), surroundings);
    let same = differs_in_text_only(input, &earlier);
    let affected = same.then(|| analysis.model().affected(edited.new, &outline)).flatten();
    Some((analysis, affected.map(|affected| Held { kept, edited, affected })))
}

/// Whether two checks differ in the script's text at most.
fn differs_in_text_only(one: &Input, other: &Input) -> bool {
    let same_manifest = match (&one.manifest, &other.manifest) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
    };
    same_manifest
        && one.kind == other.kind
        && one.script == other.script
        && one.system.is_same(&other.system)
        && one.siblings == other.siblings
        && Arc::ptr_eq(&one.image, &other.image)
        && one.selection == other.selection
}

impl Held {
    /// Those of the statements whose findings may be others now.
    pub(super) fn affected(&self, statements: &[TextRange]) -> Vec<TextRange> {
        statements.iter().zip(&self.affected).filter(|(_, affected)| **affected).map(|(range, _)| *range).collect()
    }

    /// What a rule found in all other statements, by its place in the table of rules. `None` where that is not known.
    pub(super) fn findings(&self, rule: usize, statements: &[TextRange]) -> Option<Vec<InPart>> {
        let is_unaffected = |origin: &TextSize| {
            let place = statements.binary_search_by_key(origin, |range| range.start());
            place.is_ok_and(|place| !self.affected[place])
        };
        let found = self.kept.found.get(rule)?.get()?;
        let still = found.iter().filter_map(|(origin, finding)| {
            let is_edited = self.edited.old.contains(*origin);
            let origin = self.edited.moved(TextRange::empty(*origin)).filter(|_| !is_edited)?.start();
            Some((origin, finding)).filter(|(origin, _)| is_unaffected(origin))
        });
        still.map(|(origin, finding)| Some((origin, self.moved(finding.clone())?))).collect()
    }

    /// A finding with all its places moved; `None` where one was edited.
    fn moved(&self, mut found: Diagnostic) -> Option<Diagnostic> {
        let related = found.related.iter_mut().map(|related| (related.place, &mut related.range));
        let edits =
            found.fixes.iter_mut().flat_map(|fix| &mut fix.edits).map(|(place, edit)| (*place, &mut edit.range));
        for (place, range) in [(found.place, &mut found.range)].into_iter().chain(related).chain(edits) {
            if place == Place::Script {
                *range = self.edited.moved(*range)?;
            }
        }
        Some(found)
    }
}
