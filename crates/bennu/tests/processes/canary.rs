//! Secrets are planted wherever one can be, a story is played in which much goes wrong, with
//! everything logged that can be; and then everything that came out is searched for them.

mod database;
mod evidence;
mod outlet;
mod planted;
mod story;
mod watched;

use bennu_api::Token;
use bennu_sim::world::Place;

use super::stage::cluster::Cluster;
use super::stage::{Setting, Stage, USUAL_LEASE, alone};
use database::{DUMP, dump, with_password};
use evidence::Evidence;
use outlet::{ANSWERS, WORDS};
use planted::Planted;
use story::Story;
use watched::{ARGUMENTS, LOG, Watched};

/// The team: no secret, and told everywhere, so that it shows where the search looks.
const TEAM: &str = "kestrel-marks-what-is-told";
const METRICS: &str = "metrics";
const SETTING: Setting = Setting {
    speed: 60.0,
    lease: USUAL_LEASE,
    connections: 10,
};

/// Secrets that the story uses again.
struct Secrets {
    /// Of the webhook, in base64.
    webhook: String,
    /// What the tenant's variable is to hold at first, and once it was rotated.
    variable: [String; 2],
    /// ARN of that secret.
    variable_arn: String,
    /// ARN of one that only instances read.
    configuration_arn: String,
    /// Of the daemon's own AWS credentials.
    session: String,
    /// A well-formed token that nobody was given.
    nobody: String,
    /// A database password that is wrong.
    wrong_password: String,
}

fn place() -> Place {
    Place {
        account: "123456789012".to_owned(),
        region: "ap-southeast-2".to_owned(),
    }
}

impl Secrets {
    fn plant(stage: &Stage, planted: &mut Planted) -> Self {
        planted.add(
            "API key of Octopus, also what instances register with",
            &stage.sim.octopus_api_key,
        );
        let nobody = Token::from_random([7; 32]);
        planted.add("token that nobody has", nobody.expose());
        let variable = [
            planted.make("secret of a variable"),
            planted.make("secret of a variable, rotated"),
        ];
        let configuration = planted.make("secret of instances");
        let (variable_arn, configuration_arn) = stage.sim.sim.with(|world| {
            let variable = world.put_secret(&place(), "canary/variable", &variable[0]);
            let other = world.put_secret(&place(), "canary/instances", &configuration);
            (variable, other)
        });
        Self {
            webhook: planted.make_key("secret of the webhook"),
            variable,
            variable_arn,
            configuration_arn,
            session: planted.make("session token of AWS"),
            nobody: nobody.expose().to_owned(),
            wrong_password: planted.make("wrong password of the database"),
        }
    }
}

/// What the daemon is told: all of its secrets, and to log all that anybody has to say. A
/// second target has the daemon's own credentials, and a third one a role that it becomes.
fn variables(
    stage: &Stage,
    secrets: &Secrets,
    planted: &mut Planted,
) -> Vec<(&'static str, String)> {
    let mut variables = stage.variables();
    let mut set = |name, value| {
        variables.retain(|(known, _)| *known != name);
        variables.push((name, value));
    };
    set("BENNU_LOG__FILTER", "trace".to_owned());
    set(
        "BENNU_TARGETS__0__SECRET_ACCESS_KEY",
        planted.make("secret key of a target"),
    );
    set("COLLECTOR_HEADER", planted.make("header for the collector"));
    for (name, value) in [
        // Nobody is there.
        ("BENNU_TELEMETRY__OTLP_ENDPOINT", "http://127.0.0.1:9"),
        (
            "BENNU_TELEMETRY__OTLP_AUTHORIZATION_ENV",
            "COLLECTOR_HEADER",
        ),
        ("BENNU_TARGETS__1__NAME", "by-session"),
        ("BENNU_TARGETS__1__REGION", "eu-west-1"),
        ("BENNU_TARGETS__1__ENDPOINT", &stage.sim.aws),
        ("BENNU_TARGETS__2__NAME", "by-role"),
        ("BENNU_TARGETS__2__REGION", "us-west-2"),
        ("BENNU_TARGETS__2__ENDPOINT", &stage.sim.aws),
        (
            "BENNU_TARGETS__2__ROLE_ARN",
            "arn:aws:iam::444455556666:role/bennu",
        ),
        ("AWS_ACCESS_KEY_ID", "111122223333"),
        ("AWS_SESSION_TOKEN", &secrets.session),
    ] {
        set(name, value.to_owned());
    }
    set(
        "AWS_SECRET_ACCESS_KEY",
        planted.make("secret key of the daemon"),
    );
    set(
        "BENNU_INSTALLATION__KEY",
        planted.make_key("installation key"),
    );
    set(
        "BENNU_HOOKS__GENERIC__SECRETS__0",
        format!("whsec_{}", secrets.webhook),
    );
    variables
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_comes_out_anywhere() {
    let _alone = alone().await;
    let mut planted = Planted::default();
    let evidence = Evidence::new();
    let cluster = Cluster::start();
    let password = planted.make("password of the database");
    let database = with_password(&cluster, &password).await;
    let stage = Stage::on(database, SETTING).await;
    planted.add("token that is made at first", stage.token());
    let secrets = Secrets::plant(&stage, &mut planted);
    let variables = variables(&stage, &secrets, &mut planted);

    // Its name is in the arguments.
    let folder = evidence.folder().join(TEAM);
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("bennu.toml");
    std::fs::write(&file, "[api]\n").unwrap();
    let words = format!("serve --config {}", file.display());
    let daemon = Watched::start(&words, &variables, &evidence).await;
    let mut story = Story::begin(&stage, &daemon, &cluster, &evidence, secrets).await;
    story.play(&variables).await;
    for (owner, token) in story.tokens() {
        planted.add(&format!("token of {owner}"), token);
        let hash = Token::parse(token).unwrap().hash();
        let kept = format!(
            "select count(*)::text from tokens where encode(sha256, 'hex') = '{}'",
            hash.as_str()
        );
        assert_eq!(cluster.text(&kept).await, "1", "{owner}");
    }
    daemon.end().await;
    dump(&cluster, &evidence);

    for place in [ANSWERS, WORDS, METRICS, ARGUMENTS, LOG, DUMP] {
        let found = evidence.places_of(TEAM);
        assert!(found.contains(place), "nothing is found in {place}");
    }
    assert_eq!(evidence.leaks(&planted), [""; 0]);
}
