//! What is in files.

use sha2::{Digest, Sha256};

use super::{Answered, Asked, Takes, nothing, one};
use crate::bootstrap::archive;
use crate::bootstrap::machine::Machine;
use crate::bootstrap::windows::disk;
use crate::bootstrap::windows::session::Stop;
use crate::bootstrap::windows::value::{Table, Value};

pub(super) const TAKES: &[Takes] = &[
    Takes {
        name: "get-content",
        values: &["-path", "-literalpath", "-encoding"],
        switches: &["-raw"],
        places: &["-path"],
        rest: "",
        input: None,
    },
    Takes {
        name: "set-content",
        values: &["-path", "-literalpath", "-value", "-encoding"],
        switches: &["-force", "-nonewline"],
        places: &["-path", "-value"],
        rest: "",
        input: Some("-value"),
    },
    Takes {
        name: "add-content",
        values: &["-path", "-literalpath", "-value", "-encoding"],
        switches: &["-force", "-nonewline"],
        places: &["-path", "-value"],
        rest: "",
        input: Some("-value"),
    },
    Takes {
        name: "out-file",
        values: &["-filepath", "-encoding"],
        switches: &["-append", "-force"],
        places: &["-filepath"],
        rest: "",
        input: Some("-inputobject"),
    },
    Takes {
        name: "get-filehash",
        values: &["-path", "-literalpath", "-algorithm"],
        switches: &[],
        places: &["-path"],
        rest: "",
        input: None,
    },
    Takes {
        name: "expand-archive",
        values: &["-path", "-literalpath", "-destinationpath"],
        switches: &["-force"],
        places: &["-path", "-destinationpath"],
        rest: "",
        input: None,
    },
];

pub(super) fn run(asked: &Asked, machine: &mut Machine) -> Answered {
    let path = match asked.text("-literalpath").or(asked.text("-filepath")) {
        Some(path) => path,
        None => asked.required("-path")?,
    };
    if path.contains('*') {
        return Err(Stop::Broken(format!("the wildcard in {path}")));
    }
    match asked.name {
        "get-content" => {
            let text = disk::text(machine, &path).ok_or_else(|| absent(&path))?;
            if asked.has("-raw") {
                return Ok(one(Value::Text(text)));
            }
            let lines = text.lines().map(Value::from).collect();
            Ok(super::Answer::Gives(lines, 0.0))
        }
        "get-filehash" => {
            let algorithm = asked.text("-algorithm").unwrap_or("SHA256".to_owned());
            if !algorithm.eq_ignore_ascii_case("SHA256") {
                return Err(Stop::Broken(format!("Get-FileHash by {algorithm}")));
            }
            let bytes = disk::bytes(machine, &path).ok_or_else(|| absent(&path))?;
            let hash = hex::encode_upper(Sha256::digest(&bytes));
            Ok(one(Value::Table(Table::from([
                ("Algorithm", Value::from("SHA256")),
                ("Hash", Value::Text(hash)),
                ("Path", Value::Text(path)),
            ]))))
        }
        "expand-archive" => expand(asked, &path, machine),
        "add-content" => add(asked, &path, machine, true),
        "out-file" => add(asked, &path, machine, asked.has("-append")),
        _ => add(asked, &path, machine, false),
    }
}

/// Writes lines into a file, or at its end.
fn add(asked: &Asked, path: &str, machine: &mut Machine, appends: bool) -> Answered {
    let values = asked.all("-value");
    let mut text = match appends {
        true => disk::text(machine, path).unwrap_or_default(),
        false => String::new(),
    };
    let end = if asked.has("-nonewline") { "" } else { "\r\n" };
    for value in values {
        text.push_str(&value.text());
        text.push_str(end);
    }
    disk::write(machine, path, text)?;
    Ok(nothing())
}

fn expand(asked: &Asked, path: &str, machine: &mut Machine) -> Answered {
    let folder = asked.required("-destinationpath")?;
    if !path.to_lowercase().ends_with(".zip") {
        return Err(format!("{path} is not a supported archive file format. .zip is.").into());
    }
    let bytes = disk::bytes(machine, path).ok_or_else(|| absent(path))?;
    for (name, content) in archive::unpack(&bytes)? {
        let target = format!("{folder}\\{name}");
        if disk::is_file(machine, &target) && !asked.has("-force") {
            let words = "already exists; use the -Force parameter to overwrite it.";
            return Err(format!("The file '{target}' {words}").into());
        }
        disk::install(machine, &target, content);
    }
    Ok(nothing())
}

fn absent(path: &str) -> Stop {
    Stop::Throw(format!(
        "Cannot find path '{path}' because it does not exist."
    ))
}
