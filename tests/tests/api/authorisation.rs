//! Every route, every kind of caller, its own things and others': who is answered what. The
//! table has a row for each route that is served; a route without one fails.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use bennu_api::openapi::routes_served;
use bennu_api::{Access, Token, Verb};
use serde_json::{Value, json};

use super::stage::*;

/// What a route is asked with, and what its owner and operators are answered then.
struct Row {
    id: &'static str,
    body: Option<Value>,
    owner: u16,
    operator: u16,
}

fn row(id: &'static str, body: Option<Value>, owner: u16) -> Row {
    let operator = owner;
    Row {
        id,
        body,
        owner,
        operator,
    }
}

fn rows() -> Vec<Row> {
    let placed = json!({ "team": "checkout", "name": "ryan0001" });
    let placed = with("/metadata", placed);
    let blueprint = json!({
        "apiVersion": "bennu.dev/v1", "kind": "Blueprint",
        "spec": {
            "source": { "repository": "acme/checkout", "branches": ["main"] }, "per": "branch",
            "environment": { "metadata": { "name": "main" }, "spec": document()["spec"] },
        },
    });
    vec![
        row("listAllEnvironments", None, 200),
        row("listEnvironments", None, 200),
        row("getEnvironment", None, 200),
        row("declareEnvironment", Some(document()), 200),
        row("planEnvironment", None, 200),
        row("planDocument", Some(placed), 200),
        row("getChanges", None, 404),
        row("explainEnvironment", None, 200),
        row("listEvents", None, 200),
        row(
            "approveChangeSet",
            Some(json!({ "changeSet": "bennu-one" })),
            409,
        ),
        row("retryEnvironment", None, 200),
        row("refreshEnvironment", None, 200),
        row("listBlueprints", None, 200),
        row("declareBlueprint", Some(blueprint), 200),
        row("getBlueprint", None, 200),
        row("listTargets", None, 200),
        row("listSpaces", None, 200),
        row("listTemplates", None, 200),
        row("listTokens", None, 200),
        row("createToken", Some(json!({ "team": "checkout" })), 201),
        row("getOpenApi", None, 200),
        row("deliver", Some(json!({})), 401),
        // At the end: what they take away, the others need.
        row("deleteBlueprint", None, 204),
        row("deleteEnvironment", None, 202),
        row("revokeToken", None, 204),
    ]
}

/// Callers whose credential is worth nothing.
fn nobodies(world: &World) -> BTreeMap<&'static str, Option<String>> {
    let bearer = |token: &Token| Some(format!("Bearer {}", token.expose()));
    BTreeMap::from([
        ("none", None),
        ("basic", Some("Basic Y2hlY2tvdXQ6c2VjcmV0".to_owned())),
        ("garbage", Some("Bearer bennu_x".to_owned())),
        ("empty", Some("Bearer ".to_owned())),
        (
            "its hash",
            Some(format!("Bearer {}", world.checkout.hash().as_str())),
        ),
        (
            "cut",
            Some(format!("Bearer {}", &world.checkout.expose()[..48])),
        ),
        (
            "by another scheme",
            Some(format!("Token {}", world.checkout.expose())),
        ),
        ("unknown", bearer(&Token::from_random([9; 32]))),
        ("expired", bearer(&world.expired)),
        ("revoked", bearer(&world.revoked)),
    ])
}

struct Asked<'a> {
    verb: Verb,
    path: String,
    body: Option<&'a Value>,
}

impl Asked<'_> {
    async fn by(&self, world: &World, credential: Option<&str>) -> Answer {
        let mut request = Request::builder()
            .method(self.verb.as_str())
            .uri(&self.path);
        if let Some(credential) = credential {
            request = request.header("authorization", credential);
        }
        let body = self
            .body
            .map_or(Body::empty(), |body| Body::from(body.to_string()));
        world.send(request.body(body).unwrap()).await
    }

    async fn with(&self, world: &World, token: &Token) -> Answer {
        let bearer = format!("Bearer {}", token.expose());
        self.by(world, Some(&bearer)).await
    }
}

/// All of an answer but what names the request and the place that was asked for.
fn words(answer: &Answer, name: &str) -> (StatusCode, Value, Vec<String>) {
    let mut body = answer.body.clone();
    if let Some(body) = body.as_object_mut() {
        body.remove("instance");
    }
    let body = body.to_string().replace(name, "<name>");
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "content-length"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    headers.sort();
    (answer.status, serde_json::from_str(&body).unwrap(), headers)
}

/// An environment, a blueprint and a token of checkout.
async fn furnish(world: &World) -> String {
    let me = &world.checkout;
    let put = world.put(me, "ryan0001", &document()).await;
    assert_eq!(put.status, StatusCode::CREATED, "{}", put.body);
    let all = rows();
    let blueprint = all.iter().find(|row| row.id == "declareBlueprint").unwrap();
    let path = "/v1/teams/checkout/blueprints/ryan0001";
    let put = world.put(me, path, blueprint.body.as_ref().unwrap()).await;
    assert_eq!(put.status, StatusCode::CREATED, "{}", put.body);
    let made = Body::from(json!({ "note": "to be revoked" }).to_string());
    let made = request(me, "POST", "/v1/tokens").body(made).unwrap();
    let made = world.send(made).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    made.body["id"].as_str().unwrap().to_owned()
}

fn filled(path: &str, name: &str, id: &str) -> String {
    path.replace("{team}", "checkout")
        .replace("{name}", name)
        .replace("{source}", "generic")
        .replace("{id}", id)
}

#[tokio::test]
async fn every_route_answers_every_caller_as_it_should() {
    let world = World::begin().await;
    let id = furnish(&world).await;
    let routes = routes_served();
    let rows = rows();
    for route in &routes {
        assert!(
            rows.iter().any(|row| row.id == route.id),
            "no row for {}",
            route.id
        );
    }
    for row in &rows {
        let route = routes.iter().find(|route| route.id == row.id).unwrap();
        let asked = |path: String| Asked {
            verb: route.verb,
            path,
            body: row.body.as_ref(),
        };
        let there = asked(filled(route.path, "ryan0001", &id));
        let absent = asked(filled(route.path, "nobody01", "tok_00000000000000ff"));

        let mut refusals = Vec::new();
        for (who, credential) in nobodies(&world) {
            let answer = there.by(&world, credential.as_deref()).await;
            match route.access {
                Access::Token => assert_eq!(answer.status, 401, "{} by {who}", row.id),
                Access::Open => assert_eq!(answer.status, 200, "{} by {who}", row.id),
                Access::Signature => assert_eq!(answer.status, 401, "{} by {who}", row.id),
            }
            refusals.push(words(&answer, "ryan0001"));
        }
        refusals.dedup();
        assert_eq!(
            refusals.len(),
            1,
            "{}: one answer for any bad credential",
            row.id
        );

        // What belongs to nobody in particular, and what shows each team its own.
        let is_shared = !route.path.contains("{team}") && !route.path.contains("{id}");
        let foreign = there.with(&world, &world.payments).await;
        if row.id == "planDocument" {
            assert_eq!(foreign.status, 404, "{}", foreign.body);
        } else if row.id == "createToken" {
            assert_eq!(foreign.status, 403, "{}", foreign.body);
        } else if is_shared {
            assert_eq!(foreign.status, row.owner, "{}: {}", row.id, foreign.body);
        } else {
            assert_eq!(foreign.status, 404, "{}: {}", row.id, foreign.body);
            let nothing = absent.with(&world, &world.payments).await;
            let (one, other) = (words(&foreign, "ryan0001"), words(&nothing, "nobody01"));
            let one = (one.0, one.1.to_string().replace(&id, "<id>"), one.2);
            let unknown = "tok_00000000000000ff";
            let other = (
                other.0,
                other.1.to_string().replace(unknown, "<id>"),
                other.2,
            );
            assert_eq!(one, other, "{}: it must not show that it is there", row.id);
        }

        let operators =
            matches!(route.verb, Verb::Get | Verb::Put).then_some((&world.operator, row.operator));
        for (token, expected) in operators.into_iter().chain([(&world.checkout, row.owner)]) {
            let answer = there.with(&world, token).await;
            assert_eq!(answer.status, expected, "{}: {}", row.id, answer.body);
        }
    }
}

/// Operators may do to a team's things what the team may.
#[tokio::test]
async fn operators_act_on_everything() {
    let world = World::begin().await;
    let id = furnish(&world).await;
    let routes = routes_served();
    for row in rows() {
        let route = routes.iter().find(|route| route.id == row.id).unwrap();
        let asked = Asked {
            verb: route.verb,
            path: filled(route.path, "ryan0001", &id),
            body: row.body.as_ref(),
        };
        let answer = asked.with(&world, &world.operator).await;
        assert_eq!(answer.status, row.operator, "{}: {}", row.id, answer.body);
    }
}

#[tokio::test]
async fn a_team_makes_sees_and_revokes_its_own_tokens_only() {
    let world = World::begin().await;
    let make = |token, body: Value| {
        let body = Body::from(body.to_string());
        world.send(request(token, "POST", "/v1/tokens").body(body).unwrap())
    };
    let made = make(&world.checkout, json!({ "note": "CI", "expires": "90d" })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert_eq!(made.header("cache-control"), "no-store");
    let new = Token::parse(made.body["token"].as_str().unwrap()).unwrap();
    let works = world.ask(&new, "GET", "/v1/environments").await;
    assert_eq!(works.status, StatusCode::OK);
    for beyond in [json!({ "operator": true }), json!({ "team": "payments" })] {
        let answer = make(&world.checkout, beyond).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.body);
    }
    let nobody = make(&world.operator, json!({ "note": "whose?" })).await;
    assert_eq!(
        nobody.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        nobody.body
    );

    let seen = world.ask(&world.payments, "GET", "/v1/tokens").await;
    let teams = seen.body["items"].as_array().unwrap().iter();
    assert!(teams.map(|one| &one["team"]).all(|team| team == "payments"));
    let all = world.ask(&world.operator, "GET", "/v1/tokens").await;
    assert!(
        !all.body.to_string().contains(new.expose()),
        "no token is shown twice"
    );

    // Its own tokens end with it at the latest.
    let ends = made.body["expiresAt"].clone();
    for wanted in [json!({}), json!({ "expires": ends.clone() })] {
        let child = make(&new, wanted).await;
        assert_eq!(child.status, StatusCode::CREATED, "{}", child.body);
        assert_eq!(child.body["expiresAt"], ends);
    }
    let longer = make(&new, json!({ "expires": "91d" })).await;
    assert_eq!(longer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(longer.body["errors"][0]["field"], "expires");
    let page = world
        .ask(&world.checkout, "GET", "/v1/tokens?limit=2")
        .await;
    assert_eq!(page.body["items"].as_array().unwrap().len(), 2);
    let next = page.body["metadata"]["continue"].as_str().unwrap();
    let next = format!("/v1/tokens?limit=2&continue={next}");
    let next = world.ask(&world.checkout, "GET", &next).await;
    assert_eq!(
        next.body["items"][0]["id"], made.body["id"],
        "the newest came first"
    );

    let path = format!("/v1/tokens/{}", made.body["id"].as_str().unwrap());
    let foreign = world.ask(&world.payments, "DELETE", &path).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let revoked = world.ask(&world.checkout, "DELETE", &path).await;
    assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    let dead = world.ask(&new, "GET", "/v1/environments").await;
    assert_eq!(dead.status, StatusCode::UNAUTHORIZED);
}
