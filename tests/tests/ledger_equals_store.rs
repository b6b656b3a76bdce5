//! The in-memory ledger answers as Postgres does: random calls go to both, and after each one
//! everything that can be read must be the same.
//!
//! Times differ, of course; their order must not. So every text is compared with its times
//! replaced by their rank, and leases last either no time at all or longer than the test.

#[cfg(test)]
#[path = "ledger_equals_store/asked.rs"]
mod asked;
#[cfg(test)]
#[path = "ledger_equals_store/operation.rs"]
mod operation;
#[cfg(test)]
#[path = "ledger_equals_store/pair.rs"]
mod pair;
#[cfg(test)]
#[path = "ledger_equals_store/values.rs"]
mod values;

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    use bennu_tests::postgres::fresh_store;
    use proptest::collection::vec;
    use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

    use super::operation::operation;
    use super::pair::Pair;

    /// What the random calls must have led to somewhere, or they prove little.
    const REACHED: &[&str] = &[
        "Created",
        "Changed",
        "Same",
        "NameTaken",
        "Moved",
        "Fixed",
        "Recorded",
        "Fenced",
        "Opened",
        "Stale",
        "Poisoned",
        "NotApplied",
        "not in the last sweep",
        "predecessor_gone: false",
        "life is over",
        "approved: Some",
        "retry: 1",
        "withdrawn: true",
        "met_at: Some",
        "1 environments woken",
        "delete: Moved",
        "delete: Done",
        "approve: Moved",
        "approve: Done",
        "retry: Moved",
        "retry: Done",
        "refresh: Done",
        "refresh_at: Some",
        "revoked: true",
        "revoked: false",
        "begin: New",
        "begin: Running",
        "begin: Reused",
        "begin: Answered",
        "Some(Request(",
        "Some(Pass",
        "reason: \"Approved\"",
        "reason: \"Retried\"",
        "readiness: Ready",
        "readiness: Stalled",
        "readiness: Deleting",
        "readiness: Progressing",
        "parked: 1",
        "open: 1",
        "held: 1",
        "waiting: 1",
        "has_problem: true",
        "age_s: Some",
    ];

    #[test]
    fn the_ledger_in_memory_equals_the_store() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let reached = RefCell::new(BTreeSet::new());
        // The same calls each time; PROPTEST_CASES=1000 goes further along the same way.
        let default = Config::default();
        let config = Config {
            cases: match std::env::var_os("PROPTEST_CASES") {
                Some(_) => default.cases,
                None => 44,
            },
            failure_persistence: None,
            ..default
        };
        let dice = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let ran =
            TestRunner::new_with_rng(config, dice).run(&vec(operation(), 1..80), |operations| {
                runtime.block_on(async {
                    let mut pair = Pair::new(fresh_store().await);
                    for operation in &operations {
                        let (stored, remembered) = pair.both(operation).await;
                        let mut reached = reached.borrow_mut();
                        reached.extend(REACHED.iter().filter(|word| stored.contains(**word)));
                        if stored != remembered {
                            return Err(TestCaseError::fail(difference(&stored, &remembered)));
                        }
                    }
                    pair.close().await;
                    Ok(())
                })
            });
        if let Err(failure) = ran {
            panic!("{failure}");
        }
        let all: BTreeSet<&&str> = REACHED.iter().collect();
        let reached = reached.into_inner();
        let missed: Vec<_> = all.difference(&reached).collect();
        assert!(missed.is_empty(), "never reached: {missed:?}");
    }

    fn difference(stored: &str, remembered: &str) -> String {
        let lines = stored.lines().zip(remembered.lines()).enumerate();
        let near: Vec<String> = lines
            .filter(|(_, (stored, remembered))| stored != remembered)
            .take(5)
            .map(|(n, (s, r))| format!("line {n}\n  store:  {s}\n  memory: {r}"))
            .collect();
        format!("{}\nthe store said:\n{stored}", near.join("\n"))
    }
}
