//! What is asked over the API besides declarations, and how it is thrown.

use bennu_model::ids::{ChangeSetName, Digest, EnvironmentName, Generation, TeamName};
use bennu_model::names::digest_of;
use bennu_model::timeline::Author;
use bennu_ports::Principal;
use bennu_ports::answers::{KeptAnswer, RequestKey};
use bennu_ports::environments::Request;
use bennu_ports::overview::Overview;
use bennu_ports::tokens::TokenId;
use proptest::prelude::*;

use super::operation::{Guard, guard};
use super::pair::Both;
use super::values::someone;

/// A call to both ledgers.
#[derive(Debug, Clone)]
pub enum Asked {
    Delete { who: usize, guard: Guard },
    Approve { who: usize, set: u8, guard: Guard },
    Retry { who: usize, guard: Guard },
    Refresh { who: usize },
    AddToken { n: u8, owner: u8 },
    Revoke { n: u8, owner: Option<u8> },
    Begin { request: u8 },
    Keep { status: u16 },
    Forget,
}

pub fn asked() -> impl Strategy<Value = Asked> {
    let who = any::<usize>;
    prop_oneof![
        9 => (who(), guard()).prop_map(|(who, guard)| Asked::Delete { who, guard }),
        3 => (who(), 0..2u8, guard())
            .prop_map(|(who, set, guard)| Asked::Approve { who, set, guard }),
        4 => (who(), guard()).prop_map(|(who, guard)| Asked::Retry { who, guard }),
        1 => who().prop_map(|who| Asked::Refresh { who }),
        2 => (0..3u8, 0..2u8).prop_map(|(n, owner)| Asked::AddToken { n, owner }),
        2 => (0..3u8, prop::option::of(0..2u8)).prop_map(|(n, owner)| Asked::Revoke { n, owner }),
        5 => prop::bool::weighted(0.2)
            .prop_map(|other| Asked::Begin { request: u8::from(other) }),
        4 => (200..202u16).prop_map(|status| Asked::Keep { status }),
        1 => Just(Asked::Forget),
    ]
}

pub async fn ask(ledger: &dyn Both, asked: &Asked) -> String {
    match asked {
        Asked::Delete { who, guard } => {
            let (team, name) = someone(*who);
            let request = request(ledger, &team, &name, *guard).await;
            let answered = ledger.delete(&team, &name, &request).await.unwrap();
            format!("delete: {answered:#?}")
        }
        Asked::Approve { who, set, guard } => {
            let (team, name) = someone(*who);
            let set = ChangeSetName::new(format!("bennu-{set}")).unwrap();
            let request = request(ledger, &team, &name, *guard).await;
            let answered = ledger.approve(&team, &name, &set, &request).await;
            format!("approve: {:#?}", answered.unwrap())
        }
        Asked::Retry { who, guard } => {
            let (team, name) = someone(*who);
            let request = request(ledger, &team, &name, *guard).await;
            let answered = ledger.retry(&team, &name, &request).await.unwrap();
            format!("retry: {answered:#?}")
        }
        Asked::Refresh { who } => {
            let (team, name) = someone(*who);
            let answered = ledger.refresh(&team, &name).await.unwrap();
            format!("refresh: {answered:#?}")
        }
        Asked::AddToken { n, owner } => {
            let note = format!("of {owner}");
            let (token, owner) = (token(*n), self::owner(*owner));
            let added = ledger.add_token(&token, &owner, &note, None).await;
            added.unwrap();
            tokens(ledger).await
        }
        Asked::Revoke { n, owner } => {
            let owner = owner.map(self::owner);
            let id = TokenId::of(&token(*n));
            let revoked = ledger.revoke(&id, owner.as_ref()).await.unwrap();
            format!("revoked: {revoked}\n{}", tokens(ledger).await)
        }
        Asked::Begin { request } => {
            let begun = ledger.begin(&request_key(), &token(*request)).await;
            format!("begin: {:?}", begun.unwrap())
        }
        Asked::Keep { status } => {
            let answer = KeptAnswer {
                status: *status,
                headers: vec![("etag".into(), "\"1\"".into())],
                body: b"{}"[..].into(),
            };
            ledger.keep(&request_key(), &answer).await.unwrap();
            String::new()
        }
        Asked::Forget => {
            ledger.forget(&request_key()).await.unwrap();
            String::new()
        }
    }
}

/// How everything stands, without ages: no two clocks agree on them.
pub fn counted(overview: Overview) -> String {
    let Overview {
        mut queues,
        environments,
        mut attempts,
        slots,
        mut sweeps,
    } = overview;
    for queue in &mut queues {
        queue.oldest_due_s = 0.0;
    }
    for attempts in &mut attempts {
        attempts.oldest_s = 0.0;
    }
    for sweep in &mut sweeps {
        sweep.age_s = sweep.age_s.map(|_| 0.0);
    }
    format!("{queues:?}\n{environments:?}\n{attempts:?}\n{slots:?}\n{sweeps:?}")
}

async fn request(
    ledger: &dyn Both,
    team: &TeamName,
    name: &EnvironmentName,
    guard: Guard,
) -> Request {
    let stored = ledger.get(team, name).await.unwrap();
    let stored = stored.map_or(0, |view| view.state.environment.generation.0);
    Request {
        author: Author {
            by: format!("team {team}"),
            request: "asked".into(),
        },
        if_generation: match guard {
            Guard::None => None,
            Guard::Right => Some(Generation(stored)),
            Guard::Wrong => Some(Generation(stored + 1)),
        },
    }
}

async fn tokens(ledger: &dyn Both) -> String {
    let all = ledger.tokens(None).await.unwrap();
    let own = ledger.tokens(Some(&owner(1))).await.unwrap();
    let known = ledger.principal(&token(0)).await.unwrap();
    format!("{all:#?}\n{own:#?}\n{known:?}")
}

fn token(n: u8) -> Digest {
    digest_of(&[n])
}

fn owner(n: u8) -> Principal {
    match n {
        0 => Principal::Operator,
        _ => Principal::Team(TeamName::new("checkout").unwrap()),
    }
}

fn request_key() -> RequestKey {
    RequestKey {
        owner: "operators".into(),
        key: "a".into(),
    }
}
