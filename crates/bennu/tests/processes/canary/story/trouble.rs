//! What goes wrong in the story: secrets in wrong places, wrong secrets, providers that repeat
//! what they were sent, and a database that goes.

use bennu_sim::faults::Fault;
use reqwest::Method;
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::super::database;
use super::super::outlet::wrong_key;
use super::super::{TEAM, place};
use super::{PAUSE, Story, Variables, environment};
use crate::stage::LONGEST;

impl Story<'_> {
    /// Secrets are put where they do not belong, and wrong ones where they do.
    pub(super) async fn is_refused(&self) {
        let (outlet, secret) = (&self.outlet, &self.secrets.variable[0]);
        let path = environment("/");
        let path = path.trim_end_matches('/');
        let mut documents = Vec::new();
        for (place, value) in [
            (
                "/spec/stack/parameters/Capacity",
                json!({ "secret": secret }),
            ),
            (
                "/spec/stack/configuration/Database",
                json!({ "secret": secret }),
            ),
            (
                "/spec/stack/configuration/Database",
                json!({ "plain": secret }),
            ),
            ("/spec/stack/configuration/Database", json!([secret])),
            ("/spec/octopus/roles", json!({ "password": secret })),
        ] {
            let mut document = self.document();
            *document.pointer_mut(place).unwrap() = value;
            documents.push(document);
        }
        for document in documents {
            let (status, said) = outlet.put(path, &self.team, &document).await;
            assert_eq!(status, 422, "{said}");
        }
        let broken = format!("{{\"spec\": {{\"password\": \"{secret}\" \"x\"");
        let request = outlet.request(Method::PUT, path, &self.team).body(broken);
        assert_eq!(outlet.send(request, &[]).await.0, 400);

        for token in [
            &self.secrets.nobody,
            secret,
            &self.stage.sim.octopus_api_key,
        ] {
            assert_eq!(outlet.get(path, token).await.0, 401);
            let query = format!("{path}?access_token={}", self.secrets.nobody);
            assert_eq!(outlet.get(&query, token).await.0, 401);
        }
        // Somebody takes a token for its id.
        for token in [&self.secrets.nobody, &self.operator] {
            let path = format!("/v1/tokens/{token}");
            let request = self.outlet.request(Method::DELETE, &path, &self.team);
            assert_eq!(outlet.send(request, &[]).await.0, 404);
        }
        let event = json!({ "event": "branch.built", "secret": self.secrets.webhook,
            "repository": { "token": secret }, "build": { "number": secret } });
        let wrong = outlet.deliver(&event.to_string(), &wrong_key()).await;
        assert_eq!(wrong.0, 401, "{}", wrong.1);
        let odd = outlet
            .deliver(&event.to_string(), &self.secrets.webhook)
            .await;
        assert!(odd.0 == 400 || odd.0 == 422, "{}", odd.1);
    }

    /// Providers throttle, fail, and refuse with words that have everything in them that
    /// they were sent, just when a secret is rotated.
    pub(super) async fn providers_repeat_what_they_were_sent(&self) {
        let key = &self.stage.sim.octopus_api_key;
        let rotated = &self.secrets.variable[1];
        let signature = format!(
            "The request signature we calculated does not match the signature you provided. \
             \n\nThe Canonical String for this request should have been\n'POST\n/\n\n\
             host:a\nx-amz-security-token:{}\n'",
            self.secrets.session
        );
        let read = format!("The request had {key} in it.");
        let written = format!("The request had {key} and \"{rotated}\" in it.");
        let faults = [
            ("throttle", "DescribeStacks", json!({})),
            ("throttle", "GET machines", json!({})),
            (
                "error",
                "DescribeAutoScalingGroups",
                json!({ "status": 403, "code": "SignatureDoesNotMatch", "message": signature }),
            ),
            (
                "error",
                "DescribeStacks",
                json!({ "status": 403, "code": "SignatureDoesNotMatch", "message": signature }),
            ),
            (
                "error",
                "GET machines",
                json!({ "status": 500, "message": read }),
            ),
            (
                "error",
                "PUT tenants/{id}/variables",
                json!({ "status": 400, "message": written }),
            ),
            ("lose_reply", "PUT tenants/{id}/variables", json!({})),
        ];
        self.stage.sim.sim.with(|world| {
            world.put_secret(&place(), "canary/variable", rotated);
            for (name, on, params) in faults {
                let fault = json!({ "name": name, "on": on, "times": 1, "params": params });
                let fault: Fault = serde_json::from_value(fault).unwrap();
                world.faults.add(fault).unwrap();
            }
        });
        let struck = async {
            let left = || {
                self.stage
                    .sim
                    .sim
                    .with(|world| world.faults.list().to_vec())
            };
            while !self.has_variable(1) || !left().is_empty() {
                let path = environment("/refresh?wait=1s");
                let refresh = self.outlet.request(Method::POST, &path, &self.team);
                self.outlet.send(refresh, &[]).await;
                sleep(PAUSE).await;
            }
        };
        timeout(LONGEST, struck).await.unwrap();
        self.until_ready().await;
    }

    /// Postgres is away for a moment.
    pub(super) async fn the_database_goes(&self) {
        self.cluster.stop();
        let (status, said) = self.outlet.get(&environment(""), &self.team).await;
        assert_eq!(status, 503, "{said}");
        let ready = format!("{}/readyz", self.metrics);
        assert_eq!(self.outlet.get(&ready, "").await.0, 503);
        let document = self.document();
        let (status, said) = self
            .outlet
            .put(&environment(""), &self.team, &document)
            .await;
        assert_eq!(status, 503, "{said}");
        self.cluster.begin();
        self.until_ready().await;
    }

    /// The same by command line, also with wrong secrets.
    pub(super) async fn command_line(&self, variables: &Variables) {
        let by = |token: &str| {
            vec![
                ("BENNU_URL", self.outlet.api.clone()),
                ("BENNU_TOKEN", token.to_owned()),
                ("BENNU_TEAM", TEAM.to_owned()),
            ]
        };
        for words in [
            "get environments -o json",
            "get tokens -o json",
            "describe ryan0001",
            "describe ryan0001 -o json",
            "explain ryan0001",
            "events ryan0001 -o json",
            "plan ryan0001",
        ] {
            let ended = self.outlet.run(words, &by(&self.team)).await;
            assert!(ended.success(), "{words}");
            let ended = self.outlet.run(words, &by(&self.secrets.nobody)).await;
            assert!(!ended.success(), "{words}");
        }
        self.outlet.run("changes ryan0001", &by(&self.team)).await;
        let words = format!("token revoke {}", self.secrets.nobody);
        let ended = self.outlet.run(&words, &by(&self.team)).await;
        assert!(!ended.success(), "nobody has it");

        assert!(self.outlet.run("doctor -o json", variables).await.success());
        let wrong = database::url(self.cluster, &self.secrets.wrong_password);
        let change = [
            ("OCTOPUS_KEY", self.secrets.nobody.clone()),
            ("BENNU_DATABASE__URL", wrong),
            ("BENNU_INSTALLATION__KEY", self.secrets.session.clone()),
        ];
        for (name, value) in change {
            let mut variables = variables.to_vec();
            variables.retain(|(known, _)| *known != name);
            variables.push((name, value));
            let ended = self.outlet.run("doctor", &variables).await;
            assert!(!ended.success(), "doctor with a wrong {name}");
            if name != "OCTOPUS_KEY" {
                let ended = self.outlet.run("serve", &variables).await;
                assert!(!ended.success(), "serve with a wrong {name}");
            }
        }
    }
}
