//! What CI tells in a story, decided as the API decides it.

use bennu_model::blueprint::{
    BlueprintId, BlueprintSpec, BranchPattern, Decision, EnvironmentTemplate, Event, Happened, Per,
    Source, Text,
};
use bennu_model::ids::BlueprintName;
use bennu_model::names::digest_of;
use bennu_ports::Hooks as _;
use bennu_ports::hooks::{Answer, Delivery, DeliveryId, Outcome, Settled, Settlement, Write};

use super::Story;
use super::declared::{Build, team};

const REPOSITORY: &str = "acme/checkout";
const BRANCH: &str = "feature/ryan";

impl Story {
    /// A blueprint for feature branches, on two Linux web servers.
    pub async fn blueprint(&mut self, per: Per) {
        let mut build = Build::of("{{ version }}");
        build.parameters.push(("Capacity", "1"));
        let declaration = build.declaration(&self.api_key);
        let spec = BlueprintSpec {
            source: Source {
                repository: REPOSITORY.into(),
                branches: vec![BranchPattern::new("feature/**").expect("legal")],
            },
            per,
            environment: EnvironmentTemplate {
                name: Text::new("{{ version.label }}").expect("known"),
                labels: Default::default(),
                spec: declaration.spec,
            },
        };
        let id = BlueprintId {
            team: team(),
            name: BlueprintName::new("branches").expect("legal"),
        };
        let put = self
            .ledger
            .put_blueprint(&id, &spec, &declaration.blobs, None);
        put.await.expect("memory");
        self.note(&format!("> blueprint branches, per {per:?}"));
    }

    /// "This branch was built."
    pub async fn built(&mut self, version: &str, number: i64) {
        let build = bennu_model::blueprint::Build {
            version: version.to_owned(),
            commit: String::new(),
            number,
            url: None,
        };
        self.told(Happened::Built(build), &format!("built {version}"))
            .await;
    }

    /// "This branch is gone."
    pub async fn branch_deleted(&mut self) {
        self.told(Happened::Deleted, "deleted").await;
    }

    async fn told(&mut self, happened: Happened, what: &str) {
        self.tick();
        let event = Event {
            at: *self.now.lock().expect("no test panicked"),
            repository: REPOSITORY.into(),
            branch: BRANCH.into(),
            happened,
        };
        let id = DeliveryId {
            source: "generic".into(),
            id: format!("{what} {}", event.at),
        };
        let delivery = Delivery {
            body: digest_of(id.id.as_bytes()),
            id,
            event,
        };
        self.ledger.receive(&delivery).await.expect("memory");
        let event = &delivery.event;
        let read = self
            .ledger
            .situation(&event.repository, &event.branch)
            .await;
        let (situation, sequence) = read.expect("memory");
        let (write, outcome) = match bennu_plan::declare(event, &situation) {
            Decision::Declare(declare) => (Write::Declare(declare), Outcome::Declared),
            Decision::Delete(living) => {
                let uids = living.into_iter().map(|one| one.uid).collect();
                (Write::Delete(uids), Outcome::Deleted)
            }
            other => panic!("{other:?}"),
        };
        let settlement = Settlement {
            delivery: delivery.id.clone(),
            event: event.into(),
            sequence,
            remember: true,
            write,
            answer: Answer {
                outcome,
                environments: Vec::new(),
                detail: String::new(),
                errors: Vec::new(),
            },
        };
        let settled = self.ledger.settle(&settlement).await.expect("memory");
        assert_eq!(settled, Settled::Stored);
        let read = self.ledger.situation(REPOSITORY, BRANCH).await;
        for living in read.expect("memory").0.living {
            self.environments.insert(living.uid, living.name);
        }
        self.note(&format!("> webhook: {BRANCH} {what}"));
    }
}
