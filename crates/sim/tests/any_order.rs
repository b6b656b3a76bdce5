//! Whatever is asked of a stack, in whatever order and with whatever faults: each change of
//! status is one that CloudFormation makes, every operation ends, events come in order, the
//! same seed gives the same ones, and what is deleted leaves nothing.

#[path = "any_order/moves.rs"]
mod moves;

use std::collections::BTreeMap;

use bennu_sim::World;
use bennu_sim::clock::seconds;
use bennu_sim::cloudformation::answer::StackEvent;
use bennu_sim::cloudformation::monitoring::{RollbackConfiguration, RollbackTrigger};
use bennu_sim::cloudformation::request::{
    ChangeSetReference, ContinueUpdateRollback, CreateChangeSet, CreateStack, DeleteStack,
    DeploymentConfig, ExecuteChangeSet, OnStack, ParameterInput, ResourceToImport, RollbackStack,
    UpdateStack,
};
use bennu_sim::cloudformation::status::{ChangeSetType, DeletionMode, DeploymentMode, StackStatus};
use bennu_sim::cloudformation::transitions::is_legal;
use bennu_sim::faults::Fault;
use bennu_sim::parameters::Parameters;
use bennu_sim::world::{Place, default_start};
use moves::{Move, TEMPLATE, moves};
use proptest::prelude::*;

struct Player {
    world: World,
    place: Place,
    sets: u32,
}

impl Player {
    fn new() -> Self {
        Self {
            world: World::new(
                1,
                default_start(),
                Parameters {
                    event_page: usize::MAX,
                    ..Parameters::default()
                },
            ),
            place: Place {
                account: "123456789012".to_owned(),
                region: "us-east-1".to_owned(),
            },
            sets: 0,
        }
    }

    /// Refusals are part of the game: only panics and endless loops are not.
    fn play(&mut self, one: Move) {
        let stack_name = "shop".to_owned();
        let place = self.place.clone();
        let on = OnStack {
            stack_name: stack_name.clone(),
            client_request_token: None,
        };
        match one {
            Move::Create => {
                let request = CreateStack {
                    stack_name,
                    template_body: Some(TEMPLATE.to_owned()),
                    ..CreateStack::default()
                };
                let _refused = self
                    .world
                    .on(&place, |region, now| region.create_stack(request, now));
            }
            Move::MakeChangeSet { version, create } => {
                self.sets += 1;
                let kind = if create {
                    ChangeSetType::Create
                } else {
                    ChangeSetType::Update
                };
                let request = CreateChangeSet {
                    stack_name,
                    change_set_name: format!("set-{}", self.sets),
                    change_set_type: Some(kind),
                    template_body: Some(TEMPLATE.to_owned()),
                    parameters: vec![ParameterInput {
                        key: "Version".to_owned(),
                        value: Some(version.to_string()),
                        use_previous_value: false,
                    }],
                    ..CreateChangeSet::default()
                };
                let _refused = self
                    .world
                    .on(&place, |region, now| region.create_change_set(request, now));
            }
            Move::Execute { disable_rollback } => {
                let request = ExecuteChangeSet {
                    change_set: ChangeSetReference {
                        change_set_name: format!("set-{}", self.sets),
                        stack_name: Some(stack_name),
                    },
                    disable_rollback: Some(disable_rollback),
                    ..ExecuteChangeSet::default()
                };
                let _refused = self.world.on(&place, |region, now| {
                    region.execute_change_set(request, now)
                });
            }
            Move::Update {
                version,
                disable_rollback,
            } => {
                self.play(Move::MakeChangeSet {
                    version,
                    create: false,
                });
                self.play(Move::Wait(10));
                self.play(Move::Execute { disable_rollback });
            }
            Move::Cancel => {
                let _refused = self
                    .world
                    .on(&place, |region, now| region.cancel_update_stack(on, now));
            }
            Move::Rollback => {
                let request = RollbackStack {
                    stack_name,
                    ..RollbackStack::default()
                };
                let _refused = self
                    .world
                    .on(&place, |region, now| region.rollback_stack(request, now));
            }
            Move::UpdateNow {
                version,
                express,
                watched,
            } => self.update(version, express, watched),
            Move::Import => self.import(),
            Move::Policy { denies } => {
                let effect = if denies { "Deny" } else { "Allow" };
                let policy = format!(
                    r#"{{"Statement": {{"Effect": "{effect}", "Action": "Update:*",
                        "Principal": "*", "Resource": "*"}}}}"#
                );
                let _refused = self.world.on(&place, |region, now| {
                    region.set_stack_policy(&stack_name, &policy, now)
                });
            }
            Move::Alarm => self.fault("alarm", "errors", ""),
            Move::Continue { force } => {
                let request = ContinueUpdateRollback {
                    stack_name,
                    force_rollback: force,
                    ..ContinueUpdateRollback::default()
                };
                let _refused = self.world.on(&place, |region, now| {
                    region.continue_update_rollback(request, now)
                });
            }
            Move::Delete { force } => self.delete(force),
            Move::TerminateOne => {
                let truth = self.world.on(&place, |region, _| region.truth());
                let id = truth["instances"][0]["InstanceId"]
                    .as_str()
                    .map(str::to_owned);
                let ids: Vec<String> = id.into_iter().collect();
                let _refused = self
                    .world
                    .on(&place, |region, now| region.terminate_instances(&ids, now));
            }
            Move::Wait(amount_s) => {
                self.world
                    .advance_to(self.world.now + seconds(f64::from(amount_s)));
            }
            Move::Fail { what, action } => self.fault("fail_resource", what, action),
            Move::FailBoot => self.fault("fail_boot", "Group", ""),
        }
    }

    fn update(&mut self, version: u8, express: bool, watched: bool) {
        let trigger = RollbackTrigger {
            arn: "arn:aws:cloudwatch:us-east-1:123456789012:alarm:errors".to_owned(),
            r#type: "AWS::CloudWatch::Alarm".to_owned(),
        };
        let request = UpdateStack {
            stack_name: "shop".to_owned(),
            use_previous_template: true,
            parameters: vec![ParameterInput {
                key: "Version".to_owned(),
                value: Some(version.to_string()),
                use_previous_value: false,
            }],
            rollback_configuration: Some(RollbackConfiguration {
                rollback_triggers: vec![trigger],
                monitoring_time_in_minutes: Some(u32::from(watched) * 3),
            }),
            deployment_config: DeploymentConfig {
                mode: express.then_some(DeploymentMode::Express),
                disable_rollback: None,
            },
            ..UpdateStack::default()
        };
        let place = self.place.clone();
        let _refused = self
            .world
            .on(&place, |region, now| region.update_stack(request, now));
    }

    /// Takes a bucket in; the template that comes with it is the one that all begin with.
    fn import(&mut self) {
        self.sets += 1;
        let bucket = "  Bucket: { Type: AWS::S3::Bucket, DeletionPolicy: Retain }";
        let request = CreateChangeSet {
            stack_name: "shop".to_owned(),
            change_set_name: format!("set-{}", self.sets),
            change_set_type: Some(ChangeSetType::Import),
            template_body: Some(format!("{TEMPLATE}{bucket}\n")),
            parameters: vec![ParameterInput {
                key: "Version".to_owned(),
                value: None,
                use_previous_value: true,
            }],
            resources_to_import: vec![ResourceToImport {
                resource_type: "AWS::S3::Bucket".to_owned(),
                logical_resource_id: "Bucket".to_owned(),
                resource_identifier: [("BucketName".to_owned(), "kits".to_owned())].into(),
            }],
            ..CreateChangeSet::default()
        };
        let place = self.place.clone();
        let _refused = self
            .world
            .on(&place, |region, now| region.create_change_set(request, now));
        self.play(Move::Wait(10));
        self.play(Move::Execute {
            disable_rollback: false,
        });
    }

    /// The events of every stack that there was, oldest first.
    fn events(&mut self) -> BTreeMap<String, Vec<StackEvent>> {
        let place = self.place.clone();
        self.world.on(&place, |region, now| {
            let stacks = region.list_stacks(&[], None, now).map(|page| page.items);
            let stacks = stacks.into_iter().flatten();
            let of = |id: &str| {
                let page = region.describe_stack_events(id, None, now);
                let newest_first = page.map(|page| page.items).unwrap_or_default();
                newest_first.into_iter().rev().collect()
            };
            stacks
                .map(|one| (one.stack_id.clone(), of(&one.stack_id)))
                .collect()
        })
    }

    fn delete(&mut self, force: bool) {
        let request = DeleteStack {
            stack_name: "shop".to_owned(),
            deletion_mode: force.then_some(DeletionMode::ForceDeleteStack),
            ..DeleteStack::default()
        };
        let place = self.place.clone();
        let _refused = self
            .world
            .on(&place, |region, now| region.delete_stack(request, now));
    }

    fn fault(&mut self, name: &str, on: &str, action: &str) {
        let params = [("action".to_owned(), action.into())];
        let _refused = self.world.faults.add(Fault {
            name: name.to_owned(),
            on: on.to_owned(),
            times: Some(1),
            params: if action.is_empty() {
                Default::default()
            } else {
                params.into()
            },
            ..Fault::default()
        });
    }
}

/// Each status of a stack follows lawfully on the one before, and time does not go back.
fn check(id: &str, events: &[StackEvent]) -> Result<(), TestCaseError> {
    let mut before = None;
    for event in events {
        let is_own = event.physical_resource_id.as_deref() == Some(id);
        if let (true, Some(status)) = (is_own, StackStatus::parse(event.resource_status)) {
            prop_assert!(is_legal(before, status), "{before:?} -> {status}");
            before = Some(status);
        }
    }
    let times = events.iter().map(|one| one.timestamp);
    prop_assert!(times.is_sorted(), "{events:#?}");
    let mut ids: Vec<&str> = events.iter().map(|one| one.event_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    prop_assert_eq!(ids.len(), events.len(), "an event id twice");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_life_comes_to_rest_and_can_be_ended(moves in moves()) {
        let mut player = Player::new();
        let mut twin = Player::new();
        // A forced deletion, and a cleanup that failed often enough, leave things behind.
        let spares = moves.iter().any(|one| {
            matches!(
                one,
                Move::Delete { force: true }
                    | Move::Fail { action: "delete", .. }
                    // A deletion in express mode does not wait; a stack rolled back so may.
                    | Move::UpdateNow { express: true, .. }
            )
        });
        for one in moves {
            player.play(one.clone());
            twin.play(one);
        }
        player.world.settle();
        twin.world.settle();
        let events = player.events();
        for (id, events) in &events {
            check(id, events)?;
        }
        prop_assert_eq!(events, twin.events(), "the same seed, the same events");
        player.world.faults.clear();
        let place = player.place.clone();
        let truth = player.world.on(&place, |region, _| region.truth());
        for stack in truth["stacks"].as_array().into_iter().flatten() {
            let status = stack["StackStatus"].as_str().unwrap_or_default();
            prop_assert!(!status.ends_with("IN_PROGRESS") || status == "REVIEW_IN_PROGRESS", "{truth}");
        }
        player.delete(false);
        player.world.settle();
        let truth = player.world.on(&place, |region, _| region.truth());
        prop_assert_eq!(&truth["stacks"], &serde_json::json!([]), "{}", truth);
        if !spares {
            prop_assert_eq!(&truth["groups"], &serde_json::json!([]), "{}", truth);
            prop_assert_eq!(&truth["instances"], &serde_json::json!([]), "{}", truth);
        }
    }
}
