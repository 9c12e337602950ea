//! Words that name rules, as a user types them.

use crate::rules::{RULES, Rule, Selector};
use crate::text::nearest;

/// Fails with the nearest code or name where a word of `--select` or `--ignore` names no rule.
pub(super) fn verify(words: &[String]) -> anyhow::Result<()> {
    match words.iter().find(|word| Selector::new(word).is_none()) {
        Some(word) => Err(unknown(word)),
        None => Ok(()),
    }
}

/// The rule with this code or name, in any case.
pub(super) fn rule(word: &str) -> anyhow::Result<&'static Rule> {
    let word = word.trim();
    RULES
        .iter()
        .copied()
        .find(|rule| rule.code.eq_ignore_ascii_case(word) || rule.name.eq_ignore_ascii_case(word))
        .ok_or_else(|| unknown(word))
}

fn unknown(word: &str) -> anyhow::Error {
    let known = RULES.iter().flat_map(|rule| [rule.code, rule.name]);
    match nearest(word, known) {
        Some(near) => anyhow::anyhow!("there is no rule `{word}`; did you mean `{near}`?"),
        None => anyhow::anyhow!("there is no rule `{word}`; `d3ls rules` lists all"),
    }
}
