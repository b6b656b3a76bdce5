//! The story, step by step.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::stage::{Stage, TEAM};
use super::truth::Truth;
use crate::Anything;
use crate::cli::Output;

const NAME: &str = "ryan0001";
const TEMPLATE: &str = include_str!("web.yaml");
/// A step of the story takes ten to thirty seconds; a slow machine is given ten times that.
const LONGEST_STEP: Duration = Duration::from_secs(300);
/// How many steps there are.
const STEPS: usize = 6;
/// What is repeated until a template is too large to travel in a request, as templates with
/// much metadata are.
const PADDING_LINE: &str = "# padding so that this template has to travel through S3\n";
const LARGE: usize = 90_000;

/// The story on a stage.
pub struct Story<'a> {
    stage: &'a Stage,
    output: &'a mut Output,
    began: Instant,
    told: i64,
    verified: usize,
}

impl<'a> Story<'a> {
    /// Nothing is played yet.
    pub fn new(stage: &'a Stage, output: &'a mut Output) -> Self {
        Self {
            stage,
            output,
            began: now(),
            told: 0,
            verified: 0,
        }
    }

    /// The last line: what was verified, and what the world has left.
    pub async fn ending(&self) -> Result<String, Anything> {
        let left = Truth::read(&self.stage.sim.aws).await?.left();
        Ok(format!(
            "story {}/{STEPS} verified; left: {left}",
            self.verified
        ))
    }

    /// Plays every step; the first that is not what it should be ends it.
    pub async fn play(&mut self) -> Result<(), Anything> {
        self.say("a branch is declared: its tenant and its stack rise");
        self.put("t3.micro", TEMPLATE).await?;
        self.until_ready().await?;
        let first = self.verify_risen("CREATE_COMPLETE", 0).await?;
        self.verified += 1;

        self.say("the same declaration again: nothing happens");
        self.put("t3.micro", TEMPLATE).await?;
        self.until_ready().await?;
        let same = self.verify_risen("CREATE_COMPLETE", 0).await?;
        self.check(first == same, "the instances are the same")?;
        self.verified += 1;

        self.say("a larger instance type: a change set says what changes, then it is executed");
        self.put("t3.small", TEMPLATE).await?;
        self.until_ready().await?;
        let second = self.verify_risen("UPDATE_COMPLETE", 0).await?;
        self.check(second.is_disjoint(&first), "every instance is replaced")?;
        self.verified += 1;

        self.say("a template of 90 kB: it goes through S3");
        let large = TEMPLATE.to_owned() + &PADDING_LINE.repeat(LARGE / PADDING_LINE.len() + 1);
        self.put("t3.medium", &large).await?;
        self.until_ready().await?;
        self.verify_risen("UPDATE_COMPLETE", 1).await?;
        self.verified += 1;

        self.say("the branch goes: so does everything of it");
        self.stage.client.delete(NAME).await?;
        self.until_gone().await?;
        let truth = self.truth().await?;
        self.check(
            truth.is_empty(),
            &format!("nothing is left ({})", truth.left()),
        )?;
        self.verified += 1;

        self.say("declared again, and deleted while it is being created");
        self.told = 0;
        self.put("t3.micro", TEMPLATE).await?;
        self.until(|truth| !truth.stack_statuses().is_empty())
            .await?;
        self.stage.client.delete(NAME).await?;
        self.until_gone().await?;
        let truth = self.truth().await?;
        self.check(
            truth.is_empty(),
            &format!("nothing is left ({})", truth.left()),
        )?;
        self.verified += 1;
        Ok(())
    }

    fn say(&mut self, what: &str) {
        let step = self.verified + 1;
        self.output.lines(&format!("\n[{step}/{STEPS}] {what}"));
    }

    async fn put(&mut self, instance_type: &str, template: &str) -> Result<(), Anything> {
        let document = json!({
            "apiVersion": "bennu.dev/v1",
            "kind": "Environment",
            "metadata": { "team": TEAM, "name": NAME, "labels": { "branch": "feature-ryan" } },
            "spec": {
                "target": "dev-sydney",
                "stack": {
                    "template": { "inline": template },
                    "parameters": { "InstanceType": instance_type },
                },
                "octopus": {
                    "server": "main",
                    "space": "Default",
                    "environment": "Development",
                    "projects": ["Checkout Web"],
                },
            },
        });
        let put = self.stage.client.put(TEAM, NAME, &document).await?;
        self.line(&format!("PUT {NAME}: {}", put.declared));
        Ok(())
    }

    /// Tells the timeline until the environment is ready for its newest generation.
    async fn until_ready(&mut self) -> Result<(), Anything> {
        let deadline = now() + LONGEST_STEP;
        loop {
            self.tell().await?;
            let document = self.stage.client.get(NAME).await?;
            let generation = document["metadata"]["generation"].as_i64();
            let ready = condition(&document, "Ready");
            let is_current = ready.is_some_and(|c| c["observedGeneration"].as_i64() == generation);
            match ready.and_then(|c| c["status"].as_str()) {
                Some("True") if is_current => {
                    self.tell().await?;
                    return Ok(());
                }
                _ if condition(&document, "Stalled").is_some() && is_current => {
                    let why = condition(&document, "Stalled");
                    return Err(format!("stalled: {}", why.unwrap_or(&Value::Null)).into());
                }
                _ if now() > deadline => {
                    return Err(format!("not ready in time: {}", document["status"]).into());
                }
                _ => pause().await,
            }
        }
    }

    async fn until_gone(&mut self) -> Result<(), Anything> {
        let deadline = now() + LONGEST_STEP;
        loop {
            match self.tell().await {
                Ok(()) => {}
                Err(error) if error.is_not_found() => {
                    self.line("gone");
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            }
            if now() > deadline {
                return Err("not gone in time".into());
            }
            pause().await;
        }
    }

    async fn until(&mut self, reached: impl Fn(&Truth) -> bool) -> Result<(), Anything> {
        let deadline = now() + LONGEST_STEP;
        while !reached(&self.truth().await?) {
            if now() > deadline {
                return Err("the world did not get there in time".into());
            }
            pause().await;
        }
        Ok(())
    }

    /// Prints what is new in the timeline.
    async fn tell(&mut self) -> Result<(), crate::client::ClientError> {
        for event in self.stage.client.last_events(NAME, 200).await? {
            if event.id > self.told {
                self.told = event.id;
                let line = format!("{:<11} {}", event.reason, event.message);
                self.line(&line);
            }
        }
        Ok(())
    }

    /// One stack, two instances, one tenant that is connected: by the world's own truth.
    async fn verify_risen(
        &mut self,
        status: &str,
        objects: u64,
    ) -> Result<BTreeSet<String>, Anything> {
        let truth = self.truth().await?;
        let is = truth.stack_statuses() == [status];
        let instances = truth.running_instances();
        let connected = truth.tenant(NAME).map(|t| t["ProjectEnvironments"].clone());
        let is_connected = connected
            .as_ref()
            .and_then(Value::as_object)
            .is_some_and(|projects| projects.len() == 1);
        self.check(is, &format!("one stack, {:?}", truth.stack_statuses()))?;
        self.check(
            instances.len() == 2,
            &format!("{} instances run", instances.len()),
        )?;
        self.check(is_connected, "the tenant is connected to its project")?;
        self.check(
            truth.objects() == objects,
            &format!("{} objects in S3", truth.objects()),
        )?;
        Ok(instances)
    }

    async fn truth(&self) -> Result<Truth, Anything> {
        Truth::read(&self.stage.sim.aws).await
    }

    /// Part of a step's proof.
    fn check(&mut self, holds: bool, what: &str) -> Result<(), Anything> {
        if holds {
            self.line(&format!("verified    {what}"));
            Ok(())
        } else {
            Err(format!("not what it should be: {what}").into())
        }
    }

    fn line(&mut self, text: &str) {
        let passed = now().duration_since(self.began).as_secs_f64();
        self.output.lines(&format!("  {passed:>6.1}s  {text}"));
    }
}

fn condition<'v>(document: &'v Value, kind: &str) -> Option<&'v Value> {
    document["status"]["conditions"]
        .as_array()?
        .iter()
        .find(|c| c["type"] == kind)
}

async fn pause() {
    tokio::time::sleep(Duration::from_millis(200)).await;
}

#[expect(
    clippy::disallowed_methods,
    reason = "the demo shows how long things took"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What people are told to try is the template that the story was verified with.
    #[test]
    fn the_example_is_the_storys_environment() {
        let example = include_str!("../../../../docs/examples/ryan0001.yaml");
        let document: Value = yaml_serde::from_str(example).unwrap();
        assert_eq!(document["metadata"]["name"], NAME);
        assert_eq!(document["spec"]["stack"]["template"]["inline"], TEMPLATE);
    }
}
