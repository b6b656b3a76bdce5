//! What a person does to the world by hand, beside faults.

use axum::Json;
use axum::extract::{Path, State};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::super::sim::Sim;
use super::refusal::{Refusal, object};
use crate::cloudformation::request::SignalResource;
use crate::cloudformation::status::SignalStatus;
use crate::faults::Fault;
use crate::world::{DEFAULT_ACCOUNT, Place, World};

/// POST: an instance is terminated, as by hand in the console of EC2.
pub(super) async fn terminate(
    State(sim): State<Sim>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    sim.with(|world| {
        let place = place_of(world, &id)?;
        let ids = [id.clone()];
        let changes = world.on(&place, |region, m| region.terminate_instances(&ids, m));
        let changes = changes
            .map_err(|error| Refusal::new(error.message, "path, instance", "GET /_sim/truth"))?;
        let state = changes.first().map(|change| change.current);
        Ok(Json(json!({ "instance": id, "state": state })))
    })
}

/// POST: an instance's Tentacle stops answering, for good or until `{"back_after_s":60}` later.
pub(super) async fn die(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    const REMEDY: &str = r#"send nothing, or {"back_after_s":60}"#;
    let mut params = std::collections::BTreeMap::new();
    if !body.is_empty() {
        params.extend(object(&body, &["back_after_s"], REMEDY)?);
    }
    sim.with(|world| {
        place_of(world, &id)?;
        let fault = Fault {
            name: "tentacle_dies".to_owned(),
            on: id.clone(),
            times: Some(1),
            params,
            ..Fault::default()
        };
        world.faults.add(fault).map_err(|refused| {
            let key = refused.key.trim_start_matches("params.");
            Refusal::new(refused.what, format!("body, key '{key}'"), refused.remedy)
        })?;
        let fault = world.faults.list().last().map_or(0, |fault| fault.id);
        world.advance_to(world.now);
        if world.faults.remove_id(fault) {
            let what = format!("instance {id} has no Tentacle that answers");
            let remedy = "wait until its boot has registered one";
            return Err(Refusal::new(what, "path, instance", remedy));
        }
        Ok(Json(json!({ "instance": id, "tentacle": "dead" })))
    })
}

/// POST: a resource is signalled, as by cfn-signal.
pub(super) async fn signal(State(sim): State<Sim>, body: Bytes) -> Result<Json<Value>, Refusal> {
    const REMEDY: &str = r#"send {"stack":"NAME OR ARN","resource":"LOGICAL ID","unique_id":"i-…","status":"SUCCESS"}, with "account" and "region" where the name alone is not enough"#;
    let known = [
        "stack",
        "resource",
        "unique_id",
        "status",
        "account",
        "region",
    ];
    let body = object(&body, &known, REMEDY)?;
    let status = SignalStatus::parse(&text(&body, "status", REMEDY)?);
    let status = status
        .ok_or_else(|| Refusal::new("neither SUCCESS nor FAILURE", "body, key 'status'", REMEDY))?;
    let request = SignalResource {
        stack_name: text(&body, "stack", REMEDY)?,
        logical_resource_id: text(&body, "resource", REMEDY)?,
        unique_id: text(&body, "unique_id", REMEDY)?,
        status,
    };
    sim.with(|world| {
        let place = stack_place(world, &body, &request.stack_name, REMEDY)?;
        let answer = world.on(&place, |region, m| region.signal_resource(request, m));
        answer.map_err(|error| Refusal::new(error.message, "body", REMEDY))?;
        Ok(Json(json!({ "signalled": true })))
    })
}

/// POST: a resource is changed behind CloudFormation's back, or goes.
pub(super) async fn drift(State(sim): State<Sim>, body: Bytes) -> Result<Json<Value>, Refusal> {
    const REMEDY: &str = r#"send {"stack":"NAME OR ARN","resource":"LOGICAL ID","property":"VisibilityTimeout","value":5}, without "value" to take the property away, or with "gone":true in place of both to delete the resource"#;
    let known = [
        "stack", "resource", "property", "value", "gone", "account", "region",
    ];
    let body = object(&body, &known, REMEDY)?;
    let (stack, resource) = (
        text(&body, "stack", REMEDY)?,
        text(&body, "resource", REMEDY)?,
    );
    let is_gone = match body.get("gone") {
        None => false,
        Some(Value::Bool(true)) if !body.contains_key("property") => true,
        Some(_) => {
            let what = "only true, and not with a property";
            return Err(Refusal::new(what, "body, key 'gone'", REMEDY));
        }
    };
    sim.with(|world| {
        let place = stack_place(world, &body, &stack, REMEDY)?;
        let id = physical_id(world, &place, &stack, &resource).ok_or_else(|| {
            let what = format!("stack {stack} has no real resource {resource}");
            Refusal::new(what, "body, key 'resource'", REMEDY)
        })?;
        let done = if is_gone {
            world.drift_away(&place, &id)
        } else {
            let property = text(&body, "property", REMEDY)?;
            world.drift(&place, &id, &property, body.get("value").cloned())
        };
        done.map_err(|error| Refusal::new(error.to_string(), "body, key 'resource'", REMEDY))?;
        Ok(Json(json!({ "drifted": id })))
    })
}

/// The id of what a resource of a stack stands for.
fn physical_id(world: &World, place: &Place, stack: &str, resource: &str) -> Option<String> {
    let region = world.regions.get(place)?;
    let id = region.names.get(stack).map_or(stack, String::as_str);
    let resource = region.stacks.get(id)?.resources.get(resource)?;
    resource.physical_id.clone()
}

/// Where an instance that is alive is.
fn place_of(world: &World, id: &str) -> Result<Place, Refusal> {
    let mut regions = world.regions.iter();
    let found = regions.find(|(_, region)| {
        let instance = region.compute.instances.get(id);
        instance.is_some_and(|one| one.state.is_alive())
    });
    found.map(|(place, _)| place.clone()).ok_or_else(|| {
        let remedy = "GET /_sim/truth?kind=instances lists those that are alive";
        Refusal::new(
            format!("no instance {id} is alive"),
            "path, instance",
            remedy,
        )
    })
}

/// Where a stack is: as told, or wherever its name or ARN is found.
fn stack_place(
    world: &World,
    body: &Map<String, Value>,
    stack: &str,
    remedy: &str,
) -> Result<Place, Refusal> {
    let told = |key: &str| body.contains_key(key).then(|| text(body, key, remedy));
    let (account, region) = (told("account").transpose()?, told("region").transpose()?);
    let places = world.regions.iter().filter(|(place, there)| {
        account
            .as_ref()
            .is_none_or(|account| *account == place.account)
            && region.as_ref().is_none_or(|region| *region == place.region)
            && (there.names.contains_key(stack) || there.stacks.contains_key(stack))
    });
    let places: Vec<&Place> = places.map(|(place, _)| place).collect();
    match places.as_slice() {
        [place] => Ok((*place).clone()),
        [] => {
            let what = format!("there is no stack {stack}");
            Err(Refusal::new(what, "body, key 'stack'", remedy))
        }
        [_, _, ..] => {
            let what = format!("several accounts or regions have a stack {stack}");
            let remedy = format!("add account (such as {DEFAULT_ACCOUNT}) and region");
            Err(Refusal::new(what, "body, key 'stack'", remedy))
        }
    }
}

fn text(body: &Map<String, Value>, key: &str, remedy: &str) -> Result<String, Refusal> {
    let text = body.get(key).and_then(Value::as_str).unwrap_or_default();
    if text.is_empty() {
        let what = "not there, or no text";
        return Err(Refusal::new(what, format!("body, key '{key}'"), remedy));
    }
    Ok(text.to_owned())
}
