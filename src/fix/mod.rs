//! Fixes of one text: chosen without overlap, applied until nothing more applies.
//!
//! Owns: which fixes go together, and that fixing converges and never adds a syntax error.
//! Must not know: rules, files. Whoever calls says how a text is diagnosed.

use std::sync::Arc;

use crate::diagnostic::{Applicability, Diagnostic, Fix, Place};
use crate::text::{Edit, TextRange, TextSize, apply};

/// No sane text needs more rounds; two fixes that undo each other would go on for ever.
const MAX_ROUNDS: usize = 50;

/// What to fix.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Where the text lies. A fix that edits anything else is not applied.
    pub place: Place,
    /// Whether unsafe fixes are wanted too.
    pub unsafe_fixes: bool,
}

/// What is known of a text.
#[derive(Debug, Default)]
pub struct Diagnosis {
    /// The findings.
    pub diagnostics: Vec<Diagnostic>,
    /// How many syntax errors it has.
    pub syntax_errors: usize,
}

/// What became of a text.
#[derive(Debug)]
pub struct Fixed {
    /// The text with all fixes.
    pub text: Arc<str>,
    /// How many findings were fixed.
    pub applied: usize,
    /// Findings whose fix would have added a syntax error, each with its first fix.
    pub rejected: Vec<Diagnostic>,
}

impl Wanted {
    /// The fix of a finding that would be applied: the first that is trusted enough and stays in this place.
    pub fn of(self, diagnostic: &Diagnostic) -> Option<&Fix> {
        diagnostic.fixes.iter().find(|fix| {
            let trusted = match fix.applicability {
                Applicability::Safe => true,
                Applicability::Unsafe => self.unsafe_fixes,
                Applicability::Offered => false,
            };
            trusted && !fix.edits.is_empty() && fix.edits.iter().all(|(place, _)| *place == self.place)
        })
    }
}

/// The findings that can be fixed at once, each with its fix, by the place of the fix. All edits of a
/// fix can be applied with all of the others': they don't overlap or touch an insertion. An edit that
/// several fixes have in common, the same import added for instance, is no overlap.
pub fn choose(diagnostics: &[Diagnostic], wanted: Wanted) -> Vec<(&Diagnostic, &Fix)> {
    let mut candidates: Vec<_> =
        diagnostics.iter().filter_map(|diagnostic| Some((diagnostic, wanted.of(diagnostic)?))).collect();
    candidates.sort_by_key(|(_, fix)| fix.edits.iter().map(|(_, edit)| (edit.range.start(), edit.range.end())).min());
    let mut taken: Vec<&Edit> = Vec::new();
    candidates.retain(|(_, fix)| {
        let edits = || fix.edits.iter().map(|(_, edit)| edit);
        let fits = edits().all(|edit| taken.iter().all(|other| *other == edit || !collide(other, edit)));
        if fits {
            taken.extend(edits());
        }
        fits
    });
    candidates
}

/// Whether the result of both edits would depend on their order, or one would change what the other edits.
fn collide(a: &Edit, b: &Edit) -> bool {
    let (a, b) = (a.range, b.range);
    if a.is_empty() || b.is_empty() {
        a.start() <= b.end() && b.start() <= a.end()
    } else {
        a.start() < b.end() && b.start() < a.end()
    }
}

/// `text` with these fixes, which [`choose`] found to go together.
pub fn apply_fixes<'a>(text: &str, fixes: impl IntoIterator<Item = &'a Fix>) -> String {
    let mut edits: Vec<&Edit> = fixes.into_iter().flat_map(|fix| fix.edits.iter().map(|(_, edit)| edit)).collect();
    edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    edits.dedup();
    apply(text, edits)
}

/// Fixes `text` in rounds until nothing more applies. A fix after which the text would have more
/// syntax errors than before is left out and reported.
pub fn fix_all(text: &Arc<str>, wanted: Wanted, mut diagnose: impl FnMut(&Arc<str>) -> Diagnosis) -> Fixed {
    let mut fixed = Fixed { text: Arc::clone(text), applied: 0, rejected: Vec::new() };
    let mut rejected: Vec<Rejected> = Vec::new();
    let mut diagnosis = diagnose(text);
    for _ in 0..MAX_ROUNDS {
        diagnosis.diagnostics.retain(|diagnostic| !rejected.iter().any(|one| one.is_of(diagnostic, wanted)));
        let chosen = choose(&diagnosis.diagnostics, wanted);
        if chosen.is_empty() {
            break;
        }
        let after: Arc<str> = apply_fixes(&fixed.text, chosen.iter().map(|(_, fix)| *fix)).into();
        let next = diagnose(&after);
        if next.syntax_errors <= diagnosis.syntax_errors {
            if after == fixed.text {
                break;
            }
            rejected.retain_mut(|one| one.move_past(&chosen));
            fixed.applied += chosen.len();
            fixed.text = after;
            diagnosis = next;
            continue;
        }
        let adds_error =
            |fix: &Fix| diagnose(&apply_fixes(&fixed.text, [fix]).into()).syntax_errors > diagnosis.syntax_errors;
        let guilty = guilty(&chosen, adds_error);
        rejected.extend(guilty.iter().map(|(diagnostic, fix)| Rejected::new(diagnostic, fix)));
        fixed.rejected.extend(guilty.into_iter().map(|(diagnostic, _)| diagnostic.clone()));
    }
    fixed
}

/// Those of the `chosen` fixes that add a syntax error alone; all of them where only their company does.
fn guilty<'d>(
    chosen: &[(&'d Diagnostic, &'d Fix)],
    mut adds_error: impl FnMut(&Fix) -> bool,
) -> Vec<(&'d Diagnostic, &'d Fix)> {
    let alone: Vec<_> = chosen.iter().copied().filter(|(_, fix)| adds_error(fix)).collect();
    if alone.is_empty() { chosen.to_vec() } else { alone }
}

/// A fix that would have added a syntax error, with its edits where they are in the text by now.
struct Rejected {
    code: &'static str,
    edits: Vec<Edit>,
}

impl Rejected {
    fn new(diagnostic: &Diagnostic, fix: &Fix) -> Self {
        Self { code: diagnostic.code, edits: fix.edits.iter().map(|(_, edit)| edit.clone()).collect() }
    }

    fn is_of(&self, diagnostic: &Diagnostic, wanted: Wanted) -> bool {
        let is_same = |fix: &Fix| fix.edits.iter().map(|(_, edit)| edit).eq(&self.edits);
        self.code == diagnostic.code && wanted.of(diagnostic).is_some_and(is_same)
    }

    /// Moves the edits to where they are after `applied`; false where one of those changed the same text.
    fn move_past(&mut self, applied: &[(&Diagnostic, &Fix)]) -> bool {
        let mut others: Vec<&Edit> = applied.iter().flat_map(|(_, fix)| fix.edits.iter().map(|(_, e)| e)).collect();
        others.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
        others.dedup();
        if self.edits.iter().any(|edit| others.iter().any(|other| collide(edit, other))) {
            return false;
        }
        for edit in &mut self.edits {
            let before = others.iter().filter(|other| other.range.end() <= edit.range.start());
            let (removed, added) = before.fold((0, 0), |(removed, added), other| {
                (removed + other.range.len().to_usize(), added + other.new_text.len())
            });
            let moved = |offset: TextSize| TextSize::try_from(offset.to_usize() + added - removed).unwrap_or_default();
            edit.range = TextRange::new(moved(edit.range.start()), moved(edit.range.end()));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;

    const SAFE: Wanted = Wanted { place: Place::Script, unsafe_fixes: false };

    fn finding(applicability: Applicability, edits: Vec<Edit>) -> Diagnostic {
        Diagnostic {
            code: "D3000",
            rule: "test",
            severity: Severity::Error,
            message: format!("{edits:?}"),
            place: Place::Script,
            range: edits[0].range,
            related: Vec::new(),
            fixes: vec![Fix::new("Do", applicability, Place::Script, edits)],
        }
    }

    fn replace(start: u32, end: u32, text: &str) -> Edit {
        Edit::replace(TextRange::new(start.into(), end.into()), text)
    }

    fn once(text: &str, findings: &[Diagnostic]) -> String {
        apply_fixes(text, choose(findings, SAFE).into_iter().map(|(_, fix)| fix))
    }

    #[test]
    fn an_edit_in_common_is_applied_once() {
        let import = || Edit::insert(TextSize::new(0), "import os\n");
        let findings = [
            finding(Applicability::Safe, vec![import(), replace(1, 2, "B")]),
            finding(Applicability::Safe, vec![import(), replace(2, 3, "C")]),
        ];
        assert_eq!(once("abc", &findings), "import os\naBC");
    }

    #[test]
    fn of_two_that_collide_only_one_is_applied_and_then_whole() {
        let findings = [
            finding(Applicability::Safe, vec![replace(0, 2, "X"), replace(3, 4, "Y")]),
            finding(Applicability::Safe, vec![replace(1, 2, "Z"), replace(4, 5, "Z")]),
        ];
        assert_eq!(once("abcdef", &findings), "XcYef");
        let insertions = [
            finding(Applicability::Safe, vec![Edit::insert(TextSize::new(1), "1")]),
            finding(Applicability::Safe, vec![Edit::insert(TextSize::new(1), "2")]),
        ];
        assert_eq!(once("ab", &insertions), "a1b");
    }

    #[test]
    fn unsafe_fixes_want_to_be_asked_for_and_offered_ones_are_never_applied() {
        let findings = [
            finding(Applicability::Unsafe, vec![replace(0, 1, "X")]),
            finding(Applicability::Offered, vec![replace(1, 2, "Y")]),
        ];
        assert!(choose(&findings, SAFE).is_empty());
        assert_eq!(choose(&findings, Wanted { unsafe_fixes: true, ..SAFE }).len(), 1);
    }

    #[test]
    fn a_fix_that_edits_another_file_is_not_applied() {
        let mut finding = finding(Applicability::Safe, vec![replace(0, 1, "X")]);
        finding.fixes[0].edits.push((Place::Manifest, replace(0, 1, "Y")));
        assert!(choose(&[finding], SAFE).is_empty());
    }

    /// Each `a` is a finding that becomes `b`; `!` is a syntax error.
    fn letters(to: &'static str) -> impl Fn(&Arc<str>) -> Diagnosis {
        move |text| Diagnosis {
            diagnostics: (0..)
                .zip(text.chars())
                .filter(|(_, letter)| *letter == 'a')
                .map(|(at, _)| finding(Applicability::Safe, vec![replace(at, at + 1, to)]))
                .collect(),
            syntax_errors: text.matches('!').count(),
        }
    }

    #[test]
    fn fixing_goes_on_until_nothing_applies() {
        let fixed = fix_all(&"xaya".into(), SAFE, letters("b"));
        assert_eq!((&*fixed.text, fixed.applied), ("xbyb", 2));
    }

    #[test]
    fn fixing_ends_even_where_a_fix_makes_what_it_mends() {
        let fixed = fix_all(&"a".into(), SAFE, letters("ba"));
        assert_eq!(fixed.applied, MAX_ROUNDS);
    }

    #[test]
    fn a_fix_that_adds_a_syntax_error_costs_itself() {
        let diagnose = |text: &Arc<str>| {
            let mut diagnosis = letters("b")(text);
            if let Some(at) = text.find('c') {
                let at = u32::try_from(at).expect("small");
                diagnosis.diagnostics.push(finding(Applicability::Safe, vec![replace(at, at + 1, "!")]));
            }
            diagnosis
        };
        let fixed = fix_all(&"aca".into(), SAFE, diagnose);
        assert_eq!((&*fixed.text, fixed.applied, fixed.rejected.len()), ("bcb", 2, 1));
    }
    #[test]
    fn a_rejected_fix_costs_no_other_that_says_the_same() {
        // Every `a` and `c` says the same; what mends `c` is wrong, and moves when the first `a` goes.
        let diagnose = |text: &Arc<str>| {
            let one = |(at, letter): (u32, char)| {
                let edit = |to| finding(Applicability::Safe, vec![replace(at, at + 1, to)]);
                let found = match letter {
                    'a' => edit(""),
                    'c' => edit("!"),
                    // Not before the first round is over.
                    'e' if !text.contains('a') => edit("f"),
                    _ => return None,
                };
                Some(Diagnostic { message: "the same".to_owned(), ..found })
            };
            let diagnostics = (0..).zip(text.chars()).filter_map(one).collect();
            Diagnosis { diagnostics, syntax_errors: text.matches('!').count() }
        };
        let fixed = fix_all(&"acae".into(), SAFE, diagnose);
        assert_eq!((&*fixed.text, fixed.applied, fixed.rejected.len()), ("cf", 3, 1));
    }
}
