//! Parameter Store's door: JSON in, JSON out, the operation in `X-Amz-Target`.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::aws_error::{AwsError, AwsResult};
use crate::ssm::{ParameterStore, ParameterType, Put, Read, SsmError, arn};
use crate::world::{Place, World};

/// What the name of an operation follows in `X-Amz-Target`.
pub(super) const TARGET: &str = "AmazonSSM.";

/// Names that one GetParameters may ask for (service model).
const MOST_NAMES: usize = 10;

/// Every operation that is served.
pub(super) const OPERATIONS: &[&str] = &[
    "DeleteParameter",
    "GetParameter",
    "GetParameters",
    "PutParameter",
];

/// Carries a call out. A parameter that the simulator would have to ignore is refused.
pub(super) fn answer(
    operation: &str,
    body: &[u8],
    place: &Place,
    world: &mut World,
) -> AwsResult<Value> {
    match operation {
        "DeleteParameter" => delete(body, place, world),
        "GetParameter" => get(body, place, world),
        "GetParameters" => get_many(body, place, world),
        "PutParameter" => put(body, place, world),
        other => {
            let message = format!("Could not find operation {other} (or it is not simulated)");
            Err(AwsError::new("UnknownOperationException", message, 400))
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PutParameter {
    name: String,
    value: String,
    r#type: Option<String>,
    description: Option<String>,
    #[serde(default)]
    overwrite: bool,
    /// What a value may look like is checked by the type `text` alone here.
    data_type: Option<String>,
    tier: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetParameter {
    name: String,
    #[serde(default)]
    with_decryption: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetParameters {
    names: Vec<String>,
    #[serde(default)]
    with_decryption: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeleteParameter {
    name: String,
}

fn put(body: &[u8], place: &Place, world: &mut World) -> AwsResult<Value> {
    let request: PutParameter = read(body)?;
    let kind = match request.r#type.as_deref() {
        None => None,
        Some(word) => Some(ParameterType::parse(word).ok_or_else(|| {
            let words: Vec<&str> = ParameterType::ALL.iter().map(|one| one.as_str()).collect();
            invalid(format!(
                "1 validation error detected: Value '{word}' at 'type' failed to satisfy \
                 constraint: Member must satisfy enum value set: [{}]",
                words.join(", ")
            ))
        })?),
    };
    let usual =
        |given: &Option<String>, usual: &str| given.as_deref().is_none_or(|one| one == usual);
    if !usual(&request.data_type, "text") || !usual(&request.tier, "Standard") {
        return Err(invalid(
            "only the data type text and the tier Standard are simulated",
        ));
    }
    let put = Put {
        name: request.name,
        value: request.value,
        kind,
        description: request.description,
        overwrite: request.overwrite,
    };
    let now = world.now;
    let version = world.on(place, |region, _| store(region).put(put, now))?;
    Ok(json!({ "Version": version, "Tier": "Standard" }))
}

fn get(body: &[u8], place: &Place, world: &mut World) -> AwsResult<Value> {
    let request: GetParameter = read(body)?;
    let found = world.on(place, |region, _| store(region).get(&request.name))?;
    Ok(json!({ "Parameter": shown(&found, place, request.with_decryption) }))
}

fn get_many(body: &[u8], place: &Place, world: &mut World) -> AwsResult<Value> {
    let request: GetParameters = read(body)?;
    if !(1..=MOST_NAMES).contains(&request.names.len()) {
        return Err(invalid(format!(
            "1 validation error detected: Value at 'names' failed to satisfy constraint: Member \
             must have length less than or equal to {MOST_NAMES}, and greater than or equal to 1"
        )));
    }
    let (mut parameters, mut invalid) = (Vec::new(), Vec::new());
    for name in &request.names {
        match world.on(place, |region, _| store(region).get(name)) {
            Ok(found) => parameters.push(shown(&found, place, request.with_decryption)),
            Err(_) => invalid.push(name),
        }
    }
    Ok(json!({ "Parameters": parameters, "InvalidParameters": invalid }))
}

fn delete(body: &[u8], place: &Place, world: &mut World) -> AwsResult<Value> {
    let request: DeleteParameter = read(body)?;
    world.on(place, |region, _| store(region).delete(&request.name))?;
    Ok(json!({}))
}

fn store(region: &mut crate::region::Region) -> &mut ParameterStore {
    &mut region.compute.estate.parameters
}

fn shown(one: &Read, place: &Place, decrypted: bool) -> Value {
    let hidden = one.kind == ParameterType::SecureString && !decrypted;
    json!({
        "Name": one.name,
        "Type": one.kind.as_str(),
        "Value": if hidden { one.encrypted() } else { one.value.clone() },
        "Version": one.version,
        "LastModifiedDate": one.modified_at.timestamp_millis() as f64 / 1000.0,
        "ARN": arn(&one.name, place),
        "DataType": "text",
    })
}

fn read<T: DeserializeOwned>(body: &[u8]) -> AwsResult<T> {
    // Serde's words name the field, never a value of it.
    serde_json::from_slice(body).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Data => error.to_string(),
            _ => "the body is no JSON object".to_owned(),
        };
        AwsError::new("SerializationException", what, 400)
    })
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message, 400)
}

impl From<SsmError> for AwsError {
    fn from(error: SsmError) -> Self {
        Self::new(error.code(), error.to_string(), 400)
    }
}
