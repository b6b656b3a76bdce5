//! Puts the parts together as the configuration says. The only place that knows them all.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bennu_api::state::{Freshness, Planner};
use bennu_api::{Api, Clock, Fleet, Health, Observability, Webhooks};
use bennu_aws::{Aws, Keys};
use bennu_aws_ec2::Ec2;
use bennu_engine::budget::{Budget, BudgetMetrics};
use bennu_engine::fingerprint::Key;
use bennu_engine::gate::NoProbe;
use bennu_engine::metrics::Metrics;
use bennu_engine::work;
use bennu_engine::{Engine, Settings, World};
use bennu_model::ids::{IllegalId, ReplicaId};
use bennu_model::work::WorkKey;
use bennu_octopus::{ApiKey, Octopus, ServerConfig};
use bennu_plan::desire::{SpaceFacts, TargetFacts};
use bennu_plan::{Context, Policy};
use bennu_ports::ledger::EnvironmentState;
use bennu_store::Store;
use chrono::{DateTime, Utc};
use prometheus::process_collector::ProcessCollector;
use prometheus::{IntGaugeVec, Opts, Registry};

use crate::catalog::{self, CatalogError};
use crate::config::{Config, ConfigError};

/// A daemon that is put together and not yet running.
pub struct Daemon {
    /// The loop.
    pub engine: Arc<Engine>,
    /// For teams.
    pub api: Api,
    /// For operators.
    pub observability: Observability,
    /// The keys that have to have a row: sweeps.
    pub keys: Vec<WorkKey>,
    /// The database.
    pub store: Store,
}

/// Why the parts do not fit together.
#[derive(Debug, thiserror::Error)]
pub enum WiringError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The templates that specs can name.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A target.
    #[error(transparent)]
    Aws(#[from] bennu_aws::ConfigError),
    /// An Octopus server.
    #[error(transparent)]
    Octopus(#[from] bennu_octopus::ConfigError),
    /// The database's URL.
    #[error(transparent)]
    Store(#[from] bennu_ports::LedgerError),
    /// A metric of the same name is there already.
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
    /// A name that was made here.
    #[error(transparent)]
    Id(#[from] IllegalId),
}

/// Puts a daemon together. `variables` are the process's, for the API keys that stand in
/// them. Nothing is connected yet.
///
/// # Errors
/// [`WiringError`], with what to change.
pub fn daemon(
    config: &Config,
    variables: &BTreeMap<String, String>,
) -> Result<Daemon, WiringError> {
    let templates = catalog::read(&config.catalog.folders, config.catalog.embedded)?;
    let store = store(config)?;
    let context = context(config)?;
    let replica = replica()?;
    let settings = settings(config, replica.clone());
    let policy = policy(config, &settings);
    let limit = settings.request_timeout;
    let aws = Arc::new(aws(config, limit)?);
    let registry = Registry::new();
    let engine = Arc::new(Engine {
        world: World {
            instances: Arc::new(Ec2::new(aws.clone())),
            infrastructure: aws,
            deployments: Arc::new(octopus(config, variables, limit)?),
            work: Arc::new(store.clone()),
            ledger: Arc::new(store.clone()),
            key: config.installation_key()?.map(|bytes| Key::new(&bytes)),
        },
        context: context.clone(),
        policy: policy.clone(),
        settings,
        budget: Arc::new(budget(config, &store, &registry)?),
        metrics: Metrics::register(&registry)?,
        probe: Arc::new(NoProbe),
        health: Arc::new(work::Health::default()),
    });
    let (here, limits) = (context.clone(), policy.clone());
    let freshness: Freshness = Arc::new(move |state: &EnvironmentState, since| {
        bennu_plan::is_fresh(&state.environment, &state.observed, &here, &limits, since)
    });
    let planner: Planner = Arc::new(move |state: &EnvironmentState, now| {
        bennu_plan::decide(&state.environment, &state.observed, &context, &policy, now)
    });
    let api = Api {
        environments: Arc::new(store.clone()),
        tokens: Arc::new(store.clone()),
        answers: Arc::new(store.clone()),
        catalog: Arc::new(config.offers(templates)),
        hooks: Webhooks {
            ledger: Arc::new(store.clone()),
            declare: bennu_plan::declare,
            generic: config.hooks.generic_secrets()?,
        },
        planner,
        freshness,
        clock: Clock {
            now: now_utc,
            instant: now_monotonic,
        },
        replica: Arc::from(replica.as_str()),
        stop: tokio_util::sync::CancellationToken::new(),
    };
    let fleet = Fleet::register(Arc::new(store.clone()), now_monotonic, &registry)?;
    register_build(&registry)?;
    registry.register(Box::new(ProcessCollector::for_self()))?;
    let observability = Observability {
        fleet,
        registry,
        environments: Arc::new(store.clone()),
        health: health(engine.health.clone()),
    };
    Ok(Daemon {
        engine,
        api,
        observability,
        keys: keys(config),
        store,
    })
}

/// The database of a configuration; not connected yet.
///
/// # Errors
/// There is no URL, or it is none.
pub fn store(config: &Config) -> Result<Store, WiringError> {
    let url = config.database_url()?;
    Ok(Store::connect(
        url.expose(),
        config.database.max_connections,
    )?)
}

fn settings(config: &Config, replica: ReplicaId) -> Settings {
    Settings {
        workers: config.engine.workers,
        per_team_and_target: config.engine.per_team_and_target,
        ..Settings::paced(replica, seed(), config.engine.pace).leased(config.engine.lease.0)
    }
}

/// What the planner waits for after a send is what the adapters are held to.
fn policy(config: &Config, settings: &Settings) -> Policy {
    Policy {
        request_timeout: chrono::Duration::from_std(settings.request_timeout)
            .unwrap_or(chrono::Duration::MAX),
        ..Policy::paced(config.engine.pace)
    }
}

/// One for all replicas: the database keeps it.
fn budget(
    config: &Config,
    store: &Store,
    registry: &Registry,
) -> Result<Budget, prometheus::Error> {
    let limits = config.budgets.limits(&config.targets, config.engine.pace);
    let metrics = BudgetMetrics::register(registry)?;
    Ok(Budget::new(Arc::new(store.clone()), limits, metrics))
}

pub(crate) fn aws(config: &Config, limit: Duration) -> Result<Aws, WiringError> {
    let targets = config.targets.iter().map(|target| bennu_aws::TargetConfig {
        name: target.name.clone(),
        region: target.region.clone(),
        endpoint: target.endpoint.clone(),
        role_arn: target.role_arn.clone(),
        external_id: target.external_id.clone(),
        keys: match (&target.access_key_id, &target.secret_access_key) {
            (Some(id), Some(secret)) => Keys::Static {
                id: id.clone(),
                secret: secret.expose().to_owned(),
            },
            (_, _) => Keys::Chain,
        },
        artifact_bucket: target.artifact_bucket.clone(),
        service_role_arn: target.service_role_arn.clone(),
    });
    Ok(Aws::with_time_limit(
        config.installation_id()?.clone(),
        targets.collect(),
        limit,
    )?)
}

pub(crate) fn octopus(
    config: &Config,
    variables: &BTreeMap<String, String>,
    limit: Duration,
) -> Result<Octopus, WiringError> {
    let mut servers = Vec::new();
    for server in &config.octopus {
        servers.push(ServerConfig {
            name: server.name.clone(),
            url: server.url.clone(),
            api_key: ApiKey::new(server.api_key(variables)?.expose())?,
        });
    }
    Ok(Octopus::with_time_limit(servers, limit)?)
}

fn context(config: &Config) -> Result<Context, WiringError> {
    let targets = config.targets.iter().map(|target| {
        (
            target.name.clone(),
            TargetFacts {
                bucket: target.artifact_bucket.clone(),
            },
        )
    });
    let spaces = config.octopus.iter().flat_map(|server| {
        let facts = SpaceFacts {
            server_url: server.url_of_instances().to_owned(),
            slots: server.slots,
        };
        let places = server.spaces.iter();
        places.map(move |space| ((server.name.clone(), space.clone()), facts.clone()))
    });
    Ok(Context {
        installation: config.installation_id()?.clone(),
        targets: targets.collect(),
        spaces: spaces.collect(),
        has_key: config.installation.key.is_some(),
    })
}

fn keys(config: &Config) -> Vec<WorkKey> {
    let targets = config
        .targets
        .iter()
        .map(|target| WorkKey::Target(target.name.clone()));
    let spaces = config.octopus.iter().flat_map(|server| {
        server
            .spaces
            .iter()
            .map(|space| WorkKey::Space(server.name.clone(), space.clone()))
    });
    targets.chain(spaces).collect()
}

/// Which build this is: with two values during an upgrade.
fn register_build(registry: &Registry) -> Result<(), prometheus::Error> {
    let opts = Opts::new("bennu_build_info", "1, with the version of this replica.");
    let build = IntGaugeVec::new(opts, &["version"])?;
    build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
    registry.register(Box::new(build))
}

fn health(engine: Arc<work::Health>) -> Health {
    Health {
        live: Arc::new(|| Ok(())),
        ready: Arc::new(move || engine.trouble().map_or(Ok(()), Err)),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a replica has a new name at each start"
)]
fn replica() -> Result<ReplicaId, IllegalId> {
    ReplicaId::new(format!(
        "{}-{:08x}",
        std::process::id(),
        rand::random::<u32>()
    ))
}

#[expect(
    clippy::disallowed_methods,
    reason = "jitter only, which nothing is derived from"
)]
fn seed() -> u64 {
    rand::random()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the binary reads the clock for the API"
)]
fn now_utc() -> DateTime<Utc> {
    DateTime::from(std::time::SystemTime::now())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the binary reads the clock for the API"
)]
fn now_monotonic() -> std::time::Instant {
    std::time::Instant::now()
}
