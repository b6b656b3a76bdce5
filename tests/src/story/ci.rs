//! What CI tells in a story, decided as the API decides it.

use bennu_model::blueprint::{
    BlueprintId, BlueprintSpec, BranchPattern, Decision, EnvironmentTemplate, Event, Happened, Per,
    Source, Text,
};
use bennu_model::ids::BlueprintName;
use bennu_model::names::digest_of;
use bennu_ports::Hooks as _;
use bennu_ports::hooks::{
    Answer, Delivery, DeliveryId, Outcome, Received, Settled, Settlement, Write,
};

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
        let delivery = self.sent_built(version, number);
        self.deliver(&delivery).await;
    }

    /// "This branch is gone."
    pub async fn branch_deleted(&mut self) {
        let delivery = self.sent_deleted();
        self.deliver(&delivery).await;
    }

    /// "This branch was built": sent now, and to be delivered whenever the test likes.
    pub fn sent_built(&mut self, version: &str, number: i64) -> Delivery {
        let build = bennu_model::blueprint::Build {
            version: version.to_owned(),
            commit: String::new(),
            number,
            url: None,
        };
        self.sent(Happened::Built(build), &format!("built {version}"))
    }

    /// "This branch is gone": sent now, and to be delivered whenever the test likes.
    pub fn sent_deleted(&mut self) -> Delivery {
        self.sent(Happened::Deleted, "deleted")
    }

    fn sent(&mut self, happened: Happened, what: &str) -> Delivery {
        self.tick();
        let event = Event {
            at: self.now(),
            repository: REPOSITORY.into(),
            branch: BRANCH.into(),
            happened,
        };
        let id = DeliveryId {
            source: "generic".into(),
            id: format!("{what} {}", event.at),
        };
        Delivery {
            body: digest_of(id.id.as_bytes()),
            id,
            event,
        }
    }

    /// A delivery comes in. A sender that is not answered sends it again.
    pub async fn deliver(&mut self, delivery: &Delivery) {
        self.tick();
        let mut received = self.ledger.receive(delivery).await.expect("memory");
        if self.boundaries.committed("receive") {
            self.tick();
            received = self.ledger.receive(delivery).await.expect("memory");
        }
        if received == Received::Open {
            let settled = self.settle(delivery).await;
            assert_eq!(settled, Settled::Stored);
            if self.boundaries.committed("settle") {
                self.tick();
                let again = self.ledger.receive(delivery).await.expect("memory");
                assert!(matches!(again, Received::Settled(_)), "{again:?}");
            }
        }
        let read = self.ledger.situation(REPOSITORY, BRANCH).await;
        for living in read.expect("memory").0.living {
            self.environments.insert(living.uid, living.name);
        }
        let what = match &delivery.event.happened {
            Happened::Built(build) => format!("built {}", build.version),
            Happened::Deleted => "deleted".to_owned(),
        };
        self.note(&format!("> webhook: {BRANCH} {what}"));
    }

    async fn settle(&self, delivery: &Delivery) -> Settled {
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
            Decision::Stale(_) => (Write::Nothing, Outcome::Stale),
            other => panic!("{other:?}"),
        };
        let settlement = Settlement {
            author: Default::default(),
            delivery: delivery.id.clone(),
            event: event.into(),
            sequence,
            remember: outcome != Outcome::Stale,
            write,
            answer: Answer {
                outcome,
                environments: Vec::new(),
                detail: String::new(),
                errors: Vec::new(),
            },
        };
        self.ledger.settle(&settlement).await.expect("memory")
    }
}
