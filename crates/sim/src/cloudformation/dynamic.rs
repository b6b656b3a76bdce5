//! Dynamic references: `{{resolve:ssm:…}}`, `{{resolve:ssm-secure:…}}` and
//! `{{resolve:secretsmanager:…}}` in properties, resolved when a resource is made or changed.
//!
//! Events and comparisons show the reference, never what it stands for.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::stack::Settings;
use crate::secrets::{Secrets, WhichVersion};
use crate::ssm::{ParameterStore, ParameterType};
use crate::world::Place;

/// How every reference begins.
const OPEN: &str = "{{resolve:";

/// Properties that may hold `ssm-secure` references (CloudFormation user guide, "Resources
/// that support dynamic parameter patterns for secure strings").
const SECURE: &[&str] = &[
    "AWS::DirectoryService::MicrosoftAD/Properties/Password",
    "AWS::DirectoryService::SimpleAD/Properties/Password",
    "AWS::ElastiCache::ReplicationGroup/Properties/AuthToken",
    "AWS::IAM::User/Properties/LoginProfile/Password",
    "AWS::KinesisFirehose::DeliveryStream/Properties/RedshiftDestinationConfiguration/Password",
    "AWS::OpsWorks::App/Properties/AppSource/Password",
    "AWS::OpsWorks::Stack/Properties/CustomCookbooksSource/Password",
    "AWS::OpsWorks::Stack/Properties/RdsDbInstances/DbPassword",
    "AWS::RDS::DBCluster/Properties/MasterUserPassword",
    "AWS::RDS::DBInstance/Properties/MasterUserPassword",
    "AWS::Redshift::Cluster/Properties/MasterUserPassword",
];

/// What references lead to.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'a> {
    pub parameters: &'a ParameterStore,
    pub secrets: &'a Secrets,
    pub place: &'a Place,
    pub now: DateTime<Utc>,
}

impl Sources<'_> {
    /// The settings with every reference in a property resolved.
    ///
    /// # Errors
    /// The first reference that leads nowhere, in the words of the service that was asked.
    pub(crate) fn resolve(&self, settings: &Settings) -> Result<Settings, String> {
        let mut resolved = settings.clone();
        for value in resolved.properties.values_mut() {
            self.resolve_value(value)?;
        }
        Ok(resolved)
    }

    fn resolve_value(&self, value: &mut Value) -> Result<(), String> {
        match value {
            Value::String(text) if text.contains(OPEN) => {
                *text = self.resolve_text(text)?;
                Ok(())
            }
            Value::Array(items) => items.iter_mut().try_for_each(|one| self.resolve_value(one)),
            Value::Object(map) => map.values_mut().try_for_each(|one| self.resolve_value(one)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
        }
    }

    fn resolve_text(&self, text: &str) -> Result<String, String> {
        let (mut out, mut rest) = (String::new(), text);
        while let Some((before, opened)) = rest.split_once(OPEN) {
            out.push_str(before);
            let Some((reference, after)) = opened.split_once("}}") else {
                out.push_str(OPEN);
                rest = opened;
                continue;
            };
            out.push_str(&self.look_up(reference)?);
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn look_up(&self, reference: &str) -> Result<String, String> {
        match reference.split_once(':') {
            Some(("ssm", selector)) => self.parameter(selector, false),
            Some(("ssm-secure", selector)) => self.parameter(selector, true),
            Some(("secretsmanager", rest)) => self.secret(rest),
            Some(_) | None => Err(format!(
                "Template error: {OPEN}{reference}}}}} is no dynamic reference; there are ssm, \
                 ssm-secure and secretsmanager"
            )),
        }
    }

    fn parameter(&self, selector: &str, secure: bool) -> Result<String, String> {
        let found = self.parameters.get(selector).map_err(|_| {
            format!(
                "Unable to fetch parameters [{selector}] from parameter store for this account."
            )
        })?;
        if (found.kind == ParameterType::SecureString) != secure {
            return Err(format!(
                "Parameters [{selector}] referenced by template have types not supported by \
                 CloudFormation."
            ));
        }
        Ok(found.value)
    }

    /// `id:SecretString:key:stage:version`, where the id may be an ARN.
    fn secret(&self, reference: &str) -> Result<String, String> {
        let parts: Vec<&str> = reference.split(':').collect();
        let own = if reference.starts_with("arn:") { 7 } else { 1 };
        let (id, rest) = parts.split_at_checked(own).unwrap_or((&parts, &[]));
        let id = id.join(":");
        let part = |index: usize| rest.get(index).copied().filter(|text| !text.is_empty());
        if part(0).is_some_and(|kind| kind != "SecretString") {
            return Err(format!(
                "Template error: {OPEN}secretsmanager:{reference}}}}}: only SecretString can be \
                 referred to"
            ));
        }
        let which = match (part(2), part(3)) {
            (Some(stage), None) => WhichVersion::Stage(stage.to_owned()),
            (None, Some(version)) => WhichVersion::Id(version.to_owned()),
            (None, None) => WhichVersion::default(),
            (Some(_), Some(_)) => {
                return Err(
                    "You can't specify both a version id and a version stage of a secret"
                        .to_owned(),
                );
            }
        };
        let found = self.secrets.value(self.place, &id, &which, self.now);
        let (_, _, version) = found.map_err(|error| error.to_string())?;
        let text = version.value.as_text().unwrap_or_default();
        let Some(key) = part(1) else {
            return Ok(text.to_owned());
        };
        let document: Map<String, Value> =
            serde_json::from_str(text).map_err(|_| "Could not parse SecretString JSON")?;
        let found = document.get(key).and_then(super::evaluate::as_text);
        found.ok_or_else(|| {
            "Could not find a value associated with JSONKey in SecretString".to_owned()
        })
    }
}

/// Where a resource's properties hold `ssm-secure` references and must not, as CloudFormation
/// writes such places.
pub(crate) fn misplaced(kind: &str, properties: &Map<String, Value>) -> Vec<String> {
    let mut found = Vec::new();
    for (key, value) in properties {
        find_secure(&format!("{kind}/Properties/{key}"), value, &mut found);
    }
    found.retain(|place| !SECURE.contains(&place.as_str()));
    found.dedup();
    found
}

fn find_secure(place: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains("{{resolve:ssm-secure:") => {
            found.push(place.to_owned());
        }
        Value::Array(items) => items.iter().for_each(|one| find_secure(place, one, found)),
        Value::Object(map) => {
            for (key, value) in map {
                find_secure(&format!("{place}/{key}"), value, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::secrets::SecretValue;
    use crate::ssm::Put;
    use crate::world::default_start;

    fn resolved(text: &str) -> Result<String, String> {
        let (now, mut parameters, mut secrets) =
            (default_start(), ParameterStore::default(), Secrets::new(1));
        let place = Place {
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
        };
        for (name, kind) in [
            ("/a", ParameterType::String),
            ("/s", ParameterType::SecureString),
        ] {
            let put = Put {
                name: name.to_owned(),
                value: "value".to_owned(),
                kind: Some(kind),
                description: None,
                overwrite: false,
            };
            parameters.put(put, now).unwrap();
        }
        let value = SecretValue::text(r#"{"user":"mary","port":1}"#);
        let arn = secrets.ensure(&place, "db", value, now);
        let sources = Sources {
            parameters: &parameters,
            secrets: &secrets,
            place: &place,
            now,
        };
        sources.resolve_text(&text.replace("ARN", &arn))
    }

    #[test]
    fn references_stand_for_what_they_lead_to() {
        for (text, wanted) in [
            ("x{{resolve:ssm:/a}}y{{resolve:ssm:/a:1}}", "xvalueyvalue"),
            ("{{resolve:ssm-secure:/s:1}}", "value"),
            ("{{resolve:secretsmanager:db:SecretString:user}}", "mary"),
            ("{{resolve:secretsmanager:ARN:SecretString:port::}}", "1"),
            (
                "{{resolve:secretsmanager:db}}",
                r#"{"user":"mary","port":1}"#,
            ),
            ("{{resolve:ssm:/a", "{{resolve:ssm:/a"),
        ] {
            assert_eq!(resolved(text).as_deref(), Ok(wanted), "{text}");
        }
        for (text, why) in [
            (
                "{{resolve:ssm:/b}}",
                "Unable to fetch parameters [/b] from parameter store for this account.",
            ),
            (
                "{{resolve:ssm:/s}}",
                "Parameters [/s] referenced by template have types not supported by CloudFormation.",
            ),
            (
                "{{resolve:secretsmanager:nobody}}",
                "Secrets Manager can't find the specified secret.",
            ),
            (
                "{{resolve:secretsmanager:db:SecretString:age}}",
                "Could not find a value associated with JSONKey in SecretString",
            ),
        ] {
            assert_eq!(resolved(text).unwrap_err(), why);
        }
    }

    #[test]
    fn secure_strings_stand_in_few_places() {
        let properties = json!({
            "MasterUserPassword": "{{resolve:ssm-secure:/s:1}}",
            "Tags": [{"Value": "{{resolve:ssm-secure:/s:1}}"}],
        });
        assert_eq!(
            misplaced("AWS::RDS::DBInstance", properties.as_object().unwrap()),
            ["AWS::RDS::DBInstance/Properties/Tags/Value"]
        );
    }
}
