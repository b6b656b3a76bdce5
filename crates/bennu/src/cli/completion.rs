//! `bennu completion`: a script that makes a shell complete verbs and flags.

use clap::{Args, CommandFactory as _};
use clap_complete::{Shell, generate};

use super::{Cli, Exit, Output};

/// Print a script that completes verbs and flags.
#[derive(Debug, Args)]
pub struct CompletionArgs {
    /// For which shell
    #[arg(value_enum)]
    pub shell: Shell,
}

pub(super) fn run(args: &CompletionArgs, output: &mut Output) -> Exit {
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), "bennu", &mut script);
    output.lines(&String::from_utf8_lossy(&script));
    Exit::Done
}
