//! The query protocols: an action with parameters in, XML out (or JSON, for the
//! agents that run on instances). The JSON protocol has its answers here too.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::identity::Service;
use super::params::Params;
use super::reply::Reply;
use super::sqs;
use super::xml::Element;
use crate::aws_error::{AwsError, AwsResult};
use crate::sts::Caller;
use crate::world::Place;

/// One call, read but not yet carried out.
#[derive(Debug)]
pub(crate) struct Call<'call> {
    pub(crate) action: &'call str,
    pub(crate) params: &'call Params,
    pub(crate) caller: &'call Caller,
    pub(crate) place: &'call Place,
    /// Names of hosts under which this very server is reached.
    pub(crate) own_hosts: &'call [String],
}

/// How the answer is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// A document of elements.
    Xml(Xml),
    /// `{"ActionResponse":{"ActionResult":…}}`.
    Json,
    /// No query protocol, but JSON of its own: the answer is the result alone.
    Target,
    /// The same as SQS writes it.
    Queue,
}

/// The media type of the JSON protocol.
const TARGET_JSON: &str = "application/x-amz-json-1.1";

/// The two shapes of XML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Xml {
    /// `<ActionResponse><ActionResult>` in this namespace.
    Query(&'static str),
    /// EC2's: no result element, and errors of another shape.
    Ec2,
}

const EC2_NAMESPACE: &str = "http://ec2.amazonaws.com/doc/2016-11-15/";

impl Xml {
    /// The answer to a call that succeeded: what is inside `result`.
    pub(crate) fn success(self, action: &str, result: Element, request_id: &str) -> Reply {
        let response = Element::new(format!("{action}Response"));
        let document = match self {
            Self::Query(namespace) => response
                .namespace(namespace)
                .with(result.renamed(format!("{action}Result")))
                .with(Element::new("ResponseMetadata").field("RequestId", request_id)),
            Self::Ec2 => response
                .namespace(EC2_NAMESPACE)
                .field("requestId", request_id)
                .with_all(result.into_children()),
        };
        Reply::xml(StatusCode::OK, document.document())
    }
}

/// The answer in JSON to a call that succeeded.
pub(crate) fn json_success(action: &str, result: Value, request_id: &str) -> Reply {
    let response = json!({
        format!("{action}Result"): result,
        "ResponseMetadata": { "RequestId": request_id },
    });
    Reply::json(
        StatusCode::OK,
        &json!({ format!("{action}Response"): response }),
    )
}

/// The answer of the JSON protocol to a call that succeeded.
pub(crate) fn target_success(result: &Value) -> Reply {
    Reply::typed(StatusCode::OK, TARGET_JSON, result.to_string())
}

impl Format {
    /// What the caller of that service wants. `None` for S3, which has no actions.
    pub(crate) fn of(service: Service, params: &Params) -> Option<Self> {
        let query = |namespace| Some(Self::Xml(Xml::Query(namespace)));
        match service {
            Service::CloudFormation if params.text("ContentType") == Some("JSON") => {
                Some(Self::Json)
            }
            Service::CloudFormation => query("http://cloudformation.amazonaws.com/doc/2010-05-15/"),
            Service::AutoScaling => query("http://autoscaling.amazonaws.com/doc/2011-01-01/"),
            Service::Sts => query("https://sts.amazonaws.com/doc/2011-06-15/"),
            Service::Ec2 => Some(Self::Xml(Xml::Ec2)),
            Service::SecretsManager | Service::Ssm | Service::Events => Some(Self::Target),
            Service::Sqs if params.text("Action").is_some() => query(sqs::NAMESPACE),
            Service::Sqs => Some(Self::Queue),
            Service::S3 => None,
        }
    }

    /// The answer to a call that failed.
    pub(crate) fn failure(self, error: &AwsError, request_id: &str) -> Reply {
        let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
        let fault = if error.status < 500 {
            "Sender"
        } else {
            "Receiver"
        };
        let document = match self {
            Self::Xml(Xml::Query(namespace)) => Element::new("ErrorResponse")
                .namespace(namespace)
                .with(
                    Element::new("Error")
                        .field("Type", fault)
                        .field("Code", &error.code)
                        .field("Message", &error.message),
                )
                .field("RequestId", request_id),
            Self::Xml(Xml::Ec2) => Element::new("Response")
                .with(
                    Element::new("Errors").with(
                        Element::new("Error")
                            .field("Code", &error.code)
                            .field("Message", &error.message),
                    ),
                )
                .field("RequestID", request_id),
            Self::Json => {
                let document = json!({
                    "Error": { "Type": fault, "Code": error.code, "Message": error.message },
                    "RequestId": request_id,
                });
                return Reply::json(status, &document);
            }
            Self::Queue => return sqs::refuse(error),
            Self::Target => {
                let document = json!({ "__type": error.code, "Message": error.message });
                return Reply::typed(status, TARGET_JSON, document.to_string());
            }
        };
        Reply::xml(status, document.document())
    }
}

/// An action that the service does not have, or that is not simulated.
pub(super) fn unknown<T>(call: &Call<'_>) -> AwsResult<T> {
    if call.action.is_empty() {
        let message = "The request must contain the parameter Action";
        return Err(AwsError::new("MissingAction", message, 400));
    }
    let message = format!(
        "Could not find operation {} (or it is not simulated)",
        call.action
    );
    Err(AwsError::new("InvalidAction", message, 400))
}
