//! Whether a JSON path can be read: `$.a.b[0].c`, `$.items[*].id`, `$..x`, `$['a b']`, `$.items[?(@.x == 1)]`.
//!
//! D3 does not say which dialect its paths are in, and the dialects differ in which names stand bare and in what
//! filters hold. So only what no dialect reads is an error: unclosed brackets and quotes, empty steps.

/// What is wrong with `path`: the bytes to point at, and what to do. Offsets count from the start of `path`.
pub fn check(path: &str) -> Option<(std::ops::Range<usize>, &'static str)> {
    if !path.starts_with('$') {
        return Some((0..path.len(), "it starts with `$`, the raw data"));
    }
    steps(path, 1)
}

fn steps(path: &str, from: usize) -> Option<(std::ops::Range<usize>, &'static str)> {
    let bytes = path.as_bytes();
    let mut position = from;
    while position < bytes.len() {
        match bytes[position] {
            b'[' => {
                let end = match bracket_end(path, position) {
                    Ok(end) => end,
                    Err(message) => return Some((position..position + 1, message)),
                };
                if path[position + 1..end].trim().is_empty() {
                    return Some((
                        position..end + 1,
                        "an index, a name in quotes or `*` is missing between the brackets",
                    ));
                }
                position = end + 1;
            }
            b'.' => {
                let dots = if bytes.get(position + 1) == Some(&b'.') { 2 } else { 1 };
                let name = position + dots;
                let end = path[name..].find(['.', '[', ']']).map_or(path.len(), |length| name + length);
                let bracketed = bytes.get(name) == Some(&b'[');
                if path[name..end].trim().is_empty() && !(bracketed && dots == 2) {
                    return Some((position..name, "a name is missing after the dot"));
                }
                position = end;
            }
            b']' => return Some((position..position + 1, "this `]` closes nothing")),
            _ => {
                let width = path[position..].chars().next().map_or(1, char::len_utf8);
                return Some((position..position + width, "a `.` or `[` is missing before this"));
            }
        }
    }
    None
}

/// Where the bracket that opens at `open` closes. Quotes and inner brackets of filters are skipped.
pub(crate) fn bracket_end(path: &str, open: usize) -> Result<usize, &'static str> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (index, character) in path[open..].char_indices() {
        match (quote, character) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '[') => depth += 1,
            (None, ']') => {
                depth -= 1;
                if depth == 0 {
                    return Ok(open + index);
                }
            }
            (None, _) => {}
        }
    }
    Err(if quote.is_some() { "a quote is not closed after this `[`" } else { "this `[` is never closed" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_some_dialect_reads() {
        for path in [
            "$",
            "$.a.b[0].c",
            "$.items[*].id",
            "$..x",
            "$['a b']",
            "$[\"a]\"].b",
            "$.items[?(@.x == '[')].y",
            "$.a-b",
            "$..[0]",
            "$.@odata.type",
            "$.items[-1:]",
            "$.items[0,1]",
            "$.*",
            "$.a['it\\'s']",
            "$.items[?(@.tags[0] == 1)]",
            "$.größe",
        ] {
            assert_eq!(check(path), None, "{path}");
        }
    }

    #[test]
    fn points_at_what_nobody_reads() {
        let at = |path: &str| check(path).map(|(range, _)| path[range].to_owned());
        assert_eq!(at("id").as_deref(), Some("id"));
        assert_eq!(at("").as_deref(), Some(""));
        assert_eq!(at("$.a[0").as_deref(), Some("["));
        assert_eq!(at("$.a['b]").as_deref(), Some("["));
        assert_eq!(at("$.a.").as_deref(), Some("."));
        assert_eq!(at("$...a").as_deref(), Some(".."));
        assert_eq!(at("$.a[ ]").as_deref(), Some("[ ]"));
        assert_eq!(at("$.a]").as_deref(), Some("]"));
        assert_eq!(at("$a").as_deref(), Some("a"));
        assert_eq!(at("$é").as_deref(), Some("é"));
    }
}
