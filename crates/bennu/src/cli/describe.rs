//! `bennu describe`: all about one environment, for a person who wants to know why.

mod software;

use bennu_api::dto::status::{ConditionDocument, ContentDocument, SeenDocument, SeenWord};
use bennu_api::dto::{EnvironmentDocument, EventDocument, StatusDocument};
use chrono::{DateTime, Utc};
use clap::Args;

use super::format::{self, Format};
use super::plan::{indented, parts, steps};
use super::{ConnectionArgs, Exit, Failure, Output, change_set, noun, table, time};
use crate::client::{Client, decode};

/// As many as explain the last operation.
const EVENTS: usize = 10;
/// As many as tell most lives whole.
const MORE_EVENTS: usize = 200;

/// Show all about one environment.
#[derive(Debug, Args)]
pub struct DescribeArgs {
    /// Which environment
    #[arg(value_parser = noun::environment)]
    pub name: String,
    /// The form of the answer; the wide one has more of what happened
    #[arg(long, short, value_enum, default_value_t)]
    pub output: Format,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) async fn run(args: DescribeArgs, output: &mut Output) -> Result<Exit, Failure> {
    let client = Client::new(&args.connection.resolve()?)?;
    let document = client.get(&args.name).await?;
    let count = match args.output {
        Format::Json => {
            output.lines(&format::json(&document)?);
            return Ok(Exit::Done);
        }
        Format::Yaml => {
            output.lines(&format::yaml(&document)?);
            return Ok(Exit::Done);
        }
        Format::Name => {
            output.lines(&format!("environment/{}", args.name));
            return Ok(Exit::Done);
        }
        Format::Table => EVENTS,
        Format::Wide => MORE_EVENTS,
    };
    let environment: EnvironmentDocument = decode(document)?;
    let events = client.last_events(&args.name, count).await?;
    output.lines(&text(&environment, &events, time::now(), output.colour()));
    Ok(Exit::Done)
}

fn text(
    one: &EnvironmentDocument,
    events: &[EventDocument],
    now: DateTime<Utc>,
    colour: bool,
) -> String {
    let mut text = table::align(&head(one, now));
    if let Some(status) = &one.status {
        section(
            &mut text,
            "Conditions",
            &conditions(&status.conditions, now),
        );
        section(&mut text, "Stack", &stack(status, now));
        section(&mut text, "Change set", &change_set_lines(status, now));
        section(&mut text, "Tenant", &tenant(status, now));
        section(&mut text, "Machines", &machines(status, now));
        text.push_str(&work_sections(status, now, colour));
        section(&mut text, "Parts", &parts(&status.report.lines, now));
        section(
            &mut text,
            "Next steps",
            &steps(&status.report.steps, colour),
        );
    }
    section(&mut text, "Last events", &event_lines(events, now));
    text
}

/// What runs, and what is under way.
fn work_sections(status: &StatusDocument, now: DateTime<Utc>, colour: bool) -> String {
    let mut text = String::new();
    let sections = [
        ("Release", software::release(status)),
        ("Instances", software::instances(status, now, colour)),
        ("Progress", software::progress(status, now)),
        (
            "Deployments",
            software::deployments(&status.deployments, now),
        ),
        ("Wants", software::wants(&status.wants, now)),
    ];
    for (title, content) in sections {
        section(&mut text, title, &content);
    }
    text
}

fn section(text: &mut String, title: &str, content: &str) {
    if !content.is_empty() {
        text.push_str(&format!("{title}:\n{}", indented(content)));
    }
}

fn head(one: &EnvironmentDocument, now: DateTime<Utc>) -> Vec<Vec<String>> {
    let meta = &one.metadata;
    let ago = |at| format!("{} ago", time::ago(at, now));
    let status = one.status.as_ref();
    let observed = match status.map(|status| (status.observed_generation, status.observed_at)) {
        Some((Some(generation), Some(at))) => format!("{generation}, {}", ago(at)),
        Some(_) | None => "not yet".to_owned(),
    };
    let labels: Vec<_> = meta
        .labels
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let octopus = one.spec.octopus.as_ref().map(|octopus| {
        let projects = octopus.projects.join(", ");
        format!(
            "{}, space {}, {} of {projects}",
            octopus.server, octopus.space, octopus.environment
        )
    });
    let rows = [
        ("Name:", Some(meta.name.clone())),
        ("Team:", Some(meta.team.clone())),
        ("Uid:", Some(meta.uid.clone())),
        (
            "Labels:",
            Some(labels.join(", ")).filter(|labels| !labels.is_empty()),
        ),
        ("Target:", Some(one.spec.target.clone())),
        (
            "Template:",
            status
                .and_then(|status| status.content.as_ref())
                .map(content),
        ),
        ("Octopus:", octopus),
        ("Approve:", one.spec.approve.clone()),
        ("Generation:", Some(meta.generation.to_string())),
        ("Observed:", Some(observed)),
        ("Declared:", Some(ago(meta.created_at))),
        ("Deletion asked:", meta.deleted_at.map(ago)),
    ];
    let given = rows
        .into_iter()
        .filter_map(|(key, value)| Some(vec![key.to_owned(), value?]));
    given.collect()
}

/// Which template and package that is: digests change where a name stays.
fn content(content: &ContentDocument) -> String {
    let short = |digest: &str| digest.chars().take(12).collect::<String>();
    let template = short(&content.template);
    let name = content.template_name.as_ref();
    let named = name.map_or_else(|| template.clone(), |name| format!("{name} ({template})"));
    match &content.package {
        Some(package) => format!("{named}, package {}", short(package)),
        None => named,
    }
}

fn conditions(conditions: &[ConditionDocument], now: DateTime<Utc>) -> String {
    let row = |one: &ConditionDocument| {
        vec![
            one.kind.clone(),
            one.status.clone(),
            time::ago(one.last_transition_time, now),
            one.reason.clone(),
            one.message.clone(),
        ]
    };
    table::align(&conditions.iter().map(row).collect::<Vec<_>>())
}

fn stack(status: &StatusDocument, now: DateTime<Utc>) -> String {
    seen(&status.stack, now, |stack| {
        let mut text = format!("{}, {}\n{}\n", stack.name, stack.status, stack.arn);
        if let Some(reason) = &stack.reason {
            text.push_str(&format!("{reason}\n"));
        }
        for (key, value) in &stack.outputs {
            text.push_str(&format!("output {key} = {value}\n"));
        }
        text
    })
}

fn change_set_lines(status: &StatusDocument, now: DateTime<Utc>) -> String {
    let Some(set) = &status.change_set else {
        return String::new();
    };
    let lines = change_set::lines(set);
    match set.seen_at {
        Some(at) => format!("{lines}(seen {} ago)\n", time::ago(at, now)),
        None => lines,
    }
}

fn tenant(status: &StatusDocument, now: DateTime<Utc>) -> String {
    let tenant = status.tenant.as_ref();
    let text = tenant.map(|one| {
        seen(one, now, |tenant| {
            format!("{}, {}\n", tenant.name, tenant.id)
        })
    });
    text.unwrap_or_default()
}

fn machines(status: &StatusDocument, now: DateTime<Utc>) -> String {
    // They are looked at only when they matter: before a tenant goes.
    let machines = status.machines.as_ref().filter(|one| one.seen_at.is_some());
    let text = machines.map(|one| {
        seen(one, now, |machines| {
            let row = |machine: &bennu_api::dto::status::MachineDocument| {
                let roles: Vec<_> = machine.roles.iter().map(String::as_str).collect();
                vec![
                    machine.name.clone(),
                    machine.health.clone(),
                    machine.id.clone(),
                    roles.join(", "),
                ]
            };
            table::align(&machines.iter().map(row).collect::<Vec<_>>())
        })
    });
    text.unwrap_or_default()
}

/// A thing as it was seen; that it is not there; or that nobody knows, and why.
fn seen<T>(
    document: &SeenDocument<T>,
    now: DateTime<Utc>,
    describe: impl Fn(&T) -> String,
) -> String {
    let when = document
        .seen_at
        .map(|at| format!("seen {} ago", time::ago(at, now)));
    let when = when.unwrap_or_else(|| "never seen".to_owned());
    match (document.seen, &document.value) {
        (SeenWord::Present, Some(value)) => format!("{}({when})\n", describe(value)),
        (SeenWord::Absent, _) => format!("none ({when})\n"),
        (SeenWord::Present | SeenWord::Unknown, _) => {
            let why = document.why.as_deref().unwrap_or("no reason given");
            format!("unknown: {why} ({when})\n")
        }
    }
}

fn event_lines(events: &[EventDocument], now: DateTime<Utc>) -> String {
    let row = |one: &EventDocument| {
        vec![
            format!("{} ago", time::ago(one.at, now)),
            one.level.clone(),
            one.reason.clone(),
            one.message.clone(),
        ]
    };
    table::align(&events.iter().map(row).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::change_set::tests::waiting;
    use crate::cli::get::tests::{now, sample};

    #[test]
    fn everything_is_said() {
        let event = EventDocument {
            id: 1,
            at: now() - chrono::Duration::seconds(70),
            level: "Normal".into(),
            reason: "StackCreating".into(),
            message: "create stack bennu-dev-ryan0001".into(),
            generation: 1,
            pass: None,
            by: None,
            request: None,
        };
        let expected = "\
Name:         ryan0001
Team:         checkout
Uid:          00112233445566aa
Labels:       branch=feature/ryan
Target:       dev-sydney
Template:     web-linux (0123456789ab), package fedcba987654
Octopus:      main, space Default, Development of Checkout Web
Generation:   2
Observed:     1, 10s ago
Declared:     1h ago
Conditions:
  Ready         False   1m   Progressing   the stack is being created
  Reconciling   True    1m   Progressing   the stack is being created
Stack:
  bennu-dev-ryan0001, CREATE_IN_PROGRESS
  arn:stack
  output Url = http://x
  (seen 10s ago)
Tenant:
  unknown: never looked (never seen)
Machines:
  none (seen 10s ago)
Parts:
  stack   busy: being created   seen 10s ago
Next steps:
  wait     stack, because it is missing
           waits for: CloudFormation
Last events:
  1m10s ago   Normal   StackCreating   create stack bennu-dev-ryan0001
";
        assert_eq!(text(&sample(), &[event], now(), false), expected);
    }

    #[test]
    fn what_waits_for_a_person_is_said_with_its_changes() {
        let mut one = sample();
        one.spec.approve = Some("replacements".into());
        let status = one.status.as_mut().unwrap();
        status.change_set = Some(waiting());
        let text = text(&one, &[], now(), false);
        assert!(text.contains("\nApprove:      replacements\n"), "{text}");
        let expected = "
Change set:
  bennu-one: waits for approval
  Modify   Db ";
        assert!(text.contains(expected), "{text}");
        assert!(text.contains("AWS::SNS::Topic        -\n  (seen 10s ago)\nTenant:\n"));
    }
}
