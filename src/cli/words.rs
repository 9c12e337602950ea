//! Words that name rules, as a user types them.

use crate::rules::{RULES, Rule, Selector};
use crate::text::nearest;

/// Fails where a word of `--select` or `--ignore` names no rule, with the nearest code or name, and where both name
/// the same rules, since neither could win.
pub(super) fn verify(select: &[String], ignore: &[String]) -> anyhow::Result<()> {
    if let Some(word) = select.iter().chain(ignore).find(|word| Selector::new(word).is_none()) {
        return Err(unknown(word));
    }
    for (word, other) in ignore.iter().flat_map(|word| select.iter().map(move |other| (word, other))) {
        if let (Some(ignored), Some(selected)) = (Selector::new(word), Selector::new(other))
            && ignored.equals(selected)
        {
            anyhow::bail!("`--ignore {word}` and `--select {other}` name the same rules; keep one of them");
        }
    }
    Ok(())
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
