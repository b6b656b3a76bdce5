use std::collections::BTreeMap;

use bennu_template::catalog::{Entry, Finding};

use super::*;

fn sample() -> CatalogTemplate {
    let files = [
        (
            "manifest.yaml",
            "apiVersion: bennu.dev/v1
kind: Template
metadata: { name: web }
spec:
  description: Web servers. They register with Octopus, are deployed to, and are replaced batch by batch whenever the release changes.
  capabilities: [CAPABILITY_IAM]
  fills: { release: AppVersion }
  parameters: { Size: What they run on., Network: Where they are. }
",
        ),
        (
            "template.yaml",
            "Parameters:
  AppVersion: { Type: String }
  Network: { Type: String }
  Size: { Type: String, Default: small, AllowedValues: [small, large] }
Resources: { Role: { Type: AWS::IAM::Role } }
",
        ),
        ("bootstrap/lib/install", "#!/bin/sh\n"),
    ];
    let files: BTreeMap<_, _> = files
        .into_iter()
        .map(|(path, content)| (path.to_owned(), content.as_bytes().to_vec()))
        .collect();
    CatalogTemplate::from(&Entry::read("web", &files).unwrap())
}

#[test]
fn a_template_is_shown_to_whoever_is_about_to_name_it() {
    let shown = one(vec![sample()], "web", Format::Table).unwrap();
    assert_eq!(
        shown,
        "\
Web servers. They register with Octopus, are deployed to, and are replaced batch by
batch whenever the release changes.

Name:                  web
Digest:                DIGEST
Package:               PACKAGE
Capabilities:          CAPABILITY_IAM
Takes configuration:   no
Waits for signals:     -
Never replaced:        -

Parameters that a spec gives:
  Network (String; must be given)
      Where they are.
  Size (String; default \"small\"; one of small, large)
      What they run on.

Parameters that Bennu gives:
  AppVersion   the Octopus release to run

Files of the package:
  lib/install
"
        .replace("DIGEST", &sample().digest)
        .replace("PACKAGE", &sample().package_digest.unwrap())
    );
}

#[test]
fn every_form_names_the_same_templates() {
    let templates = [sample()];
    let rows = list(&templates, Format::Table).unwrap();
    let digest = show::short(&sample().digest).to_owned();
    assert!(
        rows.contains(&digest) && rows.ends_with("Web servers.\n"),
        "{rows}"
    );
    assert!(
        list(&templates, Format::Wide)
            .unwrap()
            .contains("CAPABILITY_IAM")
    );
    assert_eq!(list(&templates, Format::Name).unwrap(), "template/web\n");
    let document = list(&templates, Format::Json).unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["kind"], "TemplateList");
    assert_eq!(document["items"][0]["parameters"][1]["default"], "small");
    let yaml = one(vec![sample()], "web", Format::Yaml).unwrap();
    assert!(yaml.contains("name: web"), "{yaml}");
    let refused = one(vec![sample()], "wep", Format::Table).unwrap_err();
    assert_eq!(
        refused.message,
        "no template \"wep\" is there; there are: web"
    );
}

#[test]
fn a_finding_is_told_in_three_lines() {
    assert_eq!(lint::report("web", &[]), "web: nothing is wrong\n");
    let finding = Finding {
        place: "web/template.yaml".to_owned(),
        cause: "it is broken".to_owned(),
        remedy: "mend it".to_owned(),
    };
    assert_eq!(
        lint::report("web", &[finding]),
        "web/template.yaml\n  cause:  it is broken\n  remedy: mend it\n"
    );
}
