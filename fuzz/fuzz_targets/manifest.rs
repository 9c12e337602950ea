//! Manifests, whole and half-typed.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| d3ls_fuzz::manifest(input));
