//! Values that stacks keep in other services: SSM parameters and secrets.

use serde_json::{Map, Value};

use super::{Workshop, generic, refusal};
use crate::chance::Chance;
use crate::cloudformation::stack::Settings;
use crate::secrets::{NewSecret, SecretValue};
use crate::ssm::{ParameterType, Put, SsmError};

/// An entry of Parameter Store.
pub(super) const PARAMETER: &str = "AWS::SSM::Parameter";
/// A secret.
pub(super) const SECRET: &str = "AWS::SecretsManager::Secret";

impl Workshop<'_, '_, '_> {
    pub(super) fn create_parameter(
        &mut self,
        logical_id: &str,
        settings: &Settings,
    ) -> Result<String, String> {
        let name = match text(settings, "Name") {
            Some(name) => name.to_owned(),
            None => format!("CFN-{logical_id}-{}", self.chance.suffix(13)),
        };
        self.put_parameter(&name, settings, false)?;
        Ok(name)
    }

    pub(super) fn put_parameter(
        &mut self,
        name: &str,
        settings: &Settings,
        overwrite: bool,
    ) -> Result<(), String> {
        let put = Put {
            name: name.to_owned(),
            value: text(settings, "Value").unwrap_or_default().to_owned(),
            kind: text(settings, "Type").and_then(ParameterType::parse),
            description: text(settings, "Description").map(str::to_owned),
            overwrite,
        };
        let store = &mut self.compute.estate.parameters;
        match store.put(put, self.moment.now) {
            Ok(_) => Ok(()),
            Err(error) => {
                let code = match error {
                    SsmError::AlreadyExists => "AlreadyExists",
                    SsmError::NotFound
                    | SsmError::VersionNotFound(..)
                    | SsmError::TypeRequired
                    | SsmError::Reserved(_)
                    | SsmError::BadName(_)
                    | SsmError::ValueTooLong => "InvalidRequest",
                };
                Err(refusal(&error.to_string(), code))
            }
        }
    }

    /// Tells the ARN, which is what stands for a secret.
    pub(super) fn create_secret(
        &mut self,
        logical_id: &str,
        settings: &Settings,
    ) -> Result<String, String> {
        let name = match text(settings, "Name") {
            Some(name) => name.to_owned(),
            None => generic::generated_name(self.chance, self.identity, SECRET, logical_id),
        };
        let value = secret_value(self.chance, settings);
        let new = NewSecret {
            name,
            description: text(settings, "Description").map(str::to_owned),
            kms_key_id: text(settings, "KmsKeyId").map(str::to_owned),
            first: value.map(|value| (None, SecretValue::text(value))),
            ..NewSecret::default()
        };
        let (place, now) = (&self.identity.place, self.moment.now);
        let made = self.stores.secrets.create(place, new, now);
        let arn = made.map(|secret| secret.arn.clone());
        arn.map_err(|error| refusal(&error.to_string(), "AlreadyExists"))
    }

    /// A new value makes a new version; a generated one stays.
    pub(super) fn update_secret(
        &mut self,
        arn: &str,
        old: &Settings,
        new: &Settings,
    ) -> Result<(), String> {
        let value =
            text(new, "SecretString").filter(|value| text(old, "SecretString") != Some(value));
        let Some(value) = value else { return Ok(()) };
        let (place, now) = (&self.identity.place, self.moment.now);
        let value = SecretValue::text(value);
        let put = self.stores.secrets.put(place, arn, None, value, now);
        put.map(drop)
            .map_err(|error| refusal(&error.to_string(), "NotFound"))
    }

    pub(super) fn delete_secret(&mut self, arn: &str) {
        let (place, now) = (&self.identity.place, self.moment.now);
        // Somebody may have deleted it already; it is gone in any case.
        drop(self.stores.secrets.delete(place, arn, None, now));
    }
}

fn text<'a>(settings: &'a Settings, name: &str) -> Option<&'a str> {
    settings.properties.get(name)?.as_str()
}

/// `SecretString`, or what `GenerateSecretString` asks for; a secret may also have no value.
fn secret_value(chance: &mut Chance, settings: &Settings) -> Option<String> {
    if let Some(text) = text(settings, "SecretString") {
        return Some(text.to_owned());
    }
    let wish = settings.properties.get("GenerateSecretString")?;
    let length = wish
        .get("PasswordLength")
        .and_then(crate::cloudformation::evaluate::as_text);
    let length = length.and_then(|text| text.parse().ok()).unwrap_or(32usize);
    let password = chance.suffix(length.min(4096));
    let Some(key) = wish.get("GenerateStringKey").and_then(Value::as_str) else {
        return Some(password);
    };
    let template = wish.get("SecretStringTemplate").and_then(Value::as_str);
    let mut document: Map<String, Value> =
        serde_json::from_str(template.unwrap_or("{}")).unwrap_or_default();
    document.insert(key.to_owned(), Value::String(password));
    Some(Value::Object(document).to_string())
}
