//! Documents and lists, as servers of other versions send them.

use bennu_model::action::DeploymentsAction;
use bennu_model::ids::MachineId;
use bennu_model::outcome::{Outcome, Retry};
use bennu_model::plan::TenantRef;
use bennu_ports::{Deployments as _, PortErrorKind};

use crate::case::{Case, HTML, SPACES, connect, delete};
use crate::stub::{Answer, json};

#[tokio::test]
async fn only_octopus_itself_can_say_that_something_is_gone() {
    let gone = |id| {
        json(
            404,
            &format!(r#"{{"ErrorMessage":"The resource '{id}' was not found."}}"#),
        )
    };
    let case = Case::new(vec![
        json(200, SPACES),
        Answer::Http(404, "", HTML.to_owned()),
        gone("Tenants-3"),
        gone("Spaces-7"),
        json(200, SPACES),
        json(
            200,
            r#"{"Id":"Tenants-3","Name":"ryan0001","Shiny":{"New":true}}"#,
        ),
        gone("Tenants-3"),
    ])
    .await;
    assert_eq!(case.tenant().await, Err(PortErrorKind::Unavailable));
    assert_eq!(case.tenant().await, Ok(None));
    assert_eq!(case.tenant().await, Err(PortErrorKind::NotFound));
    // The space was looked up anew.
    assert_eq!(case.tenant().await, Ok(Some("ryan0001".to_owned())));
    assert_eq!(case.begin(&delete()).await, Outcome::Done(None));
    let spaces = "GET /octopus/api/spaces?skip=0&take=100 HTTP/1.1";
    let tenant = "GET /octopus/api/Spaces-7/tenants/Tenants-3 HTTP/1.1";
    let delete = "DELETE /octopus/api/Spaces-7/tenants/Tenants-3 HTTP/1.1";
    assert_eq!(
        case.stub.asked(),
        [spaces, tenant, tenant, tenant, spaces, tenant, delete]
    );
}

#[tokio::test]
async fn a_deletion_that_goes_on_in_a_task_is_not_done() {
    let task = r#"{"Id":"ServerTasks-12","Name":"Delete","State":"Queued"}"#;
    let case = Case::new(vec![json(200, SPACES), json(200, task), json(200, "")]).await;
    assert_eq!(
        case.begin(&delete()).await,
        Outcome::Accepted(Some("ServerTasks-12".to_owned()))
    );
    let machine = DeploymentsAction::DeleteMachine {
        machine: MachineId::new("Machines-4").unwrap(),
        name: "web-1".to_owned(),
    };
    assert_eq!(case.begin(&machine).await, Outcome::Done(None));
}

#[tokio::test]
async fn a_put_sends_back_every_key_and_changes_only_the_connections() {
    let before = r#"{"Id":"Tenants-3","Name":"ryan0001","Description":null,"TenantTags":["Tier/Gold"],
        "ProjectEnvironments":{"Projects-9":["Environments-9"]},"Links":{"Self":"/x"},
        "FromTheFuture":{"Deep":[1,{"a":null}],"Big":12345678901234567}}"#;
    let mut after: serde_json::Value = serde_json::from_str(before).unwrap();
    after["ProjectEnvironments"] = serde_json::json!({"Projects-1": ["Environments-2"]});
    let case = Case::new(vec![
        json(200, SPACES),
        json(200, before),
        json(200, &after.to_string()),
        json(200, &after.to_string()),
    ])
    .await;
    assert_eq!(
        case.begin(&connect()).await,
        Outcome::Done(Some("Tenants-3".to_owned()))
    );
    let heard = case.stub.heard();
    let (head, body) = heard.last().unwrap().split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("PUT /octopus/api/Spaces-7/tenants/Tenants-3 "),
        "{head}"
    );
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(body).unwrap(),
        after
    );
    // The second time there is nothing to change, and nothing is written.
    assert_eq!(case.begin(&connect()).await, Outcome::Unchanged);
    assert_eq!(case.stub.asked().len(), 4);
}

#[tokio::test]
async fn connections_that_were_not_kept_are_looked_at_again() {
    let tenant = r#"{"Id":"Tenants-3","Name":"ryan0001","ProjectEnvironments":{}}"#;
    let case = Case::new(vec![
        json(200, SPACES),
        json(200, tenant),
        json(200, tenant),
    ])
    .await;
    let outcome = case.begin(&connect()).await;
    assert!(
        matches!(
            outcome,
            Outcome::Rejected {
                retry: Retry::Look,
                ..
            }
        ),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn small_pages_and_ignored_filters_do_not_hide_a_tenant() {
    let page = |names: &[&str], next: bool| {
        let items: Vec<_> = names
            .iter()
            .map(|n| serde_json::json!({"Id": n, "Name": n}))
            .collect();
        let links = if next {
            serde_json::json!({"Page.Next": "/x"})
        } else {
            serde_json::json!({})
        };
        json(
            200,
            &serde_json::json!({"Items": items, "Links": links}).to_string(),
        )
    };
    let answers = vec![
        json(200, SPACES),
        page(&["a", "b"], true),
        page(&["c", "Ryan0001"], false),
    ];
    let case = Case::new(answers).await;
    let by_name = TenantRef::Name("ryan0001".to_owned());
    let found = case
        .octopus
        .tenant(&case.gate, &case.server, &case.space, &by_name)
        .await;
    assert_eq!(found.unwrap().unwrap().name, "Ryan0001");
    assert_eq!(
        case.stub.asked()[1..],
        [
            "GET /octopus/api/Spaces-7/tenants?name=ryan0001&skip=0&take=100 HTTP/1.1",
            "GET /octopus/api/Spaces-7/tenants?name=ryan0001&skip=2&take=100 HTTP/1.1",
        ]
    );
}

#[tokio::test]
async fn half_a_list_is_a_failure() {
    let page = r#"{"Items":[{"Id":"Tenants-1","Name":"a"},{"Id":"Tenants-2"}],"Links":{}}"#;
    let case = Case::new(vec![json(200, SPACES), json(200, page)]).await;
    let listed = case
        .octopus
        .list_tenants(&case.gate, &case.server, &case.space, None)
        .await;
    assert_eq!(listed.unwrap_err().kind, PortErrorKind::Unavailable);
}
