//! Stacks and tenants alone.

use bennu_model::ids::{ProjectName, VariableSetName};
use bennu_model::spec::{Approve, DeletionPolicy, ParameterValue};
use bennu_model::variable::VariableScope;

use super::{PLAIN, literal, plain, scenario};
use crate::crash::run::Scenario;
use crate::story::{Build, TEMPLATE};

pub(super) fn all() -> Vec<Scenario> {
    let retain = Scenario {
        retains: true,
        ..retain()
    };
    vec![
        create(),
        create_and_delete(),
        update_in_place(),
        replacement(),
        delete_during_create(),
        delete_during_update(),
        again_after_delete(),
        again_while_deleting(),
        large_template(),
        variables(),
        approval(),
        two_in_a_project(),
        changed_in_mid_pass(),
        retain,
    ]
}

fn create() -> Scenario {
    scenario!("create", story, {
        let build = Build {
            has_octopus: false,
            ..plain()
        };
        story.build(&build).await;
        story.until("ready", |s| s.is_ready()).await;
    })
}

fn create_and_delete() -> Scenario {
    scenario!("create-and-delete", story, {
        story.build(&plain()).await;
        story.until("ready", |s| s.is_ready()).await;
        story.delete().await;
        story.until("gone", |s| s.is_gone()).await;
    })
}

fn update_in_place() -> Scenario {
    scenario!("update-in-place", story, {
        story.build(&plain()).await;
        story.until("ready", |s| s.is_ready()).await;
        story.build(&plain().with("Cidr", "10.1.0.0/16")).await;
        story.until("ready", |s| s.is_ready()).await;
    })
}

fn replacement() -> Scenario {
    scenario!("replacement", story, {
        let build = |kind| {
            let build = Build::infrastructure(TEMPLATE).with("Capacity", "1");
            build.with("InstanceType", kind)
        };
        story.build(&build("t3.micro")).await;
        story.until("ready", |s| s.is_ready()).await;
        story.build(&build("t3.small")).await;
        story.until("ready", |s| s.is_ready()).await;
    })
}

fn delete_during_create() -> Scenario {
    scenario!("delete-during-create", story, {
        story.build(&plain()).await;
        story
            .until("being created", |s| !s.stacks().is_empty())
            .await;
        story.delete().await;
        story.until("gone", |s| s.is_gone()).await;
    })
}

fn delete_during_update() -> Scenario {
    scenario!("delete-during-update", story, {
        story.build(&plain()).await;
        story.until("ready", |s| s.is_ready()).await;
        story.build(&plain().with("Purpose", "other")).await;
        story
            .until("being updated", |s| {
                s.stacks().iter().any(|status| status.starts_with("UPDATE"))
            })
            .await;
        story.delete().await;
        story.until("gone", |s| s.is_gone()).await;
    })
}

fn again_after_delete() -> Scenario {
    scenario!("again-after-delete", story, {
        story.build(&plain()).await;
        story.until("ready", |s| s.is_ready()).await;
        story.delete().await;
        story.until("gone", |s| s.is_gone()).await;
        story.build(&plain()).await;
        story.until("ready", |s| s.is_ready()).await;
    })
}

fn again_while_deleting() -> Scenario {
    scenario!("again-while-deleting", story, {
        story.build(&plain()).await;
        story.until("ready", |s| s.is_ready()).await;
        story.delete().await;
        story.build(&plain().with("Cidr", "10.1.0.0/16")).await;
        story.until("ready", |s| s.is_ready()).await;
    })
}

fn large_template() -> Scenario {
    scenario!("large-template", story, {
        let large = PLAIN.to_owned() + &"# padding\n".repeat(6_000);
        story.build(&Build::infrastructure(&large)).await;
        story.until("ready", |s| s.is_ready()).await;
        story.build(&plain()).await;
        story.until("ready", |s| s.is_ready()).await;
    })
}

fn variables() -> Scenario {
    scenario!("variables", story, {
        let secret = story.secret("licence", "a licence");
        let project = VariableScope::Project(ProjectName::new("Checkout Web").expect("legal"));
        let common = VariableScope::Common(VariableSetName::new("Checkout").expect("legal"));
        let mut build = plain();
        build.variables = vec![
            (project, "Greeting", literal("hello")),
            (common, "LicenceKey", ParameterValue::Secret(secret)),
        ];
        story.build(&build).await;
        story.until("ready", |s| s.is_ready()).await;
        build.variables.remove(0);
        story.build(&build).await;
        story.until("ready", |s| s.is_ready()).await;
    })
}

fn approval() -> Scenario {
    scenario!("approval", story, {
        let mut build = plain();
        build.approve = Approve::Always;
        story.build(&build).await;
        story.until("ready", |s| s.is_ready()).await;
        story.build(&build.with("Cidr", "10.1.0.0/16")).await;
        story.until("stalled", |s| s.is_stalled()).await;
        story.approve().await;
        story.until("ready", |s| s.is_ready()).await;
    })
}

fn two_in_a_project() -> Scenario {
    scenario!("two-in-a-project", story, {
        let other = Build {
            name: "other",
            ..plain()
        };
        story.build(&plain()).await;
        story.build(&other).await;
        story.until_ready(&["ryan0001", "other"]).await;
        story.delete().await;
        story.until("gone", |s| s.is_gone()).await;
    })
}

/// What a pass decided for an older spec is dropped.
fn changed_in_mid_pass() -> Scenario {
    scenario!("changed-in-mid-pass", story, {
        story.build(&plain()).await;
        story.build_in_mid_pass(&plain().with("Cidr", "10.1.0.0/16"));
        story.until("ready", |s| s.is_ready()).await;
    })
}

fn retain() -> Scenario {
    scenario!("retain", story, {
        let mut build = plain();
        build.deletion_policy = DeletionPolicy::Retain;
        story.build(&build).await;
        story.until("ready", |s| s.is_ready()).await;
        story.delete().await;
        story.until("gone", |s| s.is_gone()).await;
    })
}
