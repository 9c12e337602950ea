//! The `d3ls` binary: everything lives in the library.

use std::process::ExitCode;

// Trees are made of very many small pieces: the system's allocator takes a fifth of a check.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[cfg(not(target_os = "linux"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    d3ls::cli::main()
}
