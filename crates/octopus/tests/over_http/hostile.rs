//! Names that were made to lead a request elsewhere: it reaches the server of the
//! configuration, below its path, with the name as one piece, or it is not sent at all.

use std::net::TcpListener;
use std::time::Duration;

use bennu_model::ids::{OctopusEnvironmentId, ProjectId, TaskId, TenantId};
use bennu_model::plan::TenantRef;
use bennu_ports::deployments::MachineFilter;
use bennu_ports::{Deployments as _, PortErrorKind};

use crate::case::{Case, SPACES};
use crate::stub::{Answer, json};

const HOSTILE: &[&str] = &[
    "..",
    ".",
    "%2e%2e",
    "../../users/me",
    "..\\..\\users",
    "@evil.example",
    "//evil.example/api",
    "http://evil.example/",
    "a%2f..%2f..%2fusers",
    "a/b?apikey=x#y",
    "a&skip=9",
    "a b+c",
    "a\r\nX-Evil: 1",
    "a\0b",
    "é\u{202e}ö",
    ";x=1",
];

/// The head of the request that a name made, if one was sent after the look for the space.
fn second(case: &Case) -> Option<String> {
    let heard = case.stub.heard();
    assert!(heard.len() <= 2, "one request at most: {heard:?}");
    let head = heard.get(1)?.split("\r\n\r\n").next()?;
    let host = format!("host: {}", case.stub.address);
    assert!(head.to_lowercase().contains(&host), "{head}");
    assert!(!head.to_lowercase().contains("\nx-evil"), "{head}");
    Some(head.lines().next()?.to_owned())
}

/// What a text that came percent-encoded was.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let pair = (byte == b'%').then(|| [rest.next().unwrap(), rest.next().unwrap()]);
        bytes.push(pair.map_or(if byte == b'+' { b' ' } else { byte }, |pair| {
            u8::from_str_radix(std::str::from_utf8(&pair).unwrap(), 16).unwrap()
        }));
    }
    String::from_utf8(bytes).unwrap()
}

async fn case() -> Case {
    let empty = r#"{"Items":[],"TotalResults":0}"#;
    Case::new(vec![json(200, SPACES), json(200, empty)]).await
}

#[tokio::test]
async fn a_name_in_a_query_is_one_value() {
    for name in HOSTILE {
        for which in 0..3 {
            let case = case().await;
            let (gate, server, space) = (&case.gate, &case.server, &case.space);
            let (key, octopus) = match which {
                0 => {
                    let by_name = TenantRef::Name((*name).to_owned());
                    let found = case.octopus.tenant(gate, server, space, &by_name).await;
                    ("name", found.map(|_| ()))
                }
                1 => {
                    let role = MachineFilter::Role((*name).to_owned());
                    let found = case.octopus.list_machines(gate, server, space, &role, None);
                    ("roles", found.await.map(|_| ()))
                }
                _ => {
                    let found = case.octopus.machine_policy(gate, server, space, name);
                    ("partialName", found.await.map(|_| ()))
                }
            };
            octopus.unwrap();
            let line = second(&case).unwrap();
            let (path, query) = line.split_once('?').unwrap();
            assert!(path.starts_with("GET /octopus/api/Spaces-7/"), "{line}");
            let query = query.strip_suffix(" HTTP/1.1").unwrap();
            let pairs: Vec<_> = query.split('&').collect();
            assert_eq!(pairs.len(), 3, "{name:?}: {line}");
            let (first, value) = pairs[0].split_once('=').unwrap();
            assert_eq!((first, decoded(value).as_str()), (key, *name), "{line}");
        }
    }
}

#[tokio::test]
async fn a_version_in_a_path_is_one_segment_or_is_not_sent() {
    let project = ProjectId::new("Projects-1").unwrap();
    for version in HOSTILE {
        let case = case().await;
        let (gate, server, space) = (&case.gate, &case.server, &case.space);
        let asked = case.octopus.release(gate, server, space, &project, version);
        let error = asked.await.unwrap_err();
        let Some(line) = second(&case) else {
            assert_eq!(error.kind, PortErrorKind::Invalid, "{version:?}");
            continue;
        };
        let before = "GET /octopus/api/Spaces-7/projects/Projects-1/releases/";
        let segment = line
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(" HTTP/1.1"));
        assert!(segment.is_some(), "{version:?} led to {line}");
        let segment = segment.unwrap();
        assert!(!segment.contains(['/', '?', '#', '\\']), "{line}");
        assert_eq!(decoded(&segment.replace('+', "%2B")), *version, "{line}");
    }
}

#[tokio::test]
async fn an_id_in_a_path_is_an_id_or_is_not_sent() {
    for id in HOSTILE {
        let tenant = TenantId::new(*id).unwrap();
        let project = ProjectId::new(*id).unwrap();
        let task = TaskId::new(*id).unwrap();
        let environment = OctopusEnvironmentId::new("Environments-2").unwrap();
        let case = Case::new((0..5).map(|_| json(200, SPACES)).collect()).await;
        let (gate, server, space) = (&case.gate, &case.server, &case.space);
        let octopus = &case.octopus;
        let by_id = TenantRef::Id(tenant.clone());
        let refusals = [
            octopus
                .tenant(gate, server, space, &by_id)
                .await
                .unwrap_err(),
            octopus
                .list_releases(gate, server, space, &project, None)
                .await
                .unwrap_err(),
            octopus
                .overrides(gate, server, space, &project)
                .await
                .unwrap_err(),
            octopus
                .task_log(gate, server, space, &task)
                .await
                .unwrap_err(),
            octopus
                .variables(gate, server, space, &tenant, &environment)
                .await
                .unwrap_err(),
        ];
        for refused in refusals {
            assert_eq!(refused.kind, PortErrorKind::Invalid, "{id:?}: {refused}");
        }
        assert!(
            case.stub.asked().len() <= 1,
            "{id:?}: {:?}",
            case.stub.asked()
        );
    }
}

#[tokio::test]
async fn where_a_redirect_leads_nobody_is_asked() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let location = format!(
        "Location: http://{}/api\r\n",
        elsewhere.local_addr().unwrap()
    );
    for status in [301, 302, 303, 307, 308] {
        let moved = Answer::Http(status, location.clone().leak(), String::new());
        let case = Case::with_limit(vec![moved], Duration::from_secs(10)).await;
        let asked = case.octopus.space(&case.gate, &case.server, &case.space);
        assert!(asked.await.is_err());
        let visited = elsewhere.accept();
        assert!(visited.is_err(), "{status}: somebody came");
    }
}
