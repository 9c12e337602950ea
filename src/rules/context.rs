//! What a rule sees, and where it puts its findings.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::diagnostic::{Diagnostic, Fix, Place, Related, Severity};
use crate::image::Image;
use crate::manifest::{Kind, Manifest};
use crate::semantic::{Binding, Import, Model, OutputModel, ScopeId, Site, SystemScript};
use crate::syntax::Parsed;
use crate::text::{Ranged, Source, TextRange, TextSize};

use super::Rule;

/// What a rule sees of one script.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The script as it came in.
    pub source: &'a Source,
    /// The tree, its errors, comments and D3 calls.
    pub parsed: &'a Parsed,
    /// What the script means.
    pub model: &'a Model<'a>,
    /// The manifest, where there is one that can be relied on.
    pub manifest: Option<&'a Manifest>,
    /// What kind of script it is, if known.
    pub kind: Option<Kind>,
    /// The system script underneath.
    pub system: &'a SystemScript,
    /// Names of modules and packages beside the script.
    pub siblings: &'a BTreeSet<String>,
    /// What the D3 image offers.
    pub image: &'a Image,
    /// What several rules ask, once that was asked for.
    pub answers: &'a Answers,
}

/// What several rules ask of a script's surroundings.
#[derive(Debug, Default)]
pub struct Answers {
    /// Whether all commands of the manifest return a status.
    pub(super) helpers_return_status: OnceLock<bool>,
    /// The scopes of the commands that fetch events or incidents.
    pub(super) ingesting: OnceLock<Vec<ScopeId>>,
}

/// Those of a table in source order that lie in a part of the script.
pub(super) fn within<T>(table: &[T], part: TextRange, start: impl Fn(&T) -> TextSize) -> &[T] {
    let first = table.partition_point(|one| start(one) < part.start());
    let next = table.partition_point(|one| start(one) < part.end());
    &table[first..next]
}

impl<'a> Context<'a> {
    /// The script as one part.
    pub(super) fn whole(&self) -> TextRange {
        TextRange::up_to(TextSize::of(&*self.parsed.text))
    }

    /// The nodes of a table that lie in a part of the script.
    pub(super) fn sites<'m, T: Ranged>(&self, table: &'m [Site<'a, T>], part: TextRange) -> &'m [Site<'a, T>] {
        within(table, part, |site| site.node.start())
    }

    /// The names that a part of the script imports.
    pub(super) fn imports(&self, part: TextRange) -> &'a [Import<'a>] {
        within(&self.model.imports, part, |import| import.statement.start())
    }

    /// The names that a part of the script binds.
    pub(super) fn bindings(&self, part: TextRange) -> &'a [Binding<'a>] {
        within(&self.model.bindings, part, |binding| binding.range.start())
    }

    /// The output models made in a part of the script.
    pub(super) fn output_models(&self, part: TextRange) -> &'a [OutputModel<'a>] {
        within(&self.model.output_models, part, |output| output.call.start())
    }
}

/// Where a rule puts its findings.
#[derive(Debug)]
pub struct Sink<'r> {
    rule: &'r Rule,
    place: Place,
    findings: Vec<Diagnostic>,
    evaluated: bool,
}

impl<'r> Sink<'r> {
    /// An empty sink for one rule; findings lie in `place` unless they say otherwise.
    pub(crate) fn new(rule: &'r Rule, place: Place) -> Self {
        Self { rule, place, findings: Vec::new(), evaluated: true }
    }

    /// Adds a finding. The message says what happened and what to do, without a final dot.
    pub fn report(&mut self, range: TextRange, message: impl Into<String>) -> Finding<'_> {
        self.findings.push(Diagnostic {
            code: self.rule.code,
            rule: self.rule.name,
            severity: self.rule.severity,
            message: message.into(),
            place: self.place,
            range,
            related: Vec::new(),
            fixes: Vec::new(),
        });
        let last = self.findings.len() - 1;
        Finding(&mut self.findings[last])
    }

    /// Says that the rule can't be evaluated for this script.
    pub fn not_evaluated(&mut self) {
        self.evaluated = false;
    }

    /// The findings, or `None` where the rule could not be evaluated.
    pub(crate) fn finish(self) -> Option<Vec<Diagnostic>> {
        self.evaluated.then_some(self.findings)
    }
}

/// A finding that was just added, to be completed.
#[derive(Debug)]
pub struct Finding<'s>(&'s mut Diagnostic);

impl Finding<'_> {
    /// Says that it lies in another file.
    pub fn place(self, place: Place) -> Self {
        self.0.place = place;
        self
    }

    /// Gives it another severity than its rule's.
    pub fn severity(self, severity: Severity) -> Self {
        self.0.severity = severity;
        self
    }

    /// Adds a way to mend it; the first is the preferred one.
    pub fn fix(self, fix: Fix) -> Self {
        self.0.fixes.push(fix);
        self
    }

    /// Adds a way to mend it, if there is one.
    pub fn maybe_fix(self, fix: Option<Fix>) -> Self {
        self.0.fixes.extend(fix);
        self
    }

    /// Adds a place that helps to understand it.
    pub fn related(self, place: Place, range: TextRange, message: impl Into<String>) -> Self {
        self.0.related.push(Related { place, range, message: message.into() });
        self
    }
}
