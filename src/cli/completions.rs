//! `d3ls completions` and `d3ls man`: what packages install beside the program.

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Status, output};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the completions of a shell.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Arguments::command(), "d3ls", &mut text);
    output::write_plain(&text)?;
    Ok(Status::Clean)
}

/// Prints the man page.
pub(super) fn man() -> anyhow::Result<Status> {
    let mut text = Vec::new();
    clap_mangen::Man::new(super::Arguments::command()).render(&mut text)?;
    output::write_plain(&text)?;
    Ok(Status::Clean)
}
