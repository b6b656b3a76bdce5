//! AWS Tools for PowerShell: an S3 object into a file, a secret.

use super::{Answer, Answered, Asked, Takes};
use crate::bootstrap::bucket;
use crate::bootstrap::machine::{Around, Machine};
use crate::bootstrap::windows::disk;
use crate::bootstrap::windows::session::Stop;
use crate::bootstrap::windows::value::{Table, Value};
use crate::world::Place;

pub(super) const TAKES: &[Takes] = &[
    Takes {
        name: "read-s3object",
        values: &["-bucketname", "-key", "-file", "-region", "-versionid"],
        switches: &[],
        places: &["-bucketname", "-key", "-file"],
        rest: "",
        input: None,
    },
    Takes {
        name: "get-secsecretvalue",
        values: &["-secretid", "-region", "-versionid", "-versionstage"],
        switches: &[],
        places: &["-secretid"],
        rest: "",
        input: None,
    },
];

pub(super) fn run(asked: &Asked, machine: &mut Machine, around: &mut Around<'_>) -> Answered {
    let parameters = around.parameters;
    if machine.fails {
        return Err(format!("{} fails", asked.name).into());
    }
    let region = asked.required("-region")?;
    if asked.name == "get-secsecretvalue" {
        let id = asked.required("-secretid")?;
        if asked
            .value("-versionid")
            .or(asked.value("-versionstage"))
            .is_some()
        {
            return Err(Stop::Broken("another version of a secret".to_owned()));
        }
        let place = Place {
            account: machine.account.clone(),
            region,
        };
        let value = around.secret_at(&place, &id).map_err(|why| {
            let bare = why
                .split_once("operation: ")
                .map(|(_, bare)| bare.to_owned());
            bare.unwrap_or(why)
        })?;
        let told = Table::from([("ARN", id.into()), ("SecretString", value.into())]);
        return Ok(Answer::Gives(
            vec![Value::Table(told)],
            parameters.bootstrap_request_s,
        ));
    }
    let (name, key, file) = (
        asked.required("-bucketname")?,
        asked.required("-key")?,
        asked.required("-file")?,
    );
    let address = format!("s3://{name}/{key}");
    let content = bucket::read(&address, around.buckets)?;
    // The tools make the folders that are missing.
    disk::install(machine, &file, content);
    machine.say(around.now, &format!("Read-S3Object: {address} to {file}"));
    let told = Table::from([("FullName", file.into())]);
    let cost_s = machine.about(parameters.bootstrap_step_s, parameters);
    Ok(Answer::Gives(vec![Value::Table(told)], cost_s))
}
