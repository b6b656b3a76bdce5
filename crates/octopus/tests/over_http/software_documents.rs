//! Deployments, tasks and what is set for them, as servers of other versions send them.

use std::collections::BTreeSet;

use bennu_model::action::{DeploymentsAction, PolicyRules};
use bennu_model::deployment::{Deployment, TaskState};
use bennu_model::ids::{ProjectId, TaskId, TenantId};
use bennu_model::outcome::{Outcome, Retry};
use bennu_ports::{Deployments as _, PortError, PortErrorKind};
use serde_json::{Value, json as value};

use crate::bench::retry;
use crate::case::{Case, SPACES};
use crate::stub::{Answer, json};

fn page(items: &[Value]) -> Answer {
    json(200, &value!({"Items": items, "Links": {}}).to_string())
}

fn deployment(number: usize, release: &str) -> Value {
    value!({
        "Id": format!("Deployments-{number}"), "ProjectId": "Projects-1",
        "EnvironmentId": "Environments-2", "TenantId": "Tenants-3", "ReleaseId": release,
        "TaskId": format!("ServerTasks-{number}"), "Created": "2026-11-23T10:00:00.647+00:00",
    })
}

fn task(number: usize, state: &str) -> Value {
    value!({"Id": format!("ServerTasks-{number}"), "State": state})
}

async fn listed(case: &Case) -> Result<Vec<Deployment>, PortError> {
    let tenant = TenantId::new("Tenants-3").unwrap();
    let page = case
        .octopus
        .list_deployments(&case.gate, &case.server, &case.space, &tenant, None);
    page.await.map(|page| page.items)
}

#[tokio::test]
async fn a_deployment_without_its_task_is_left_out_and_one_without_its_release_is_not() {
    let mut elsewhere = deployment(4, "Releases-1");
    elsewhere["TenantId"] = value!("Tenants-30");
    let case = Case::new(vec![
        json(200, SPACES),
        page(&[
            elsewhere,
            deployment(3, "Releases-1"),
            deployment(2, "Releases-1"),
            deployment(1, "Releases-2"),
        ]),
        page(&[task(3, "Brooding"), task(1, "Success")]),
        page(&[value!({"Id": "Releases-1", "Version": "1.0.0"})]),
    ])
    .await;
    let found = listed(&case).await.unwrap();
    let told: Vec<_> = found
        .iter()
        .map(|d| (d.id.as_str(), d.version.as_str(), d.task.state.is_final()))
        .collect();
    assert_eq!(
        told,
        [
            ("Deployments-3", "1.0.0", false),
            ("Deployments-1", "Releases-2", true)
        ]
    );
    assert_eq!(found[0].task.state, TaskState::Other("Brooding".to_owned()));
    assert_eq!(
        case.stub.asked()[1..],
        [
            "GET /octopus/api/Spaces-7/deployments?tenants=Tenants-3&skip=0&take=100 HTTP/1.1",
            "GET /octopus/api/Spaces-7/tasks?ids=ServerTasks-1%2CServerTasks-2%2CServerTasks-3&skip=0&take=100 HTTP/1.1",
            "GET /octopus/api/Spaces-7/releases?ids=Releases-1%2CReleases-2&skip=0&take=100 HTTP/1.1",
        ]
    );
}

#[tokio::test]
async fn an_empty_history_asks_for_nothing_more_and_a_long_one_in_parts() {
    let case = Case::new(vec![json(200, SPACES), page(&[])]).await;
    assert_eq!(listed(&case).await, Ok(vec![]));
    assert_eq!(case.stub.asked().len(), 2);

    let many: Vec<Value> = (100..200).map(|n| deployment(n, "Releases-1")).collect();
    let tasks: Vec<Value> = (100..200).map(|n| task(n, "Success")).collect();
    let case = Case::new(vec![
        json(200, SPACES),
        page(&many),
        page(&tasks[..60]),
        page(&tasks[60..]),
        page(&[]),
    ])
    .await;
    assert_eq!(listed(&case).await.unwrap().len(), 100);
    assert!(case.stub.asked().iter().all(|line| line.len() < 2_000));
}

#[tokio::test]
async fn half_a_join_is_a_failure() {
    let case = Case::new(vec![
        json(200, SPACES),
        page(&[deployment(1, "Releases-1")]),
        Answer::HangUp,
    ])
    .await;
    assert_eq!(
        listed(&case).await.unwrap_err().kind,
        PortErrorKind::NoAnswer
    );
}

#[tokio::test]
async fn a_task_that_is_over_counts_as_stopped_whatever_the_server_says() {
    let refused = || {
        json(
            400,
            r#"{"ErrorMessage":"A problem.","Errors":["It is over."]}"#,
        )
    };
    let cancel = DeploymentsAction::CancelTask {
        task: TaskId::new("ServerTasks-1").unwrap(),
    };
    for (now, expected) in [
        (
            vec![task(1, "Success")],
            Outcome::Done(Some("ServerTasks-1".to_owned())),
        ),
        (
            vec![task(1, "Executing")],
            Outcome::Rejected {
                why: "octopus:POST tasks/{id}/cancel: 400 Bad Request: A problem. It is over."
                    .to_owned(),
                retry: Retry::Look,
            },
        ),
    ] {
        let case = Case::new(vec![json(200, SPACES), refused(), page(&now)]).await;
        assert_eq!(case.begin(&cancel).await, expected);
        assert_eq!(
            case.stub.asked()[1],
            "POST /octopus/api/tasks/ServerTasks-1/cancel HTTP/1.1"
        );
    }
    let cancelling = json(200, &task(1, "Cancelling").to_string());
    let case = Case::new(vec![json(200, SPACES), cancelling]).await;
    assert_eq!(
        case.begin(&cancel).await,
        Outcome::Accepted(Some("ServerTasks-1".to_owned()))
    );
}

#[tokio::test]
async fn the_key_is_struck_out_of_logs_and_errors() {
    let details = value!({"Task": {}, "ActivityLogs": [{"LogElements": [
        {"OccurredAt": "2026-11-23T10:00:00Z", "MessageText": "registered with API-TOPSECRET"}]}]});
    let mut failed = task(1, "Failed");
    failed["ErrorMessage"] = value!("API-TOPSECRET is not valid");
    let case = Case::new(vec![
        json(200, SPACES),
        json(200, &details.to_string()),
        page(&[deployment(1, "Releases-1")]),
        page(&[failed]),
        page(&[]),
    ])
    .await;
    let task = TaskId::new("ServerTasks-1").unwrap();
    let log = case
        .octopus
        .task_log(&case.gate, &case.server, &case.space, &task);
    assert_eq!(
        log.await.unwrap().unwrap().tail,
        ["registered with [API key]"]
    );
    assert_eq!(
        case.stub.asked()[1],
        "GET /octopus/api/tasks/ServerTasks-1/details?verbose=false&tail=20 HTTP/1.1"
    );
    let found = listed(&case).await.unwrap();
    assert_eq!(
        found[0].task.error.as_deref(),
        Some("[API key] is not valid")
    );
}

#[tokio::test]
async fn documents_of_another_form_are_not_written_over() {
    let project = value!({"Id": "Projects-1", "AutoDeployReleaseOverrides": {"a": 1}});
    let edit = DeploymentsAction::EditOverrides {
        project: ProjectId::new("Projects-1").unwrap(),
        set: BTreeSet::new(),
        clear: BTreeSet::new(),
    };
    let case = Case::new(vec![json(200, SPACES), json(200, &project.to_string())]).await;
    assert_eq!(retry(case.begin(&edit).await), Some(Retry::Backoff));

    let template = value!({"MachineHealthCheckPolicy": "usual"});
    let create = DeploymentsAction::CreateMachinePolicy {
        name: "bennu-dev".to_owned(),
        rules: PolicyRules {
            check_every_s: 120,
            delete_after_s: 300,
        },
    };
    let case = Case::new(vec![json(200, SPACES), json(200, &template.to_string())]).await;
    assert_eq!(retry(case.begin(&create).await), Some(Retry::Backoff));
    assert_eq!(case.stub.asked().len(), 2);
}

#[tokio::test]
async fn only_an_effective_override_is_told() {
    let project = value!({"Id": "Projects-1", "AutoDeployReleaseOverrides": [
        {"EnvironmentId": "Environments-2", "TenantId": "", "ReleaseId": "Releases-1"},
        {"EnvironmentId": "Environments-2", "TenantId": "Tenants-3"}]});
    let case = Case::new(vec![
        json(200, SPACES),
        json(200, &project.to_string()),
        json(200, r#"{"Id":"Projects-1"}"#),
        json(
            404,
            r#"{"ErrorMessage":"The resource 'Projects-1' was not found."}"#,
        ),
    ])
    .await;
    let id = ProjectId::new("Projects-1").unwrap();
    let told = async || {
        let read = case
            .octopus
            .overrides(&case.gate, &case.server, &case.space, &id);
        let found = read.await.unwrap();
        found.map(|all| all.into_iter().map(|one| one.tenant).collect::<Vec<_>>())
    };
    assert_eq!(told().await, Some(vec![None]));
    assert_eq!(told().await, Some(vec![]));
    assert_eq!(told().await, None);
}
