//! Arguments and one file a command.

use std::process::ExitCode;

/// Runs the program with the process's own arguments.
pub fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("server") { crate::server::run() } else { ExitCode::SUCCESS }
}
