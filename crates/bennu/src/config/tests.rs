use std::collections::BTreeMap;

use super::*;

/// The file that people start from.
const SHOWN: &str = include_str!("../../../../config/bennu.toml");

const SMALL: &str = r#"
[installation]
id = "dev"
[database]
url = "postgres://bennu:hunter2@db/bennu"
[[targets]]
name = "dev-sydney"
region = "ap-southeast-2"
"#;

fn read(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let variables = variables
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    Config::read("bennu.toml", text, &variables.collect()).map_err(|error| error.to_string())
}

/// Every key that there is, with a value.
fn every_key() -> Config {
    let text = Some("x".to_owned());
    let name = |name: &str| name.parse().unwrap();
    Config {
        installation: InstallationConfig {
            id: Some(InstallationId::new("dev").unwrap()),
            key: Some(Secret::new("x")),
        },
        database: DatabaseConfig {
            url: Some(Secret::new("x")),
            max_connections: 1,
        },
        api: ApiConfig::default(),
        catalog: CatalogConfig::default(),
        engine: EngineConfig::default(),
        budgets: BudgetsConfig::default(),
        hooks: HooksConfig::default(),
        log: LogConfig::default(),
        telemetry: TelemetryConfig {
            otlp_endpoint: text.clone(),
            otlp_authorization_env: text.clone(),
            otlp_authorization_file: Some("x".into()),
        },
        targets: vec![TargetConfig {
            name: name("a"),
            region: "x".into(),
            endpoint: text.clone(),
            role_arn: text.clone(),
            external_id: text.clone(),
            artifact_bucket: text.clone(),
            service_role_arn: text.clone(),
            access_key_id: text.clone(),
            secret_access_key: Some(Secret::new("x")),
        }],
        octopus: vec![OctopusConfig {
            name: "a".parse().unwrap(),
            url: "x".into(),
            api_key_env: text,
            api_key_file: Some("x".into()),
            spaces: std::iter::once("Default".parse().unwrap()).collect(),
            instance_url: Some("x".into()),
            slots: 1,
        }],
    }
}

fn keys(value: &toml::Value, path: &str, found: &mut Vec<String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                keys(value, &path, found);
            }
        }
        toml::Value::Array(list) if !list.is_empty() && list.iter().all(toml::Value::is_table) => {
            list.iter().for_each(|value| keys(value, path, found));
        }
        _ => found.push(path.to_owned()),
    }
}

/// The shown file with every key that is commented out put in: `#key = value`, or a
/// `#[[section]]`; a sentence has a space after the mark.
fn with_everything() -> String {
    let lines = SHOWN.lines().map(|line| match line.strip_prefix('#') {
        Some(rest) if !rest.is_empty() && !rest.starts_with(' ') => rest,
        Some(_) | None => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_shown_file_loads_and_shows_every_key() {
    let shown = read(SHOWN, &[]).unwrap();
    assert_eq!(shown.api, ApiConfig::default());
    let everything: toml::Value = toml::from_str(&with_everything()).unwrap();
    let (mut shown, mut known) = (Vec::new(), Vec::new());
    keys(&everything, "", &mut shown);
    keys(&toml::Value::try_from(every_key()).unwrap(), "", &mut known);
    shown.sort();
    shown.dedup();
    known.sort();
    assert_eq!(shown, known);
}

#[test]
fn the_defaults_that_are_shown_are_the_defaults() {
    let shown: Config = toml::from_str(&with_everything()).unwrap();
    let default = Config::default();
    assert_eq!(shown.api, default.api);
    assert_eq!(shown.catalog, default.catalog);
    assert_eq!(shown.engine, default.engine);
    assert_eq!(shown.budgets, default.budgets);
    assert_eq!(shown.log, default.log);
    assert_eq!(
        shown.database.max_connections,
        default.database.max_connections
    );
}

#[test]
fn variables_go_over_the_file() {
    let config = read(
        SMALL,
        &[
            ("BENNU_API__LISTEN", "0.0.0.0:80"),
            ("BENNU_ENGINE__WORKERS", "3"),
            ("BENNU_DATABASE__URL", "postgres:///other"),
            ("BENNU_TARGETS__0__ARTIFACT_BUCKET", "123"),
            ("BENNU_TARGETS__1__NAME", "dev-oregon"),
            ("BENNU_TARGETS__1__REGION", "us-west-2"),
            ("BENNU_TOKEN", "not ours"),
        ],
    )
    .unwrap();
    assert_eq!(config.api.listen.port(), 80);
    assert_eq!(config.engine.workers, 3);
    assert_eq!(config.database_url().unwrap().expose(), "postgres:///other");
    assert_eq!(config.targets[0].artifact_bucket.as_deref(), Some("123"));
    assert_eq!(config.targets[1].region, "us-west-2");
}

/// A text, variables over it, and what must be said.
type Case = (
    String,
    &'static [(&'static str, &'static str)],
    &'static str,
);

#[test]
fn a_mistake_says_where_and_what_is_expected() {
    let with = |addition: &str| format!("{SMALL}{addition}");
    let none: &'static [(&str, &str)] = &[];
    let cases: Vec<Case> = vec![
        (
            with("regoin = \"x\""),
            none,
            "bennu.toml, line 9, regoin: unknown field `regoin`, expected one of `name`, `region`",
        ),
        (
            with("[engine]\npace = \"fast\""),
            none,
            "bennu.toml, line 10, pace: invalid type: string \"fast\", expected f64",
        ),
        (
            with("[log]\nformat = \"xml\""),
            none,
            "line 10, format: unknown variant `xml`, expected `text` or `json`",
        ),
        (
            SMALL.replace("\"dev\"", "\"Dev 1\""),
            none,
            "line 3, id: \"Dev 1\" is no legal installation id: use 1 to 20",
        ),
        (
            SMALL.replace("\"dev\"", "\"dev\"\nkey = \"aHVudGVyMg==\""),
            none,
            "installation.key: write the base64 of 32 random bytes or more: `openssl",
        ),
        (
            with("[[targets]]\nname = \"b\""),
            none,
            "line 9: missing field `region`",
        ),
        (
            with("endpoint = \"http://10.0.0.1\""),
            none,
            "targets, dev-sydney: endpoint: credentials would travel readable",
        ),
        (with("access_key_id = \"x\""), none, "give both or none"),
        (
            with("access_key_id = \"x\"\nsecret_access_key = \"y\""),
            none,
            "keys are for simulators",
        ),
        (
            with("external_id = \"x\""),
            none,
            "it means nothing without role_arn",
        ),
        (
            with("[[targets]]\nname = \"dev-sydney\"\nregion = \"x\""),
            none,
            "there are two of this name",
        ),
        (
            with("[engine]\npace = 60.0"),
            none,
            "target dev-sydney is the real AWS",
        ),
        (
            with("[[octopus]]\nname = \"main\"\nurl = \"http://octopus.example\"\nspaces = []"),
            none,
            "octopus, main: url: credentials would travel readable",
        ),
        (
            SMALL.into(),
            &[("BENNU_ENGINE__WORKER", "3")],
            "environment variable BENNU_ENGINE__WORKER: unknown field `worker`",
        ),
        (
            SMALL.into(),
            &[("BENNU_API__LISTEN", "8080")],
            "environment variable BENNU_API__LISTEN: invalid socket address",
        ),
        (
            SMALL.into(),
            &[("BENNU_TARGETS__2__NAME", "x")],
            "environment variable BENNU_TARGETS__2__NAME: \"2\" is no place in a list of 1",
        ),
        (
            SMALL.into(),
            &[("BENNU_LOG__FILTER__X", "x")],
            "BENNU_LOG__FILTER__X",
        ),
    ];
    for (text, variables, said) in cases {
        let error = read(&text, variables).unwrap_err();
        assert!(error.contains(said), "{error}\n  should say: {said}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn a_broken_line_does_not_show_its_secret() {
    let error = read(&SMALL.replace("/bennu\"", "/bennu\"x"), &[]).unwrap_err();
    assert!(
        error.contains("line 5, url") && !error.contains("hunter2"),
        "{error}"
    );
    let config = read(SMALL, &[]).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn a_key_comes_from_the_environment_or_a_file() {
    let text = format!(
        "{SMALL}[[octopus]]\nname = \"main\"\nurl = \"https://o.example\"\nspaces = [\"Default\"]\n\
         api_key_env = \"OCTOPUS_KEY\""
    );
    let config = read(&text, &[]).unwrap();
    let there = BTreeMap::from([("OCTOPUS_KEY".to_owned(), " API-1\n".to_owned())]);
    assert_eq!(config.octopus[0].api_key(&there).unwrap().expose(), "API-1");
    let missing = config.octopus[0].api_key(&BTreeMap::new()).unwrap_err();
    assert!(
        missing
            .to_string()
            .contains("octopus, main: the variable OCTOPUS_KEY holds no API key")
    );
}

#[test]
fn secrets_of_webhooks_come_from_the_environment_and_are_never_shown() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let config = read(SMALL, &[("BENNU_HOOKS__GENERIC__SECRETS__0", secret)]).unwrap();
    assert_eq!(config.hooks.generic_secrets().unwrap().len(), 1);
    assert!(!format!("{config:?}").contains("MfKQ"));

    let short = read(SMALL, &[("BENNU_HOOKS__GENERIC__SECRETS__0", "hunter2")]);
    let short = short.unwrap_err();
    assert!(
        short.contains("hooks.generic.secrets, entry 0: write whsec_")
            && !short.contains("hunter2"),
        "{short}"
    );
    let broken = format!("{SMALL}[hooks.generic]\nsecrets = [\n  \"whsec_hunter2==\" x\n]");
    let broken = read(&broken, &[]).unwrap_err();
    assert!(
        broken.contains("line 11") && !broken.contains("hunter2"),
        "{broken}"
    );
}

#[test]
fn the_installations_key_is_bytes_and_is_never_shown() {
    assert_eq!(read(SMALL, &[]).unwrap().installation_key(), Ok(None));
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let config = read(SMALL, &[("BENNU_INSTALLATION__KEY", key)]).unwrap();
    let bytes: Vec<u8> = (0..32).collect();
    assert_eq!(config.installation_key(), Ok(Some(bytes)));
    assert!(!format!("{config:?}").contains("AAEC"));
    let short = read(SMALL, &[("BENNU_INSTALLATION__KEY", "aHVudGVyMg==")]).unwrap_err();
    assert!(!short.contains("aHVu"), "{short}");
}

/// `deploy/config/bennu.toml`, with the secrets that it says come from the environment.
#[test]
fn the_file_for_production_is_whole() {
    let shipped = include_str!("../../../../deploy/config/bennu.toml");
    let url = "postgres://bennu:hunter2@db.example.com/bennu";
    let secrets = [
        ("BENNU_DATABASE__URL", url),
        (
            "BENNU_INSTALLATION__KEY",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        ),
        (
            "BENNU_HOOKS__GENERIC__SECRETS__0",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ),
    ];
    let config = read(shipped, &secrets).unwrap();
    assert_eq!(config.installation_id().unwrap().as_str(), "prod");
    assert_eq!(config.hooks.generic_secrets().unwrap().len(), 1);
    for target in &config.targets {
        let region = &target.region;
        let role = |arn: &Option<String>, kind: &str| {
            let ours = format!(":role/bennu/{kind}-prod-{region}");
            arn.as_ref().is_some_and(|arn| arn.ends_with(&ours))
        };
        assert!(role(&target.role_arn, "daemon"), "{}", target.name);
        assert!(
            role(&target.service_role_arn, "cloudformation"),
            "{}",
            target.name
        );
        assert!(target.external_id.is_some() && target.artifact_bucket.is_some());
    }
    assert_eq!((config.targets.len(), config.octopus.len()), (2, 1));
    // What is secret does not stand in the file.
    assert!(read(shipped, &[]).unwrap().database_url().is_err());
    assert_eq!(config.octopus[0].api_key_env, None);
}
