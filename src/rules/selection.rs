//! Which rules are on for one file, and how severe their findings are.

use rustc_hash::FxHashMap;

use crate::diagnostic::Severity;

use super::{RULES, Rule};

/// A word that names rules: a code, the beginning of codes, a name, or `ALL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selector<'a>(&'a str);

impl<'a> Selector<'a> {
    /// Reads a selector; `None` where it names no rule.
    pub fn new(word: &'a str) -> Option<Self> {
        let selector = Self(word);
        RULES.iter().any(|rule| selector.strength(rule).is_some()).then_some(selector)
    }

    /// Whether both name the same rules: neither is more precise than the other.
    pub fn equals(self, other: Selector<'_>) -> bool {
        RULES.iter().any(|rule| self.strength(rule).is_some_and(|strength| other.strength(rule) == Some(strength)))
    }

    /// Whether it names `rule`.
    pub fn names(self, rule: &Rule) -> bool {
        self.strength(rule).is_some()
    }

    /// How precisely it names `rule`, or `None` where it does not: a longer beginning is more precise, a whole code
    /// or a name most.
    fn strength(self, rule: &Rule) -> Option<usize> {
        if self.0 == rule.name || self.0 == rule.code {
            Some(usize::MAX)
        } else if self.0 == "ALL" {
            Some(0)
        } else {
            (self.0.len() > 1 && rule.code.starts_with(self.0)).then_some(self.0.len())
        }
    }
}

/// Which rules are on for one file, and how severe their findings are. The default is the table's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    on: FxHashMap<&'static str, bool>,
    severity: FxHashMap<&'static str, Severity>,
}

impl Selection {
    /// `select` replaces the rules that are on by default, unless it is `None`; `ignore` takes rules away. Where both
    /// name a rule the more precise word wins, and `ignore` of equals. `severity` changes what findings are reported at.
    pub fn new<'a>(
        select: Option<&[Selector<'a>]>,
        ignore: &[Selector<'a>],
        severity: &[(Selector<'a>, Severity)],
    ) -> Self {
        let mut selection = Self::default();
        for rule in RULES {
            let strongest = |selectors: &[Selector<'a>]| selectors.iter().filter_map(|word| word.strength(rule)).max();
            let selected = match select {
                Some(select) => strongest(select),
                None => rule.default_on.then_some(0),
            };
            let on = selected.is_some_and(|selected| strongest(ignore).is_none_or(|ignored| ignored < selected));
            selection.on.insert(rule.code, on);
            let changed = severity.iter().filter_map(|(word, to)| Some((word.strength(rule)?, *to)));
            if let Some((_, to)) = changed.max_by_key(|(strength, _)| *strength) {
                selection.severity.insert(rule.code, to);
            }
        }
        selection
    }

    /// Whether `rule` is on.
    pub fn is_on(&self, rule: &Rule) -> bool {
        self.on.get(rule.code).copied().unwrap_or(rule.default_on)
    }

    /// How severe a finding of the rule with `code` is that would be `severity` by itself.
    pub fn severity(&self, code: &str, severity: Severity) -> Severity {
        self.severity.get(code).copied().unwrap_or(severity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words<'a>(words: &[&'a str]) -> Vec<Selector<'a>> {
        words.iter().map(|word| Selector::new(word).expect("a selector")).collect()
    }

    fn is_on(select: Option<&[&str]>, ignore: &[&str], code: &str) -> bool {
        let select = select.map(words);
        let selection = Selection::new(select.as_deref(), &words(ignore), &[]);
        selection.is_on(super::super::find(code).expect("a rule"))
    }

    #[test]
    fn select_replaces_and_ignore_takes_away() {
        assert!(is_on(None, &[], "D3201"));
        assert!(!is_on(Some(&["D30"]), &[], "D3201"));
        assert!(is_on(Some(&["D32"]), &[], "reserved-class"));
        assert!(!is_on(None, &["reserved-class"], "D3201"));
        assert!(is_on(Some(&["D3201"]), &["D32"], "D3201"));
        assert!(!is_on(Some(&["D3201"]), &["reserved-class"], "D3201"));
        assert!(is_on(Some(&["ALL"]), &["D32"], "D3001"));
    }

    #[test]
    fn unknown_words_are_no_selectors() {
        assert_eq!(Selector::new("D3999"), None);
        assert_eq!(Selector::new("D"), None);
        assert_eq!(Selector::new(""), None);
    }
}
