//! What holds for the ranges of everything that is parsed.

use d3ls::syntax::Parsed;
use d3ls::syntax::ast::visitor::source_order::{SourceOrderVisitor, TraversalSignal};
use d3ls::syntax::ast::{AnyNodeRef, StringFlags};
use d3ls::text::{Ranged, TextRange};

/// Every range that a parsed text has lies in it, on character boundaries.
pub fn check(parsed: &Parsed) {
    struct Check<'a>(&'a Parsed);
    impl Check<'_> {
        fn range(&self, range: TextRange) {
            let text = &self.0.text;
            let (start, end) = (range.start().to_usize(), range.end().to_usize());
            assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "{range:?} in {text:?}");
        }
    }
    impl<'a> SourceOrderVisitor<'a> for Check<'_> {
        fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
            self.range(node.range());
            if let AnyNodeRef::StringLiteral(string) = node {
                let flags = string.flags;
                assert!(
                    string.range.len() >= flags.opener_len() + flags.closer_len(),
                    "{string:?} in {:?}",
                    self.0.text
                );
                self.range(string.content_range());
            }
            TraversalSignal::Traverse
        }
    }
    let mut check = Check(parsed);
    check.visit_body(&parsed.body);
    parsed.comments.iter().for_each(|range| check.range(*range));
    parsed.errors.iter().for_each(|error| check.range(error.range));
    parsed.newer.iter().for_each(|newer| check.range(newer.range));
    parsed.malformed_calls.iter().for_each(|call| check.range(call.range));
    parsed.trailing.iter().for_each(|range| check.range(*range));
    for call in &parsed.d3_calls {
        check.range(call.callee);
        call.arguments.iter().for_each(|range| check.range(*range));
        assert!(call.type_word.iter().all(|word| parsed.slice(word.range) == word.value));
        assert!(parsed.d3_call(call.callee.start()).is_some());
    }
}
