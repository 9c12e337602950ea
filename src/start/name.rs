//! Names of new commands and integrations.

use crate::ide::{is_name, is_reserved};
use crate::image::names;

/// A name as D3 has it twice: for people and for scripts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name that D3 shows.
    pub display: String,
    /// The internal name, which is also the function's.
    pub internal: String,
}

impl Name {
    /// The name of a new command or integration, as its user typed it.
    ///
    /// # Errors
    /// Why it can be none, for the user.
    pub fn new(given: &str) -> Result<Self, String> {
        let given = given.trim();
        if let Some(command) = names::system_command(given) {
            return Ok(Self { display: display_name(command.name), internal: command.name.to_owned() });
        }
        let internal = names::internal_name(given);
        let refused = |reason: &str| Err(format!("`{given}` can't be a name here: {reason}"));
        if internal.is_empty() {
            return refused("it has no letter; take a name such as \"Check Device\"");
        }
        if is_reserved(given) || is_reserved(&internal) {
            return refused("D3's playbook engine keeps it for itself; choose another one");
        }
        if internal.starts_with(char::is_numeric) {
            return refused("the function's name would begin with a digit; put a word before it");
        }
        if !is_name(&internal) || given.chars().all(char::is_alphanumeric) && !is_name(given) {
            return refused("it is a keyword of Python; choose another one");
        }
        let display = if given.contains(char::is_whitespace) { given.to_owned() } else { display_name(&internal) };
        Ok(Self { display, internal })
    }
}

/// `CheckDevice`, `checkDevice` and `check_device` are `Check Device`; `checkIPReputation` is `Check IP Reputation`.
pub fn display_name(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut words = String::new();
    for (place, &letter) in letters.iter().enumerate() {
        if letter == '_' {
            words.push(' ');
            continue;
        }
        let before = place.checked_sub(1).map(|before| letters[before]);
        let starts = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_numeric()
                    || before.is_uppercase() && letters.get(place + 1).is_some_and(|next| next.is_lowercase())
            });
        if starts {
            words.push(' ');
        }
        words.push(letter);
    }
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    };
    words.split_whitespace().map(capital).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_as_d3_makes_them_or_refused_with_the_reason() {
        let name = |given: &str| Name::new(given).map(|name| (name.display, name.internal));
        let ok = |display: &str, internal: &str| Ok((display.to_owned(), internal.to_owned()));
        assert_eq!(name(" Acme EDR "), ok("Acme EDR", "AcmeEDR"));
        assert_eq!(name("checkDevice"), ok("Check Device", "CheckDevice"));
        assert_eq!(name("block_ip-address"), ok("Block Ip Address", "BlockIpAddress"));
        assert_eq!(name("FETCHEVENT"), ok("Fetch Event", "fetchEvent"));
        for (given, reason) in [
            ("pb", "keeps it for itself"),
            ("APIError", "keeps it for itself"),
            ("class", "keyword"),
            ("none", "keyword"),
            ("7 days", "digit"),
            ("!?", "no letter"),
            ("", "no letter"),
        ] {
            assert!(name(given).is_err_and(|error| error.contains(reason)), "{given}: {:?}", name(given));
        }
    }
}
