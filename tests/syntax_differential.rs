//! The parser against Python 3.9 itself, a second parser, damaged texts and random ones.

#![expect(clippy::print_stderr, reason = "the figures are worth reading")]

#[path = "syntax/python39.rs"]
mod python39;
#[path = "syntax/recovery.rs"]
mod recovery;
#[path = "syntax/refusals.rs"]
mod refusals;
#[path = "support/ranges.rs"]
mod ranges_in;
#[path = "syntax/anything.rs"]
mod anything;
#[path = "support/second_parser.rs"]
mod second_parser;
#[path = "syntax/ranges.rs"]
mod ranges;
