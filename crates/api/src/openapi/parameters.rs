//! The parameters of an operation: in the path, in the query, in headers.

use serde_json::{Value, json};

use crate::operation::{Access, Conditions, Repeat, Route};

/// Keys that a caller chooses for requests that may be repeated: as long, and of these.
const KEY_PATTERN: &str = "^[!-~]{1,255}$";

pub(super) fn of(route: &Route) -> Value {
    let mut all: Vec<Value> = in_path(route.path);
    for parameter in route.operation.query {
        all.push(json!({
            "name": parameter.name, "in": "query", "description": parameter.about,
            "schema": parameter.form.schema(),
        }));
    }
    all.extend(headers(route));
    Value::Array(all)
}

fn in_path(path: &str) -> Vec<Value> {
    let places = path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        Some(place(name))
    });
    places.collect()
}

fn place(name: &str) -> Value {
    let (about, example) = match name {
        "team" => ("Whose. A foreign team's things are not found.", "checkout"),
        "name" => ("Its name.", "ryan0001"),
        "source" => ("The webhook: `generic`.", "generic"),
        _ => ("Its id.", "tok_0123456789abcdef"),
    };
    json!({
        "name": name, "in": "path", "required": true, "description": about,
        "schema": { "type": "string", "minLength": 1 }, "example": example,
    })
}

fn headers(route: &Route) -> Vec<Value> {
    let header = |name: &str, about: &str, schema: Value| json!({ "name": name, "in": "header", "description": about, "schema": schema });
    let mut all = conditions(route, &header);
    if route.operation.access == Access::Signature {
        all.extend(signature(&header));
    }
    if route.operation.streams() {
        let about = "Of the last event that a stream has brought: it goes on after that.";
        let schema = json!({ "type": "string", "pattern": "^[0-9]{1,18}$" });
        all.push(header("Last-Event-ID", about, schema));
    }
    if route.operation.repeat == Repeat::Once {
        let about = "Chosen by the caller: under the same key the request is carried out once, \
                     and repeats get the same answer with `Idempotency-Replayed: true`.";
        let schema = json!({ "type": "string", "pattern": KEY_PATTERN });
        all.push(header("Idempotency-Key", about, schema));
    }
    all
}

/// What Standard Webhooks sends with a delivery.
fn signature(header: &dyn Fn(&str, &str, Value) -> Value) -> Vec<Value> {
    let all = [
        ("webhook-id", "Which delivery: a repeat has the same."),
        (
            "webhook-timestamp",
            "When it was sent, in seconds since 1970.",
        ),
        ("webhook-signature", "`v1,` and the signature, in base64."),
    ];
    let each = all.into_iter().map(|(name, about)| {
        let mut header = header(name, about, json!({ "type": "string" }));
        header["required"] = Value::Bool(true);
        header
    });
    each.collect()
}

fn conditions(route: &Route, header: &dyn Fn(&str, &str, Value) -> Value) -> Vec<Value> {
    let matches = || {
        header(
            "If-Match",
            "Only if this is still its ETag; else 412.",
            json!({
                "type": "string", "minLength": 3, "examples": ["\"1\""],
                "pattern": r#"^"[0-9]{1,18}(\.[0-9a-f]*)?"$"#,
            }),
        )
    };
    match route.operation.conditions {
        Conditions::None => Vec::new(),
        Conditions::Read => vec![header(
            "If-None-Match",
            "The ETag that the caller has: 304 while it is still so.",
            json!({ "type": "string" }),
        )],
        Conditions::Change => vec![matches()],
        Conditions::Declare => vec![
            matches(),
            header(
                "If-None-Match",
                "With `*`: only if there is none yet; else 412.",
                json!({ "type": "string", "enum": ["*"] }),
            ),
        ],
    }
}
