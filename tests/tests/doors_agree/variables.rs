//! Octopus: the values that a tenant has for variables.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::action::DeploymentsAction;
use bennu_model::ids::{OctopusEnvironmentId, TenantId};
use bennu_model::variable::{
    Fingerprint, SettingValue, VariableKey, VariableScope, VariableSetting,
};
use bennu_ports::{SecretText, Secrets};
use bennu_sim::ports::SimDeployments;
use serde_json::json;

use crate::deployments::{Way, adapter, main_server};
use crate::{Log, assert_same, fault, gist, kind, world};

const ARN: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf";

fn key(project: Option<&str>, name: &str) -> VariableKey {
    let scope = match project {
        Some(project) => VariableScope::Project(project.parse().unwrap()),
        None => VariableScope::Common("Checkout".parse().unwrap()),
    };
    VariableKey {
        scope,
        name: name.to_owned(),
    }
}

fn literal(key: VariableKey, text: &str) -> VariableSetting {
    let value = SettingValue::Literal(text.to_owned());
    VariableSetting { key, value }
}

fn secret(key: VariableKey) -> VariableSetting {
    let value = SettingValue::Secret {
        arn: ARN.to_owned(),
        fingerprint: Fingerprint("00".repeat(32)),
    };
    VariableSetting { key, value }
}

fn secrets() -> Secrets {
    let value = SecretText::new("hunter2".to_owned());
    Secrets::from_iter([(ARN.to_owned(), value)])
}

/// A tenant that is connected to `Checkout Web`, and the environment there.
async fn connected(way: &Way<'_>) -> (TenantId, OctopusEnvironmentId) {
    let (gate, server, space) = (&way.gate, &way.server, &way.space);
    let known = way.port.space(gate, server, space).await.unwrap();
    let project = known.projects[&"Checkout Web".parse().unwrap()].clone();
    let environment = known.environments.into_values().next().unwrap();
    let create = DeploymentsAction::CreateTenant {
        name: "ryan0001".parse().unwrap(),
        description: String::new(),
        connections: BTreeMap::from([(project, BTreeSet::from([environment.clone()]))]),
    };
    way.begin(&create).await;
    ("Tenants-1".parse().unwrap(), environment)
}

fn set(
    tenant: &TenantId,
    environment: &OctopusEnvironmentId,
    set: Vec<VariableSetting>,
    clear: &[VariableKey],
) -> DeploymentsAction {
    DeploymentsAction::SetVariables {
        tenant: tenant.clone(),
        environment: environment.clone(),
        set,
        clear: clear.iter().cloned().collect(),
        secrets_in: "dev".parse().unwrap(),
        token: "t1".parse().unwrap(),
    }
}

async fn script(way: &Way<'_>) -> Vec<String> {
    let mut log = Log::default();
    let (tenant, environment) = connected(way).await;
    let (gate, server, space) = (&way.gate, &way.server, &way.space);
    let web = |name: &str| key(Some("Checkout Web"), name);
    let common = |name: &str| key(None, name);
    let of_tenant = |settings, clear: &[VariableKey]| set(&tenant, &environment, settings, clear);
    let elsewhere: OctopusEnvironmentId = "Environments-404".parse().unwrap();
    let nobody: TenantId = "Tenants-404".parse().unwrap();
    let clear_all = DeploymentsAction::ClearVariables {
        tenant: tenant.clone(),
    };
    let greeting = || vec![literal(web("Greeting"), "hello")];
    for (number, action) in [
        of_tenant(greeting(), &[]),
        of_tenant(greeting(), &[]),
        of_tenant(vec![secret(web("ConnectionString"))], &[web("Greeting")]),
        of_tenant(
            vec![
                literal(common("Currency"), ""),
                secret(common("LicenceKey")),
            ],
            &[common("Currency"), web("Nothing")],
        ),
        of_tenant(vec![], &[common("LicenceKey")]),
        of_tenant(vec![literal(web("Greetings"), "hello")], &[]),
        of_tenant(
            vec![literal(key(Some("Checkout Jobs"), "Greeting"), "x")],
            &[],
        ),
        of_tenant(vec![secret(web("Greeting"))], &[]),
        of_tenant(vec![literal(common("LicenceKey"), "x")], &[]),
        set(&tenant, &elsewhere, greeting(), &[]),
        set(&nobody, &environment, greeting(), &[]),
        clear_all.clone(),
        clear_all.clone(),
    ]
    .into_iter()
    .enumerate()
    {
        let outcome = way.begin_with(&action, &secrets()).await;
        log.note(&format!("{number}: {action}"), outcome);
        for environment in [&environment, &elsewhere] {
            let seen = way
                .port
                .variables(gate, server, space, &tenant, environment);
            log.note("variables", seen.await);
        }
    }
    let unfetched = of_tenant(vec![secret(common("LicenceKey"))], &[]);
    log.note("without the secret", way.begin(&unfetched).await);
    let seen = way
        .port
        .variables(gate, server, space, &nobody, &environment);
    log.note("nobody's", seen.await);

    // A value that is left over keeps the tenant from being deleted.
    let left = of_tenant(vec![literal(common("Currency"), "AUD")], &[]);
    let disconnect = DeploymentsAction::ConnectTenant {
        tenant: tenant.clone(),
        connections: BTreeMap::new(),
    };
    let delete = DeploymentsAction::DeleteTenant {
        tenant: tenant.clone(),
    };
    for action in [&left, &disconnect, &clear_all, &delete] {
        let outcome = way.begin(action).await;
        log.note(&action.to_string(), outcome);
    }
    log.with(&way.gate)
}

async fn script_of_faults(way: &Way<'_>) -> Vec<String> {
    let mut log = Log::default();
    let (tenant, environment) = connected(way).await;
    let (gate, server, space) = (&way.gate, &way.server, &way.space);
    let settings = vec![secret(key(Some("Checkout Web"), "ConnectionString"))];
    let action = set(&tenant, &environment, settings, &[]);
    for on in ["GET tenants/{id}/variables", "PUT tenants/{id}/variables"] {
        for name in ["throttle", "error", "conflict", "lose_reply"] {
            fault(way.running, json!({"name": name, "on": on, "times": 1}));
            let outcome = way.begin_with(&action, &secrets()).await;
            log.note(name, (on, gist(&outcome)));
            let seen = way
                .port
                .variables(gate, server, space, &tenant, &environment);
            log.note("variables", kind(seen.await));
        }
    }
    log.with(&way.gate)
}

#[tokio::test]
async fn variables_are_the_same_at_both_doors() {
    let (one, other) = (world().await, world().await);
    let over_http = adapter(&one);
    let without = SimDeployments::new(other.sim.clone(), main_server());
    assert_same(
        &script(&Way::new(&one, &over_http)).await,
        &script(&Way::new(&other, &without)).await,
    );
}

#[tokio::test]
async fn variables_fail_the_same_at_both_doors() {
    let (one, other) = (world().await, world().await);
    let over_http = adapter(&one);
    let without = SimDeployments::new(other.sim.clone(), main_server());
    assert_same(
        &script_of_faults(&Way::new(&one, &over_http)).await,
        &script_of_faults(&Way::new(&other, &without)).await,
    );
}
