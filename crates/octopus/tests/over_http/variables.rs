//! Tenants' values for variables, over HTTP against the simulated server.

use std::collections::BTreeMap;

use bennu_model::action::DeploymentsAction;
use bennu_model::ids::{OctopusEnvironmentId, TenantId};
use bennu_model::outcome::{Outcome, Retry};
use bennu_model::variable::{
    Fingerprint, SeenValue, SettingValue, VariableKey, VariableScope, VariableSetting,
};
use bennu_ports::{Deployments as _, SecretText, Secrets};
use serde_json::{Value, json};

use crate::bench::{Bench, done, retry};

const ARN: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf";
const SECRET: &str = "Server=db;Password=\"hunter2\"";

pub fn of_project(name: &str) -> VariableKey {
    VariableKey {
        scope: VariableScope::Project("Checkout Web".parse().unwrap()),
        name: name.to_owned(),
    }
}

pub fn in_common(name: &str) -> VariableKey {
    VariableKey {
        scope: VariableScope::Common("Checkout".parse().unwrap()),
        name: name.to_owned(),
    }
}

pub fn literal(key: VariableKey, text: &str) -> VariableSetting {
    let value = SettingValue::Literal(text.to_owned());
    VariableSetting { key, value }
}

pub fn secret(key: VariableKey) -> VariableSetting {
    let value = SettingValue::Secret {
        arn: ARN.to_owned(),
        fingerprint: Fingerprint("00".repeat(32)),
    };
    VariableSetting { key, value }
}

pub fn secrets() -> Secrets {
    let pair = (ARN.to_owned(), SecretText::new(SECRET.to_owned()));
    Secrets::from_iter([pair])
}

pub fn set(
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

/// A tenant that is connected to `Checkout Web`.
struct Shop {
    bench: Bench,
    tenant: TenantId,
    environment: OctopusEnvironmentId,
}

impl Shop {
    async fn new() -> Self {
        let bench = Bench::new().await;
        let tenant = TenantId::new(done(bench.create("ryan0001").await)).unwrap();
        let environments = bench.connections().await.into_values().next().unwrap();
        Self {
            bench,
            tenant,
            environment: environments.into_iter().next().unwrap(),
        }
    }

    fn set(&self, settings: Vec<VariableSetting>, clear: &[VariableKey]) -> DeploymentsAction {
        set(&self.tenant, &self.environment, settings, clear)
    }

    /// The values by name, sensitive ones as a star.
    async fn seen(&self) -> Vec<(String, Option<String>)> {
        let Bench {
            octopus,
            gate,
            server,
            space,
            ..
        } = &self.bench;
        let read = octopus.variables(gate, server, space, &self.tenant, &self.environment);
        let seen = read.await.unwrap().unwrap();
        let told = |value| match value {
            SeenValue::Literal(text) => text,
            SeenValue::Sensitive => "*".to_owned(),
        };
        seen.into_iter()
            .map(|one| {
                let mark = if one.is_sensitive { "!" } else { "" };
                (format!("{}{mark}", one.key), one.value.map(told))
            })
            .collect()
    }

    fn document(&self) -> Value {
        let path = format!("/api/tenants/{}/variables", self.tenant);
        self.bench.other("GET", &path, &Value::Null)
    }

    fn secret_is(&self, owner: &str, name: &str, text: &str) -> bool {
        self.bench
            .running
            .sim
            .with(|world| world.octopus.secret_is("ryan0001", owner, name, text))
    }
}

#[tokio::test]
async fn values_are_set_read_and_cleared_and_those_of_others_stay() {
    let shop = Shop::new().await;
    let empty = [
        ("ConnectionString of Checkout Web!", None),
        ("Greeting of Checkout Web", None),
        ("Currency of Checkout", None),
        ("LicenceKey of Checkout!", None),
    ];
    let named = |pairs: [(&str, Option<&str>); 4]| {
        pairs.map(|(name, value)| (name.to_owned(), value.map(str::to_owned)))
    };
    assert_eq!(shop.seen().await, named(empty));

    // Somebody else sets what we do not, and a key that we do not know.
    let mut others = shop.document();
    let common = &mut others["LibraryVariables"]["LibraryVariableSets-1"];
    let template = |name: &str| -> String {
        let mut all = common["Templates"].as_array().unwrap().iter();
        let found = all.find(|one| one["Name"] == name).unwrap();
        found["Id"].as_str().unwrap().to_owned()
    };
    let licence = template("LicenceKey");
    common["Variables"][licence] = json!({"HasValue": true, "NewValue": "AAA-BBB"});
    others["FromTheFuture"] = json!({"Deep": [1, null]});
    let path = format!("/api/tenants/{}/variables", shop.tenant);
    shop.bench.other("PUT", &path, &others);

    let wanted = vec![
        literal(of_project("Greeting"), "hello"),
        literal(in_common("Currency"), "AUD"),
    ];
    let plain = shop.set(wanted, &[]);
    assert_eq!(done(shop.bench.begin(&plain).await), shop.tenant.as_str());
    assert_eq!(shop.bench.begin(&plain).await, Outcome::Unchanged);
    let concealed = shop.set(vec![secret(of_project("ConnectionString"))], &[]);
    done(shop.bench.begin_with(&concealed, &secrets()).await);
    assert_eq!(
        shop.seen().await,
        named([
            ("ConnectionString of Checkout Web!", Some("*")),
            ("Greeting of Checkout Web", Some("hello")),
            ("Currency of Checkout", Some("AUD")),
            ("LicenceKey of Checkout!", Some("*")),
        ])
    );
    assert!(shop.secret_is("Checkout Web", "ConnectionString", SECRET));
    assert!(shop.secret_is("Checkout", "LicenceKey", "AAA-BBB"));
    assert_eq!(shop.document()["FromTheFuture"], json!({"Deep": [1, null]}));

    let gone = [of_project("Greeting"), of_project("ConnectionString")];
    let clear = shop.set(vec![], &gone);
    done(shop.bench.begin(&clear).await);
    assert_eq!(shop.bench.begin(&clear).await, Outcome::Unchanged);
    assert!(shop.secret_is("Checkout", "LicenceKey", "AAA-BBB"));
    let left = shop.seen().await;
    assert_eq!(left.iter().filter(|(_, value)| value.is_some()).count(), 2);

    // What has no template any more has nothing to be cleared.
    let unknown = shop.set(vec![], &[of_project("Nothing")]);
    assert_eq!(shop.bench.begin(&unknown).await, Outcome::Unchanged);
}

#[tokio::test]
async fn all_values_go_before_the_connections_and_the_tenant_after_them() {
    let shop = Shop::new().await;
    let wanted = vec![
        literal(in_common("Currency"), "AUD"),
        secret(in_common("LicenceKey")),
        literal(of_project("Greeting"), ""),
    ];
    let action = shop.set(wanted, &[]);
    done(shop.bench.begin_with(&action, &secrets()).await);
    let connect = |connections| DeploymentsAction::ConnectTenant {
        tenant: shop.tenant.clone(),
        connections,
    };
    let delete = DeploymentsAction::DeleteTenant {
        tenant: shop.tenant.clone(),
    };
    let clear = DeploymentsAction::ClearVariables {
        tenant: shop.tenant.clone(),
    };
    done(shop.bench.begin(&connect(BTreeMap::new())).await);
    let outcome = shop.bench.begin(&delete).await;
    assert!(matches!(outcome, Outcome::Ambiguous(_)), "{outcome:?}");

    let connections = shop.bench.connections().await;
    done(shop.bench.begin(&connect(connections)).await);
    done(shop.bench.begin(&clear).await);
    assert_eq!(shop.bench.begin(&clear).await, Outcome::Unchanged);
    let count = |world: &mut bennu_sim::World| world.octopus.variable_count();
    assert_eq!(shop.bench.running.sim.with(count), 0);
    done(shop.bench.begin(&connect(BTreeMap::new())).await);
    assert_eq!(shop.bench.begin(&delete).await, Outcome::Done(None));
    assert_eq!(retry(shop.bench.begin(&clear).await), Some(Retry::Look));
}

#[tokio::test]
async fn what_would_go_wrong_is_refused_before_anything_is_sent() {
    let shop = Shop::new().await;
    let why = async |settings: Vec<VariableSetting>, secrets: &Secrets| {
        let action = shop.set(settings, &[]);
        let outcome = shop.bench.begin_with(&action, secrets).await;
        match outcome {
            Outcome::Rejected {
                why,
                retry: Retry::Backoff,
            } => why,
            other => format!("{other:?}"),
        }
    };
    let known = secrets();
    assert_eq!(
        why(vec![literal(of_project("Greetings"), "x")], &known).await,
        "the tenant has no variable Greetings of Checkout Web; through its connections it has: \
         Greeting of Checkout Web, ConnectionString of Checkout Web, Currency of Checkout, \
         LicenceKey of Checkout"
    );
    let readable = why(vec![secret(of_project("Greeting"))], &known).await;
    assert!(readable.contains("would be readable"), "{readable}");
    let blind = why(vec![literal(in_common("LicenceKey"), "x")], &known).await;
    assert!(blind.contains("could not be read back"), "{blind}");
    let lacking = why(vec![secret(in_common("LicenceKey"))], &Secrets::none()).await;
    assert!(lacking.contains(ARN), "{lacking}");
    let log = shop.bench.gate.log();
    assert!(
        !log.iter().any(|line| line.contains("PUT")),
        "nothing was written: {log:?}"
    );
}

#[tokio::test]
async fn a_write_that_overlaps_another_is_looked_at_again() {
    let shop = Shop::new().await;
    let action = shop.set(vec![literal(of_project("Greeting"), "hello")], &[]);
    let on = "PUT tenants/{id}/variables";
    for (fault, expected) in [
        ("conflict", Some(Retry::Look)),
        ("throttle", Some(Retry::After(1))),
        ("lose_reply", None),
    ] {
        shop.bench
            .fault(json!({"name": fault, "on": on, "times": 1}));
        assert_eq!(retry(shop.bench.begin(&action).await), expected, "{fault}");
    }
    assert_eq!(
        shop.bench.begin(&action).await,
        Outcome::Unchanged,
        "it had happened"
    );
    let nobody = TenantId::new("Tenants-404").unwrap();
    let read = shop.bench.octopus.variables(
        &shop.bench.gate,
        &shop.bench.server,
        &shop.bench.space,
        &nobody,
        &shop.environment,
    );
    assert_eq!(read.await.unwrap(), None);
    let nobodys = set(&nobody, &shop.environment, vec![], &[]);
    assert_eq!(retry(shop.bench.begin(&nobodys).await), Some(Retry::Look));
    let elsewhere = OctopusEnvironmentId::new("Environments-9").unwrap();
    let greeting = vec![literal(of_project("Greeting"), "hello")];
    let outcome = shop
        .bench
        .begin(&set(&shop.tenant, &elsewhere, greeting, &[]))
        .await;
    assert_eq!(retry(outcome), Some(Retry::Never), "no such connection");
}
