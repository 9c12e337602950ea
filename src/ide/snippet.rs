//! Snippets: texts with places to fill in, in the form that all editors share.

/// A text that stands in a snippet as it is.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '$' | '}' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// A text as a place to fill in.
pub(super) fn placeholder(number: usize, text: &str) -> String {
    format!("${{{number}:{}}}", escape(text))
}

/// What a snippet inserts where nothing is filled in: the places' own texts.
pub(super) fn plain(snippet: &str) -> String {
    let mut plain = String::with_capacity(snippet.len());
    let mut letters = snippet.chars().peekable();
    let mut in_place = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => plain.extend(letters.next()),
            '$' => {
                in_place = letters.next_if_eq(&'{').is_some();
                while letters.next_if(char::is_ascii_digit).is_some() {}
                if in_place {
                    letters.next_if_eq(&':');
                }
            }
            '}' if in_place => in_place = false,
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_become_their_texts() {
        assert_eq!(plain("f(${1:a b}, $2)$0"), "f(a b, )");
        assert_eq!(plain("{'a': ${1:{\\}}}"), "{'a': {}}");
        let odd = "a $1 } \\ b";
        assert_eq!(plain(&escape(odd)), odd);
        assert_eq!(plain(&format!("${{1:{}}}", escape(odd))), odd);
    }
}
