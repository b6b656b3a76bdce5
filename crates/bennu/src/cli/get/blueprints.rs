//! Blueprints in rows: which builds declare what.

use bennu_api::dto::BlueprintDocument;

use crate::cli::table;

pub(super) fn rows(blueprints: &[BlueprintDocument], wide: bool) -> String {
    let mut head = vec!["NAME", "REPOSITORY", "BRANCHES", "PER"];
    if wide {
        head.extend(["GENERATION", "TARGET", "ENVIRONMENT"]);
    }
    let mut rows = vec![head.into_iter().map(str::to_owned).collect()];
    rows.extend(blueprints.iter().map(|one| row(one, wide)));
    table::align(&rows)
}

fn row(one: &BlueprintDocument, wide: bool) -> Vec<String> {
    let spec = &one.spec;
    let mut row = vec![
        one.metadata.name.clone(),
        spec.source.repository.clone(),
        spec.source.branches.join(","),
        spec.per.clone(),
    ];
    if wide {
        row.extend([
            one.metadata.generation.to_string(),
            spec.environment.spec.target.clone(),
            spec.environment.metadata.name.clone(),
        ]);
    }
    row
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_tell_which_builds_declare_what() {
        let blueprint = json!({
            "apiVersion": "bennu.dev/v1", "kind": "Blueprint",
            "metadata": { "team": "checkout", "name": "branches", "generation": 2 },
            "spec": {
                "source": { "repository": "acme/checkout", "branches": ["main", "feature/**"] },
                "per": "branch",
                "environment": {
                    "metadata": { "name": "{{ version.label }}" },
                    "spec": {
                        "target": "dev-sydney", "stack": { "template": { "digest": "d" } },
                        "deletion_policy": "delete",
                    },
                },
            },
        });
        let blueprint: BlueprintDocument = serde_json::from_value(blueprint).unwrap();
        let expected = "\
NAME       REPOSITORY      BRANCHES          PER      GENERATION   TARGET       ENVIRONMENT
branches   acme/checkout   main,feature/**   branch   2            dev-sydney   {{ version.label }}
";
        assert_eq!(rows(&[blueprint], true), expected);
    }
}
