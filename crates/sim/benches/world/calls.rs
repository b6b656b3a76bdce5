//! How many calls over HTTP the doors answer.

use std::future::Future;
use std::net::SocketAddr;

use axum::Router;
use axum::routing::post;
use bennu_sim::doors::serve::{Options, serve};
use reqwest::{Client, RequestBuilder};
use tokio::runtime::Runtime;

use crate::{grouped, hours, timed};

/// Clients at once, each with a connection of its own: what keeps two processors busy.
const CLIENTS: usize = 4;

/// Calls of each client; about a second's worth.
const CALLS: usize = 2_000;

/// DescribeStacks by name among `stacks` stacks.
pub fn read(stacks: usize) -> String {
    let world = hours::filled(stacks);
    let what = format!("DescribeStacks by name, {} stacks", grouped(stacks as f64));
    measured(&what, Some(world), |number| {
        format!(
            "Action=DescribeStacks&Version=2010-05-15&StackName=environment-{:05}",
            number % stacks
        )
    })
}

/// CreateStack of one queue.
pub fn write() -> String {
    let template =
        "%7B%22Resources%22%3A%7B%22Q%22%3A%7B%22Type%22%3A%22AWS%3A%3ASQS%3A%3AQueue%22%7D%7D%7D";
    measured("CreateStack", None, |number| {
        format!("Action=CreateStack&Version=2010-05-15&StackName=s{number}&TemplateBody={template}")
    })
}

fn measured(
    what: &str,
    world: Option<bennu_sim::World>,
    body: impl Fn(usize) -> String + Sync,
) -> String {
    let runtime = Runtime::new().unwrap();
    let options = Options {
        parameters: bennu_sim::parameters::Parameters {
            stack_quota: 1_000_000,
            ..Default::default()
        },
        ..Options::default()
    };
    let running = runtime.block_on(serve(options)).unwrap();
    if let Some(world) = world {
        running.sim.with(|there| *there = world);
    }
    let peer = runtime.block_on(bare());
    let bare_rate = rate(&runtime, &format!("http://{peer}/"), &body);
    let own_rate = rate(&runtime, &running.aws, &body);
    format!(
        "calls a second over HTTP, {what}: {} ({:.2} of a bare server's {} with the same clients \
         on the same processors)",
        grouped(own_rate),
        own_rate / bare_rate,
        grouped(bare_rate),
    )
}

fn rate(runtime: &Runtime, url: &str, body: &(impl Fn(usize) -> String + Sync)) -> f64 {
    let client = Client::builder().no_proxy().build().unwrap();
    let calls = (0..CLIENTS).map(|one| {
        let client = client.clone();
        async move {
            for call in 0..CALLS {
                let request = signed(client.post(url)).body(body(one * CALLS + call));
                let answer = request.send().await.unwrap();
                assert!(
                    answer.status().is_success(),
                    "{}",
                    answer.text().await.unwrap()
                );
                answer.bytes().await.unwrap();
            }
        }
    });
    let (_, took) = timed(|| runtime.block_on(all(calls)));
    (CLIENTS * CALLS) as f64 / took
}

/// Runs futures side by side until all are done.
async fn all<F: Future<Output = ()>>(futures: impl Iterator<Item = F>) {
    let mut futures: Vec<_> = futures.map(Box::pin).collect();
    std::future::poll_fn(|context| {
        futures.retain_mut(|one| one.as_mut().poll(context).is_pending());
        if futures.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}

fn signed(request: RequestBuilder) -> RequestBuilder {
    request
        .header(
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        )
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKID/20260101/ap-southeast-2/cloudformation/aws4_request, \
             SignedHeaders=host, Signature=00",
        )
}

/// A server that reads a request and answers two bytes.
async fn bare() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/", post(async |_: bytes::Bytes| "ok"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}
