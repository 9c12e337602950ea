//! Which values may be credentials, and which only stand in for them.

/// No credential is shorter.
const LEAST: usize = 6;

/// Whether a text has what every credential has.
pub(super) fn may_be_value(text: &str) -> bool {
    text.len() >= LEAST && text.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether the value of a credential with this plain name may be one: no stand-in, no word, no prose.
pub(super) fn is_value(name: &str, value: &str) -> bool {
    let least = if name.ends_with("token") || name.ends_with("key") { 12 } else { LEAST };
    let has = |test: fn(&u8) -> bool| value.bytes().any(|byte| test(&byte));
    let mixed = has(u8::is_ascii_alphabetic) && has(u8::is_ascii_digit);
    value.len() >= least
        && value.len() <= 200
        && value.is_ascii()
        && mixed
        && !value.contains([' ', '<', '>', '{', '}', '\n', '\t', '\\', '(', '['])
        && !value.contains("://")
        && !value.starts_with(['/', '.', '%', '$', '-'])
        && !is_stand_in(name, value)
}

/// Words of values that are put in later, and of those that documentation shows.
pub(super) const STAND_INS: [&str; 7] = ["example", "sample", "placeholder", "dummy", "your", "redacted", "changeme"];

/// Whether a value stands for one that is put in later, or names something.
fn is_stand_in(name: &str, value: &str) -> bool {
    const PARTS: [&str; 6] = ["change_me", "xxx", "***", "todo", "insert", "replace"];
    const WHOLE: [&str; 12] =
        ["password", "passwd", "pass", "secret", "test", "fake", "default", "token", "key", "user", "name", "abc"];
    let lower = value.to_ascii_lowercase();
    let letters: String = lower.chars().filter(char::is_ascii_alphabetic).collect();
    STAND_INS.iter().chain(&PARTS).any(|word| lower.contains(word))
        || WHOLE.contains(&letters.as_str())
        || name.contains(&letters)
        || letters.ends_with("token")
        || !["password", "passwd", "pwd", "passphrase"].iter().any(|word| name.ends_with(word)) && is_dotted_name(value)
}

/// `acme.auth.v2`, `AUTH_TOKEN_V2`: a name of something, with digits at most at the end of a word.
fn is_dotted_name(value: &str) -> bool {
    let mut parts = value.split(['.', '_', '-', ':', '/']).peekable();
    let several = value.contains(['.', '_', '-', ':', '/']);
    several
        && parts.all(|part| {
            let word = part.trim_end_matches(|letter: char| letter.is_ascii_digit());
            let one_case = word.chars().skip(1).all(char::is_lowercase) || word.chars().all(char::is_uppercase);
            part.len() < 16 && one_case && word.chars().all(char::is_alphabetic) && part.len() - word.len() <= 2
        })
}
