//! Arguments and one file a command.
//!
//! Owns: what the user typed, exit statuses, standard output and error.
//! Must not know: how anything is found or reported.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::runner;

mod clone;
mod completions;
mod explain;
mod export;
mod final_script;
mod image;
mod init;
mod lint;
mod new;
mod output;
mod place;
mod rules;
mod run;
mod test;
mod words;
mod written;

/// Linter, language server and local runner for D3 SOAR custom commands.
#[derive(Debug, Parser)]
#[command(name = "d3ls", version, max_term_width = 100, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Report what D3 would refuse, what would break at run time, and what is likely a mistake.
    Lint(lint::Arguments),
    /// Show the page of a rule.
    Explain(explain::Arguments),
    /// List all rules.
    Rules(rules::Arguments),
    /// Run one command in the local engine, as D3 would.
    Run(run::Arguments),
    /// Run the test cases beside manifests.
    Test(test::Arguments),
    /// Make a new integration, utility command, or one more command.
    New(new::Arguments),
    /// Write the manifest that an existing script implies.
    Init(init::Arguments),
    /// Copy a command under another name.
    Clone(clone::Arguments),
    /// Print what to enter in D3's forms, and the script ready to paste.
    Export(export::Arguments),
    /// Find out what a D3 server's Python image offers, or show what is known of it.
    Image(image::Arguments),
    /// Print the final script: system script, then custom script.
    Final(final_script::Arguments),
    /// Print completions for a shell.
    Completions(completions::Arguments),
    /// Print the man page.
    Man,
    /// Run the language server on standard input and output.
    Server(ServerArguments),
}

#[derive(Debug, clap::Args)]
struct ServerArguments {
    /// Accepted for editors that pass it; there is no other transport.
    #[arg(long)]
    stdio: bool,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    /// Nothing to complain about.
    Clean,
    /// There are findings.
    Findings,
    /// Something could not be done.
    Failed,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        match status {
            Status::Clean => Self::SUCCESS,
            Status::Findings => Self::from(1),
            Status::Failed => Self::from(2),
        }
    }
}

/// Runs the program with the process's own arguments.
pub fn main() -> ExitCode {
    // Before any thread is started: what follows confines the whole process.
    let own: Vec<String> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    if own.first().is_some_and(|first| first == runner::confine::COMMAND) {
        return runner::confine::main(&own[1..]);
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(usage) => {
            let status = if usage.use_stderr() { Status::Failed } else { Status::Clean };
            // Nobody is left to tell where even this can't be written.
            let _ = usage.print();
            return status.into();
        }
    };
    let status = match arguments.command {
        Command::Lint(arguments) => lint::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Clone(arguments) => clone::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man => completions::man(),
        Command::Image(arguments) => image::run(&arguments),
        Command::Final(arguments) => final_script::run(&arguments),
        Command::Server(ServerArguments { stdio: _ }) => return crate::server::run(),
    };
    match status {
        Ok(status) => status.into(),
        Err(error) => {
            output::complain(&format!("{error:#}"));
            Status::Failed.into()
        }
    }
}
