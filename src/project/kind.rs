//! What a script says about itself: the header comment.

use crate::manifest::Kind;

/// The kind in the leading comment, `# d3: integration` or `# d3: utility`. The leading comment is
/// all comment lines and blank lines before the first code.
pub(super) fn header_kind(text: &str) -> Option<Kind> {
    text.trim_start_matches('\u{feff}')
        .split(['\n', '\r'])
        .map(str::trim)
        .take_while(|line| line.is_empty() || line.starts_with('#'))
        .find_map(|line| match line.trim_start_matches('#').trim_start().strip_prefix("d3:")?.trim() {
            "integration" => Some(Kind::Integration),
            "utility" => Some(Kind::Utility),
            _ => None,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_the_leading_comment_only() {
        assert_eq!(header_kind("#!/usr/bin/env python\n\n# d3: integration\nx = 1"), Some(Kind::Integration));
        assert_eq!(header_kind("\u{feff}#d3:utility\r\nx = 1"), Some(Kind::Utility));
        assert_eq!(header_kind("x = 1\n# d3: utility\n"), None);
        assert_eq!(header_kind("'''\n# d3: utility\n'''"), None);
        assert_eq!(header_kind("# d3: ignore-file[D3101]\n# d3: utility"), Some(Kind::Utility));
        assert_eq!(header_kind("# about d3: utility"), None);
    }
}
