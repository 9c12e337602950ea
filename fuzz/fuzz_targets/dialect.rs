//! Blanking D3's types in place.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| d3ls_fuzz::dialect(input));
