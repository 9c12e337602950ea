//! The parser with its recovery, and its ranges.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| d3ls_fuzz::syntax(input));
