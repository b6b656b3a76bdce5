//! The story, step by step.

mod telling;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use self::telling::Telling;
use super::ci::{Ci, Delivery, REPOSITORY};
use super::stage::{API_KEY_SECRET, PROJECT, Stage, TEAM};
use super::truth::Truth;
use crate::Anything;
use crate::cli::Output;
use crate::client::Noun;

/// The tenant, the stack and the environment: named by the first build's label, for ever.
const NAME: &str = "ryan0001";
const FIRST: &str = "1.0.0-ryan0001";
const SECOND: &str = "1.0.0-ryan0002";
const THIRD: &str = "1.0.0-ryan0003";
/// How many steps there are.
const STEPS: usize = 6;
/// What the template's rolling update policy promises.
const LEAST_IN_SERVICE: usize = 1;
/// Package and configuration: what instances read.
const OBJECTS: u64 = 2;
/// What the tenant is given: a greeting and a secret.
const VARIABLES: u64 = 2;

/// The story on a stage.
pub struct Story<'a> {
    stage: &'a Stage,
    /// The catalog's name of what is built.
    template: &'a str,
    ci: Ci<'a>,
    telling: Telling<'a>,
    verified: usize,
    /// The fewest that served while the branch had an environment that was Ready.
    least: Option<usize>,
}

impl<'a> Story<'a> {
    /// Nothing is played yet.
    pub fn new(
        stage: &'a Stage,
        template: &'a str,
        output: &'a mut Output,
    ) -> Result<Self, Anything> {
        Ok(Self {
            stage,
            template,
            ci: Ci::new(stage)?,
            telling: Telling::new(stage, output, NAME),
            verified: 0,
            least: None,
        })
    }

    /// The last lines: who served, what was verified, and what the world has left.
    pub async fn ending(&self) -> Result<String, Anything> {
        let left = Truth::read(&self.stage.sim.aws).await?.left();
        let least = self
            .least
            .map_or("nobody".to_owned(), |least| least.to_string());
        Ok(format!(
            "in service: never under {least}\nstory {}/{STEPS} verified; left: {left}",
            self.verified
        ))
    }

    /// Plays every step; the first that is not what it should be ends it.
    pub async fn play(&mut self) -> Result<(), Anything> {
        let (first, began) = self.first_build().await?;
        self.same_delivery(&first).await?;
        let second = self.second_build(&first).await?;
        self.third_build(&second).await?;
        self.count_in_service(began).await?;
        self.branch_deleted().await?;
        self.deleted_before_it_is_up().await
    }

    /// Returns the instances, and how many changes of service there were until it was Ready.
    async fn first_build(&mut self) -> Result<(BTreeSet<String>, usize), Anything> {
        let template = self.template;
        self.say(&format!(
            "a blueprint on {template}, and a branch is built: tenant, variables, package, stack, \
             machines, release"
        ));
        self.blueprint("hello").await?;
        let delivery = self.build(FIRST, 1).await?;
        self.telling.until_ready(FIRST).await?;
        let instances = self.verify_served("CREATE_COMPLETE", FIRST).await?;
        let again = self.ci.send(&delivery).await?;
        self.telling.check(
            again["outcome"] == "declared",
            "the same delivery again is answered as before",
        )?;
        self.verified += 1;
        let changes = self.stage_history().await?.len();
        Ok((instances, changes))
    }

    async fn same_delivery(&mut self, before: &BTreeSet<String>) -> Result<(), Anything> {
        self.say("an older build comes late: the newest counts, and nothing happens");
        let late = self.ci.built_late("0.9.0-ryan0000", 0);
        let answer = self.ci.send(&late).await?;
        let outcome = answer["outcome"].clone();
        self.telling
            .line(&format!("webhook     {outcome}: {}", answer["detail"]));
        self.telling
            .check(outcome == "stale", "it was told that it is stale")?;
        let instances = self.verify_served("CREATE_COMPLETE", FIRST).await?;
        self.telling
            .check(instances == *before, "the instances are the same")?;
        self.verified += 1;
        Ok(())
    }

    async fn second_build(
        &mut self,
        before: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, Anything> {
        self.say("a second build: a change set, and every instance is replaced while others serve");
        self.build(SECOND, 2).await?;
        self.telling.until_ready(SECOND).await?;
        let instances = self.verify_served("UPDATE_COMPLETE", SECOND).await?;
        self.telling
            .check(instances.is_disjoint(before), "every instance is replaced")?;
        self.verified += 1;
        Ok(instances)
    }

    async fn third_build(&mut self, before: &BTreeSet<String>) -> Result<(), Anything> {
        self.say(
            "another greeting in the blueprint: with the third build instances read another \
             configuration",
        );
        self.blueprint("good day").await?;
        self.build(THIRD, 3).await?;
        self.telling.until_ready(THIRD).await?;
        let instances = self.verify_served("UPDATE_COMPLETE", THIRD).await?;
        self.telling
            .check(instances.is_disjoint(before), "every instance is replaced")?;
        self.verified += 1;
        Ok(())
    }

    /// By every change of service that the world wrote down, not by looking now and then.
    async fn count_in_service(&mut self, from: usize) -> Result<(), Anything> {
        let history = self.stage_history().await?;
        let serving = history.iter().skip(from.saturating_sub(1)).map(|change| {
            let serving = change["serving"].as_object();
            serving.map_or(0, |serving| {
                serving.values().filter(|one| has_software(one)).count()
            })
        });
        self.least = serving.min();
        let least = self.least.unwrap_or(0);
        self.telling.check(
            least >= LEAST_IN_SERVICE,
            &format!(
                "{} changes of service, never under {least} in service",
                history.len()
            ),
        )
    }

    async fn branch_deleted(&mut self) -> Result<(), Anything> {
        self.say("the branch goes: so does everything of it");
        let deleted = self.ci.deleted();
        self.ci.send(&deleted).await?;
        self.telling.until_gone().await?;
        self.verify_nothing_left().await
    }

    async fn deleted_before_it_is_up(&mut self) -> Result<(), Anything> {
        self.say("built again, and deleted while its instances boot");
        self.telling.begin_again();
        self.tell_of(FIRST, 4).await?;
        self.telling
            .until(|truth| !truth.running_instances().is_empty())
            .await?;
        let deleted = self.ci.deleted();
        self.ci.send(&deleted).await?;
        self.telling.until_gone().await?;
        self.verify_nothing_left().await
    }

    fn say(&mut self, what: &str) {
        let step = self.verified + 1;
        self.telling.say(&format!("\n[{step}/{STEPS}] {what}"));
    }

    /// CI builds the branch: a release in Octopus, a webhook to us.
    async fn build(&mut self, version: &str, number: u32) -> Result<Delivery, Anything> {
        self.ci.release(version).await?;
        self.tell_of(version, number).await
    }

    /// CI tells of a build whose release is there already.
    async fn tell_of(&mut self, version: &str, number: u32) -> Result<Delivery, Anything> {
        let delivery = self.ci.built(version, number);
        let answer = self.ci.send(&delivery).await?;
        let names: Vec<_> = answer["environments"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one["name"].as_str())
            .collect();
        self.telling.line(&format!(
            "webhook     {version}: {} {}",
            answer["outcome"].as_str().unwrap_or("?"),
            names.join(", ")
        ));
        Ok(delivery)
    }

    async fn blueprint(&mut self, greeting: &str) -> Result<(), Anything> {
        let document = json!({
            "apiVersion": "bennu.dev/v1",
            "kind": "Blueprint",
            "metadata": { "team": TEAM, "name": "branches" },
            "spec": {
                "source": { "repository": REPOSITORY, "branches": ["feature/**"] },
                "per": "branch",
                "environment": {
                    "metadata": {
                        "name": "{{ version.label }}",
                        "labels": { "branch": "{{ branch.slug }}" },
                    },
                    "spec": {
                        "target": "dev-sydney",
                        "release": "{{ version }}",
                        "stack": {
                            "template": { "name": self.template },
                            "parameters": { "OctopusApiKeySecret": API_KEY_SECRET },
                            "configuration": {
                                "Greeting": greeting,
                                "Connection": { "secret": self.stage.connection_secret },
                            },
                        },
                        "octopus": {
                            "server": "main",
                            "space": "Default",
                            "environment": "Development",
                            "projects": [PROJECT],
                            "roles": ["web"],
                            "variables": {
                                PROJECT: {
                                    "Greeting": greeting,
                                    "ConnectionString": { "secret": self.stage.connection_secret },
                                },
                            },
                        },
                    },
                },
            },
        });
        let client = &self.stage.client;
        let put = client
            .put(Noun::Blueprint, TEAM, "branches", &document)
            .await?;
        self.telling
            .line(&format!("PUT blueprint branches: {}", put.declared));
        Ok(())
    }

    /// One stack, two instances, each with a machine that runs the release: by the world's own
    /// truth.
    async fn verify_served(
        &mut self,
        status: &str,
        release: &str,
    ) -> Result<BTreeSet<String>, Anything> {
        let truth = self.truth().await?;
        let statuses = truth.stack_statuses();
        let instances = truth.running_instances();
        let history = self.stage_history().await?;
        let serving = history
            .last()
            .and_then(|change| change["serving"].as_object());
        let right = serving.map_or(0, |serving| {
            let runs = |one: &&Value| one.get(PROJECT).is_some_and(|version| version == release);
            serving.values().filter(runs).count()
        });
        let told = &mut self.telling;
        told.check(statuses == [status], &format!("one stack, {statuses:?}"))?;
        told.check(
            instances.len() == 2,
            &format!("{} instances run", instances.len()),
        )?;
        told.check(right == 2, &format!("{right} of them serve {release}"))?;
        let machines = truth.count("machines");
        told.check(
            machines >= 2,
            &format!("{machines} machines are registered"),
        )?;
        told.check(
            truth.objects() == OBJECTS,
            &format!(
                "{} objects in S3: package and configuration",
                truth.objects()
            ),
        )?;
        let variables = truth.count("tenantvariables");
        told.check(
            variables == VARIABLES,
            &format!("{variables} variables of the tenant are set"),
        )?;
        Ok(instances)
    }

    async fn verify_nothing_left(&mut self) -> Result<(), Anything> {
        let truth = self.truth().await?;
        let holds = truth.is_empty();
        self.telling
            .check(holds, &format!("nothing is left ({})", truth.left()))?;
        self.verified += 1;
        Ok(())
    }

    async fn truth(&self) -> Result<Truth, Anything> {
        Truth::read(&self.stage.sim.aws).await
    }

    async fn stage_history(&self) -> Result<Vec<Value>, Anything> {
        Truth::history(&self.stage.sim.aws).await
    }
}

fn has_software(serving: &Value) -> bool {
    serving
        .as_object()
        .is_some_and(|projects| !projects.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What people are told to try is a branch of the story's repository, on the demo's target.
    #[test]
    fn the_examples_blueprint_is_the_storys() {
        let example = include_str!("../../../../docs/examples/branches.yaml");
        let document: Value = yaml_serde::from_str(example).unwrap();
        let spec = &document["spec"];
        assert_eq!(spec["source"]["repository"], REPOSITORY);
        assert!(crate::demo::ci::BRANCH.starts_with("feature/"));
        let stack = &spec["environment"]["spec"]["stack"];
        assert_eq!(stack["template"]["name"], "web-linux");
        assert_eq!(stack["parameters"]["OctopusApiKeySecret"], API_KEY_SECRET);
    }

    /// The other example is infrastructure alone, as the scenarios have it.
    #[test]
    fn the_examples_environment_is_the_scenarios() {
        let example = include_str!("../../../../docs/examples/ryan0001.yaml");
        let document: Value = yaml_serde::from_str(example).unwrap();
        assert_eq!(document["metadata"]["name"], NAME);
        let template = &document["spec"]["stack"]["template"]["inline"];
        assert_eq!(template, include_str!("web.yaml"));
    }
}
