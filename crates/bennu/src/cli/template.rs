//! `bennu template`: what specs can name, and what is wrong with it. No daemon is asked: a
//! catalog is folders.

mod lint;
mod show;

use std::path::PathBuf;

use bennu_api::dto::CatalogTemplate;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::format::{self, Format};
use super::{Exit, Failure, Output, table};
use crate::catalog;

/// Templates that specs can name.
#[derive(Debug, Subcommand)]
pub enum TemplateCommand {
    /// Say what is wrong with templates: 0 if nothing is
    Lint(lint::LintArgs),
    /// List templates
    List(ListArgs),
    /// Show all about one template
    Show(ShowArgs),
}

/// Which templates there are.
#[derive(Debug, Args)]
pub struct Catalog {
    /// A folder with a folder for each template; what comes with Bennu is there, too
    #[arg(long = "catalog", short, value_name = "FOLDER")]
    pub folders: Vec<PathBuf>,
}

/// List templates.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    catalog: Catalog,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t)]
    pub output: Format,
}

/// Show a template.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Which
    pub name: String,
    #[command(flatten)]
    catalog: Catalog,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t)]
    pub output: Format,
}

pub(super) fn run(command: TemplateCommand, output: &mut Output) -> Result<Exit, Failure> {
    match command {
        TemplateCommand::Lint(args) => lint::run(&args, output),
        TemplateCommand::List(args) => {
            let text = list(&templates(&args.catalog)?, args.output)?;
            output.lines(&text);
            Ok(Exit::Done)
        }
        TemplateCommand::Show(args) => {
            let text = one(templates(&args.catalog)?, &args.name, args.output)?;
            output.lines(&text);
            Ok(Exit::Done)
        }
    }
}

fn templates(catalog: &Catalog) -> Result<Vec<CatalogTemplate>, Failure> {
    let templates = catalog::read(&catalog.folders, true);
    let templates = templates.map_err(|error| Failure::failed(error.to_string()))?;
    let each = templates.values();
    Ok(each.map(|entry| CatalogTemplate::from(&**entry)).collect())
}

fn list(templates: &[CatalogTemplate], form: Format) -> Result<String, Failure> {
    match form {
        Format::Json => format::json(&whole(templates)?),
        Format::Yaml => format::yaml(&whole(templates)?),
        Format::Name => Ok(templates.iter().map(name).collect()),
        Format::Table => Ok(rows(templates, false)),
        Format::Wide => Ok(rows(templates, true)),
    }
}

fn one(templates: Vec<CatalogTemplate>, wanted: &str, form: Format) -> Result<String, Failure> {
    let names: Vec<_> = templates.iter().map(|one| one.name.clone()).collect();
    let found = templates.into_iter().find(|one| one.name == wanted);
    let template = found.ok_or_else(|| {
        let names = names.join(", ");
        Failure::failed(format!(
            "no template {wanted:?} is there; there are: {names}"
        ))
    })?;
    match form {
        Format::Json => format::json(&document(&template)?),
        Format::Yaml => format::yaml(&document(&template)?),
        Format::Name => Ok(name(&template)),
        Format::Table | Format::Wide => Ok(show::text(&template)),
    }
}

fn name(template: &CatalogTemplate) -> String {
    format!("template/{}\n", template.name)
}

fn document(template: &CatalogTemplate) -> Result<Value, Failure> {
    serde_json::to_value(template).map_err(|error| Failure::failed(format!("JSON: {error}")))
}

fn whole(templates: &[CatalogTemplate]) -> Result<Value, Failure> {
    let items: Result<Vec<_>, _> = templates.iter().map(document).collect();
    Ok(json!({ "apiVersion": "bennu.dev/v1", "kind": "TemplateList", "items": items? }))
}

pub(super) fn rows(templates: &[CatalogTemplate], wide: bool) -> String {
    let mut head = vec!["NAME", "DIGEST", "PACKAGE"];
    head.extend(if wide {
        vec!["SIGNALS", "CAPABILITIES", "DESCRIPTION"]
    } else {
        vec!["DESCRIPTION"]
    });
    let mut rows: Vec<Vec<String>> = vec![head.into_iter().map(str::to_owned).collect()];
    for one in templates {
        let package = one.package_digest.as_deref().map_or("-", show::short);
        let mut row = vec![
            one.name.clone(),
            show::short(&one.digest).to_owned(),
            package.to_owned(),
        ];
        if wide {
            let capabilities: Vec<_> = one.capabilities.iter().map(String::as_str).collect();
            row.extend([
                one.signal_timeout.clone().unwrap_or_else(|| "-".to_owned()),
                show::or_none(&capabilities.join(",")),
                one.description.clone(),
            ]);
        } else {
            row.push(first_sentence(&one.description));
        }
        rows.push(row);
    }
    table::align(&rows)
}

fn first_sentence(text: &str) -> String {
    let end = text.find(". ").map_or(text.len(), |end| end + 1);
    text.get(..end).unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests;
