//! The `d3ls` binary: everything lives in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    d3ls::cli::main()
}
