//! The clients of each target, built once, at first use.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use bennu_model::ids::{InstallationId, TargetName};
use bennu_ports::{Call, PortError, PortErrorKind};
use tokio::sync::OnceCell;

use crate::config::{ConfigError, Keys, TargetConfig};
use crate::error::Failure;

/// The longest that a request can take, its credentials included, from the moment it is
/// begun. Absolute: a reply that trickles does not extend it. Leases are drained by this
/// value, so that no request of a lost lease can still arrive afterwards.
pub const OPERATION_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest that a connection can take: one lost SYN packet is sent again after three
/// seconds, and a second one would eat up the request's time.
pub const CONNECT_TIMEOUT: Duration = Duration::from_millis(3_100);

/// All targets of the configuration, as [`bennu_ports::Infrastructure`].
#[derive(Debug)]
pub struct Aws {
    installation: InstallationId,
    targets: BTreeMap<TargetName, Target>,
    timeouts: Timeouts,
}

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeouts {
    pub(crate) connect: Duration,
    pub(crate) operation: Duration,
}

impl Aws {
    /// Checks the targets; nothing is connected and no credential is looked up before the
    /// first request.
    ///
    /// # Errors
    /// [`ConfigError`], for the first value that cannot be right.
    pub fn new(
        installation: InstallationId,
        targets: Vec<TargetConfig>,
    ) -> Result<Self, ConfigError> {
        Self::with_time_limit(installation, targets, OPERATION_TIMEOUT)
    }

    /// Like [`Aws::new`], with another limit than [`OPERATION_TIMEOUT`] for each request: a
    /// shorter one is safe, a longer one outlives leases.
    ///
    /// # Errors
    /// [`ConfigError`], for the first value that cannot be right.
    pub fn with_time_limit(
        installation: InstallationId,
        targets: Vec<TargetConfig>,
        limit: Duration,
    ) -> Result<Self, ConfigError> {
        let timeouts = Timeouts {
            connect: CONNECT_TIMEOUT.min(limit),
            operation: limit,
        };
        Self::with_timeouts(installation, targets, timeouts)
    }

    pub(crate) fn with_timeouts(
        installation: InstallationId,
        configs: Vec<TargetConfig>,
        timeouts: Timeouts,
    ) -> Result<Self, ConfigError> {
        let mut targets = BTreeMap::new();
        for config in configs {
            config.check()?;
            let name = config.name.clone();
            let target = Target {
                config,
                clients: OnceCell::new(),
            };
            if targets.insert(name.clone(), target).is_some() {
                return Err(ConfigError::Duplicate(name));
            }
        }
        Ok(Self {
            installation,
            targets,
            timeouts,
        })
    }

    /// The names of all targets, sorted.
    pub fn target_names(&self) -> impl Iterator<Item = &TargetName> {
        self.targets.keys()
    }

    /// What the SDK has to know of a target: region, endpoint, credentials, time-outs. For
    /// the one client that is not here, EC2's.
    ///
    /// # Errors
    /// `Invalid`: the configuration has no such target.
    pub async fn sdk_config(&self, name: &TargetName, call: Call) -> Result<SdkConfig, Failure> {
        Ok(self.clients(name, call).await?.sdk.clone())
    }

    pub(crate) async fn clients(&self, name: &TargetName, call: Call) -> Result<&Clients, Failure> {
        let target = self.target(name, call)?;
        let build = || Clients::build(&target.config, &self.installation, self.timeouts);
        Ok(target.clients.get_or_init(build).await)
    }

    pub(crate) fn config(&self, name: &TargetName, call: Call) -> Result<&TargetConfig, Failure> {
        Ok(&self.target(name, call)?.config)
    }

    pub(crate) fn installation(&self) -> &InstallationId {
        &self.installation
    }

    fn target(&self, name: &TargetName, call: Call) -> Result<&Target, Failure> {
        self.targets.get(name).ok_or_else(|| {
            Failure::not_sent(PortError {
                kind: PortErrorKind::Invalid,
                call: call.as_str().to_owned(),
                message: format!("the configuration has no target {name}"),
            })
        })
    }
}

#[derive(Debug)]
struct Target {
    config: TargetConfig,
    clients: OnceCell<Clients>,
}

/// The clients of one target; they share connections, credentials and time-outs.
#[derive(Debug)]
pub(crate) struct Clients {
    sdk: SdkConfig,
    pub(crate) cloudformation: aws_sdk_cloudformation::Client,
    pub(crate) autoscaling: aws_sdk_autoscaling::Client,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) secrets: aws_sdk_secretsmanager::Client,
    pub(crate) sts: aws_sdk_sts::Client,
}

impl Clients {
    async fn build(
        config: &TargetConfig,
        installation: &InstallationId,
        timeouts: Timeouts,
    ) -> Self {
        let sdk = sdk_config(config, installation, timeouts).await;
        let s3 = aws_sdk_s3::config::Builder::from(&sdk)
            // A name of one machine has no sub-domains for buckets.
            .force_path_style(config.endpoint.is_some())
            .build();
        Self {
            cloudformation: aws_sdk_cloudformation::Client::new(&sdk),
            autoscaling: aws_sdk_autoscaling::Client::new(&sdk),
            s3: aws_sdk_s3::Client::from_conf(s3),
            secrets: aws_sdk_secretsmanager::Client::new(&sdk),
            sts: aws_sdk_sts::Client::new(&sdk),
            sdk,
        }
    }
}

async fn sdk_config(
    config: &TargetConfig,
    installation: &InstallationId,
    timeouts: Timeouts,
) -> SdkConfig {
    let loaded = load(config, timeouts).await;
    // Taken over one by one, because the loader also brings the endpoints that it finds in
    // environment and profile, and the configuration alone says where a target is.
    let mut sdk = SdkConfig::builder()
        .behavior_version(behavior())
        .region(loaded.region().cloned())
        .retry_config(RetryConfig::disabled());
    sdk.set_timeout_config(loaded.timeout_config().cloned());
    sdk.set_endpoint_url(config.endpoint.clone());
    sdk.set_http_client(loaded.http_client());
    sdk.set_credentials_provider(loaded.credentials_provider());
    sdk.set_identity_cache(loaded.identity_cache());
    sdk.set_sleep_impl(loaded.sleep_impl());
    sdk.set_time_source(loaded.time_source());
    sdk.set_app_name(loaded.app_name().cloned());
    sdk.set_use_fips(loaded.use_fips());
    sdk.set_use_dual_stack(loaded.use_dual_stack());
    let sdk = sdk.build();
    match &config.role_arn {
        Some(role) => assume(sdk, role, config.external_id.as_deref(), installation).await,
        None => sdk,
    }
}

/// Pinned: a newer version changes time-outs, proxies and retries behind our back.
fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

/// What the SDK's own loader makes of a target; it finds the credentials.
async fn load(config: &TargetConfig, timeouts: Timeouts) -> SdkConfig {
    let times = TimeoutConfig::builder()
        .connect_timeout(timeouts.connect)
        .operation_timeout(timeouts.operation)
        .build();
    let mut loader = aws_config::defaults(behavior())
        .region(Region::new(config.region.clone()))
        .retry_config(RetryConfig::disabled())
        .timeout_config(times);
    if let Ok(name) = AppName::new("bennu") {
        loader = loader.app_name(name);
    }
    if config.is_loopback() {
        loader = loader.http_client(without_proxy());
    }
    if let Keys::Static { id, secret } = &config.keys {
        loader =
            loader.credentials_provider(Credentials::new(id, secret, None, None, "configuration"));
    }
    loader.load().await
}

/// The same, as a role. The SDK assumes it when it is first needed, and again before its
/// keys expire; these calls to STS do not pass the gate, for they change nothing.
async fn assume(
    sdk: SdkConfig,
    role: &str,
    external_id: Option<&str>,
    installation: &InstallationId,
) -> SdkConfig {
    let mut provider = AssumeRoleProvider::builder(role)
        .configure(&sdk)
        .session_name(format!("bennu-{installation}"));
    if let Some(id) = external_id {
        provider = provider.external_id(id);
    }
    let credentials = SharedCredentialsProvider::new(provider.build().await);
    sdk.into_builder().credentials_provider(credentials).build()
}

/// The SDK's client sends by the proxy that the environment names; this one never does.
fn without_proxy() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(
            tls::rustls_provider::CryptoMode::AwsLc,
        ))
        .build_https()
}
