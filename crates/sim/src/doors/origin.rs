//! Who may command a simulation: whoever reaches it, but no page of another site.
//!
//! A browser sends what a page of any site tells it to, also to loopback addresses. So what
//! changes anything is refused if another site's page sent it, and `/_sim` answers only under
//! names of this machine, unless other machines may reach it anyway: a foreign name that
//! resolves to this machine makes its pages look like ours.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Middleware that refuses what other sites send. `remote`: other machines may reach us.
pub(super) async fn guard(State(remote): State<bool>, request: Request, next: Next) -> Response {
    match complaint(&request, remote) {
        None => next.run(request).await,
        Some((what, place)) => {
            let remedy = "send it from a program, or from a page of this very server";
            let body = json!({ "what": what, "where": place, "remedy": remedy });
            (StatusCode::FORBIDDEN, Json(body)).into_response()
        }
    }
}

fn complaint(request: &Request, remote: bool) -> Option<(String, &'static str)> {
    let headers = request.headers();
    let host = text(headers, HOST.as_str());
    let is_ours = request.uri().path().starts_with("/_sim");
    if is_ours && !remote && !is_this_machine(host) {
        let what = format!("{host} is no name of this machine");
        return Some((what, "header Host"));
    }
    let looks = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    // The query protocols take their actions by GET, too: an image of any page could send one.
    let query = request.uri().query().unwrap_or_default();
    let acts = query.split('&').any(|pair| pair.starts_with("Action="));
    if looks && !acts {
        return None;
    }
    let origin = text(headers, ORIGIN.as_str());
    if !origin.is_empty() && origin != format!("http://{host}") {
        let what = format!("a page of {origin} may not command this simulation");
        return Some((what, "header Origin"));
    }
    if ["cross-site", "same-site"].contains(&text(headers, "sec-fetch-site")) {
        let what = "a page of another site may not command this simulation".to_owned();
        return Some((what, "header Sec-Fetch-Site"));
    }
    None
}

/// Whether a Host header names this machine: loopback, in numbers or by name.
fn is_this_machine(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    let name = authority.host().to_ascii_lowercase();
    let number = name.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = number
        .parse::<std::net::IpAddr>()
        .is_ok_and(|address| address.is_loopback());
    is_loopback || name == "localhost" || name.ends_with(".localhost")
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn refused(method: &str, path: &str, headers: &[(&str, &str)], remote: bool) -> bool {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        complaint(&request.body(Body::empty()).unwrap(), remote).is_some()
    }

    #[test]
    fn pages_of_others_command_nothing() {
        let here = ("host", "127.0.0.1:4566");
        let own = ("origin", "http://127.0.0.1:4566");
        let other = ("origin", "https://example.org");
        assert!(!refused("POST", "/_sim/reset", &[here], false));
        assert!(!refused("POST", "/_sim/reset", &[here, own], false));
        assert!(refused("POST", "/_sim/reset", &[here, other], false));
        assert!(refused("POST", "/", &[here, ("origin", "null")], false));
        assert!(refused("DELETE", "/bucket", &[here, other], true));
        let site = ("sec-fetch-site", "cross-site");
        assert!(refused("POST", "/", &[here, site], false));
        assert!(!refused("GET", "/_sim/truth", &[here, site], false));
        let image = "/?Version=2010-05-15&Action=DeleteStack&StackName=shop";
        assert!(refused("GET", image, &[here, site], false));
        assert!(!refused("GET", image, &[here], false));
    }

    #[test]
    fn only_names_of_this_machine_reach_the_levers() {
        for (host, is_here) in [
            ("localhost:80", true),
            ("[::1]:80", true),
            ("sim.localhost", true),
            ("127.0.0.2", true),
            ("example.org", false),
            ("10.0.0.1:80", false),
            ("", false),
        ] {
            let headers = [("host", host)];
            assert_eq!(
                !refused("GET", "/_sim/truth", &headers, false),
                is_here,
                "{host}"
            );
            assert!(!refused("GET", "/_sim/truth", &headers, true));
            assert!(!refused("GET", "/key", &headers, false));
        }
    }
}
