//! What `explain` says when the world refuses: a whole life on the stage of the stories, and the
//! API over the same ledger. One golden file each.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use bennu_api::{Api, Token, Webhooks, router};
use bennu_model::ids::{InstallationId, ServerName, SpaceName, TargetName};
use bennu_plan::desire::{SpaceFacts, TargetFacts};
use bennu_plan::{Context, Policy};
use bennu_ports::ledger::EnvironmentState;
use bennu_ports::{Principal, Tokens as _};
use bennu_tests::story::{Build, Story, TEMPLATE};
use serde_json::json;
use tower::ServiceExt as _;

use super::stage::{clock, team};

/// The same choices as the engine of the story makes.
fn context() -> Context {
    let facts = SpaceFacts {
        server_url: "http://octopus.test".into(),
        slots: 5,
    };
    let target = TargetFacts {
        bucket: Some("bennu-artifacts".to_owned()),
    };
    Context {
        installation: InstallationId::new("test").unwrap(),
        targets: BTreeMap::from([(TargetName::new("dev-sydney").unwrap(), target)]),
        spaces: BTreeMap::from([(
            (
                ServerName::new("main").unwrap(),
                SpaceName::new("Default").unwrap(),
            ),
            facts,
        )]),
        has_key: true,
    }
}

/// What a person is told of the environment of a story.
async fn explain(story: &Story) -> String {
    let token = Token::from_random([3; 32]);
    let ledger = story.ledger.clone();
    let added = ledger
        .add_token(&token.hash(), &Principal::Operator, "", None)
        .await;
    added.unwrap();
    let (context, policy) = (context(), Policy::default());
    // A story has a clock of its own: as late as it is there.
    let now = story.now();
    let api = Api {
        environments: ledger.clone(),
        tokens: ledger.clone(),
        answers: ledger.clone(),
        catalog: Arc::default(),
        hooks: Webhooks {
            ledger,
            declare: bennu_plan::declare,
            generic: Vec::new(),
        },
        planner: Arc::new(move |state: &EnvironmentState, _| {
            bennu_plan::decide(&state.environment, &state.observed, &context, &policy, now)
        }),
        freshness: Arc::new(|_, _| true),
        clock: clock(),
        replica: "test".into(),
        stop: Default::default(),
    };
    let router = router(api, &prometheus::Registry::new()).unwrap();
    let team = team("checkout");
    let path = format!("/v1/teams/{team}/environments/ryan0001/explain");
    let request = Request::get(path)
        .header("authorization", format!("Bearer {}", token.expose()))
        .header("accept", "text/plain")
        .body(Body::empty());
    let answer = router.oneshot(request.unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
    let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn golden(name: &str, told: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("bad_input");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(name, told));
}

#[tokio::test]
async fn an_octopus_project_that_is_not_there() {
    let mut story = Story::begin().await;
    let mut build = Build::infrastructure(TEMPLATE);
    build.projects = vec!["Checkout Wbe"];
    build.parameters = vec![("InstanceType", "t3.micro")];
    story.build(&build).await;
    story.play(60).await;
    golden("absent-octopus-project", &explain(&story).await);
}

#[tokio::test]
async fn aws_denies() {
    let mut story = Story::begin().await;
    story.fault(
        json!({ "name": "error", "on": "CreateStack", "times": 1_000, "params": {
        "code": "AccessDenied", "status": 403, "message":
        "User: arn:aws:sts::111122223333:assumed-role/bennu is not authorized to perform: \
         cloudformation:CreateStack" } }),
    );
    story.declare("t3.micro", TEMPLATE).await;
    story.play(60).await;
    golden("aws-denied", &explain(&story).await);
}

#[tokio::test]
async fn octopus_denies() {
    let mut story = Story::begin().await;
    story.fault(
        json!({ "name": "error", "on": "POST tenants", "times": 1_000, "params": {
        "status": 403, "message": "You do not have permission to perform this action. Missing \
        permission: TenantCreate" } }),
    );
    story.declare("t3.micro", TEMPLATE).await;
    story.play(60).await;
    golden("octopus-denied", &explain(&story).await);
}
