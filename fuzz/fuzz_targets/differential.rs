//! The parser against a second one.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| d3ls_fuzz::differential(input));
