//! A whole check, its ranges and what its safe fixes do.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| d3ls_fuzz::check(input));
