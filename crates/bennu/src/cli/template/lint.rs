//! `bennu template lint`: what is wrong, where, and what to do about it.

use std::path::PathBuf;

use bennu_template::catalog::Finding;
use clap::Args;

use crate::catalog;
use crate::cli::{Exit, Failure, Output};

/// Say what is wrong with templates.
#[derive(Debug, Args)]
pub struct LintArgs {
    /// Folders of templates, or folders with such folders in them
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

pub(super) fn run(args: &LintArgs, output: &mut Output) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    for path in &args.paths {
        let templates = catalog::findings(path);
        let templates = templates.map_err(|error| Failure::failed(error.to_string()))?;
        for (name, findings) in templates {
            output.lines(&report(&name, &findings));
            if !findings.is_empty() {
                exit = Exit::Failed;
            }
        }
    }
    Ok(exit)
}

/// What a template is told: that it is fine, or each finding in three lines.
pub(super) fn report(name: &str, findings: &[Finding]) -> String {
    if findings.is_empty() {
        return format!("{name}: nothing is wrong\n");
    }
    let each = findings.iter().map(|finding| {
        let Finding {
            place,
            cause,
            remedy,
        } = finding;
        format!("{place}\n  cause:  {cause}\n  remedy: {remedy}\n")
    });
    each.collect()
}
