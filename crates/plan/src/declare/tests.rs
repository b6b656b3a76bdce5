use std::collections::{BTreeMap, BTreeSet};

use bennu_model::blueprint::{BlueprintId, BranchPattern, EnvironmentTemplate, Order, Source};
use bennu_model::ids::{BlueprintName, EnvironmentUid, Generation, TargetName, TeamName};
use bennu_model::names::digest_of;
use bennu_model::spec::{Approve, DeletionPolicy, ParameterValue, Rollout, Spec, StackSpec};
use chrono::DateTime;
use proptest::prelude::*;

use super::*;

fn spec() -> Spec {
    Spec {
        target: TargetName::new("dev-sydney").unwrap(),
        release: Some("{{ version }}".into()),
        stack: StackSpec {
            template: digest_of(b"Resources: {}"),
            template_bytes: 13,
            parameters: BTreeMap::from([
                (
                    "Commit".into(),
                    ParameterValue::Literal("{{commit}}".into()),
                ),
                ("Password".into(), ParameterValue::Secret("arn:x".into())),
            ]),
            release_parameter: Some("Version".into()),
            fills: BTreeMap::new(),
            template_name: None,
            package: None,
            configuration: BTreeMap::new(),
            never_replaced: BTreeSet::new(),
            capabilities: BTreeSet::new(),
            tags: BTreeMap::from([("build".into(), "{{ build.number }}".into())]),
        },
        octopus: None,
        rollout: Rollout::Immutable,
        approve: Approve::Never,
        deletion_policy: DeletionPolicy::Delete,
    }
}

fn blueprint(team: &str, name: &str, branches: &str, per: Per) -> Blueprint {
    Blueprint {
        id: BlueprintId {
            team: TeamName::new(team).unwrap(),
            name: BlueprintName::new(name).unwrap(),
        },
        generation: Generation(1),
        spec: BlueprintSpec {
            source: Source {
                repository: "acme/checkout".into(),
                branches: vec![BranchPattern::new(branches).unwrap()],
            },
            per,
            environment: EnvironmentTemplate {
                name: Text::new("{{ version.label }}").unwrap(),
                labels: BTreeMap::from([("of".into(), Text::new("{{branch.slug}}").unwrap())]),
                spec: spec(),
            },
        },
    }
}

fn at(second: i64) -> DateTime<chrono::Utc> {
    DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

fn built_as(second: i64, number: i64, version: &str) -> Event {
    Event {
        at: at(second),
        repository: "acme/checkout".into(),
        branch: "feature/ryan".into(),
        happened: Happened::Built(Build {
            version: version.into(),
            commit: format!("c{number}"),
            number,
            url: None,
        }),
    }
}

fn built(second: i64, number: i64) -> Event {
    built_as(second, number, &format!("1.0.0-ryan{number:04}"))
}

fn deleted(second: i64) -> Event {
    Event {
        happened: Happened::Deleted,
        ..built(second, 0)
    }
}

fn situation(per: Per) -> Situation {
    Situation {
        blueprints: vec![blueprint("checkout", "branches", "feature/**", per)],
        ..Situation::default()
    }
}

/// Does what a decision says, as the ledger does.
fn follow(
    event: &Event,
    situation: &mut Situation,
    releases: &mut BTreeMap<EnvironmentUid, String>,
) {
    match declare(event, situation) {
        Decision::Declare(new) => {
            let uid = new.onto.clone().unwrap_or_else(|| {
                EnvironmentUid::new(format!("{:016x}", releases.len())).unwrap()
            });
            situation.living.retain(|one| one.uid != uid);
            releases.insert(uid.clone(), new.spec.release.clone().unwrap());
            situation.living.push(Living {
                uid,
                team: new.team,
                name: new.name,
                origin: new.origin,
            });
            situation.last = Some(event.order());
        }
        Decision::Delete(_) => {
            situation.living.clear();
            situation.last = Some(event.order());
        }
        Decision::Stale(last) => assert!(event.order() < last),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_build_declares_what_the_blueprint_makes_of_it() {
    let Decision::Declare(new) = declare(&built(0, 1), &situation(Per::Branch)) else {
        panic!("not declared")
    };
    assert_eq!(new.name.as_str(), "ryan0001");
    assert_eq!((new.onto, new.label), (None, LabelSource::Version));
    assert_eq!(new.labels["of"], "feature-ryan");
    assert_eq!(new.spec.release.as_deref(), Some("1.0.0-ryan0001"));
    let parameters = &new.spec.stack.parameters;
    assert_eq!(parameters["Commit"], ParameterValue::Literal("c1".into()));
    assert_eq!(
        parameters["Password"],
        ParameterValue::Secret("arn:x".into())
    );
    assert_eq!(new.spec.stack.tags["build"], "1");
}

#[test]
fn the_name_is_given_at_birth_and_stays() {
    let (mut state, mut releases) = (situation(Per::Branch), BTreeMap::new());
    for event in [built(0, 1), built(1, 2)] {
        follow(&event, &mut state, &mut releases);
    }
    assert_eq!(state.living.len(), 1);
    assert_eq!(state.living[0].name.as_str(), "ryan0001");
    assert_eq!(releases[&state.living[0].uid], "1.0.0-ryan0002");
    for event in [deleted(2), built(3, 3)] {
        follow(&event, &mut state, &mut releases);
    }
    assert_eq!(
        state.living[0].name.as_str(),
        "ryan0003",
        "a new life, a new name"
    );
}

#[test]
fn a_version_without_a_usable_label_uses_the_branch() {
    let name = |version| match declare(&built_as(0, 1, version), &situation(Per::Branch)) {
        Decision::Declare(new) => (new.name.to_string(), new.label),
        other => panic!("{other:?}"),
    };
    let of_branch = ("feature-ryan".to_owned(), LabelSource::Branch);
    assert_eq!(name("1.0.0"), of_branch);
    assert_eq!(name("1.0.0-ryan.1"), of_branch);
    assert_eq!(
        name("1.0.0-Ryan+5"),
        ("ryan".to_owned(), LabelSource::Version)
    );
}

#[test]
fn what_cannot_be_decided_says_why() {
    let mut state = situation(Per::Branch);
    let other_branch = Event {
        branch: "main".into(),
        ..built(0, 1)
    };
    let none = |repository_known| Decision::NoBlueprint { repository_known };
    assert_eq!(declare(&other_branch, &state), none(true));
    assert_eq!(declare(&built(0, 1), &Situation::default()), none(false));
    assert_eq!(declare(&deleted(0), &Situation::default()), none(false));

    state.blueprints[0].spec.environment.name = Text::new("{{ repository }}").unwrap();
    let Decision::Refused(problems) = declare(&built(0, 1), &state) else {
        panic!("acme/checkout is no name")
    };
    assert_eq!(problems[0].field, "spec.environment.metadata.name");

    let second = blueprint("payments", "all", "**", Per::Build);
    state.blueprints.push(second);
    let Decision::Ambiguous(ids) = declare(&built(0, 1), &state) else {
        panic!("two match")
    };
    let names: Vec<_> = ids.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["checkout/branches", "payments/all"]);
}

/// What was born of a branch goes with it, though its blueprint is gone or another's.
#[test]
fn a_deletion_needs_no_blueprint() {
    let (mut state, mut releases) = (situation(Per::Build), BTreeMap::new());
    for event in [built(0, 1), built(1, 2)] {
        follow(&event, &mut state, &mut releases);
    }
    assert_eq!(state.living.len(), 2, "each build has its own");
    state.blueprints.clear();
    let Decision::Delete(gone) = declare(&deleted(2), &state) else {
        panic!("not deleted")
    };
    assert_eq!(gone.len(), 2);
}

#[test]
fn the_same_version_again_is_the_same_environment_again() {
    let (mut state, mut releases) = (situation(Per::Build), BTreeMap::new());
    for event in [built_as(0, 1, "1.0.0-x"), built_as(1, 2, "1.0.0-x")] {
        follow(&event, &mut state, &mut releases);
    }
    assert_eq!(state.living.len(), 1);
    assert_eq!(state.living[0].origin.order.build, 2);
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    // Few seconds, so that several happen in one.
    let event = (0_i64..3, 0_i64..6).prop_map(|(second, number)| match number {
        0 => deleted(second),
        number => built(second, number),
    });
    prop::collection::vec(event, 1..8)
}

proptest! {
    /// Whatever arrives first, and however often: in the end the branch is as its last event
    /// left it.
    #[test]
    fn the_end_is_that_of_the_true_order(
        happened in events(),
        arrival in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        per in prop::sample::select(vec![Per::Branch, Per::Build]),
    ) {
        let (mut state, mut releases) = (situation(per), BTreeMap::new());
        let repeated = arrival.iter().map(|index| index.get(&happened));
        for event in repeated.chain(&happened) {
            follow(event, &mut state, &mut releases);
        }
        let last = happened.iter().max_by_key(|event| event.order()).unwrap();
        prop_assert_eq!(state.last, Some(last.order()));
        // The newest is Ready by now, and has burnt the older ones.
        let newest: Option<Order> = state.living.iter().map(|one| one.origin.order).max();
        state.living.retain(|one| Some(one.origin.order) == newest);
        match &last.happened {
            Happened::Deleted => prop_assert!(state.living.is_empty()),
            Happened::Built(build) => {
                prop_assert_eq!(state.living.len(), 1);
                prop_assert_eq!(newest, Some(last.order()));
                prop_assert_eq!(&releases[&state.living[0].uid], &build.version);
            }
        }
    }
}
