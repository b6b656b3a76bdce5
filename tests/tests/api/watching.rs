//! Timelines that go on, and looks that are waited for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::{Body, BodyDataStream};
use axum::http::StatusCode;
use bennu_api::router;
use bennu_model::ids::EnvironmentName;
use bennu_ports::Environments as _;
use bennu_ports::Tokens as _;
use bennu_ports::tokens::TokenId;
use futures_util::StreamExt as _;
use serde_json::json;
use tower::ServiceExt as _;

use super::stage::*;

/// A stream of server-sent events, read one at a time.
struct Watched {
    body: BodyDataStream,
    text: String,
}

impl Watched {
    async fn begin(world: &World, path: &str, last: Option<&str>) -> Self {
        let mut asked = request(&world.checkout, "GET", path).header("accept", "text/event-stream");
        if let Some(last) = last {
            asked = asked.header("last-event-id", last);
        }
        let answer = world
            .router
            .clone()
            .oneshot(asked.body(Body::empty()).unwrap());
        let answer = answer.await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self {
            body: answer.into_body().into_data_stream(),
            text: String::new(),
        }
    }

    /// The next event's `event` and `id`.
    async fn next(&mut self) -> Option<(String, String)> {
        loop {
            if let Some((one, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let mut lines = one.lines();
                    let value = lines.find_map(|line| line.strip_prefix(name));
                    value.unwrap_or_default().trim().to_owned()
                };
                let event = (field("event:"), field("id:"));
                self.text = rest.to_owned();
                if !event.0.is_empty() {
                    return Some(event);
                }
                continue;
            }
            let bytes = self.body.next().await?.unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }
}

#[tokio::test]
async fn a_timeline_goes_on_where_it_was_left_and_ends_with_the_environment() {
    let world = World::begin().await;
    let me = &world.checkout;
    world.put(me, "ryan0001", &document()).await;
    let mut live = Watched::begin(&world, "ryan0001/events", None).await;
    let declared = live.next().await.unwrap();
    assert_eq!(declared.0, "Declared");
    // What comes later comes too, to whoever connects again as well.
    world
        .put(
            me,
            "ryan0001",
            &with("/spec/stack/parameters/Size", json!("small")),
        )
        .await;
    let changed = live.next().await.unwrap();
    assert_eq!(changed.0, "Changed");
    let mut again = Watched::begin(&world, "ryan0001/events", Some(&declared.1)).await;
    assert_eq!(again.next().await.unwrap(), changed);
    drop(again);
    let mut after = Watched::begin(
        &world,
        &format!("ryan0001/events?after={}", changed.1),
        None,
    )
    .await;
    world.ask(me, "DELETE", "ryan0001").await;
    assert_eq!(live.next().await.unwrap().0, "Deleted");
    assert_eq!(after.next().await.unwrap().0, "Deleted");

    // Its life is over, as a pass writes it.
    world.end_life("ryan0001").await;
    // It is asked whether it is still there when there is news, or each 5 s.
    assert_eq!(live.next().await.unwrap().0, "end");
    assert_eq!(live.next().await, None);
    assert_eq!(after.next().await.unwrap().0, "end");

    let unclear = request(me, "GET", "ryan0002/events").header("last-event-id", "x");
    let unclear = world.send(unclear.body(Body::empty()).unwrap()).await;
    assert_eq!(unclear.status, StatusCode::BAD_REQUEST);
}

/// What one asks to have read already takes nothing from the others.
#[tokio::test]
async fn nobody_silences_anybody_else() {
    let world = World::begin().await;
    let me = &world.checkout;
    world.put(me, "ryan0001", &document()).await;
    let far = format!("ryan0001/events?after={}", i64::MAX);
    let _first = Watched::begin(&world, &far, None).await;
    let mut second = Watched::begin(&world, "ryan0001/events", None).await;
    assert_eq!(second.next().await.unwrap().0, "Declared");
    let small = with("/spec/stack/parameters/Size", json!("small"));
    world.put(me, "ryan0001", &small).await;
    assert_eq!(second.next().await.unwrap().0, "Changed");
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let world = World::begin().await;
    let me = &world.checkout;
    world.put(me, "ryan0001", &document()).await;
    let mut live = Watched::begin(&world, "ryan0001/events", None).await;
    assert_eq!(live.next().await.unwrap().0, "Declared");
    let id = TokenId::of(&me.hash());
    assert!(world.store.revoke(&id, None).await.unwrap());
    let small = with("/spec/stack/parameters/Size", json!("small"));
    let path = "/v1/teams/checkout/environments/ryan0001";
    let changed = world.put(&world.operator, path, &small).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert_eq!(live.next().await, None, "it is not told any more");
}

/// A stream does not keep a process from ending.
#[tokio::test]
async fn streams_end_with_the_process() {
    let world = World::begin().await;
    world.put(&world.checkout, "ryan0001", &document()).await;
    let mut live = Watched::begin(&world, "ryan0001/events", None).await;
    assert_eq!(live.next().await.unwrap().0, "Declared");
    world.stop.cancel();
    assert_eq!(live.next().await, None);
}

#[tokio::test]
async fn so_many_streams_are_open_and_no_more() {
    let world = World::begin().await;
    let me = &world.checkout;
    world.put(me, "ryan0001", &document()).await;
    let mut open = Vec::new();
    for _ in 0..256 {
        open.push(Watched::begin(&world, "ryan0001/events", None).await);
    }
    let more = request(me, "GET", "ryan0001/events").header("accept", "text/event-stream");
    let more = world.send(more.body(Body::empty()).unwrap()).await;
    assert_eq!(
        more.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        more.body
    );
    assert!(more.body["type"].as_str().unwrap().ends_with("/busy"));
    // Who does not stream is not kept out by those who do.
    assert_eq!(
        world.ask(me, "GET", "ryan0001").await.status,
        StatusCode::OK
    );
    open.pop();
    Watched::begin(&world, "ryan0001/events", None).await;
}

#[tokio::test]
async fn a_refresh_waits_until_everything_was_read() {
    let mut world = World::begin().await;
    let is_fresh = Arc::new(AtomicBool::new(false));
    let asked = is_fresh.clone();
    let mut api = api(world.store.clone());
    api.freshness = Arc::new(move |_, _| asked.load(Ordering::SeqCst));
    world.router = router(api, &prometheus::Registry::new()).unwrap();
    let me = &world.checkout;
    world.put(me, "ryan0001", &document()).await;
    let waits = world.ask(me, "POST", "ryan0001/refresh?wait=0").await;
    assert_eq!(waits.status, StatusCode::ACCEPTED, "{}", waits.body);
    assert_eq!(waits.body["status"]["stack"]["seen"], "unknown");

    let refresh = world.ask(me, "POST", "ryan0001/refresh");
    let look = async {
        // As a pass would, sooner or later.
        is_fresh.store(true, Ordering::SeqCst);
    };
    let (answer, ()) = tokio::join!(refresh, look);
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    // What was read lately needs no look, and nobody is asked for one.
    let name = EnvironmentName::new("ryan0001").unwrap();
    let asked_at = async || {
        let view = world.store.get(&team("checkout"), &name).await;
        view.unwrap().unwrap().state.environment.refresh_at
    };
    let before = asked_at().await;
    let recent = world.ask(me, "POST", "ryan0001/refresh?maxAge=5m").await;
    assert_eq!(recent.status, StatusCode::OK, "{}", recent.body);
    assert_eq!(asked_at().await, before);
    let wrong = world.ask(me, "POST", "ryan0001/refresh?wait=soon").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let absent = world.ask(me, "POST", "nobody/refresh").await;
    assert_eq!(absent.status, StatusCode::NOT_FOUND);
}
