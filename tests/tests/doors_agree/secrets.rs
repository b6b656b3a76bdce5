//! Secrets Manager.

use bennu_model::ids::TargetName;
use bennu_ports::Infrastructure;
use bennu_sim::doors::serve::Running;
use bennu_sim::ports::LoggingGate;
use bennu_sim::secrets::{NewSecret, SecretValue};
use bennu_sim::world::{Place, World};
use chrono::TimeDelta;
use serde_json::json;

use crate::infrastructure::{ACCOUNT, REGION, adapter, port_door, sydney};
use crate::{Log, assert_same, fault, kind, world};

fn place() -> Place {
    Place {
        account: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
    }
}

/// One that holds bytes, and one that was made and never filled.
fn put_others(world: &mut World) -> [String; 2] {
    let bytes = SecretValue::Binary(vec![104, 105]);
    [("bytes", Some((None, bytes))), ("empty", None)].map(|(name, first)| {
        let new = NewSecret {
            name: name.to_owned(),
            first,
            ..NewSecret::default()
        };
        let now = world.now;
        world
            .secrets
            .create(&place(), new, now)
            .unwrap()
            .arn
            .clone()
    })
}

async fn script(running: &Running, port: &dyn Infrastructure) -> Vec<String> {
    let (mut log, gate, sim) = (Log::default(), LoggingGate::default(), &running.sim);
    let read = async |arn: &str| {
        let secret = port.secret(&gate, &sydney(), arn).await;
        secret.map(|secret| secret.expose().to_owned())
    };
    let arn = sim.with(|world| world.put_secret(&place(), "octopus/key", "API-ONE"));
    log.note(&arn, read(&arn).await);
    sim.with(|world| world.put_secret(&place(), "octopus/key", "API-\"TWO\"\n\u{e9}"));
    log.note("the current version", read(&arn).await);
    log.note("another", read(&format!("{arn}x")).await);
    for other in sim.with(put_others) {
        // In which words bytes are no text, and whether that is the call's failure or only
        // ours, is each door's own.
        let aside = LoggingGate::default();
        let answer = port.secret(&aside, &sydney(), &other).await;
        log.note(&other, kind(answer.map(|_| ())));
    }
    let nowhere = TargetName::new("nowhere").unwrap();
    let answer = port.secret(&gate, &nowhere, &arn).await;
    log.note("no target", answer.map(|_| ()));

    for on_read in [
        json!({"name": "throttle"}),
        json!({"name": "error"}),
        json!({"name": "error", "params": {"code": "AccessDeniedException", "status": 400}}),
        json!({"name": "error", "params": {"code": "DecryptionFailure", "status": 400}}),
        json!({"name": "lose_reply"}),
    ] {
        let mut once = on_read.clone();
        once["on"] = json!("GetSecretValue");
        once["times"] = json!(1);
        fault(running, once);
        log.note(&on_read.to_string(), kind(read(&arn).await));
    }

    let marked = sim.with(|world| {
        let (week, now) = (Some(TimeDelta::days(7)), world.now);
        world.secrets.delete(&place(), &arn, week, now).is_ok()
    });
    log.note("marked", (marked, read(&arn).await));
    log.with(&gate)
}

#[tokio::test]
async fn secrets_are_the_same_at_both_doors() {
    let (one, other) = (world().await, world().await);
    let (over_http, without) = (adapter(&one), port_door(&other));
    let said = script(&one, &over_http).await;
    assert_same(&said, &script(&other, &without).await);
    assert!(said[0].ends_with("Ok(\"API-ONE\")"), "{}", said[0]);
}
