//! The query protocols: an action with parameters in, XML out (or JSON, for the
//! agents that run on instances).

use axum::http::StatusCode;

use super::identity::Service;
use super::params::Params;
use super::reply::Reply;
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
    /// `<ActionResponse><ActionResult>`.
    Xml(&'static str),
    /// EC2's: no result element, and errors of another shape.
    Ec2Xml,
    /// `{"ActionResponse":{"ActionResult":…}}`.
    Json,
}

const EC2_NAMESPACE: &str = "http://ec2.amazonaws.com/doc/2016-11-15/";

impl Format {
    /// What the caller of that service wants. `None` for S3, which has no actions.
    pub(crate) fn of(service: Service, params: &Params) -> Option<Self> {
        match service {
            Service::CloudFormation if params.text("ContentType") == Some("JSON") => {
                Some(Self::Json)
            }
            Service::CloudFormation => {
                Some(Self::Xml("http://cloudformation.amazonaws.com/doc/2010-05-15/"))
            }
            Service::AutoScaling => {
                Some(Self::Xml("http://autoscaling.amazonaws.com/doc/2011-01-01/"))
            }
            Service::Sts => Some(Self::Xml("https://sts.amazonaws.com/doc/2011-06-15/")),
            Service::Ec2 => Some(Self::Ec2Xml),
            Service::S3 => None,
        }
    }

    /// The answer to a call that succeeded: what is inside `result`.
    pub(crate) fn success(self, action: &str, result: Element, request_id: &str) -> Reply {
        let response = Element::new(format!("{action}Response"));
        let document = match self {
            Self::Xml(namespace) => response
                .namespace(namespace)
                .with(result.renamed(format!("{action}Result")))
                .with(Element::new("ResponseMetadata").field("RequestId", request_id)),
            Self::Ec2Xml => response
                .namespace(EC2_NAMESPACE)
                .field("requestId", request_id)
                .with_all(result.into_children()),
            // Answers in JSON are made as JSON (`cloudformation::json`); this one has
            // nothing to say beyond its success.
            Self::Json => return Self::json(action, serde_json::json!({}), request_id),
        };
        Reply::xml(StatusCode::OK, document.document())
    }

    /// The answer in JSON to a call that succeeded.
    pub(crate) fn json(action: &str, result: serde_json::Value, request_id: &str) -> Reply {
        let mut response = serde_json::Map::new();
        response.insert(format!("{action}Result"), result);
        let metadata = serde_json::json!({ "RequestId": request_id });
        response.insert("ResponseMetadata".to_owned(), metadata);
        let mut document = serde_json::Map::new();
        document.insert(format!("{action}Response"), serde_json::Value::Object(response));
        Reply::json(StatusCode::OK, &serde_json::Value::Object(document))
    }

    /// The answer to a call that failed.
    pub(crate) fn failure(self, error: &AwsError, request_id: &str) -> Reply {
        let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
        let fault = if error.status < 500 { "Sender" } else { "Receiver" };
        let document = match self {
            Self::Xml(namespace) => Element::new("ErrorResponse")
                .namespace(namespace)
                .with(
                    Element::new("Error")
                        .field("Type", fault)
                        .field("Code", &error.code)
                        .field("Message", &error.message),
                )
                .field("RequestId", request_id),
            Self::Ec2Xml => Element::new("Response")
                .with(Element::new("Errors").with(
                    Element::new("Error")
                        .field("Code", &error.code)
                        .field("Message", &error.message),
                ))
                .field("RequestID", request_id),
            Self::Json => {
                let document = serde_json::json!({
                    "Error": { "Type": fault, "Code": error.code, "Message": error.message },
                    "RequestId": request_id,
                });
                return Reply::json(status, &document);
            }
        };
        Reply::xml(status, document.document())
    }
}

/// An action that the service does not have, or that is not simulated.
pub(super) fn unknown<T>(call: &Call<'_>) -> AwsResult<T> {
    let message = format!("Could not find operation {} (or it is not simulated)", call.action);
    Err(AwsError::new("InvalidAction", message, 400))
}
