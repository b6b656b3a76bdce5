//! A tenant's whole life over HTTP, against the simulated server.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::action::DeploymentsAction;
use bennu_model::ids::{MachineId, OctopusEnvironmentId, ServerName, TenantId};
use bennu_model::outcome::{Outcome, Retry};
use bennu_model::plan::TenantRef;
use bennu_model::tenant::Tenant;
use bennu_octopus::{ApiKey, Octopus, ServerConfig};
use bennu_ports::deployments::MachineFilter;
use bennu_ports::{Deployments as _, PortErrorKind};
use serde_json::{Value, json};

use crate::bench::{Bench, done, retry};

fn tenant(outcome: Outcome) -> TenantId {
    TenantId::new(done(outcome)).unwrap()
}

#[tokio::test]
async fn a_tenant_is_created_connected_found_and_deleted() {
    let bench = Bench::new().await;
    let connections = bench.connections().await;
    let id = tenant(bench.create("ryan0001").await);
    assert_eq!(
        retry(bench.create("ryan0001").await),
        Some(Retry::Look),
        "the name is taken"
    );

    let expected = Tenant {
        id: id.clone(),
        name: "ryan0001".to_owned(),
        description: "bennu dev/00112233445566aa".to_owned(),
        connections: connections.clone(),
    };
    assert_eq!(
        bench.find(TenantRef::Id(id.clone())).await,
        Some(expected.clone())
    );
    assert_eq!(
        bench.find(TenantRef::Name("RYAN0001".to_owned())).await,
        Some(expected)
    );
    assert_eq!(bench.find(TenantRef::Name("ryan".to_owned())).await, None);

    // Somebody else writes into the document what we do not know.
    let path = format!("/api/tenants/{id}");
    let mut document = bench.other("GET", &path, &Value::Null);
    document["FromTheFuture"] = json!({"Deep": [1, null]});
    bench.other("PUT", &path, &document);
    let connect = |connections| DeploymentsAction::ConnectTenant {
        tenant: id.clone(),
        connections,
    };
    assert_eq!(bench.begin(&connect(connections)).await, Outcome::Unchanged);
    assert_eq!(tenant(bench.begin(&connect(BTreeMap::new())).await), id);
    let after = bench.other("GET", &path, &Value::Null);
    assert_eq!(after["FromTheFuture"], json!({"Deep": [1, null]}));
    assert_eq!(after["Description"], "bennu dev/00112233445566aa");
    assert_eq!(after["ProjectEnvironments"], json!({}));

    let delete = DeploymentsAction::DeleteTenant { tenant: id.clone() };
    assert_eq!(bench.begin(&delete).await, Outcome::Done(None));
    assert_eq!(bench.begin(&delete).await, Outcome::Done(None));
    assert_eq!(bench.find(TenantRef::Id(id)).await, None);
}

#[tokio::test]
async fn a_connection_that_a_rule_forbids_needs_another_spec() {
    let bench = Bench::new().await;
    let elsewhere = bench.other("POST", "/api/environments", &json!({"Name": "Elsewhere"}));
    let elsewhere = OctopusEnvironmentId::new(elsewhere["Id"].as_str().unwrap()).unwrap();
    let tenant = tenant(bench.create("ryan0001").await);
    let project = bench.connections().await.into_keys().next().unwrap();
    let connections = BTreeMap::from([(project, BTreeSet::from([elsewhere]))]);
    let outcome = bench
        .begin(&DeploymentsAction::ConnectTenant {
            tenant,
            connections,
        })
        .await;
    assert_eq!(retry(outcome), Some(Retry::Never));
}

#[tokio::test]
async fn lists_are_read_to_their_end() {
    let bench = Bench::new().await;
    for number in 0..205 {
        let name = format!("t{number:03}");
        bench.other("POST", "/api/tenants", &json!({"Name": name}));
    }
    let mut names = Vec::new();
    let mut sizes = Vec::new();
    let mut from = None;
    loop {
        let listed = bench
            .octopus
            .list_tenants(&bench.gate, &bench.server, &bench.space, from);
        let page = listed.await.unwrap();
        sizes.push(page.items.len());
        names.extend(page.items.into_iter().map(|tenant| tenant.name));
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [100, 100, 5]);
    assert_eq!(
        names,
        (0..205).map(|n| format!("t{n:03}")).collect::<Vec<_>>()
    );
    let listing = [
        "before octopus:GET tenants",
        "after octopus:GET tenants: ok",
    ];
    assert_eq!(bench.gate.log()[2..], [listing, listing, listing].concat());
}

#[tokio::test]
async fn machines_are_found_by_tenant_and_by_role_and_taken_out() {
    let bench = Bench::new().await;
    let tenant = tenant(bench.create("ryan0001").await);
    let environment = bench.connections().await.into_values().next().unwrap();
    for (name, roles, tenants) in [
        ("web-1", json!(["web", "Bennu-Dev"]), json!([tenant])),
        ("web-2", json!(["web"]), json!([tenant])),
        ("web-3", json!(["web", "bennu-dev"]), json!([])),
    ] {
        let machine = json!({
            "Name": name, "Roles": roles, "TenantIds": tenants, "EnvironmentIds": environment,
            "TenantedDeploymentParticipation": "TenantedOrUntenanted",
            "Endpoint": {"CommunicationStyle": "None"},
        });
        bench.other("POST", "/api/machines", &machine);
    }
    let list = async |which: MachineFilter| {
        let listed =
            bench
                .octopus
                .list_machines(&bench.gate, &bench.server, &bench.space, &which, None);
        listed.await.unwrap().items
    };
    let names = |machines: &[bennu_model::tenant::Machine]| -> Vec<String> {
        machines
            .iter()
            .map(|machine| machine.name.clone())
            .collect()
    };
    let by_tenant = list(MachineFilter::Tenant(tenant.clone())).await;
    assert_eq!(names(&by_tenant), ["web-1", "web-2"]);
    assert_eq!(by_tenant[0].tenants, BTreeSet::from([tenant.clone()]));
    assert_eq!(
        names(&list(MachineFilter::Role("bennu-dev".to_owned())).await),
        ["web-1", "web-3"]
    );

    for _ in 0..2 {
        let machine = MachineId::new(by_tenant[0].id.as_str()).unwrap();
        let delete = DeploymentsAction::DeleteMachine {
            machine,
            name: "web-1".to_owned(),
        };
        assert_eq!(bench.begin(&delete).await, Outcome::Done(None));
    }
    assert_eq!(names(&list(MachineFilter::Tenant(tenant)).await), ["web-2"]);
}

#[tokio::test]
async fn releases_come_newest_first() {
    let bench = Bench::new().await;
    let project = bench.connections().await.into_keys().next().unwrap();
    for version in ["1.0.0-ryan0001", "1.0.0-ryan0002"] {
        bench.other(
            "POST",
            "/api/releases",
            &json!({"ProjectId": project, "Version": version}),
        );
    }
    let listed =
        bench
            .octopus
            .list_releases(&bench.gate, &bench.server, &bench.space, &project, None);
    let releases = listed.await.unwrap().items;
    let versions: Vec<&str> = releases
        .iter()
        .map(|release| release.version.as_str())
        .collect();
    assert_eq!(versions, ["1.0.0-ryan0002", "1.0.0-ryan0001"]);
    assert!(releases[0].assembled_at.is_some());
}

#[tokio::test]
async fn a_busy_or_broken_server_is_reported_as_what_it_is() {
    let bench = Bench::new().await;
    let tenant = tenant(bench.create("ryan0001").await);
    bench.fault(json!({"name": "throttle", "on": "POST tenants", "times": 1,
        "params": {"retry_after_s": 9}}));
    assert_eq!(retry(bench.create("ryan0002").await), Some(Retry::After(9)));
    bench.fault(json!({"name": "conflict", "on": "PUT tenants/{id}", "times": 1}));
    let disconnect = DeploymentsAction::ConnectTenant {
        tenant,
        connections: BTreeMap::new(),
    };
    assert_eq!(retry(bench.begin(&disconnect).await), Some(Retry::Look));
    bench.fault(json!({"name": "lose_reply", "on": "POST tenants", "times": 1}));
    let outcome = bench.create("ryan0003").await;
    assert!(matches!(outcome, Outcome::Ambiguous(_)), "{outcome:?}");
    assert!(
        bench
            .find(TenantRef::Name("ryan0003".to_owned()))
            .await
            .is_some(),
        "it happened"
    );
    bench.fault(json!({"name": "error", "on": "GET tenants", "times": 1}));
    let listed = bench
        .octopus
        .list_tenants(&bench.gate, &bench.server, &bench.space, None)
        .await;
    assert_eq!(listed.unwrap_err().kind, PortErrorKind::Unavailable);
}

#[tokio::test]
async fn a_wrong_key_is_denied() {
    let bench = Bench::new().await;
    let config = ServerConfig {
        name: ServerName::new("main").unwrap(),
        url: bench.running.octopus.clone(),
        api_key: ApiKey::new("API-WRONG").unwrap(),
    };
    let stranger = Octopus::new(vec![config]).unwrap();
    let error = stranger
        .space(&bench.gate, &bench.server, &bench.space)
        .await
        .unwrap_err();
    assert_eq!(error.kind, PortErrorKind::Denied);
}
