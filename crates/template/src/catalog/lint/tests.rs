//! A good folder, and each way to break it.

use std::collections::BTreeMap;

use super::*;

const MANIFEST: &str = "\
apiVersion: bennu.dev/v1
kind: Template
metadata: { name: web }
spec:
  description: Web servers.
  capabilities: [CAPABILITY_IAM]
  fills:
    release: AppVersion
    tenant: BennuTenant
    bucket: BennuBucket
    package: BennuPackage
    package_digest: BennuPackageDigest
    configuration: BennuConfiguration
    configuration_digest: BennuConfigurationDigest
    secrets: BennuSecrets
  parameters: { Size: What the servers run on. }
  never_replaced: [AWS::RDS::DBInstance]
  signal_timeout: PT15M
";

const TEMPLATE: &str = "\
Parameters:
  AppVersion: { Type: String }
  BennuTenant: { Type: String }
  BennuBucket: { Type: String }
  BennuPackage: { Type: String }
  BennuPackageDigest: { Type: String }
  BennuConfiguration: { Type: String }
  BennuConfigurationDigest: { Type: String }
  BennuSecrets: { Type: CommaDelimitedList }
  Size: { Type: String, Default: small, MaxLength: 9 }
Resources:
  Role: { Type: AWS::IAM::Role, Properties: { Path: !Ref BennuTenant, Tags: !Ref BennuSecrets } }
  Data: { Type: AWS::RDS::DBInstance }
  Launch:
    Type: AWS::EC2::LaunchTemplate
    Metadata: { AWS::CloudFormation::Init: { config: { commands: { a: { command: run } } } } }
    Properties:
      LaunchTemplateData:
        UserData:
          Fn::Base64: !Sub |
            RELEASE='${AppVersion}' PACKAGE='${BennuPackage}' DIGEST='${BennuPackageDigest}'
            BUCKET='${BennuBucket}' CONFIGURATION='${BennuConfiguration}' DIGEST='${BennuConfigurationDigest}'
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    CreationPolicy: { ResourceSignal: { Timeout: PT15M } }
    UpdatePolicy: { AutoScalingRollingUpdate: { WaitOnResourceSignals: true, PauseTime: PT20M } }
    Properties:
      LaunchTemplate: { LaunchTemplateId: !Ref Launch, Version: !GetAtt Launch.LatestVersionNumber }
";

fn folder() -> BTreeMap<String, Vec<u8>> {
    let file = |path: &str, content: &str| (path.to_owned(), content.as_bytes().to_vec());
    BTreeMap::from([
        file("manifest.yaml", MANIFEST),
        file("template.yaml", TEMPLATE),
        file("README.md", "# web\n"),
        file("bootstrap/install", "#!/bin/bash\ntrue\n"),
    ])
}

fn said(folder: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let found = match Entry::read("web", folder) {
        Ok(entry) => lint(&entry),
        Err(found) => found,
    };
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn nothing_is_wrong_with_a_good_folder() {
    assert_eq!(said(&folder()), [""; 0]);
    let entry = Entry::read("web", &folder()).unwrap();
    assert_eq!(entry.bootstrap.keys().collect::<Vec<_>>(), ["install"]);
    assert!(entry.package.is_some());
}

/// Which file, which text in it, what stands there instead.
type Change = (&'static str, &'static str, &'static str);

const CHANGES: &[Change] = &[
    ("manifest.yaml", "name: web", "name: wep"),
    ("manifest.yaml", "Web servers.", "\" \""),
    ("manifest.yaml", "[CAPABILITY_IAM]", "[CAPABILITY_ALL]"),
    ("manifest.yaml", "    tenant: BennuTenant\n", ""),
    ("manifest.yaml", "release: AppVersion", "release: Version"),
    (
        "manifest.yaml",
        "release: AppVersion",
        "release: AppVerison",
    ),
    ("manifest.yaml", "release: AppVersion", "release: Colour"),
    ("manifest.yaml", "tenant: BennuTenant", "tenant: AppVersion"),
    (
        "manifest.yaml",
        "    package_digest: BennuPackageDigest\n",
        "",
    ),
    (
        "manifest.yaml",
        "    package: BennuPackage\n    package_digest: BennuPackageDigest\n",
        "",
    ),
    (
        "manifest.yaml",
        "{ Size: What the servers run on. }",
        "{ Sise: x, AppVersion: y }",
    ),
    ("manifest.yaml", "AWS::RDS::DBInstance", "RDS"),
    (
        "manifest.yaml",
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBCluster",
    ),
    ("manifest.yaml", "PT15M", "PT20M"),
    ("manifest.yaml", "spec:", "spec:\n  colour: blue"),
    ("template.yaml", "CommaDelimitedList", "String"),
    ("template.yaml", "Timeout: PT15M", "Timeout: PT5M"),
    ("template.yaml", "Timeout: PT15M", "Timeout: 15"),
    (
        "template.yaml",
        "WaitOnResourceSignals: true, PauseTime: PT20M",
        "PauseTime: 20M",
    ),
    (
        "template.yaml",
        "!GetAtt Launch.LatestVersionNumber",
        "\"1\"",
    ),
    (
        "template.yaml",
        "!GetAtt Launch.LatestVersionNumber",
        "$Latest",
    ),
    (
        "template.yaml",
        ", Version: !GetAtt Launch.LatestVersionNumber",
        "",
    ),
    (
        "template.yaml",
        "!GetAtt Launch.LatestVersionNumber",
        "!GetAtt Launch.DefaultVersionNumber",
    ),
    ("template.yaml", "'${AppVersion}'", "''"),
    ("template.yaml", "BUCKET='${BennuBucket}' ", ""),
    ("template.yaml", "command: run", "command: !Ref AppVersion"),
    (
        "template.yaml",
        "Default: small",
        "Default: enormously-large",
    ),
    ("template.yaml", "!Ref BennuTenant", "!Ref Tenant"),
    ("template.yaml", "Resources:", "Resurces:"),
    (
        "template.yaml",
        "{ Type: AWS::RDS::DBInstance }",
        "{ Type: [",
    ),
    ("manifest.yaml", "[CAPABILITY_IAM]", "[CAPABILITY_IAM"),
    ("manifest.yaml", "spec:", "kind: Template\nspec:"),
    (
        "template.yaml",
        "  Size:",
        "  BennuColour: { Type: String }\n  Size:",
    ),
    ("bootstrap/install", "bash\n", "bash\r\n"),
    ("bootstrap/install", "true\n", "true"),
];

#[test]
fn each_defect_is_told_with_its_place_and_remedy() {
    let mut told = String::new();
    for (file, of, with) in CHANGES {
        let mut folder = folder();
        let content = String::from_utf8(folder[*file].clone()).unwrap();
        assert!(content.contains(of), "{of}");
        folder.insert(
            (*file).to_owned(),
            content.replacen(of, with, 1).into_bytes(),
        );
        told.push_str(&format!("{file}: {of:?} -> {with:?}\n"));
        let said = said(&folder);
        assert!(!said.is_empty(), "{file}: {of:?} -> {with:?}");
        for line in said {
            told.push_str(&format!("    {line}\n"));
        }
    }
    for missing in ["manifest.yaml", "template.yaml", "bootstrap/install"] {
        let mut folder = folder();
        folder.remove(missing);
        told.push_str(&format!(
            "without {missing}\n    {}\n",
            said(&folder).join("\n    ")
        ));
    }
    let mut folder = folder();
    folder.insert("install.sh".to_owned(), Vec::new());
    told.push_str(&format!(
        "with install.sh\n    {}\n",
        said(&folder).join("\n    ")
    ));
    insta::assert_snapshot!(told);
}
