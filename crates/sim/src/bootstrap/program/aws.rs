//! The AWS command line: `s3 cp` and `secretsmanager get-secret-value`.

use serde_json::json;

use super::Ran;
use crate::bootstrap::bucket;
use crate::bootstrap::flags::{Flags, Takes};
use crate::bootstrap::machine::{Around, Machine};

const COPY: Takes = Takes {
    values: &[&["--region"], &["--sse"], &["--output"]],
    switches: &[
        &["--quiet"],
        &["--no-progress"],
        &["--only-show-errors"],
        &["--recursive"],
    ],
};

const SECRET: Takes = Takes {
    values: &[
        &["--secret-id"],
        &["--query"],
        &["--output"],
        &["--region"],
        &["--version-id"],
        &["--version-stage"],
    ],
    switches: &[&["--no-cli-pager"]],
};

/// Another command of it succeeds and prints nothing.
pub(super) fn run(args: &[String], machine: &mut Machine, around: &mut Around<'_>) -> Ran {
    let parameters = around.parameters;
    let cost_s = machine.about(parameters.bootstrap_step_s, parameters);
    let words: Vec<&str> = args.iter().take(2).map(String::as_str).collect();
    let rest = args.get(2..).unwrap_or_default();
    match words.as_slice() {
        ["s3", "cp"] => {
            let flags = Flags::read(rest, COPY)?;
            let [from, to] = flags.plain.as_slice() else {
                return Err("s3 cp: the following arguments are required: paths".to_owned());
            };
            if flags.has("--recursive") || !from.starts_with("s3://") {
                return Err(format!(
                    "s3 cp of {from}: only one object is copied, to a file"
                ));
            }
            let text = bucket::read(from, around.buckets)?;
            machine.say(around.now, &format!("download: {from} to {to}"));
            let name = from.rsplit('/').next().unwrap_or_default();
            let path = if to.ends_with('/') {
                format!("{to}{name}")
            } else {
                to.clone()
            };
            let output = if to == "-" {
                text
            } else {
                machine.files.insert(path, text);
                String::new()
            };
            Ok((output, cost_s))
        }
        ["secretsmanager", "get-secret-value"] => {
            let flags = Flags::read(rest, SECRET)?;
            let id = flags.required("--secret-id")?;
            let value = machine.secret(id);
            let output = match (flags.value("--query"), flags.value("--output")) {
                (Some("SecretString"), Some("text")) => value,
                (Some("SecretString"), _) => format!("\"{value}\""),
                (None, _) => json!({ "ARN": id, "SecretString": value }).to_string(),
                (Some(query), _) => return Err(format!("--query {query} is not simulated")),
            };
            Ok((format!("{output}\n"), cost_s))
        }
        _ => Ok((String::new(), cost_s)),
    }
}
