//! The types of resources: what can be changed in them, and what they tell.

use std::sync::LazyLock;

/// Written by `scripts/replacement-data` from the providers' public schemas.
static DATA: &str = include_str!("../../../data/replacement.txt");

/// The lines of [`DATA`], in the order of their types.
static LINES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let lines = DATA.lines().filter(|line| !line.starts_with('#'));
    let mut lines: Vec<&str> = lines.collect();
    lines.sort_unstable_by_key(|line| kind_of(line));
    lines
});

/// What a type's schema says. The paths are those of properties, `/` between their parts and
/// `*` for each item of a list or map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceType {
    flags: &'static str,
    identifier: &'static str,
    create_only: &'static str,
    conditional: &'static str,
    attributes: &'static str,
}

impl ResourceType {
    /// The type of this name; `None` when the schemas have none of it. A custom type is a
    /// custom resource.
    pub fn of(kind: &str) -> Option<Self> {
        let kind = if kind.starts_with("Custom::") {
            "AWS::CloudFormation::CustomResource"
        } else {
            kind
        };
        let found = LINES.binary_search_by_key(&kind, |line| kind_of(line));
        let line = LINES.get(found.ok()?)?;
        let mut fields = line.split('\t').skip(1);
        let mut next = || fields.next().unwrap_or_default();
        Some(Self {
            flags: next(),
            identifier: next(),
            create_only: next(),
            conditional: next(),
            attributes: next(),
        })
    }

    /// Whether CloudFormation puts the stack's tags on it, and follows their changes.
    pub fn is_taggable(self) -> bool {
        self.flags.contains('t')
    }

    /// Whether nothing of it can be updated.
    pub fn is_immutable(self) -> bool {
        self.flags.contains('i')
    }

    /// The properties that tell one from another.
    pub fn identifier(self) -> impl Iterator<Item = &'static str> {
        items(self.identifier)
    }

    /// Properties that only a new one can have other values of.
    pub fn create_only(self) -> impl Iterator<Item = &'static str> {
        items(self.create_only)
    }

    /// Properties that sometimes need a new one.
    pub fn conditionally_create_only(self) -> impl Iterator<Item = &'static str> {
        items(self.conditional)
    }

    /// What `Fn::GetAtt` gives besides properties.
    pub fn attributes(self) -> impl Iterator<Item = &'static str> {
        items(self.attributes)
    }
}

fn kind_of(line: &'static str) -> &'static str {
    line.split('\t').next().unwrap_or_default()
}

fn items(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split(',').filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::*;

    #[test]
    fn the_generator_would_write_the_same() {
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let python = top.join(".venv/bin/python");
        // `scripts/setup test` brings it; without it there is nothing to compare with.
        if python.exists() {
            let generator = top.join("scripts/replacement-data");
            let out = Command::new(python)
                .arg(generator)
                .arg("--check")
                .output()
                .unwrap();
            assert!(
                out.status.success(),
                "{}",
                String::from_utf8_lossy(&out.stderr)
            );
        }
    }

    #[test]
    fn types_are_found_with_what_their_schemas_say() {
        assert!(LINES.len() > 1500, "{}", LINES.len());
        let queue = ResourceType::of("AWS::SQS::Queue").unwrap();
        let all = |items: &mut dyn Iterator<Item = &'static str>| items.collect::<Vec<_>>();
        assert_eq!(all(&mut queue.create_only()), ["FifoQueue", "QueueName"]);
        assert_eq!(all(&mut queue.identifier()), ["QueueUrl"]);
        assert_eq!(all(&mut queue.attributes()), ["Arn", "QueueUrl"]);
        assert!(queue.is_taggable() && !queue.is_immutable());
        let recipe = ResourceType::of("AWS::AutoScaling::LaunchConfiguration").unwrap();
        assert!(recipe.is_immutable() && !recipe.is_taggable());
        let custom = ResourceType::of("Custom::Thing").unwrap();
        assert_eq!(all(&mut custom.create_only()), ["ServiceToken"]);
        assert_eq!(ResourceType::of("AWS::SQS::Que"), None);
    }
}
