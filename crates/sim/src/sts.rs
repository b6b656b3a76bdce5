//! Simulated STS: who a caller is, and temporary keys for a role.
//!
//! Any credentials are accepted. An access key tells its account: one of twelve
//! digits *is* the account; one that was registered or issued by `AssumeRole` has
//! the account it was given; every other one has [`DEFAULT_ACCOUNT`].

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use crate::world::DEFAULT_ACCOUNT;

/// Keys and roles that are known, and the keys that were issued.
#[derive(Debug, Clone, Default)]
pub struct Identities {
    accounts: BTreeMap<String, String>,
    external_ids: BTreeMap<String, String>,
    issued: BTreeMap<String, TemporaryKeys>,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Twelve digits.
    pub account: String,
    /// The ARN that `GetCallerIdentity` answers.
    pub arn: String,
    /// The id that `GetCallerIdentity` answers.
    pub user_id: String,
}

/// What `AssumeRole` hands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemporaryKeys {
    /// Begins with `ASIA`, as all temporary keys do.
    pub access_key_id: String,
    /// Accepted with any signature.
    pub secret_access_key: String,
    /// Accepted with any value.
    pub session_token: String,
    /// Told by the *caller's* clock, which is not the world's: an SDK throws keys
    /// away that its own clock says are past their time.
    pub expiration: DateTime<Utc>,
    /// Who the keys speak for.
    pub caller: Caller,
}

/// A request to `AssumeRole`.
#[derive(Debug, Clone)]
pub struct AssumeRole<'request> {
    /// `arn:aws:iam::ACCOUNT:role/NAME`.
    pub role_arn: &'request str,
    /// Two to 64 characters of `[\w+=,.@-]`.
    pub session_name: &'request str,
    /// What the role's trust policy may ask for.
    pub external_id: Option<&'request str>,
    /// How long the keys hold, by the caller's clock.
    pub duration: TimeDelta,
}

/// Why STS refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StsError {
    /// The role is not trusted to this caller.
    #[error("User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role}")]
    AccessDenied {
        /// ARN of who asked.
        caller: String,
        /// ARN of what was asked for.
        role: String,
    },
    /// Not the ARN of a role, or not a session name.
    #[error("{0}")]
    ValidationError(String),
    /// Temporary keys past their time.
    #[error("The security token included in the request is expired")]
    ExpiredToken,
}

impl Identities {
    /// Lets an access key speak for an account.
    pub fn register_key(&mut self, access_key_id: &str, account: &str) {
        self.accounts
            .insert(access_key_id.to_owned(), account.to_owned());
    }

    /// Makes a role ask for an external id. Roles that are not registered ask for none.
    pub fn register_role(&mut self, role_arn: &str, external_id: &str) {
        self.external_ids
            .insert(role_arn.to_owned(), external_id.to_owned());
    }

    /// Who an access key speaks for at `now`, the moment that the caller's own
    /// clock tells if it is known.
    ///
    /// # Errors
    /// [`StsError::ExpiredToken`].
    pub fn caller(
        &self,
        access_key_id: &str,
        now: Option<DateTime<Utc>>,
    ) -> Result<Caller, StsError> {
        if let Some(keys) = self.issued.get(access_key_id) {
            return match now {
                Some(now) if now >= keys.expiration => Err(StsError::ExpiredToken),
                Some(_) | None => Ok(keys.caller.clone()),
            };
        }
        let is_account = access_key_id.len() == 12 && is_digits(access_key_id);
        let account = match self.accounts.get(access_key_id) {
            Some(account) => account,
            None if is_account => access_key_id,
            None => DEFAULT_ACCOUNT,
        };
        Ok(Caller {
            account: account.to_owned(),
            arn: format!("arn:aws:iam::{account}:user/simulated"),
            user_id: letters("AIDA", &[account]),
        })
    }

    /// Issues temporary keys that speak for the caller: `GetSessionToken`.
    pub fn session(
        &mut self,
        caller: &Caller,
        duration: TimeDelta,
        now: DateTime<Utc>,
    ) -> TemporaryKeys {
        let number = self.issued.len().to_string();
        let keys = TemporaryKeys {
            access_key_id: letters("ASIA", &["session", &caller.arn, &number]),
            secret_access_key: letters("", &["secret", &caller.arn, &number]),
            session_token: letters("", &["token", &caller.arn, &number]),
            expiration: now + duration,
            caller: caller.clone(),
        };
        self.issued.insert(keys.access_key_id.clone(), keys.clone());
        keys
    }

    /// Issues keys for a role; their account is the role's. The same requests in
    /// the same order issue the same keys.
    ///
    /// # Errors
    /// No role ARN, a bad session name, or another external id than registered.
    pub fn assume_role(
        &mut self,
        caller: &Caller,
        request: &AssumeRole<'_>,
        now: DateTime<Utc>,
    ) -> Result<TemporaryKeys, StsError> {
        let (account, role) = role_parts(request.role_arn)?;
        check_session_name(request.session_name)?;
        let wanted = self.external_ids.get(request.role_arn);
        if wanted.is_some_and(|wanted| request.external_id != Some(wanted)) {
            return Err(StsError::AccessDenied {
                caller: caller.arn.clone(),
                role: request.role_arn.to_owned(),
            });
        }
        let number = self.issued.len().to_string();
        let session = request.session_name;
        let role_id = letters("AROA", &[request.role_arn]);
        let keys = TemporaryKeys {
            access_key_id: letters("ASIA", &[request.role_arn, session, &number]),
            secret_access_key: letters("", &["secret", request.role_arn, &number]),
            session_token: letters("", &["token", request.role_arn, &number]),
            expiration: now + request.duration,
            caller: Caller {
                account: account.to_owned(),
                arn: format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"),
                user_id: format!("{role_id}:{session}"),
            },
        };
        self.issued.insert(keys.access_key_id.clone(), keys.clone());
        Ok(keys)
    }
}

/// Account and name out of `arn:aws:iam::ACCOUNT:role/path/NAME`.
fn role_parts(arn: &str) -> Result<(&str, &str), StsError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    if let ["arn", partition, "iam", "", account, resource] = parts.as_slice()
        && partition.starts_with("aws")
        && account.len() == 12
        && is_digits(account)
        && let Some(path) = resource.strip_prefix("role/")
        && let Some(name) = path.rsplit('/').next().filter(|name| !name.is_empty())
    {
        return Ok((account, name));
    }
    Err(StsError::ValidationError(format!("{arn} is invalid")))
}

fn check_session_name(name: &str) -> Result<(), StsError> {
    let legal = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if (2..=64).contains(&name.len()) && name.chars().all(legal) {
        return Ok(());
    }
    Err(StsError::ValidationError(format!(
        "1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy \
         constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]{{2,64}}"
    )))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A prefix and sixteen letters and digits as AWS's ids have them, out of a digest.
fn letters(prefix: &str, of: &[&str]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let digest = Sha256::digest(of.join("\n").as_bytes());
    let tail = digest
        .iter()
        .take(16)
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    prefix.chars().chain(tail).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "arn:aws:iam::222233334444:role/teams/deployer";

    fn asking(external_id: Option<&str>) -> AssumeRole<'_> {
        let duration = TimeDelta::minutes(15);
        AssumeRole {
            role_arn: ROLE,
            session_name: "bennu",
            external_id,
            duration,
        }
    }

    #[test]
    fn a_role_wants_its_external_id_and_its_keys_belong_to_its_account_for_a_time() {
        let mut identities = Identities::default();
        identities.register_role(ROLE, "secret-handshake");
        let now = DateTime::UNIX_EPOCH;
        let caller = identities.caller("AKIDANY", Some(now)).unwrap();
        assert_eq!(caller.account, DEFAULT_ACCOUNT);

        let refused = identities
            .assume_role(&caller, &asking(None), now)
            .unwrap_err();
        assert!(matches!(refused, StsError::AccessDenied { .. }));

        let keys = identities
            .assume_role(&caller, &asking(Some("secret-handshake")), now)
            .unwrap();
        let assumed = identities.caller(&keys.access_key_id, Some(now)).unwrap();
        assert_eq!(assumed.account, "222233334444");
        assert_eq!(
            assumed.arn,
            "arn:aws:sts::222233334444:assumed-role/deployer/bennu"
        );
        let late = identities.caller(&keys.access_key_id, Some(keys.expiration));
        assert_eq!(late, Err(StsError::ExpiredToken));
    }

    #[test]
    fn an_access_key_tells_its_account() {
        let mut identities = Identities::default();
        identities.register_key("AKIDTEAM", "111122223333");
        let account = |key: &str| identities.caller(key, None).unwrap().account;
        assert_eq!(account("000011112222"), "000011112222");
        assert_eq!(account("AKIDTEAM"), "111122223333");
        assert_eq!(account("anything"), DEFAULT_ACCOUNT);
    }
}
