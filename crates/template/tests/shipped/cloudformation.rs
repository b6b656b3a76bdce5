//! cfn-lint over every template.

use std::fs;
use std::process::Command;

use bennu_template::Template;

use crate::{templates, tool, top};

#[test]
fn every_template_passes_cfn_lint() {
    // Warnings count: they end in a status of their own.
    let lint = Command::new(tool("cfn-lint"))
        .current_dir(top())
        .args([
            "--format",
            "parseable",
            "--regions",
            "us-east-1",
            "eu-west-1",
            "--",
        ])
        .args(templates())
        .output()
        .unwrap();
    assert!(
        lint.status.success(),
        "{}{}",
        String::from_utf8_lossy(&lint.stdout),
        String::from_utf8_lossy(&lint.stderr)
    );
}

#[test]
fn every_template_fits_together() {
    for path in templates() {
        let text = fs::read_to_string(top().join(&path)).unwrap();
        let template = Template::parse(&text).unwrap();
        assert_eq!(template.check(), Ok(()), "{path}");
    }
}

/// An old instance that is launched in mid-roll reads the metadata of the new template: what
/// belongs to a launch version has to stand in user data.
#[test]
fn metadata_says_nothing_that_depends_on_the_launch_version() {
    for path in templates() {
        let text = fs::read_to_string(top().join(&path)).unwrap();
        let template = Template::parse(&text).unwrap();
        for (name, resource) in &template.resources {
            let init = resource.metadata.get("AWS::CloudFormation::Init");
            let init = init.map(ToString::to_string).unwrap_or_default();
            for function in ["\"Ref\"", "\"Fn::"] {
                assert!(
                    !init.contains(function),
                    "{path}, {name}: metadata with {function}: put it into the settings that user \
                     data writes"
                );
            }
        }
    }
}
