//! Parameters of a template that Bennu fills by itself.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize};

/// What Bennu puts into a parameter of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filling {
    /// The tenant's name.
    Tenant,
    /// The URL of the Octopus server, as instances reach it.
    Server,
    /// The space's name.
    Space,
    /// The name of the Octopus environment.
    Environment,
    /// The roles of the environment's machines, comma-separated, Bennu's own first.
    Roles,
    /// The name of Bennu's machine policy.
    Policy,
    /// The name of the target's artifact bucket.
    Bucket,
    /// What the keys of the environment's objects begin with, with the last slash.
    Prefix,
    /// The key of the bootstrap package.
    Package,
    /// Its SHA-256, as 64 lower-case hexadecimal digits.
    PackageDigest,
    /// The key of the configuration object.
    Configuration,
    /// Its SHA-256, as 64 lower-case hexadecimal digits.
    ConfigurationDigest,
    /// The ARNs of the secrets that the configuration refers to, comma-separated; empty if
    /// there are none.
    Secrets,
}

impl Filling {
    /// Every one there is.
    pub const ALL: &[Self] = &[
        Self::Tenant,
        Self::Server,
        Self::Space,
        Self::Environment,
        Self::Roles,
        Self::Policy,
        Self::Bucket,
        Self::Prefix,
        Self::Package,
        Self::PackageDigest,
        Self::Configuration,
        Self::ConfigurationDigest,
        Self::Secrets,
    ];

    /// The parameter that is taken for this one where no manifest says otherwise
    /// (`docs/decisions/0005`).
    pub fn well_known(self) -> &'static str {
        match self {
            Self::Tenant => "BennuTenant",
            Self::Server => "BennuOctopusServer",
            Self::Space => "BennuSpace",
            Self::Environment => "BennuOctopusEnvironment",
            Self::Roles => "BennuRoles",
            Self::Policy => "BennuMachinePolicy",
            Self::Bucket => "BennuBucket",
            Self::Prefix => "BennuPrefix",
            Self::Package => "BennuPackage",
            Self::PackageDigest => "BennuPackageDigest",
            Self::Configuration => "BennuConfiguration",
            Self::ConfigurationDigest => "BennuConfigurationDigest",
            Self::Secrets => "BennuSecrets",
        }
    }

    /// The filling of a parameter of a well-known name.
    pub fn of_well_known(parameter: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|filling| filling.well_known() == parameter)
    }

    /// Whether it comes out of the environment's place in Octopus.
    pub fn is_of_octopus(self) -> bool {
        match self {
            Self::Tenant
            | Self::Server
            | Self::Space
            | Self::Environment
            | Self::Roles
            | Self::Policy => true,
            Self::Bucket
            | Self::Prefix
            | Self::Package
            | Self::PackageDigest
            | Self::Configuration
            | Self::ConfigurationDigest
            | Self::Secrets => false,
        }
    }

    /// Whether it needs the target's artifact bucket.
    pub fn is_of_bucket(self) -> bool {
        match self {
            Self::Bucket
            | Self::Prefix
            | Self::Package
            | Self::PackageDigest
            | Self::Configuration
            | Self::ConfigurationDigest => true,
            Self::Tenant
            | Self::Server
            | Self::Space
            | Self::Environment
            | Self::Roles
            | Self::Policy
            | Self::Secrets => false,
        }
    }
}

/// Reads the fillings of a stored spec. Specs that were stored before templates could name
/// their parameters as they like list well-known names only.
pub(super) fn read<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<BTreeMap<String, Filling>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Stored {
        Named(BTreeMap<String, Filling>),
        WellKnown(BTreeSet<String>),
    }
    Ok(match Stored::deserialize(from)? {
        Stored::Named(fills) => fills,
        Stored::WellKnown(names) => names
            .into_iter()
            .filter_map(|name| Some((name.clone(), Filling::of_well_known(&name)?)))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_before_is_still_read() {
        let read = |text: &str| read(&mut serde_json::Deserializer::from_str(text)).unwrap();
        assert_eq!(
            read(r#"["BennuTenant"]"#),
            read(r#"{"BennuTenant":"tenant"}"#)
        );
        assert_eq!(
            read(r#"{"Zip":"package_digest"}"#),
            BTreeMap::from([("Zip".to_owned(), Filling::PackageDigest)])
        );
    }

    #[test]
    fn well_known_names_lead_back() {
        for filling in Filling::ALL {
            assert_eq!(Filling::of_well_known(filling.well_known()), Some(*filling));
        }
    }
}
