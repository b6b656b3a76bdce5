//! The OpenAPI document, written from the routes: from the same table that is served.

mod answers;
mod parameters;

use std::sync::OnceLock;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::operation::{Access, Operation, Route, Sent, Table, Verb};
use crate::problem::ProblemDocument;
use crate::routes::{self, DOCUMENTATION};

/// Where the document is.
pub const PATH: &str = "/openapi.json";
const JSON: &str = "application/json";
const YAML: &str = "application/yaml";

/// Where schemas stand, and the two readings of a type: as it is answered, and as it is sent.
struct Schemas {
    answered: SchemaGenerator,
    sent: SchemaGenerator,
}

impl Schemas {
    fn new() -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.meta_schema = None;
            })
        };
        Self {
            answered: settings().for_serialize().into_generator(),
            sent: settings().for_deserialize().into_generator(),
        }
    }
}

/// One route, as tests walk them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteInfo {
    /// Its verb.
    pub verb: Verb,
    /// Its path, places in braces.
    pub path: &'static str,
    /// Who may call.
    pub access: Access,
    /// The id of its operation.
    pub id: &'static str,
}

/// Every route that is served.
pub fn routes_served() -> Vec<RouteInfo> {
    let info = |route: &Route| RouteInfo {
        verb: route.verb,
        path: route.path,
        access: route.operation.access,
        id: route.operation.id,
    };
    routes::table().0.iter().map(info).collect()
}

/// The document, OpenAPI 3.1.
pub fn document() -> Value {
    let mut schemas = Schemas::new();
    let mut paths: Map<String, Value> = Map::new();
    for route in routes::table().0 {
        let described = operation(&route, &mut schemas);
        let verb = route.verb.as_str().to_ascii_lowercase();
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[verb] = described;
    }
    schemas.answered.subschema_for::<ProblemDocument>();
    let mut components = schemas.sent.take_definitions(true);
    components.append(&mut schemas.answered.take_definitions(true));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Bennu",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Throw-away environments of AWS CloudFormation and Octopus Deploy: \
                            declared, read, explained. Refusals are problems (RFC 9457).",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }],
        "tags": tags(),
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {
                    "type": "http", "scheme": "bearer", "bearerFormat": "bennu_…",
                    "description": "A token of a team or of operators: `bennu token create`.",
                },
            },
        },
    })
}

fn tags() -> Value {
    json!([
        { "name": routes::ENVIRONMENTS, "description": "What teams declare." },
        { "name": routes::BLUEPRINTS, "description": "What builds declare." },
        { "name": routes::PLACES, "description": "What specs can name." },
        { "name": routes::TOKENS, "description": "Who may call." },
        { "name": routes::HOOKS, "description": "What CI tells." },
        { "name": DOCUMENTATION, "description": "This document." },
    ])
}

fn operation(route: &Route, schemas: &mut Schemas) -> Value {
    let operation = &route.operation;
    let mut described = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.about,
        "parameters": parameters::of(route),
        "responses": answers::of(route, schemas),
    });
    match operation.access {
        Access::Token => {}
        Access::Signature | Access::Open => described["security"] = json!([]),
    }
    if let Some(sent) = &operation.sent {
        described["requestBody"] = body(sent, schemas);
    }
    described
}

fn body(sent: &Sent, schemas: &mut Schemas) -> Value {
    let schema = (sent.schema)(&mut schemas.sent);
    let example: Value = serde_json::from_str(sent.example).unwrap_or_default();
    let mut content = json!({ JSON: { "schema": schema, "example": example } });
    if sent.yaml {
        content[YAML] = content[JSON].clone();
    }
    json!({ "required": sent.required, "content": content })
}

pub(crate) fn routes(table: &mut Table) {
    let operation = Operation::new("getOpenApi", DOCUMENTATION, "This document, OpenAPI 3.1.")
        .access(Access::Open)
        .answers::<Map<String, Value>>(200, "The document.");
    table.add(Verb::Get, PATH, served, operation);
}

async fn served() -> Response {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    let text = DOCUMENT.get_or_init(|| document().to_string());
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static(JSON))];
    (json, Body::from(text.as_str())).into_response()
}
