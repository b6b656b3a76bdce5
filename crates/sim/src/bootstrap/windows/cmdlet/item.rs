//! Paths: what is there, what is made and removed.

use super::{Answered, Asked, Takes, nothing, one};
use crate::bootstrap::machine::Machine;
use crate::bootstrap::windows::disk;
use crate::bootstrap::windows::session::Stop;
use crate::bootstrap::windows::value::{Table, Value};

pub(super) const TAKES: &[Takes] = &[
    Takes {
        name: "test-path",
        values: &["-path", "-literalpath", "-pathtype"],
        switches: &[],
        places: &["-path"],
        rest: "",
        input: None,
    },
    Takes {
        name: "new-item",
        values: &["-path", "-itemtype", "-value", "-name"],
        switches: &["-force"],
        places: &["-path"],
        rest: "",
        input: None,
    },
    Takes {
        name: "remove-item",
        values: &["-path", "-literalpath"],
        switches: &["-force", "-recurse"],
        places: &["-path"],
        rest: "",
        input: None,
    },
    Takes {
        name: "join-path",
        values: &["-path", "-childpath"],
        switches: &[],
        places: &["-path", "-childpath"],
        rest: "",
        input: None,
    },
    Takes {
        name: "split-path",
        values: &["-path"],
        switches: &["-parent", "-leaf"],
        places: &["-path"],
        rest: "",
        input: None,
    },
];

pub(super) fn run(asked: &Asked, machine: &mut Machine) -> Answered {
    let path = match asked.text("-literalpath") {
        Some(path) => path,
        None => asked.required("-path")?,
    };
    if path.contains('*') {
        return Err(Stop::Broken(format!("the wildcard in {path}")));
    }
    match asked.name {
        "test-path" => {
            let kind = asked.text("-pathtype").unwrap_or_default().to_lowercase();
            let (file, folder) = (
                disk::is_file(machine, &path),
                disk::is_folder(machine, &path),
            );
            let truth = match kind.as_str() {
                "" | "any" => file || folder,
                "leaf" => file,
                "container" => folder,
                other => return Err(format!("{other} is no PathType").into()),
            };
            Ok(one(Value::Bool(truth)))
        }
        "join-path" => {
            let child = asked.required("-childpath")?;
            let (path, child) = (path.trim_end_matches('\\'), child.trim_start_matches('\\'));
            Ok(one(Value::Text(format!(r"{path}\{child}"))))
        }
        "split-path" => {
            let (parent, leaf) = path.rsplit_once('\\').unwrap_or(("", path.as_str()));
            Ok(one(if asked.has("-leaf") {
                leaf.into()
            } else {
                parent.into()
            }))
        }
        "new-item" => make(asked, &path, machine),
        _ => {
            if !disk::is_file(machine, &path) && !disk::is_folder(machine, &path) {
                let words = "because it does not exist.";
                return Err(format!("Cannot find path '{path}' {words}").into());
            }
            let key = disk::key(&path);
            if machine.files.inside(&key).next().is_some() && !asked.has("-recurse") {
                let words = "has children and the Recurse parameter was not specified";
                return Err(format!("The item at {path} {words}.").into());
            }
            machine.files.remove(&key);
            Ok(nothing())
        }
    }
}

fn make(asked: &Asked, path: &str, machine: &mut Machine) -> Answered {
    let path = match asked.text("-name") {
        Some(name) => format!(r"{path}\{name}"),
        None => path.to_owned(),
    };
    let is_folder = match asked.text("-itemtype") {
        Some(kind) if kind.eq_ignore_ascii_case("directory") => true,
        Some(kind) if kind.eq_ignore_ascii_case("file") => false,
        None => false,
        Some(kind) => return Err(Stop::Broken(format!("New-Item -ItemType {kind}"))),
    };
    let exists = disk::is_file(machine, &path) || disk::is_folder(machine, &path);
    if exists && !asked.has("-force") {
        return Err(format!("An item with the specified name {path} already exists.").into());
    }
    if is_folder {
        machine.files.make_folder(&disk::key(&path));
    } else {
        let content = asked.text("-value").unwrap_or_default();
        if asked.has("-force") {
            disk::install(machine, &path, content);
        } else {
            disk::write(machine, &path, content)?;
        }
    }
    let told = Table::from([("FullName", Value::Text(path))]);
    Ok(one(Value::Table(told)))
}
