//! `bennu plan`: what would be done next.

use bennu_api::dto::plan::{LineDocument, PlanDocument, StepDocument, WhenWord};
use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::{Value, json};

use super::documents::{self, Found};
use super::format::{Format, show};
use super::output::{Mood, paint};
use super::{ConnectionArgs, Exit, Failure, Output, noun, table, time};
use crate::client::{Client, decode};

/// Show what the daemon would do next, without doing it.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub struct PlanArgs {
    /// Which environment
    #[arg(group = "what", value_parser = noun::environment)]
    pub name: Option<String>,
    /// Environments that are not declared yet, or otherwise: a file, a folder, or `-`
    #[arg(
        long = "filename",
        short = 'f',
        value_name = "FILE|DIR|-",
        group = "what"
    )]
    pub filenames: Vec<String>,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t)]
    pub output: Format,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) async fn run(args: PlanArgs, output: &mut Output) -> Result<Exit, Failure> {
    let client = Client::new(&args.connection.resolve()?)?;
    if let Some(name) = &args.name {
        let plan = client.view(name, "plan").await?;
        let line = format!("environment/{name}");
        show(output, args.output, &line, plan, |plan, wide, output| {
            for_people(name, plan, wide, output)
        })?;
        return Ok(Exit::Done);
    }
    let mut exit = Exit::Done;
    for Found { place, document } in documents::read(&args.filenames)? {
        if let Err(failure) = one_of_files(&client, document, args.output, output).await {
            output.note(&format!("error: {place}: {failure}"));
            exit = exit.or_worse(failure.exit);
        }
    }
    Ok(exit)
}

async fn one_of_files(
    client: &Client,
    mut document: Value,
    form: Format,
    output: &mut Output,
) -> Result<(), Failure> {
    let subject = documents::subject(&document, client)?;
    document["metadata"]["team"] = json!(subject.team);
    let answer = client.plan_of(&document).await?;
    let name = &subject.name;
    let line = format!("environment/{name}");
    show(output, form, &line, answer, |mut answer, wide, output| {
        let declared = answer["declared"].as_str().unwrap_or_default();
        let mut text = match declared {
            "same" => format!("{line} is declared so already\n"),
            other => format!("{line} would be {other}\n"),
        };
        if let Some(assumed) = answer["assumes"].as_str() {
            text.push_str(&format!("{assumed}\n"));
        }
        let plan = answer["plan"].take();
        Ok(text + &for_people(name, plan, wide, output)?)
    })
}

/// A plan in words; with more asked for, also when each part was seen to the second.
pub(super) fn for_people(
    name: &str,
    plan: Value,
    wide: bool,
    output: &Output,
) -> Result<String, Failure> {
    let plan: PlanDocument = decode(plan)?;
    let mut text = text(name, &plan, time::now(), output.colour());
    if wide {
        let seen = plan.report.lines.iter();
        let seen = seen.filter_map(|line| Some((&line.resource, line.seen_at?)));
        for (resource, at) in seen {
            text.push_str(&format!("  {resource} was read at {}\n", at.to_rfc3339()));
        }
    }
    Ok(text)
}

fn text(name: &str, plan: &PlanDocument, now: DateTime<Utc>, colour: bool) -> String {
    let mut text = format!("plan for {name}, generation {}\n", plan.generation);
    text.push_str(&indented(&parts(&plan.report.lines, now)));
    text.push_str(&indented(&steps(&plan.report.steps, colour)));
    match &plan.tombstone {
        Some(end) => text.push_str(&format!("  the life is over: {end}\n")),
        None if plan.converged => text.push_str("  nothing to do\n"),
        None => {}
    }
    text
}

/// Every part with what it is in.
pub(super) fn parts(lines: &[LineDocument], now: DateTime<Utc>) -> String {
    let row = |line: &LineDocument| {
        let seen = line
            .seen_at
            .map(|at| format!("seen {} ago", time::ago(at, now)));
        vec![
            line.resource.clone(),
            line.verdict.clone(),
            seen.unwrap_or_else(|| "never seen".to_owned()),
        ]
    };
    table::align(&lines.iter().map(row).collect::<Vec<_>>())
}

/// Every step: what, why, and what it waits for or what blocks it.
pub(super) fn steps(steps: &[StepDocument], colour: bool) -> String {
    steps.iter().map(|one| step(one, colour)).collect()
}

fn step(step: &StepDocument, colour: bool) -> String {
    let what = step.action.as_ref().unwrap_or(&step.resource);
    let (word, mood) = match step.when {
        WhenWord::Go => ("go", Mood::Good),
        WhenWord::Wait => ("wait", Mood::Busy),
        WhenWord::Blocked => ("blocked", Mood::Bad),
    };
    let word = format!(
        "{}{}",
        paint(word, mood, colour),
        " ".repeat(9 - word.len())
    );
    let mut text = format!("{word}{what}, because {}\n", step.because);
    let below = " ".repeat(9);
    if let Some(on) = &step.waits_for {
        text.push_str(&format!("{below}waits for: {on}\n"));
    }
    if let Some(blocked) = &step.blocked {
        text.push_str(&format!(
            "{below}blocked by: {} ({})\n",
            blocked.cause, blocked.reason
        ));
        text.push_str(&format!("{below}what to do: {}\n", blocked.remedy));
    }
    text
}

/// Every line two places further in.
pub(super) fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use bennu_api::dto::plan::{BlockedDocument, ReportDocument};

    use super::*;

    #[test]
    fn a_plan_says_what_and_why_and_who_could_help() {
        let seen_at = Some(DateTime::UNIX_EPOCH);
        let plan = PlanDocument {
            generation: 2,
            converged: false,
            tombstone: None,
            report: ReportDocument {
                lines: vec![LineDocument {
                    resource: "stack".into(),
                    verdict: "outdated: parameters".into(),
                    seen_at,
                }],
                steps: vec![
                    StepDocument {
                        resource: "stack".into(),
                        action: Some("create change set bennu-1".into()),
                        when: WhenWord::Go,
                        waits_for: None,
                        blocked: None,
                        because: "it is outdated".into(),
                    },
                    StepDocument {
                        resource: "tenant".into(),
                        action: None,
                        when: WhenWord::Blocked,
                        waits_for: None,
                        blocked: Some(BlockedDocument {
                            reason: "ProjectMissing".into(),
                            cause: "there is no project Web".into(),
                            remedy: "create it".into(),
                        }),
                        because: "it is missing".into(),
                    },
                ],
            },
        };
        let now = DateTime::UNIX_EPOCH + chrono::Duration::seconds(4);
        let expected = "\
plan for ryan0001, generation 2
  stack   outdated: parameters   seen 4s ago
  go       create change set bennu-1, because it is outdated
  blocked  tenant, because it is missing
           blocked by: there is no project Web (ProjectMissing)
           what to do: create it
";
        assert_eq!(text("ryan0001", &plan, now, false), expected);
    }
}
