//! What the keys of known providers look like. A shape is a prefix that nobody writes by chance, and what follows it.

use super::credential::STAND_INS;

/// The shape of one provider's keys.
struct Shape {
    provider: &'static str,
    prefix: &'static str,
    /// What may follow the prefix.
    body: fn(u8) -> bool,
    /// How many bytes of it, from and to.
    length: (usize, usize),
}

const fn shape(provider: &'static str, prefix: &'static str, body: fn(u8) -> bool, least: usize, most: usize) -> Shape {
    Shape { provider, prefix, body, length: (least, most) }
}

fn letters(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn capitals(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn hex(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

/// Letters of base64 for addresses.
fn url_safe(byte: u8) -> bool {
    letters(byte) || matches!(byte, b'_' | b'-')
}

fn word(byte: u8) -> bool {
    letters(byte) || byte == b'_'
}

fn dashed(byte: u8) -> bool {
    letters(byte) || byte == b'-'
}

fn dotted(byte: u8) -> bool {
    url_safe(byte) || byte == b'.'
}

fn base64(byte: u8) -> bool {
    letters(byte) || matches!(byte, b'+' | b'/')
}

const SHAPES: [Shape; 46] = [
    shape("AWS", "AKIA", capitals, 16, 16),
    shape("AWS", "ASIA", capitals, 16, 16),
    shape("Anthropic", "sk-ant-api03-", url_safe, 80, 120),
    shape("Atlassian", "ATATT3x", dotted, 100, 250),
    shape("Azure", "AccountKey=", base64, 86, 86),
    shape("Azure", "SharedAccessKey=", base64, 43, 43),
    shape("Databricks", "dapi", hex, 32, 32),
    shape("DigitalOcean", "dop_v1_", hex, 64, 64),
    shape("GitHub", "ghp_", letters, 36, 36),
    shape("GitHub", "gho_", letters, 36, 36),
    shape("GitHub", "ghu_", letters, 36, 36),
    shape("GitHub", "ghs_", letters, 36, 36),
    shape("GitHub", "ghr_", letters, 36, 76),
    shape("GitHub", "github_pat_", word, 82, 82),
    shape("GitLab", "glpat-", url_safe, 20, 22),
    shape("Google", "AIza", url_safe, 35, 35),
    shape("Google", "GOCSPX-", url_safe, 28, 28),
    shape("Google", "ya29.", url_safe, 40, 500),
    shape("Grafana", "glsa_", word, 41, 41),
    shape("HashiCorp Vault", "hvs.", url_safe, 24, 120),
    shape("Mailgun", "key-", hex, 32, 32),
    shape("New Relic", "NRAK-", capitals, 27, 27),
    shape("OpenAI", "sk-proj-", url_safe, 40, 200),
    shape("Postman", "PMAK-", dashed, 59, 59),
    shape("SendGrid", "SG.", dotted, 66, 66),
    shape("Shopify", "shpat_", hex, 32, 32),
    shape("Slack", "xoxb-", dashed, 24, 100),
    shape("Slack", "xoxp-", dashed, 24, 100),
    shape("Slack", "xoxa-", dashed, 24, 100),
    shape("Slack", "xoxr-", dashed, 24, 100),
    shape("Slack", "xoxs-", dashed, 24, 100),
    shape("Slack", "xapp-", dashed, 24, 120),
    shape("Slack", "hooks.slack.com/services/T", |byte| letters(byte) || byte == b'/', 30, 60),
    shape("Square", "sq0csp-", url_safe, 43, 43),
    shape("Square", "sq0atp-", url_safe, 22, 22),
    shape("Stripe", "sk_live_", letters, 16, 120),
    shape("Stripe", "rk_live_", letters, 16, 120),
    shape("Stripe", "whsec_", letters, 32, 64),
    shape("Twilio", "SK", hex, 32, 32),
    shape("Telegram", ":AA", url_safe, 33, 33),
    shape("npm", "npm_", letters, 36, 36),
    shape("Linear", "lin_api_", letters, 40, 40),
    shape("Notion", "ntn_", letters, 40, 60),
    shape("Sentry", "sntrys_", |byte| base64(byte) || byte == b'_', 60, 400),
    shape("Dynatrace", "dt0c01.", dotted, 89, 89),
    shape("PlanetScale", "pscale_pw_", dotted, 32, 64),
];

/// Which shapes begin with each byte, a bit for each.
const BEGINNINGS: [u64; 256] = {
    let mut beginnings = [0; 256];
    let mut place = 0;
    while place < SHAPES.len() {
        beginnings[SHAPES[place].prefix.as_bytes()[0] as usize] |= 1 << place;
        place += 1;
    }
    beginnings
};

/// No key is shorter.
const SHORTEST: usize = 20;

/// Whose key stands in a text.
pub(super) fn provider(text: &str) -> Option<&'static str> {
    let words = long_words(text);
    if words.is_empty() {
        return None;
    }
    if is_private_key(text) {
        return Some("private");
    }
    // All other keys are one word.
    let shaped = words.iter().find_map(|word| shaped(word));
    shaped
        .or_else(|| is_azure_secret(text).then_some("Azure"))
        .or_else(|| words.iter().any(|word| word.len() >= SHORTEST_JWT && holds_jwt(word)).then_some("JWT"))
}

/// The words of a text that are long enough for a key. Such a word lies on one of every so many bytes.
fn long_words(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut words = Vec::new();
    let mut at = SHORTEST - 1;
    while let Some(byte) = bytes.get(at) {
        if byte.is_ascii_whitespace() {
            at += SHORTEST;
            continue;
        }
        let start = bytes[..at].iter().rposition(u8::is_ascii_whitespace).map_or(0, |blank| blank + 1);
        let end = bytes[at..].iter().position(u8::is_ascii_whitespace).map_or(bytes.len(), |length| at + length);
        if end - start >= SHORTEST {
            words.push(&text[start..end]);
        }
        at = end + SHORTEST;
    }
    words
}

/// Whose key a word holds, by the shapes.
fn shaped(word: &str) -> Option<&'static str> {
    let bytes = word.as_bytes();
    let may_start = |at: usize| match (bytes[at], at.checked_sub(1).map(|before| bytes[before])) {
        // After the number of a bot.
        (b':', before) => before.is_some_and(|byte| byte.is_ascii_digit()),
        (_, before) => !before.is_some_and(self::word),
    };
    let known = |at: usize| {
        let beginning = BEGINNINGS[usize::from(bytes[at])];
        let mut shapes = SHAPES.iter().enumerate().filter(move |(place, _)| beginning >> place & 1 == 1);
        shapes.find(|(_, shape)| begins_with(&bytes[at..], shape)).map(|(_, shape)| shape.provider)
    };
    (0..bytes.len()).filter(|&at| BEGINNINGS[usize::from(bytes[at])] != 0 && may_start(at)).find_map(known)
}

/// Whether a text begins with a key of this shape.
fn begins_with(text: &[u8], shape: &Shape) -> bool {
    let Some(body) = text.strip_prefix(shape.prefix.as_bytes()) else { return false };
    let length = body.iter().take_while(|&&byte| (shape.body)(byte)).count();
    let (least, most) = shape.length;
    let is_key = |key: &[u8]| std::str::from_utf8(key).is_ok_and(|key| !is_made_up(key));
    (least..=most).contains(&length) && is_key(&body[..length])
}

/// Whether a key is one that documentation shows: it says so, or it has hardly any different letters.
pub(super) fn is_made_up(key: &str) -> bool {
    const WORDS: [&str; 7] = ["xxxx", "0000", "1234567", "abcdef", "aaaa", "test", "fake"];
    let lower = key.to_ascii_lowercase();
    let mut seen = [false; 256];
    lower.bytes().for_each(|byte| seen[usize::from(byte)] = true);
    let different = seen.iter().filter(|&&was| was).count();
    STAND_INS.iter().chain(&WORDS).any(|word| lower.contains(word))
        || different < 8
        || !lower.bytes().any(|byte| byte.is_ascii_digit())
}

/// A secret of an app registration: three letters, a digit, `Q~`, and 31 to 34 more.
fn is_azure_secret(text: &str) -> bool {
    let body = |byte: u8| dotted(byte) || byte == b'~';
    (37..=40).contains(&text.len())
        && text.get(4..6) == Some("Q~")
        && text.as_bytes()[3].is_ascii_digit()
        && text.bytes().all(body)
        && !is_made_up(text)
}

/// No JWT is shorter: header, payload and signature.
const SHORTEST_JWT: usize = 16 + 1 + 16 + 1 + 20;

/// How many letters of base64 the shortest private key has.
const LEAST_PRIVATE: usize = 64;

/// How the first line of a private key begins.
const PRIVATE: &str = "-----BEGIN ";

/// A block of a private key with its content: the first line alone is what code looks for.
fn is_private_key(text: &str) -> bool {
    if text.len() < LEAST_PRIVATE {
        return false;
    }
    let Some(begin) = text.find(PRIVATE) else { return false };
    let Some((label, content)) = text[begin + PRIVATE.len()..].split_once("-----") else { return false };
    let content = content.split("-----END").next().unwrap_or_default();
    let key: String = content.chars().filter(|letter| !letter.is_whitespace()).collect();
    label.ends_with("PRIVATE KEY") && key.bytes().filter(|&byte| base64(byte)).count() >= LEAST_PRIVATE
}

/// Three parts of base64, the first two of them JSON.
fn holds_jwt(text: &str) -> bool {
    text.match_indices("eyJ").any(|(at, _)| {
        let before = text[..at].bytes().next_back();
        let length = text[at..].bytes().take_while(|&byte| dotted(byte)).count();
        let parts: Vec<&str> = text[at..at + length].split('.').collect();
        match parts.as_slice() {
            // The payload of the token that every page about JWT shows: `{"sub":"1234567890"`.
            [header, payload, signature] => {
                !before.is_some_and(dotted)
                    && header.len() >= 16
                    && payload.starts_with("eyJ")
                    && payload.len() >= 16
                    && signature.len() >= 20
                    && !payload.starts_with("eyJzdWIiOiIxMjM0NTY3ODkwI")
            }
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_providers_are_known_by_their_shape() {
        for (text, who) in [
            ("AKIAQ7WZLM3VHT5R2KDP", "AWS"),
            ("https://api.example/?key=AIzaSyB7c9QmT2xLw4VnR8kPz5HdYfG3jUe6sWq", "Google"),
            ("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", "SendGrid"),
            ("xoxb-730191371696-1413868247813-IG7Z1nYevC2hdviE3aJhb5kY", "Slack"),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAq7BFUpkGp3XYtWn0m9yJrT2vK5sL8dHcQeZxN4uRfGbAoPiM\nq7BF\n",
                "private",
            ),
            ("Bearer eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjoiYWNtZSIsImlhdCI6MTd9.Zk3mW5tYv7Lp3RxNc9BdH4jf6GsKa1Uo", "JWT"),
            ("abc8Q~m2W5tYv7Lp3RxNc9BdH4jf6GsKa1Uo0Ei", "Azure"),
        ] {
            assert_eq!(provider(text), Some(who), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_key_is_none() {
        let masked = format!("AKIA{}", "X".repeat(16));
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            &masked,
            "TAKIAQ7WZLM3VHT5R2KDP",
            "AKIAQ7WZLM3VHT5R2KDPQQQQ",
            "-----BEGIN RSA PRIVATE KEY-----",
            "eyJhbGciOiJIUzI1NiJ9.not-json.signature",
            "ghp_<your personal access token goes here>",
            "monkey-0123456789abcdef0123456789abcdef",
        ] {
            assert_eq!(provider(text), None, "{text}");
        }
    }
}
