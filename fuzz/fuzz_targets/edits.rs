//! Edits, each checked with what the check before it left.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| d3ls_fuzz::edits(input));
