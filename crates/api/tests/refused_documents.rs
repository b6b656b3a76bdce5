//! What a wrong document is told: one golden file each, written for whoever sent it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};

use axum::http::HeaderMap;
use bennu_api::accept::{Catalog, TargetEntry, TemplateText, accept};
use bennu_api::dto::SpecDocument;
use bennu_api::read::{self, TemplateSource};
use bennu_api::{Kind, Problem};
use bennu_model::ids::{ServerName, SpaceName, TargetName};
use bennu_model::spec::Filling;

const GOOD: &str = r#"
apiVersion: bennu.dev/v1
kind: Environment
metadata: { team: checkout, name: ryan0001, labels: { branch: feature/ryan } }
spec:
  target: dev-sydney
  stack:
    template:
      inline: |
        Parameters:
          Size: { Type: String, AllowedValues: [small, large] }
          Count: { Type: Number, Default: 2, MaxValue: 4 }
          Password: { Type: String, NoEcho: true, MinLength: 8, MaxLength: 20 }
        Resources:
          Role: { Type: AWS::IAM::Role, Properties: { Path: !Ref Size } }
    parameters: { Size: small, Count: 3, Password: { secret: "arn:aws:secretsmanager:x:1:secret:p" } }
    capabilities: [CAPABILITY_IAM]
    tags: { cost-centre: 4711 }
  octopus: { server: main, space: Default, environment: Development, projects: [Checkout Web] }
  deletion_policy: delete
"#;

fn catalog() -> Catalog {
    let entry = |artifact_bucket| TargetEntry {
        region: "ap-southeast-2".into(),
        artifact_bucket,
    };
    let target = |name| TargetName::new(name).unwrap();
    let spaces = BTreeSet::from([SpaceName::new("Default").unwrap()]);
    Catalog {
        targets: BTreeMap::from([
            (target("dev-sydney"), entry(false)),
            (target("dev-oregon"), entry(true)),
        ]),
        servers: BTreeMap::from([(ServerName::new("main").unwrap(), spaces)]),
        ..Catalog::default()
    }
}

/// As PUT does it, without a database: no digest is stored.
fn declare(text: &str) -> Result<bennu_api::accept::Accepted, Problem> {
    let value = read::text::body(&HeaderMap::new(), text.as_bytes())?;
    let (draft, problems) = read::environment(&value);
    let template = draft.spec.template.clone().map(|source| TemplateText {
        text: match &source {
            TemplateSource::Inline(text) => Some(text.clone()),
            TemplateSource::Stored(_) | TemplateSource::Named(_) => None,
        },
        source,
    });
    accept(draft, template.as_ref(), &catalog(), problems).map_err(Problem::invalid)
}

/// A wrong document: the good one with one text in place of another.
fn instead(of: &str, with: &str) -> String {
    assert!(GOOD.contains(of), "{of}");
    GOOD.replace(of, with)
}

/// The good one with a release, in a template whose instances signal in time.
fn released() -> String {
    instead("  target:", "  release: 1.0.0-ryan0001\n  target:")
        .replace("    tags:", "    release_parameter: AppVersion\n    tags:")
        .replace("[Checkout Web]", "[Checkout Web], roles: [web, \"api tier\"]")
        .replace(
            "        Resources:\n",
            "          AppVersion: { Type: String, AllowedValues: [1.0.0-ryan0001] }
          BennuTenant: { Type: String, MinLength: 1 }
          BennuRoles: { Type: String, Default: none }
        Resources:
          Group:
            Type: AWS::AutoScaling::AutoScalingGroup
            CreationPolicy: { ResourceSignal: { Timeout: PT8M } }
            UpdatePolicy: { AutoScalingRollingUpdate: { WaitOnResourceSignals: true, PauseTime: PT1H } }
",
        )
}

#[test]
fn a_release_is_accepted_with_what_bennu_fills() {
    let spec = declare(&released()).unwrap().spec;
    assert_eq!(spec.release.as_deref(), Some("1.0.0-ryan0001"));
    assert_eq!(spec.stack.release_parameter.as_deref(), Some("AppVersion"));
    let fills = BTreeMap::from([
        ("BennuRoles".to_owned(), Filling::Roles),
        ("BennuTenant".to_owned(), Filling::Tenant),
    ]);
    assert_eq!(spec.stack.fills, fills);
    let octopus = spec.octopus.as_ref().unwrap();
    let roles: Vec<_> = octopus.roles.iter().map(String::as_str).collect();
    assert_eq!(roles, ["api tier", "web"]);
    // Nothing waits for Octopus where machines stay.
    let in_place = released()
        .replace("  target:", "  rollout: in_place\n  target:")
        .replace("    release_parameter: AppVersion\n", "")
        .replace("PT8M", "PT1M")
        .replace("Size: small", "Size: small, AppVersion: 1.0.0-ryan0001");
    declare(&in_place).unwrap();
    // Nor is anything filled without a space, where it has a default.
    let alone = instead("  octopus: {", "  # octopus: {").replace(
        "        Resources:\n",
        "          BennuRoles: { Type: String, Default: none }\n        Resources:\n",
    );
    assert!(declare(&alone).unwrap().spec.stack.fills.is_empty());
}

#[test]
fn what_get_answers_of_a_release_declares_it_again() {
    for document in [
        released(),
        released()
            .replace("  target:", "  rollout: in_place\n  target:")
            .replace("    release_parameter: AppVersion\n", "")
            .replace("Size: small", "Size: small, AppVersion: 1.0.0-ryan0001"),
    ] {
        let spec = declare(&document).unwrap().spec;
        let mut answered = serde_json::to_value(SpecDocument::from(&spec)).unwrap();
        // The text is stored under the digest by then.
        let text = document.split("inline: |\n").nth(1).unwrap();
        let text = text.split("    parameters:").next().unwrap();
        let text: Vec<_> = text.lines().map(|line| line.get(8..).unwrap()).collect();
        answered["stack"]["template"] = serde_json::json!({ "inline": text.join("\n") + "\n" });
        let again = serde_json::json!({
            "apiVersion": "bennu.dev/v1", "kind": "Environment", "spec": answered,
        });
        assert_eq!(declare(&again.to_string()).unwrap().spec, spec);
    }
}

#[test]
fn the_good_one_is_accepted() {
    let accepted = declare(GOOD).unwrap();
    assert_eq!(accepted.spec.stack.tags["cost-centre"], "4711");
    assert_eq!(accepted.spec.stack.template, accepted.blobs[0].0);
    assert_eq!(
        accepted.spec.stack.template_bytes,
        accepted.blobs[0].1.len() as u64
    );
}

#[test]
fn each_mistake_has_its_answer() {
    let inline = "        Resources:\n";
    let with = |addition: &str| format!("{addition}{inline}");
    let unsupported = instead(
        "  target: dev-sydney\n",
        "  target: dev-sydney\n  lifetime: { expires: 72h }\n",
    );
    let cases = [
        (
            "broken-yaml",
            instead("kind: Environment", "kind: [Environment"),
        ),
        ("wrong-version", instead("bennu.dev/v1", "bennu.dev/v2")),
        (
            "unknown-keys",
            instead(
                "deletion_policy: delete",
                "deletionPolicy: delete\n  replicas: 3",
            )
            .replace("labels:", "label:"),
        ),
        ("unsupported-keys", unsupported),
        (
            "unknown-approval",
            instead("  target:", "  approve: sometimes\n  target:"),
        ),
        (
            "no-catalog",
            GOOD.split("      inline:").next().unwrap().to_owned() + "      name: web-windows\n",
        ),
        (
            "other-kind",
            "apiVersion: bennu.dev/v1\nkind: Blueprint\nspec: { source: {}, per: branch }\n".into(),
        ),
        (
            "wrong-types",
            instead("small, Count: 3", "[small], Count: 2.50")
                .replace("projects: [Checkout Web]", "projects: Checkout Web")
                .replace("space: Default", "space: 7"),
        ),
        (
            "template-as-mapping",
            GOOD.replace("inline: |", "inline:")
                .replace("!Ref Size", "x"),
        ),
        (
            "nothing-given",
            "apiVersion: bennu.dev/v1\nkind: Environment\nspec:\n  stack: {}\n  octopus: {}\n"
                .into(),
        ),
        ("not-a-mapping", "- a\n- b\n".into()),
        ("illegal-name", instead("ryan0001", "Ryan_0001")),
        ("illegal-labels", instead("feature/ryan", "\"a,b\"")),
        (
            "unknown-places",
            instead("dev-sydney", "dev-perth").replace("space: Default", "space: Other"),
        ),
        ("unknown-server", instead("server: main", "server: second")),
        (
            "missing-capability",
            instead("[CAPABILITY_IAM]", "[CAPABILITY_AUTO_EXPAND]"),
        ),
        (
            "unknown-capability",
            instead("[CAPABILITY_IAM]", "[CAPABILITY_ALL, CAPABILITY_IAM]"),
        ),
        (
            "wrong-parameters",
            instead("Size: small, Count: 3", "Sise: small, Count: 9"),
        ),
        (
            "secret-without-arn",
            instead("arn:aws:secretsmanager:x:1:secret:p", "hunter2"),
        ),
        (
            "broken-template",
            instead(inline, &with("        Resurces: {}\n")),
        ),
        (
            "unreadable-template",
            instead(inline, &with("        Mappings: [\n")),
        ),
        ("unresolved-template", instead("!Ref Size", "!Ref Sise")),
        (
            "too-long-for-a-request",
            instead(
                inline,
                &with(&format!(
                    "        Description: {}\n        Metadata: {{ x: {} }}\n",
                    "d",
                    "x".repeat(51_200)
                )),
            ),
        ),
        (
            "too-long-for-s3",
            instead("dev-sydney", "dev-oregon").replace(
                inline,
                &with(&format!(
                    "        Metadata: {{ x: {} }}\n",
                    "x".repeat(1_048_576)
                )),
            ),
        ),
        (
            "unknown-digest",
            GOOD.split("      inline:").next().unwrap().to_owned()
                + "      digest: "
                + &"0".repeat(64)
                + "\n",
        ),
        ("reserved-tag", instead("cost-centre", "\"aws:x\"")),
        (
            "software-of-wrong-form",
            released()
                .replace(
                    "1.0.0-ryan0001\n  target",
                    "1.10\n  rollout: blue_green\n  target",
                )
                .replace("web, \"api tier\"", "\"a,b\", Bennu-dev, \"\", 7"),
        ),
        (
            "release-without-parameter",
            released().replace("    release_parameter: AppVersion\n", ""),
        ),
        (
            "unknown-release-parameter",
            released().replace(
                "release_parameter: AppVersion",
                "release_parameter: Version",
            ),
        ),
        (
            "release-parameter-twice",
            released().replace("Size: small", "Size: small, AppVersion: 1.0.0-ryan0001"),
        ),
        (
            "release-not-allowed",
            released().replace("release: 1.0.0-ryan0001", "release: 2.0.0"),
        ),
        (
            "filled-parameters",
            released()
                .replace("Size: small", "Size: small, BennuTenant: me")
                .replace(
                    "release_parameter: AppVersion",
                    "release_parameter: BennuRoles",
                ),
        ),
        (
            "filled-without-octopus",
            released().replace("  octopus: {", "  # octopus: {"),
        ),
        (
            "in-place-without-release",
            instead("  target:", "  rollout: in_place\n  target:"),
        ),
        (
            "signals-too-soon",
            released()
                .replace("{ Timeout: PT8M }", "{ Count: 2 }")
                .replace("PT1H", "PT7M"),
        ),
    ];
    for (name, document) in cases {
        let problem = declare(&document).expect_err(name);
        assert_eq!(
            problem.kind,
            if name == "broken-yaml" {
                Kind::Malformed
            } else {
                Kind::Invalid
            }
        );
        let text = serde_json::to_string_pretty(&problem.document()).unwrap();
        assert!(!text.contains("hunter2"), "{text}");
        insta::assert_snapshot!(name, text);
    }
}

#[test]
fn what_get_answers_can_be_sent_back() {
    let answered = GOOD.replace(
        "name: ryan0001,",
        "name: ryan0001, uid: 00112233445566aa, generation: 3, createdAt: 2026-11-23T10:00:00Z,",
    ) + "status: { conditions: [] }\n";
    assert_eq!(declare(&answered).unwrap(), declare(GOOD).unwrap());
}

#[test]
fn only_so_many_mistakes_are_listed() {
    let resources: String = (0..60)
        .map(|n| format!("          R{n}: {{ Type: T, DependsOn: X }}\n"))
        .collect();
    let problem = declare(&instead(
        "          Role:",
        &format!("{resources}          Role:"),
    ))
    .unwrap_err();
    assert_eq!(problem.errors.len(), 50);
    assert!(
        problem.detail.starts_with("60 things"),
        "{}",
        problem.detail
    );
}
