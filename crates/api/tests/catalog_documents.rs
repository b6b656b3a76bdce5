//! Documents that name a template of the catalog, or what goes with one: what becomes of
//! them, and what wrong ones are told.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::http::HeaderMap;
use bennu_api::Problem;
use bennu_api::accept::{Accepted, Catalog, TargetEntry, TemplateText, accept, blueprint};
use bennu_api::dto::{CatalogTemplate, SpecDocument};
use bennu_api::read::{self, TemplateSource};
use bennu_model::ids::{ServerName, SpaceName, TargetName, TemplateName};
use bennu_model::names::digest_of;
use bennu_model::spec::{Approve, Filling, Spec};
use bennu_template::catalog::{Entry, lint};

const MANIFEST: &str = "
apiVersion: bennu.dev/v1
kind: Template
metadata: { name: web }
spec:
  description: Web servers.
  capabilities: [CAPABILITY_IAM]
  fills:
    release: AppVersion
    tenant: Tenant
    bucket: BennuBucket
    package: BennuPackage
    package_digest: BennuPackageDigest
    configuration: BennuConfiguration
    configuration_digest: BennuConfigurationDigest
    secrets: BennuSecrets
  parameters: { Size: What the servers run on., Word: A password. }
  never_replaced: [AWS::IAM::Role]
  signal_timeout: PT15M
";

const TEMPLATE: &str = "
Parameters:
  AppVersion: { Type: String, AllowedPattern: '[0-9].*' }
  Tenant: { Type: String }
  BennuBucket: { Type: String }
  BennuPackage: { Type: String }
  BennuPackageDigest: { Type: String }
  BennuConfiguration: { Type: String }
  BennuConfigurationDigest: { Type: String }
  BennuSecrets: { Type: CommaDelimitedList }
  Size: { Type: String, Default: small, AllowedValues: [small, large] }
  Word: { Type: String, Default: hidden, NoEcho: true }
Resources:
  Role: { Type: AWS::IAM::Role, Properties: { Path: !Ref Tenant, Tags: !Ref BennuSecrets } }
  Launch:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        UserData: !Sub '${AppVersion} ${BennuBucket} ${BennuPackage} ${BennuConfiguration} ${BennuPackageDigest} ${BennuConfigurationDigest}'
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    CreationPolicy: { ResourceSignal: { Timeout: PT15M } }
";

const GOOD: &str = r#"
apiVersion: bennu.dev/v1
kind: Environment
metadata: { team: checkout, name: ryan0001 }
spec:
  target: dev-sydney
  release: 1.0.0-ryan0001
  stack:
    template: { name: web }
    parameters: { Size: large }
    configuration: { Greeting: hello, Database: { secret: "arn:aws:secretsmanager:ap-southeast-2:1:secret:d" } }
  octopus:
    server: main
    space: Default
    environment: Development
    projects: [Checkout Web, Checkout Jobs]
    variables: { Checkout Web: { Greeting: hello } }
    common_variables: { Shared: { Colour: blue } }
"#;

/// The good folder with more at the end of its template's text.
fn entry(more: &str) -> Arc<Entry> {
    read_entry(&format!("{TEMPLATE}{more}"))
}

fn read_entry(template: &str) -> Arc<Entry> {
    let file = |path: &str, text: String| (path.to_owned(), text.into_bytes());
    let files = BTreeMap::from([
        file("manifest.yaml", MANIFEST.to_owned()),
        file("template.yaml", template.to_owned()),
        file("bootstrap/install", "#!/bin/bash\n".to_owned()),
    ]);
    let entry = Entry::read("web", &files).unwrap();
    assert_eq!(lint(&entry), []);
    Arc::new(entry)
}

fn catalog(entry: Arc<Entry>) -> Catalog {
    let target = |name: &str, artifact_bucket| {
        let region = "ap-southeast-2".to_owned();
        let entry = TargetEntry {
            region,
            artifact_bucket,
        };
        (TargetName::new(name).unwrap(), entry)
    };
    let spaces = BTreeSet::from([SpaceName::new("Default").unwrap()]);
    Catalog {
        targets: BTreeMap::from([target("dev-sydney", true), target("bare", false)]),
        servers: BTreeMap::from([(ServerName::new("main").unwrap(), spaces)]),
        templates: BTreeMap::from([(TemplateName::new("web").unwrap(), entry)]),
        has_installation_key: false,
    }
}

fn text(source: &TemplateSource, catalog: &Catalog) -> TemplateText {
    TemplateText {
        text: match source {
            TemplateSource::Inline(text) => Some(text.clone()),
            TemplateSource::Named(name) => catalog.text(name),
            TemplateSource::Stored(_) => None,
        },
        source: source.clone(),
    }
}

/// As PUT does it, without a database.
fn declare(document: &str, catalog: &Catalog) -> Result<Accepted, Problem> {
    let value = read::text::body(&HeaderMap::new(), document.as_bytes())?;
    let (draft, problems) = read::environment(&value);
    let template = draft.spec.template.as_ref();
    let template = template.map(|source| text(source, catalog));
    accept(draft, template.as_ref(), catalog, problems).map_err(Problem::invalid)
}

fn instead(of: &str, with: &str) -> String {
    assert!(GOOD.contains(of), "{of}");
    GOOD.replace(of, with)
}

#[test]
fn a_name_becomes_content_when_it_is_accepted() {
    let entry = entry("");
    let catalog = catalog(entry.clone());
    let Accepted { spec, blobs } = declare(GOOD, &catalog).unwrap();
    let package = entry.package.as_deref().unwrap();
    let stack = &spec.stack;
    assert_eq!(stack.template_name, Some(TemplateName::new("web").unwrap()));
    assert_eq!(stack.template, digest_of(entry.text.as_bytes()));
    assert_eq!(stack.package, Some(digest_of(package)));
    let bytes: Vec<_> = blobs.iter().map(|(_, bytes)| &bytes[..]).collect();
    assert_eq!(bytes, [entry.text.as_bytes(), package]);
    assert!(
        blobs
            .iter()
            .all(|(digest, bytes)| digest_of(bytes) == *digest)
    );
    // What the manifest knows, nobody has to write.
    assert_eq!(stack.release_parameter.as_deref(), Some("AppVersion"));
    assert_eq!(stack.capabilities, entry.manifest.capabilities);
    assert_eq!(stack.never_replaced, entry.manifest.never_replaced);
    assert_eq!(stack.fills["Tenant"], Filling::Tenant);
    assert_eq!(stack.fills.len(), 7);
    assert!(!stack.fills.contains_key("AppVersion"));
    assert_eq!(
        stack.configuration_json(),
        r#"{"Database":{"secret":"arn:aws:secretsmanager:ap-southeast-2:1:secret:d"},"Greeting":"hello"}"#
    );
}

#[test]
fn a_newer_catalog_moves_who_applies_again_and_nobody_else() {
    let before = declare(GOOD, &catalog(entry(""))).unwrap().spec;
    let newer = catalog(entry("Outputs: { Name: { Value: !Ref Group } }\n"));
    let after = declare(GOOD, &newer).unwrap().spec;
    assert_ne!(after.stack.template, before.stack.template);
    let stack = bennu_model::spec::StackSpec {
        template: before.stack.template.clone(),
        template_bytes: before.stack.template_bytes,
        ..after.stack.clone()
    };
    assert_eq!(Spec { stack, ..after }, before);
}

#[test]
fn what_get_answers_declares_it_again() {
    let catalog = catalog(entry(""));
    let spec = declare(GOOD, &catalog).unwrap().spec;
    let answered = serde_json::to_value(SpecDocument::from(&spec)).unwrap();
    assert_eq!(
        answered["stack"]["template"],
        serde_json::json!({ "name": "web" })
    );
    assert_eq!(again(&answered, &catalog), spec);
}

fn again(answered: &serde_json::Value, catalog: &Catalog) -> Spec {
    let document = serde_json::json!({
        "apiVersion": "bennu.dev/v1", "kind": "Environment", "spec": answered,
    });
    declare(&document.to_string(), catalog).unwrap().spec
}

#[test]
fn what_waits_for_a_person_is_as_it_is_written() {
    let catalog = catalog(entry(""));
    let approve = |word: &str| instead("  release:", &format!("  approve: {word}\n  release:"));
    for (word, meant, shown) in [
        ("never", Approve::Never, None),
        ("replacements", Approve::Replacements, Some("replacements")),
        ("always", Approve::Always, Some("always")),
    ] {
        let spec = declare(&approve(word), &catalog).unwrap().spec;
        assert_eq!(spec.approve, meant);
        let answered = serde_json::to_value(SpecDocument::from(&spec)).unwrap();
        assert_eq!(answered["approve"].as_str(), shown);
        assert_eq!(again(&answered, &catalog), spec);
    }
}

#[test]
fn machines_that_stay_get_no_release_by_a_parameter() {
    let in_place = instead("  release:", "  rollout: in_place\n  release:")
        .replace("Size: large", "Size: large, AppVersion: 1.0.0");
    let spec = declare(&in_place, &catalog(entry(""))).unwrap().spec;
    assert_eq!(spec.stack.release_parameter, None);
}

#[test]
fn a_template_of_ones_own_takes_a_configuration_by_well_known_names() {
    let inline = GOOD.replace(
        "    template: { name: web }\n    parameters: { Size: large }\n",
        "    template:
      inline: |
        Parameters:
          Version: { Type: String }
          BennuConfiguration: { Type: String }
          BennuConfigurationDigest: { Type: String }
          BennuSecrets: { Type: CommaDelimitedList }
          BennuPackage: { Type: String, Default: none }
        Resources: { A: { Type: T } }
    release_parameter: Version
",
    );
    let spec = declare(&inline, &catalog(entry(""))).unwrap().spec;
    let fills: Vec<_> = spec.stack.fills.values().copied().collect();
    use Filling::{Configuration, ConfigurationDigest, Secrets};
    assert_eq!(fills, [Configuration, ConfigurationDigest, Secrets]);
    assert_eq!((spec.stack.package, spec.stack.template_name), (None, None));
}

#[test]
fn a_blueprint_takes_what_an_environment_takes() {
    let inner = GOOD.split("spec:\n").nth(1).unwrap();
    let inner: String = inner
        .replace(
            "1.0.0-ryan0001",
            "\"{{ version }}\"\n  approve: replacements",
        )
        .replace(
            "Greeting: hello, Database",
            "Greeting: \"{{ branch.slug }}\", Database",
        )
        .lines()
        .map(|line| format!("    {line}\n"))
        .collect();
    let document = format!(
        "apiVersion: bennu.dev/v1\nkind: Blueprint\nspec:\n  source: {{ repository: a, branches: \
         [x] }}\n  per: branch\n  environment:\n    metadata: {{ name: \"{{{{ version.label \
         }}}}\" }}\n    spec:\n{inner}"
    );
    let catalog = catalog(entry(""));
    let value = read::text::body(&HeaderMap::new(), document.as_bytes()).unwrap();
    let (draft, problems) = read::blueprint(&value);
    let template = text(draft.spec.template.as_ref().unwrap(), &catalog);
    let accepted = blueprint::blueprint(draft, Some(&template), &catalog, problems).unwrap();
    let stack = &accepted.spec.environment.spec.stack;
    assert_eq!(accepted.blobs.len(), 2);
    let spec = &accepted.spec.environment.spec;
    assert_eq!(spec.approve, Approve::Replacements);
    assert_eq!(stack.release_parameter.as_deref(), Some("AppVersion"));
    assert!(stack.configuration_json().contains("{{ branch.slug }}"));
}

#[test]
fn each_mistake_has_its_answer() {
    let secret = |place: &str| format!("{{ secret: \"arn:aws:{place}:1:secret:x\" }}");
    let cases = [
        ("misspelt-template", instead("name: web", "name: wep")),
        ("strange-template", instead("name: web", "name: database")),
        ("illegal-template", instead("name: web", "name: Web_1")),
        ("two-templates", instead("name: web", "name: web, digest: \"0\"")),
        (
            "other-release-parameter",
            instead("    parameters:", "    release_parameter: Size\n    parameters:"),
        ),
        ("fewer-capabilities", instead("    parameters:", "    capabilities: [CAPABILITY_AUTO_EXPAND]\n    parameters:")),
        ("given-and-filled", instead("Size: large", "Size: large, BennuPackage: mine")),
        ("misspelt-parameter", instead("Size: large", "Sice: large")),
        ("strange-parameter", instead("Size: large", "Colour: blue")),
        ("no-bucket", instead("dev-sydney", "bare")),
        ("no-octopus", GOOD.split("  octopus:").next().unwrap().to_owned()),
        (
            "configuration-without-parameter",
            instead(
                "{ name: web }\n    parameters: { Size: large }",
                "{ inline: \"Resources: {A: {Type: T}}\" }",
            )
            .replace("  release: 1.0.0-ryan0001\n", ""),
        ),
        (
            "package-without-catalog",
            instead(
                "{ name: web }\n    parameters: { Size: large }",
                "{ inline: \"Parameters: {BennuPackage: {Type: String}}\\nResources: {A: {Type: T}}\" }",
            )
            .replace("  release: 1.0.0-ryan0001\n", ""),
        ),
        (
            "secret-elsewhere",
            instead("Greeting: hello, Database", &format!("Greeting: {}, Database", secret("secretsmanager:us-east-1")))
                .replace("Size: large", &format!("Size: {}", secret("ssm:ap-southeast-2"))),
        ),
        (
            "secret-variable-without-key",
            instead("Colour: blue", &format!("Colour: {}", secret("secretsmanager:ap-southeast-2"))),
        ),
        (
            "variables-of-strangers",
            instead("variables: { Checkout Web: { Greeting: hello } }", "variables: { Checkout Wep: { A: 1 }, Shop: { \"\": x } }"),
        ),
        ("variables-of-wrong-form", instead("{ Checkout Web: { Greeting: hello } }", "{ Checkout Web: [a], Checkout Jobs: { A: 1.5 } }")),
        ("too-much-configuration", instead("hello, Database", &format!("{}, Database", "x".repeat(65_536)))),
    ];
    let catalog = catalog(entry(""));
    for (name, document) in cases {
        let problem = declare(&document, &catalog).expect_err(name);
        let text = serde_json::to_string_pretty(&problem.document().errors).unwrap();
        insta::assert_snapshot!(name, text);
    }
    let required = TEMPLATE.replace("Default: hidden, ", "");
    let problem = declare(GOOD, &self::catalog(read_entry(&required))).unwrap_err();
    let text = serde_json::to_string_pretty(&problem.document().errors).unwrap();
    insta::assert_snapshot!("missing-parameter", text);
    let with_key = Catalog {
        has_installation_key: true,
        ..catalog
    };
    let secret = secret("secretsmanager:ap-southeast-2");
    declare(
        &instead("Colour: blue", &format!("Colour: {secret}")),
        &with_key,
    )
    .unwrap();
}

#[test]
fn the_catalog_shows_what_a_spec_may_give_and_no_secret() {
    let shown = CatalogTemplate::from(&*entry(""));
    insta::assert_snapshot!(serde_json::to_string_pretty(&shown).unwrap());
}
