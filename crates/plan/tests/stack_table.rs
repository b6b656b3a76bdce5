//! What is done about a stack in every status that CloudFormation knows, and in one that it
//! does not: the table of the design, as the code has it.

mod support;

use bennu_model::attempt::Settled;
use bennu_model::environment::Presence;
use bennu_model::plan::Resource;
use bennu_model::stack::StackStatus;
use bennu_plan::{Policy, check, plan};
use support::{at, desired, observed, settled, stack};

fn row(status: Option<StackStatus>, presence: Presence) -> String {
    let desired = desired(presence);
    let mut observed = observed(&desired, status.clone());
    if status == Some(StackStatus::UpdateRollbackComplete) {
        // An update of this generation has failed; without one, a change set would judge.
        let version = stack(&desired, StackStatus::UpdateRollbackComplete).version();
        let why = "Received 0 SUCCESS signal(s) out of 2".to_owned();
        let failed = Settled::Failed {
            why,
            version: Some(version),
        };
        observed
            .attempts
            .push(settled(&desired, "execute-change-set", "t-update", failed));
    }
    let plan = plan(&desired, &observed, &Policy::default(), at(0));
    assert_eq!(check::check(&plan), Vec::<String>::new(), "{plan}");
    let step = plan
        .steps
        .iter()
        .find(|step| step.resource == Resource::Stack);
    step.map_or_else(
        || "nothing".to_owned(),
        |step| step.to_string().trim().to_owned(),
    )
}

#[test]
fn every_status_has_a_course() {
    let mut table = String::new();
    let known = StackStatus::ALL.iter().cloned().map(Some);
    let odd = Some(StackStatus::from("CREATE_PENDING".to_owned()));
    for status in std::iter::once(None).chain(known).chain([odd]) {
        let name = status.as_ref().map_or("none", |status| status.as_str());
        table.push_str(&format!(
            "{name}\n  present: {}\n  absent:  {}\n",
            row(status.clone(), Presence::Present),
            row(status.clone(), Presence::Absent)
        ));
    }
    insta::assert_snapshot!(table);
}
