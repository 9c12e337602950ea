//! The pure heart: text, manifest, system script, settings and image in; findings out.
//!
//! Owns: the order of things, and that one bad rule costs its own findings only.
//! Must not know: files, clocks, the protocol. Broken input is data, never an error.

mod ignores;
mod kept;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::diagnostic::{Diagnostic, Place};
use crate::image::Image;
use crate::manifest::{Kind, Manifest};
use crate::rules::{Answers, Check, Context, Needs, RULES, Rule, Selection, Sink};
use crate::semantic::{Analysis, Surroundings, SystemScript};
use crate::settings;
use crate::syntax;
use crate::text::{Ranged, Source, TextRange, TextSize};

pub use ignores::NEVER as NEVER_IGNORED;
pub use kept::{Before, Kept};

use kept::InPart;

/// The rule that says why a file is no text. All others would miss what it may hold.
const NO_TEXT: &str = "D3001";

/// All that a check of one script depends on.
#[derive(Debug, Clone)]
pub struct Input {
    /// The script.
    pub source: Source,
    /// What kind of script it is, if that is known (a manifest's kind, a header comment, `--treat-as`).
    pub kind: Option<Kind>,
    /// Its name as its manifest writes it: which commands are in it. `None` without a manifest.
    pub script: Option<String>,
    /// Its manifest, broken ones included.
    pub manifest: Option<Arc<Manifest>>,
    /// The system script underneath.
    pub system: SystemScript,
    /// Names of modules and packages beside the script, which D3 would not find.
    pub siblings: Arc<BTreeSet<String>>,
    /// What the D3 image offers.
    pub image: Arc<Image>,
    /// Which rules are on, and how severe.
    pub selection: Arc<Selection>,
}

/// What a check of one script found.
#[derive(Debug)]
pub struct Report {
    /// The findings in the script and those in its manifest that stem from the script, sorted by
    /// place, position and code.
    pub diagnostics: Vec<Diagnostic>,
    /// Codes of selected rules that could not be evaluated, sorted.
    pub not_evaluated: Vec<&'static str>,
    /// What the script means, for the editor.
    pub analysis: Arc<Analysis>,
}

/// Checks one script with all rules that are on.
pub fn check(input: &Input) -> Report {
    check_with(input, RULES)
}

/// Checks one script with those of `rules` that are on. On a thread of a rayon pool the rules run side by side on the
/// pool's threads; their findings are the same.
pub fn check_with(input: &Input, rules: &[&'static Rule]) -> Report {
    let analysis = analyse(input);
    let whole = [TextRange::up_to(TextSize::of(&*analysis.parsed().text))];
    let outcome = |_, rule: &'static Rule, context: &Context<'_>| {
        script_rule(rule, context, &whole, Vec::new()).map(|found| joined(rule, found))
    };
    evaluate(input, analysis, rules, outcome)
}

/// Checks a script that was checked before, perhaps with another text. The report is that of [`check`]; the other half is
/// what the next check makes use of.
pub fn check_again(input: &Input, before: Option<Before>) -> (Report, Kept) {
    let again = before.and_then(|before| kept::analyse(input, before, surroundings(input)));
    let (analysis, held) = again.unwrap_or_else(|| (analyse(input), None));
    let kept = Kept::new();
    let statements: Vec<TextRange> = analysis.parsed().body.iter().map(Ranged::range).collect();
    let affected = held.as_ref().map(|held| held.affected(&statements));
    let outcome = |place, rule: &'static Rule, context: &Context<'_>| {
        let before = held.as_ref().and_then(|held| held.findings(place, &statements));
        let parts = affected.as_ref().filter(|_| before.is_some()).unwrap_or(&statements);
        script_rule(rule, context, parts, before.unwrap_or_default()).map(|found| {
            if let Check::Part(_) = rule.check {
                kept.keep(place, &found);
            }
            joined(rule, found)
        })
    };
    (evaluate(input, analysis, RULES, outcome), kept)
}

/// Evaluates the rules that are on: `outcome` does so for one of them, by its place in `rules`.
fn evaluate(
    input: &Input,
    analysis: Analysis,
    rules: &[&'static Rule],
    outcome: impl Fn(usize, &'static Rule, &Context<'_>) -> Result<Vec<Diagnostic>, Silent> + Sync,
) -> Report {
    let analysis = Arc::new(analysis);
    let surroundings = analysis.surroundings();
    let context = Context {
        source: &input.source,
        parsed: analysis.parsed(),
        model: analysis.model(),
        manifest: surroundings.manifest.as_deref(),
        kind: input.kind,
        system: &input.system,
        siblings: &input.siblings,
        image: &input.image,
        answers: &Answers::default(),
    };
    let is_text = matches!(input.source, Source::Text(_));
    let can_tell = |rule: &Rule| is_text || rule.code == NO_TEXT;
    let places = rules.iter().copied().enumerate();
    let places = places.filter(|(_, rule)| input.selection.is_on(rule) && can_tell(rule));
    let on: Vec<(usize, &'static Rule)> = places.collect();
    let outcome = |&(place, rule): &(usize, &'static Rule)| outcome(place, rule, &context);
    let outcomes: Vec<_> = if rayon::current_thread_index().is_some() {
        on.par_iter().map(outcome).collect()
    } else {
        on.iter().map(outcome).collect()
    };
    let mut run = Run::new(&input.selection);
    for ((_, rule), outcome) in on.into_iter().zip(outcomes) {
        run.take(rule, Place::Script, outcome);
    }
    let parsed = analysis.parsed();
    let comments = settings::ignores(&parsed.comments, &parsed.text);
    let mut diagnostics = std::mem::take(&mut run.diagnostics);
    let evaluated = |rule: &Rule| input.selection.is_on(rule) && run.is_evaluated(rule);
    ignores::apply(&comments, &parsed.text, &mut diagnostics, evaluated, |rule| input.selection.is_on(rule));
    run.diagnostics = diagnostics;
    let (diagnostics, not_evaluated) = run.finish();
    Report { diagnostics, not_evaluated, analysis }
}

/// The findings in a manifest by itself, sorted by position and code.
pub fn check_manifest(manifest: &Manifest, selection: &Selection) -> Vec<Diagnostic> {
    let mut run = Run::new(selection);
    for rule in RULES.iter().copied().filter(|rule| selection.is_on(rule)) {
        if let Check::Manifest(check) = rule.check {
            run.take(rule, Place::Manifest, guarded(rule, Place::Manifest, |sink| check(manifest, sink)));
        }
    }
    run.finish().0
}

/// Parses a script and works out what it means.
pub fn analyse(input: &Input) -> Analysis {
    Analysis::new(syntax::parse(&input.source.text()), surroundings(input))
}

fn surroundings(input: &Input) -> Surroundings {
    Surroundings {
        kind: input.kind,
        script: input.script.clone(),
        manifest: input.manifest.clone().filter(|manifest| manifest.usable),
        system: input.system.clone(),
        image: Arc::clone(&input.image),
    }
}

/// Why a rule has no findings to give.
enum Silent {
    NotEvaluated,
    Failed,
}

/// Runs one rule on a script, or on parts of it if that is how the rule works; `known` is what it found in the others.
fn script_rule(
    rule: &'static Rule,
    context: &Context<'_>,
    parts: &[TextRange],
    known: Vec<InPart>,
) -> Result<Vec<InPart>, Silent> {
    let lacking = match rule.needs {
        Needs::Nothing => false,
        Needs::Manifest => context.manifest.is_none(),
        Needs::Kind => context.kind.is_none(),
    };
    if lacking {
        return Err(Silent::NotEvaluated);
    }
    let mut found = known;
    let mut take = |part: TextRange, fresh: Vec<Diagnostic>| {
        found.extend(fresh.into_iter().map(|finding| (part.start(), finding)));
    };
    match rule.check {
        Check::Script(check) => {
            take(TextRange::default(), guarded(rule, Place::Script, |sink| check(context, sink))?);
        }
        Check::Part(check) => {
            for &part in parts {
                take(part, guarded(rule, Place::Script, |sink| check(context, part, sink))?);
            }
        }
        Check::Manifest(_) | Check::Engine => {}
    }
    Ok(found)
}

/// Runs one rule. A rule that panics loses its own findings and is reported as D3905.
fn guarded(rule: &'static Rule, place: Place, check: impl FnOnce(&mut Sink<'_>)) -> Result<Vec<Diagnostic>, Silent> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut sink = Sink::new(rule, place);
        check(&mut sink);
        sink.finish()
    }));
    outcome.map_err(|_| Silent::Failed)?.ok_or(Silent::NotEvaluated)
}

/// The findings of one rule. What it found at one place in several parts of a script is one finding.
fn joined(rule: &Rule, mut found: Vec<InPart>) -> Vec<Diagnostic> {
    if let Check::Part(_) = rule.check {
        let mut seen = FxHashSet::default();
        found.sort_by_key(|(origin, _)| *origin);
        found.retain(|(_, finding)| seen.insert((finding.place, finding.range)));
    }
    found.into_iter().map(|(_, finding)| finding).collect()
}

/// The findings of several rules on one file.
struct Run<'s> {
    selection: &'s Selection,
    diagnostics: Vec<Diagnostic>,
    not_evaluated: Vec<&'static str>,
    failed: Vec<&'static str>,
}

impl<'s> Run<'s> {
    fn new(selection: &'s Selection) -> Self {
        Self { selection, diagnostics: Vec::new(), not_evaluated: Vec::new(), failed: Vec::new() }
    }

    /// Whether a rule that is on has had its say.
    fn is_evaluated(&self, rule: &Rule) -> bool {
        !self.not_evaluated.contains(&rule.code) && !self.failed.contains(&rule.code)
    }

    /// Takes what came of one rule.
    fn take(&mut self, rule: &'static Rule, place: Place, outcome: Result<Vec<Diagnostic>, Silent>) {
        match outcome {
            Ok(findings) => self.diagnostics.extend(findings),
            Err(Silent::NotEvaluated) => self.not_evaluated.push(rule.code),
            Err(Silent::Failed) => {
                self.failed.push(rule.code);
                self.diagnostics.push(internal_error(rule, place));
            }
        }
    }

    fn finish(mut self) -> (Vec<Diagnostic>, Vec<&'static str>) {
        for diagnostic in &mut self.diagnostics {
            diagnostic.severity = self.selection.severity(diagnostic.code, diagnostic.severity);
        }
        self.diagnostics.sort_by(|a, b| {
            let key = |diagnostic: &Diagnostic| {
                (diagnostic.place, diagnostic.range.start(), diagnostic.range.end(), diagnostic.code)
            };
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        });
        self.not_evaluated.sort_unstable();
        (self.diagnostics, self.not_evaluated)
    }
}

fn internal_error(rule: &Rule, place: Place) -> Diagnostic {
    Diagnostic {
        code: "D3905",
        rule: "internal-error",
        severity: crate::diagnostic::Severity::Error,
        message: format!(
            "the rule {} ({}) failed on this file, all others still report; please report this as a bug of d3ls",
            rule.code, rule.name
        ),
        place,
        range: TextRange::default(),
        related: Vec::new(),
        fixes: Vec::new(),
    }
}
