//! The AWS command line: `s3 cp` and `secretsmanager get-secret-value`.

use serde_json::json;

use super::Ran;
use crate::bootstrap::bucket;
use crate::bootstrap::flags::{Flags, Takes};
use crate::bootstrap::machine::in_cli_words;
use crate::bootstrap::machine::{Around, Machine};
use crate::world::Place;

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

/// The exit status of a call that a service refused; of `s3 cp` and of a wrong command line
/// it is 1.
pub(super) fn status_of(why: &str) -> i32 {
    if why.starts_with("An error occurred (") {
        254
    } else {
        1
    }
}

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
            let (bucket, key) =
                bucket::address(from).ok_or_else(|| "s3 cp: Invalid argument type".to_owned())?;
            // The command asks for the object's head first, whose refusal has no text.
            let found = around.buckets.object(&bucket, &key).map_err(|_| {
                let why = format!("Key \"{key}\" does not exist");
                format!("fatal error: {}", in_cli_words("404", "HeadObject", &why))
            })?;
            let bytes = found.bytes.clone();
            if !flags.has("--quiet") && !flags.has("--only-show-errors") && to != "-" {
                machine.say(around.now, &format!("download: {from} to {to}"));
            }
            if to == "-" {
                return Ok((String::from_utf8_lossy(&bytes).into_owned(), cost_s));
            }
            let name = from.rsplit('/').next().unwrap_or_default();
            let path = if to.ends_with('/') || machine.files.is_folder(to) {
                format!("{}/{name}", to.trim_end_matches('/'))
            } else {
                to.clone()
            };
            if let Some((folder, _)) = path.rsplit_once('/') {
                machine.files.make_folder(folder);
            }
            machine.files.write(path, bytes);
            Ok((String::new(), cost_s))
        }
        ["secretsmanager", "get-secret-value"] => {
            let flags = Flags::read(rest, SECRET)?;
            let id = flags.required("--secret-id")?;
            let region = flags.value("--region").unwrap_or(&machine.region);
            let place = Place {
                account: machine.account.clone(),
                region: region.to_owned(),
            };
            let value = around.secret_at(&place, id)?;
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
