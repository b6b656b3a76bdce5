//! Documents that people give: files, folders of files, standard input.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use bennu_api::read::BLUEPRINT_KIND;
use bennu_api::read::text::documents;
use clap::Args;
use serde_json::Value;

use super::Failure;
use crate::client::{Client, Noun};

/// What a file of a folder ends in.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

/// Where documents are.
#[derive(Debug, Args)]
pub struct Files {
    /// A file of YAML documents or JSON, a folder of such files, or `-` for standard input; may
    /// be given several times
    #[arg(
        long = "filename",
        short = 'f',
        value_name = "FILE|DIR|-",
        required = true
    )]
    pub filenames: Vec<String>,
}

/// A document, and how to speak of it.
pub(super) struct Found {
    pub(super) place: String,
    pub(super) document: Value,
}

/// Of which kind it is, whose, and what it is called.
pub(super) struct Subject {
    pub(super) noun: Noun,
    pub(super) team: String,
    pub(super) name: String,
}

/// Every document of every file.
///
/// # Errors
/// A file cannot be read, or there is nothing in any of them.
pub(super) fn read(names: &[String]) -> Result<Vec<Found>, Failure> {
    let mut found = Vec::new();
    for name in names {
        match name.as_str() {
            "-" => {
                let mut text = String::new();
                let read = std::io::stdin().read_to_string(&mut text);
                read.map_err(|error| Failure::failed(format!("standard input: {error}")))?;
                found.extend(split("standard input", &text)?);
            }
            path => {
                for file in files(Path::new(path))? {
                    let name = file.display().to_string();
                    let text = std::fs::read_to_string(&file)
                        .map_err(|error| Failure::failed(format!("{name}: {error}")))?;
                    found.extend(split(&name, &text)?);
                }
            }
        }
    }
    if found.is_empty() {
        return Err(Failure::usage("there is no document in what was given"));
    }
    Ok(found)
}

/// The file itself; of a folder what it holds directly, by name.
fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let fail = |error: std::io::Error| Failure::failed(format!("{}: {error}", path.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(fail)? {
        let file = entry.map_err(fail)?.path();
        let ending = file.extension().and_then(|ending| ending.to_str());
        if file.is_file() && ending.is_some_and(|ending| ENDINGS.contains(&ending)) {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn split(name: &str, text: &str) -> Result<Vec<Found>, Failure> {
    let documents = documents(text).map_err(|error| Failure::failed(format!("{name}: {error}")))?;
    let several = documents.len() > 1;
    let place = |index: usize| match several {
        true => format!("{name}, document {}", index + 1),
        false => name.to_owned(),
    };
    let numbered = documents.into_iter().enumerate();
    Ok(numbered
        .map(|(index, document)| Found {
            place: place(index),
            document,
        })
        .collect())
}

/// What a document is about. What is of another kind is refused by the daemon, with its own
/// words.
///
/// # Errors
/// It has no name, or nobody says whose it is.
pub(super) fn subject(document: &Value, client: &Client) -> Result<Subject, Failure> {
    let metadata = &document["metadata"];
    let name = metadata["name"].as_str().filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Failure::failed("metadata.name: this is missing: name it"))?;
    let team = match (metadata["team"].as_str(), client.team()) {
        (Some(team), Ok(given)) if team != given => {
            let what = format!("the document says {team:?}, --team or BENNU_TEAM {given:?}");
            return Err(Failure::failed(format!(
                "metadata.team: {what}: make them the same"
            )));
        }
        (Some(team), _) => team,
        (None, given) => given?,
    };
    Ok(Subject {
        noun: match document["kind"].as_str() {
            Some(BLUEPRINT_KIND) => Noun::Blueprint,
            Some(_) | None => Noun::Environment,
        },
        team: team.to_owned(),
        name: name.to_owned(),
    })
}
