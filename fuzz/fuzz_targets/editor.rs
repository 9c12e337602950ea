//! Everything that an editor asks at a place.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| d3ls_fuzz::editor(input));
