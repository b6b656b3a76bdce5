//! Simulated Secrets Manager: secrets of each account and region, with their versions.
//!
//! Access rights and encryption are not simulated. A value is shown by nothing but
//! [`Secrets::value`]: `Debug` leaves it out.

mod secret;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::chance::Chance;
use crate::world::Place;

pub use self::secret::{CURRENT, PREVIOUS, Secret, SecretValue, Version, WhichVersion};

/// Every secret of the simulated world.
#[derive(Debug, Clone)]
pub struct Secrets {
    seed: u64,
    /// How many were ever made: a name that is used again gets another ARN.
    made: u64,
    by_place: BTreeMap<Place, BTreeMap<String, Secret>>,
}

/// Why Secrets Manager refused, in its own words. The door adds the code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// No secret of that name or ARN in this account and region.
    #[error("Secrets Manager can't find the specified secret.")]
    NotFound,
    /// The secret has no such version; what was asked for.
    #[error("Secrets Manager can't find the specified secret value for {0}")]
    NoVersion(String),
    /// The name is taken.
    #[error("The operation failed because the secret {0} already exists.")]
    Exists(String),
    /// The token stands for another content already: token and ARN.
    #[error(
        "You can't use ClientRequestToken {0} because that value is already in use for a version \
         of secret {1}."
    )]
    TokenInUse(String, String),
    /// A deletion with a recovery window is under way.
    #[error("You can't perform this operation on the secret because it was marked for deletion.")]
    MarkedForDeletion,
    /// The same, for a creation under the name.
    #[error(
        "You can't create this secret because a secret with this name is already scheduled for \
         deletion."
    )]
    NameMarkedForDeletion,
}

impl SecretError {
    /// The code on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound | Self::NoVersion(_) => "ResourceNotFoundException",
            Self::Exists(_) | Self::TokenInUse(..) => "ResourceExistsException",
            Self::MarkedForDeletion | Self::NameMarkedForDeletion => "InvalidRequestException",
        }
    }
}

/// What a new secret is to be.
#[derive(Debug, Clone, Default)]
pub struct NewSecret {
    /// Its name: letters, digits and `/_+=.@-`.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
    /// The key that would encrypt it.
    pub kms_key_id: Option<String>,
    /// Its tags, by key.
    pub tags: BTreeMap<String, String>,
    /// Its first version's id and value, if it has a value from the start.
    pub first: Option<(Option<String>, SecretValue)>,
}

impl Secrets {
    /// None. The seed gives the six characters that end an ARN.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            made: 0,
            by_place: BTreeMap::new(),
        }
    }

    /// The secrets of a place that can be found there, marked ones included.
    pub fn at(&self, place: &Place) -> impl Iterator<Item = &Secret> {
        self.by_place
            .get(place)
            .into_iter()
            .flat_map(BTreeMap::values)
    }

    /// The places that ever had secrets.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.by_place.keys()
    }

    /// CreateSecret.
    ///
    /// # Errors
    /// The name is taken, or a secret of this name is marked for deletion.
    pub fn create(
        &mut self,
        place: &Place,
        new: NewSecret,
        now: DateTime<Utc>,
    ) -> Result<&Secret, SecretError> {
        self.purge(place, now);
        match self.by_place.get(place).and_then(|all| all.get(&new.name)) {
            Some(there) if there.gone_at.is_some() => {
                return Err(SecretError::NameMarkedForDeletion);
            }
            Some(_) => return Err(SecretError::Exists(new.name)),
            None => {}
        }
        self.made += 1;
        let part = format!("secret {} {} {}", place.region, new.name, self.made);
        let end = Chance::new(self.seed, &part).suffix(6);
        let arn = format!(
            "arn:aws:secretsmanager:{}:{}:secret:{}-{end}",
            place.region, place.account, new.name
        );
        let mut secret = Secret::new(arn, new.name.clone(), now);
        (secret.description, secret.kms_key_id) = (new.description, new.kms_key_id);
        secret.tags = new.tags;
        if let Some((token, value)) = new.first {
            secret.put(token, value, self.seed, now)?;
        }
        let all = self.by_place.entry(place.clone()).or_default();
        Ok(&*all.entry(new.name).or_insert(secret))
    }

    /// Puts a value in place whatever is there: a new secret, or a new version of it. An ARN
    /// instead of a name gives the secret just this ARN. Tells the ARN.
    pub fn ensure(
        &mut self,
        place: &Place,
        name_or_arn: &str,
        value: SecretValue,
        now: DateTime<Utc>,
    ) -> String {
        self.purge(place, now);
        let seed = self.seed;
        if let Some(there) = self.found_mut(place, name_or_arn) {
            there.gone_at = None;
            // Without a token nothing can be in use.
            let _always = there.put(None, value, seed, now);
            return there.arn.clone();
        }
        let given = name_or_arn.split(":secret:").nth(1);
        let name = given.map_or(name_or_arn, |resource| {
            resource.rsplit_once('-').map_or(resource, |(name, _)| name)
        });
        let new = NewSecret {
            name: name.to_owned(),
            first: Some((None, value)),
            ..NewSecret::default()
        };
        let made = self.create(place, new, now);
        let arn = made.map(|secret| secret.arn.clone()).unwrap_or_default();
        if given.is_some()
            && let Some(secret) = self.found_mut(place, &arn)
        {
            name_or_arn.clone_into(&mut secret.arn);
            return name_or_arn.to_owned();
        }
        arn
    }

    /// The secret of a name, an ARN, or an ARN without its last six characters.
    ///
    /// # Errors
    /// [`SecretError::NotFound`].
    pub fn find(
        &self,
        place: &Place,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<&Secret, SecretError> {
        let found = self.at(place).find(|one| one.is_called(id));
        found
            .filter(|one| !one.is_gone(now))
            .ok_or(SecretError::NotFound)
    }

    /// GetSecretValue: a version with its id.
    ///
    /// # Errors
    /// There is no such secret or version, or it is marked for deletion.
    pub fn value(
        &self,
        place: &Place,
        id: &str,
        which: &WhichVersion,
        now: DateTime<Utc>,
    ) -> Result<(&Secret, &str, &Version), SecretError> {
        let secret = self.find(place, id, now)?;
        if secret.gone_at.is_some() {
            return Err(SecretError::MarkedForDeletion);
        }
        let (version_id, version) = secret.version(which)?;
        Ok((secret, version_id, version))
    }

    /// PutSecretValue: the new version is the current one. Tells its id.
    ///
    /// # Errors
    /// There is no such secret, it is marked for deletion, or the token is in use.
    pub fn put(
        &mut self,
        place: &Place,
        id: &str,
        token: Option<String>,
        value: SecretValue,
        now: DateTime<Utc>,
    ) -> Result<(&Secret, String), SecretError> {
        self.purge(place, now);
        let seed = self.seed;
        let secret = self.found_mut(place, id).ok_or(SecretError::NotFound)?;
        if secret.gone_at.is_some() {
            return Err(SecretError::MarkedForDeletion);
        }
        let version_id = secret.put(token, value, seed, now)?;
        Ok((&*secret, version_id))
    }

    /// DeleteSecret: at once without a window. Tells ARN, name, and when it goes.
    ///
    /// # Errors
    /// There is no such secret, or it is marked already.
    pub fn delete(
        &mut self,
        place: &Place,
        id: &str,
        window: Option<TimeDelta>,
        now: DateTime<Utc>,
    ) -> Result<(String, String, DateTime<Utc>), SecretError> {
        self.purge(place, now);
        let secret = self.found_mut(place, id).ok_or(SecretError::NotFound)?;
        if secret.gone_at.is_some() && window.is_some() {
            return Err(SecretError::MarkedForDeletion);
        }
        let gone_at = now + window.unwrap_or_default();
        secret.gone_at = Some(gone_at);
        let told = (secret.arn.clone(), secret.name.clone(), gone_at);
        self.purge(place, now);
        Ok(told)
    }

    fn found_mut(&mut self, place: &Place, id: &str) -> Option<&mut Secret> {
        let all = self.by_place.get_mut(place)?;
        all.values_mut().find(|one| one.is_called(id))
    }

    /// Forgets what is gone.
    fn purge(&mut self, place: &Place, now: DateTime<Utc>) {
        if let Some(all) = self.by_place.get_mut(place) {
            all.retain(|_, one| !one.is_gone(now));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::default_start;

    #[test]
    fn a_secret_is_found_by_name_arn_and_partial_arn_in_its_own_place_only() {
        let place = |region: &str| Place {
            account: "123456789012".to_owned(),
            region: region.to_owned(),
        };
        let (here, there, now) = (place("eu-west-1"), place("us-east-1"), default_start());
        let mut secrets = Secrets::new(3);
        let arn = secrets.ensure(&here, "shop/key", SecretValue::text("one"), now);
        secrets.ensure(&here, "shop/key", SecretValue::text("two"), now);
        let (partial, _) = arn.rsplit_once('-').unwrap();
        for id in ["shop/key", &arn, partial] {
            let (_, _, version) = secrets
                .value(&here, id, &WhichVersion::default(), now)
                .unwrap();
            assert_eq!(version.value.as_text(), Some("two"), "{id}");
        }
        let previous = WhichVersion::Stage(PREVIOUS.to_owned());
        let (_, _, version) = secrets.value(&here, &arn, &previous, now).unwrap();
        assert_eq!(version.value.as_text(), Some("one"));
        let absent = secrets.find(&there, &arn, now).unwrap_err();
        assert_eq!(absent, SecretError::NotFound);
        assert!(!format!("{secrets:?}").contains("two"), "{secrets:?}");

        let given = "arn:aws:secretsmanager:us-east-1:123456789012:secret:octopus-AbCdEf";
        assert_eq!(
            secrets.ensure(&there, given, SecretValue::text("x"), now),
            given
        );
        assert_eq!(secrets.find(&there, "octopus", now).unwrap().arn, given);
    }

    #[test]
    fn a_deletion_with_a_window_keeps_the_name_until_the_window_ends() {
        let place = Place {
            account: "123456789012".to_owned(),
            region: "eu-west-1".to_owned(),
        };
        let now = default_start();
        let mut secrets = Secrets::new(3);
        let first = secrets.ensure(&place, "key", SecretValue::text("one"), now);
        let week = TimeDelta::days(7);
        secrets.delete(&place, "key", Some(week), now).unwrap();
        let which = WhichVersion::default();
        let marked = secrets.value(&place, "key", &which, now).map(|_| ());
        assert_eq!(marked, Err(SecretError::MarkedForDeletion));
        let new = || NewSecret {
            name: "key".to_owned(),
            ..NewSecret::default()
        };
        let refused = secrets.create(&place, new(), now).map(|_| ());
        assert_eq!(refused, Err(SecretError::NameMarkedForDeletion));
        let again = secrets
            .create(&place, new(), now + week)
            .unwrap()
            .arn
            .clone();
        assert_ne!(again, first);
    }
}
