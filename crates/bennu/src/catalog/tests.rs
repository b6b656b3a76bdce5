use std::fs;

use super::*;

const MANIFEST: &str = "apiVersion: bennu.dev/v1
kind: Template
metadata: { name: queue }
spec: { description: A queue., parameters: { Name: What it is called. } }
";
const TEMPLATE: &str = "Parameters: { Name: { Type: String } }
Resources: { Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: !Ref Name } } }
";

/// A folder of its own, which goes with the value.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bennu-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_is_shipped_can_be_used() {
    let templates = read(&[], true).unwrap();
    let names: Vec<_> = templates.keys().map(TemplateName::as_str).collect();
    assert_eq!(names, ["web-linux", "web-windows"]);
    assert_eq!(read(&[], false).unwrap(), Templates::new());
}

#[test]
fn a_folder_goes_over_what_is_shipped() {
    let scratch = Scratch::new("over");
    scratch.write("README.md", "for people");
    scratch.write("queue/manifest.yaml", MANIFEST);
    scratch.write("queue/template.yaml", TEMPLATE);
    scratch.write("queue/.swp", "an editor's");
    let name = |text: &str| TemplateName::new(text).unwrap();
    let folders = [scratch.0.clone()];
    let templates = read(&folders, false).unwrap();
    assert_eq!(templates.keys().collect::<Vec<_>>(), [&name("queue")]);
    assert_eq!(templates[&name("queue")].text, TEMPLATE);

    scratch.write(
        "web-linux/manifest.yaml",
        &MANIFEST.replace("queue", "web-linux"),
    );
    scratch.write("web-linux/template.yaml", TEMPLATE);
    let templates = read(&folders, true).unwrap();
    assert_eq!(templates[&name("web-linux")].text, TEMPLATE);
    assert_eq!(templates.len(), 3);
}

#[test]
fn what_cannot_be_used_says_everything() {
    let (one, other) = (Scratch::new("one"), Scratch::new("other"));
    for scratch in [&one, &other] {
        scratch.write("queue/manifest.yaml", MANIFEST);
        scratch.write("queue/template.yaml", TEMPLATE);
    }
    let folders = [one.0.clone(), other.0.clone()];
    let twice = read(&folders, false).unwrap_err().to_string();
    assert!(
        twice.contains("one/queue") && twice.contains("other/queue"),
        "{twice}"
    );

    one.write("queue/manifest.yaml", &MANIFEST.replace("{ Name", "{ Nmae"));
    one.write("Stack/template.yaml", TEMPLATE);
    let said = read(&folders[..1], false).unwrap_err().to_string();
    for part in [
        "Stack/manifest.yaml: this file is missing; write it",
        "queue/manifest.yaml, spec.parameters.Nmae: the template has no such parameter",
        "queue/manifest.yaml, spec.parameters: the template's parameter Name is not explained",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let found = findings(&one.0.join("queue")).unwrap();
    assert_eq!(
        (found.len(), found[0].0.as_str(), found[0].1.len()),
        (1, "queue", 2)
    );

    let nowhere = one.0.join("nowhere");
    let said = read(std::slice::from_ref(&nowhere), false)
        .unwrap_err()
        .to_string();
    assert!(said.contains("nowhere"), "{said}");
    for (path, cause) in [
        (nowhere, "there is no such folder"),
        (one.0.join("queue/manifest.yaml"), "this is a file"),
    ] {
        let said = findings(&path).unwrap_err().to_string();
        let remedy = "give a folder with manifest.yaml in it";
        assert!(said.contains(cause) && said.contains(remedy), "{said}");
    }
    let empty = Scratch::new("empty");
    let said = findings(&empty.0).unwrap_err().to_string();
    assert!(said.contains("there is no template"), "{said}");
}
