//! The document of a tenant's values, as servers of other versions send it, and what is never
//! repeated of an answer to secrets.

use bennu_model::ids::{OctopusEnvironmentId, TenantId};
use bennu_model::outcome::{Outcome, Retry};
use bennu_model::variable::{SeenValue, VariableSetting};
use bennu_ports::deployments::MachineFilter;
use bennu_ports::{Deployments as _, PortErrorKind};
use serde_json::{Value, json as value};

use crate::bench::retry;
use crate::case::{Case, HTML, SPACES};
use crate::stub::{Answer, json};
use crate::variables::{in_common, literal, of_project, secret, secrets, set};

/// Two values of ours, one of somebody else, a template of a later kind, keys from later on.
fn document(greeting: &Value, licence: &Value) -> Value {
    value!({
        "TenantId": "Tenants-3", "TenantName": "ryan0001", "SpaceId": "Spaces-7",
        "ConcurrencyToken": "AAAAAAAB7dE=", "FromTheFuture": {"Deep": [1, null, 2.50]},
        "ProjectVariables": {"Projects-1": {
            "ProjectId": "Projects-1", "ProjectName": "Checkout Web", "Shiny": true,
            "Templates": [
                {"Id": "t-1", "Name": "Greeting", "DisplaySettings": {"Octopus.ControlType": "SingleLineText"}},
                {"Id": "t-2", "Name": "Account", "DisplaySettings": {"Octopus.ControlType": "Hologram"}},
                {"Id": "t-3", "Name": "Bare"}],
            "Variables": {
                "Environments-2": {"t-1": greeting, "t-2": "Accounts-1", "t-gone": "orphan"},
                "Environments-5": {"t-1": "elsewhere"}}, "Links": {}}},
        "LibraryVariables": {"LibraryVariableSets-1": {
            "LibraryVariableSetId": "LibraryVariableSets-1", "LibraryVariableSetName": "Checkout",
            "Templates": [{"Id": "t-4", "Name": "LicenceKey",
                "DisplaySettings": {"Octopus.ControlType": "Sensitive"}}],
            "Variables": {"t-4": licence}}},
        "Links": {"Self": "/x"},
    })
}

fn concealed() -> Value {
    value!({"HasValue": true, "NewValue": null, "Hint": null})
}

fn ids() -> (TenantId, OctopusEnvironmentId) {
    let environment = OctopusEnvironmentId::new("Environments-2").unwrap();
    (TenantId::new("Tenants-3").unwrap(), environment)
}

async fn begun(case: &Case, settings: Vec<VariableSetting>) -> Outcome {
    let (tenant, environment) = ids();
    let action = set(&tenant, &environment, settings, &[]);
    case.begin_with(&action, &secrets()).await
}

async fn case(answers: Vec<Answer>) -> Case {
    let answers = [json(200, SPACES)].into_iter().chain(answers).collect();
    Case::new(answers).await
}

#[tokio::test]
async fn only_our_values_change_and_the_token_goes_back() {
    let before = document(&value!("old"), &concealed());
    let after = document(&value!("hello"), &concealed());
    let case = case(vec![
        json(200, &before.to_string()),
        json(200, &after.to_string()),
        json(200, &before.to_string()),
        json(200, &before.to_string()),
    ])
    .await;
    let greeting = || vec![literal(of_project("Greeting"), "hello")];
    let done = Outcome::Done(Some("Tenants-3".to_owned()));
    assert_eq!(begun(&case, greeting()).await, done);
    let heard = case.stub.heard();
    let (head, body) = heard.last().unwrap().split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("PUT /octopus/api/Spaces-7/tenants/Tenants-3/variables "),
        "{head}"
    );
    assert_eq!(body, after.to_string(), "byte for byte");

    let lost = begun(&case, greeting()).await;
    assert_eq!(retry(lost), Some(Retry::Look), "it was not kept");
}

#[tokio::test]
async fn what_is_there_is_told() {
    let odd_project = value!({"ProjectName": "  ", "Templates": [{"Id": "t-9", "Name": "Lost"}]});
    let mut read = document(&value!(""), &value!({"HasValue": false}));
    read["ProjectVariables"]["Projects-2"] = odd_project;
    let mut form = document(&value!(7), &concealed());
    form["LibraryVariables"] = Value::Null;
    let case = case(vec![
        json(200, &read.to_string()),
        json(200, &form.to_string()),
        json(200, r#"{"ProjectVariables": [1]}"#),
        json(200, "{}"),
    ])
    .await;
    let (tenant, environment) = ids();
    let told = async || {
        let read =
            case.octopus
                .variables(&case.gate, &case.server, &case.space, &tenant, &environment);
        read.await.map_err(|error| error.kind)
    };
    let seen = told().await.unwrap().unwrap();
    let seen: Vec<_> = seen
        .into_iter()
        .map(|one| (one.key.to_string(), one.is_sensitive, one.value))
        .collect();
    let of = |name: &str, sensitive, value: Option<&str>| {
        let value = value.map(|text| SeenValue::Literal(text.to_owned()));
        (name.to_owned(), sensitive, value)
    };
    assert_eq!(
        seen,
        [
            of("Account of Checkout Web", false, Some("Accounts-1")),
            of("Bare of Checkout Web", false, None),
            of("Greeting of Checkout Web", false, Some("")),
            of("LicenceKey of Checkout", true, None),
        ]
    );
    assert_eq!(told().await, Err(PortErrorKind::Unavailable));
    assert_eq!(told().await, Err(PortErrorKind::Unavailable));
    assert_eq!(told().await, Ok(Some(vec![])));
}

#[tokio::test]
async fn an_answer_to_secrets_repeats_none() {
    let document = document(&Value::Null, &concealed()).to_string();
    let echo = value!({"ErrorMessage": "There was a problem with your request.",
        "Errors": ["'Server=db;Password=\"hunter2\"' is too weak."]});
    let torn = format!("{HTML} Server=db;Password=\"hunter2\"");
    for (status, answer, expected) in [
        (400, echo.to_string(), "'[secret]' is too weak."),
        (400, torn.clone(), "(an answer to secrets is not told)"),
        (502, torn.clone(), "(an answer to secrets is not told)"),
        (200, torn, "(an answer to secrets is not told)"),
    ] {
        let case = case(vec![json(200, &document), json(status, &answer)]).await;
        let outcome = begun(&case, vec![secret(in_common("LicenceKey"))]).await;
        let said = format!("{outcome:?}");
        assert!(said.contains(expected), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
        assert!(
            case.stub.heard().last().unwrap().contains("hunter2"),
            "it was sent"
        );
    }
}

#[tokio::test]
async fn a_thumbprint_is_found_where_it_stands() {
    let machine = |endpoint: Value, old: Value| {
        value!({"Id": "Machines-1", "Name": "web-1", "TenantIds": ["Tenants-3"],
            "Endpoint": endpoint, "Thumbprint": old})
    };
    let page = value!({"Links": {}, "Items": [
        machine(value!({"Thumbprint": "AA"}), value!("BB")),
        machine(value!({"Thumbprint": ""}), value!("BB")),
        machine(value!({"TentacleEndpointConfiguration": {"Thumbprint": "CC"}}), Value::Null),
        machine(Value::Null, Value::Null),
    ]});
    let case = case(vec![json(200, &page.to_string())]).await;
    let which = MachineFilter::Tenant(ids().0);
    let read = case
        .octopus
        .list_machines(&case.gate, &case.server, &case.space, &which, None);
    let machines = read.await.unwrap().items.into_iter();
    let thumbprints: Vec<_> = machines.map(|machine| machine.thumbprint).collect();
    let expected = ["AA", "BB", "CC"].map(|text| Some(text.to_owned()));
    assert_eq!(thumbprints, [expected.as_slice(), &[None]].concat());
}
