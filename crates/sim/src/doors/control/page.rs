//! The world for people: a page that shows it live and has its levers.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// What the page may load and reach: its own two files and this very server.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page.
pub(super) fn html() -> Response {
    file("text/html; charset=utf-8", include_str!("page/page.html"))
}

/// How it looks.
pub(super) async fn style() -> Response {
    file("text/css; charset=utf-8", include_str!("page/page.css"))
}

/// What it does.
pub(super) async fn script() -> Response {
    file(
        "text/javascript; charset=utf-8",
        include_str!("page/page.js"),
    )
}

fn file(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let headers: Vec<(HeaderName, HeaderValue)> = (headers.into_iter())
        .map(|(name, value)| (name, HeaderValue::from_static(value)))
        .collect();
    let mut response = text.into_response();
    response.headers_mut().extend(headers);
    response
}
