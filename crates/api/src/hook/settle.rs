//! A delivery that was received is decided about, and all that follows is stored in one
//! step. What changed meanwhile is looked at again.

use bennu_model::blueprint::{
    BlueprintId, Decision, Declare, Event, Happened, LabelSource, Living, Order,
};
use bennu_model::spec::Invalid;
use bennu_model::timeline::Author;
use bennu_ports::hooks::{
    Answer, Delivery, EnvironmentRef, EventPlace, Outcome, Rejection, Settled, Settlement, Write,
};

use crate::accept::{TemplateText, blueprint};
use crate::read::TemplateSource;
use crate::routes::off_the_runtime;
use crate::{Api, Kind, Problem};

/// Each further try means that another delivery of the same branch came between.
const TRIES: usize = 8;

/// What a delivery leads to, stored.
pub(crate) async fn settle(
    api: &Api,
    delivery: &Delivery,
    request: &str,
) -> Result<Answer, Problem> {
    let event = &delivery.event;
    for _ in 0..TRIES {
        let ledger = &api.hooks.ledger;
        let (situation, sequence) = ledger.situation(&event.repository, &event.branch).await?;
        let decision = (api.hooks.declare)(event, &situation);
        let (write, answer) = follow(api, event, decision).await?;
        let mut settlement = Settlement {
            delivery: delivery.id.clone(),
            event: EventPlace::from(event),
            sequence,
            remember: counts(answer.outcome),
            write,
            answer,
            author: Author {
                by: format!("delivery {}/{}", delivery.id.source, delivery.id.id),
                request: request.to_owned(),
            },
        };
        let mut settled = ledger.settle(&settlement).await?;
        if let Settled::Rejected(why) = &settled {
            settlement.answer = refused(vec![rejection(why, &settlement.write)]);
            settlement.write = Write::Nothing;
            settled = ledger.settle(&settlement).await?;
        }
        match settled {
            Settled::Stored => return Ok(settlement.answer),
            Settled::Already(answer) => return Ok(answer),
            Settled::Moved | Settled::Rejected(_) => {}
        }
    }
    let detail = "other deliveries of this branch keep coming between; send it again";
    Err(Problem::new(Kind::Unavailable, detail))
}

/// Whether an event is the branch's last word from now on. One that could not be followed is:
/// an older build must not take its place.
fn counts(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Declared | Outcome::Deleted | Outcome::Ambiguous | Outcome::Refused => true,
        Outcome::Stale | Outcome::NoBlueprint => false,
    }
}

async fn follow(api: &Api, event: &Event, decision: Decision) -> Result<(Write, Answer), Problem> {
    Ok(match decision {
        Decision::Declare(declare) => {
            let problems = problems(api, &declare).await?;
            if problems.is_empty() {
                let answer = declared(event, &declare);
                (Write::Declare(declare), answer)
            } else {
                (Write::Nothing, refused(problems))
            }
        }
        Decision::Delete(living) => deleted(living),
        Decision::Stale(last) => (Write::Nothing, stale(event, last)),
        Decision::NoBlueprint { repository_known } => {
            (Write::Nothing, no_blueprint(event, repository_known))
        }
        Decision::Ambiguous(blueprints) => (Write::Nothing, ambiguous(event, &blueprints)),
        Decision::Refused(problems) => (Write::Nothing, refused(problems)),
    })
}

/// The same that a PUT is held against.
async fn problems(api: &Api, declare: &Declare) -> Result<Vec<Invalid>, Problem> {
    let digest = &declare.spec.stack.template;
    let bytes = api.environments.blob(digest).await?;
    let template = TemplateText {
        source: TemplateSource::Stored(digest.clone()),
        text: bytes.and_then(|bytes| String::from_utf8(bytes.into()).ok()),
    };
    let catalog = api.catalog.clone();
    let declare = declare.clone();
    off_the_runtime(move || blueprint::declared(&declare, &template, &catalog)).await
}

fn declared(event: &Event, declare: &Declare) -> Answer {
    let Declare {
        team, name, label, ..
    } = declare;
    let version = match &event.happened {
        Happened::Built(build) => build.version.as_str(),
        Happened::Deleted => "",
    };
    let label = match label {
        LabelSource::Version => "version.label is the version's own",
        LabelSource::Branch => {
            "the version has no label that could be a name, so version.label is branch.slug"
        }
    };
    let blueprint = &declare.origin.blueprint;
    Answer {
        outcome: Outcome::Declared,
        environments: vec![EnvironmentRef {
            team: team.clone(),
            name: name.clone(),
        }],
        detail: format!("{team}/{name} is declared as {version} by blueprint {blueprint}; {label}"),
        errors: Vec::new(),
    }
}

fn deleted(living: Vec<Living>) -> (Write, Answer) {
    let uids = living.iter().map(|one| one.uid.clone()).collect();
    let detail = match living.len() {
        0 => "nothing of this branch is up, and no earlier build will bring it back".to_owned(),
        1 => "its environment is being deleted".to_owned(),
        several => format!("its {several} environments are being deleted"),
    };
    let environments = living.into_iter().map(|one| EnvironmentRef {
        team: one.team,
        name: one.name,
    });
    let answer = Answer {
        outcome: Outcome::Deleted,
        environments: environments.collect(),
        detail,
        errors: Vec::new(),
    };
    (Write::Delete(uids), answer)
}

fn nothing(outcome: Outcome, detail: String) -> Answer {
    Answer {
        outcome,
        environments: Vec::new(),
        detail,
        errors: Vec::new(),
    }
}

fn stale(event: &Event, last: Order) -> Answer {
    let detail = format!(
        "{} comes before {last}, which has counted already",
        event.order()
    );
    nothing(Outcome::Stale, detail)
}

fn no_blueprint(event: &Event, repository_known: bool) -> Answer {
    let detail = if repository_known {
        format!(
            "no blueprint for repository {} is for branch {}; declare one, or add a pattern",
            event.repository, event.branch
        )
    } else {
        format!(
            "no blueprint is for repository {}; declare one, or correct the name",
            event.repository
        )
    };
    nothing(Outcome::NoBlueprint, detail)
}

fn ambiguous(event: &Event, blueprints: &[BlueprintId]) -> Answer {
    let names: Vec<_> = blueprints.iter().map(ToString::to_string).collect();
    let detail = format!(
        "branch {} is meant by {}; narrow the patterns until one is left, and send it again",
        event.branch,
        names.join(" and ")
    );
    nothing(Outcome::Ambiguous, detail)
}

fn refused(errors: Vec<Invalid>) -> Answer {
    let detail = "what the blueprint makes of this build cannot be; correct the blueprint or \
                  the build, and send it again as a new delivery";
    Answer {
        errors,
        ..nothing(Outcome::Refused, detail.to_owned())
    }
}

fn rejection(why: &Rejection, write: &Write) -> Invalid {
    let name = match write {
        Write::Declare(declare) => declare.name.as_str(),
        Write::Nothing | Write::Delete(_) => "",
    };
    let field = "spec.environment.metadata.name".to_owned();
    match why {
        Rejection::NameTaken(team) => Invalid {
            field,
            cause: format!("{name} is taken in this Octopus space by an environment of {team}"),
            remedy: "choose another, or ask them".to_owned(),
        },
        Rejection::Occupied => Invalid {
            field,
            cause: format!("the team has an environment {name}, and it is not of this branch"),
            remedy: "delete that one, or give this one a name of its own".to_owned(),
        },
        Rejection::Fixed(fixed) => Invalid {
            field: format!("spec.environment.{}", fixed.field),
            ..fixed.clone()
        },
    }
}
