//! A newer build's environment takes the place of older ones.

use bennu_model::environment::Presence;
use bennu_model::ids::EnvironmentUid;
use bennu_model::work::WorkKey;
use bennu_ports::ledger::Load;
use bennu_ports::{Ledger as _, Work as _};

use crate::sample::{claim, created, fresh, quiet};

#[tokio::test]
async fn the_newest_build_knows_the_older_ones_and_burns_them() {
    let (store, behind) = fresh().await;
    let mut uids = Vec::new();
    // Births out of order: what counts is the build.
    for (name, per, build) in [("b3", "build", 3), ("b1", "build", 1), ("b2", "build", 2)]
        .into_iter()
        .chain([("branch", "branch", 0)])
    {
        let environment = created(&store, "checkout", name).await;
        sqlx::query("update environments set origin = $2 where uid = $1")
            .bind(environment.uid.as_str())
            .bind(serde_json::json!({
                "blueprint": {"team": "checkout", "name": "branches"},
                "repository": "acme/checkout", "branch": "main", "per": per,
                "order": {"at": "2026-11-23T10:00:00Z", "build": build},
            }))
            .execute(&behind)
            .await
            .unwrap();
        uids.push(environment.uid);
    }
    let claims = claim(&store, "a").await;
    let of = |uid: &EnvironmentUid| {
        let key = WorkKey::Environment(uid.clone());
        let claim = claims.iter().find(|claim| claim.lease.key == key).unwrap();
        match &claim.load {
            Load::Environment(state) => (claim.clone(), (**state).clone()),
            other => panic!("{other:?}"),
        }
    };
    let older = |uid| {
        of(uid)
            .1
            .observed
            .older
            .into_iter()
            .collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(
        older(&uids[0]),
        [&uids[1], &uids[2], &uids[3]]
            .into_iter()
            .cloned()
            .collect()
    );
    assert_eq!(older(&uids[1]), [uids[3].clone()].into());
    assert_eq!(
        older(&uids[3]),
        [].into(),
        "a branch's one environment replaces nothing"
    );
    let (newest, state) = of(&uids[0]);
    for _ in 0..2 {
        store.burn(&newest.lease, &uids[1..3]).await.unwrap();
    }
    let rest = uids[1..].iter().map(of);
    let rest = rest.map(|(claim, state)| quiet(&claim, &state)).collect();
    store.finish(rest).await.unwrap();
    // Deletions go first; the burnt ones were woken while they ran.
    let burnt = claim(&store, "b").await;
    assert_eq!(burnt.len(), 2);
    for claim in burnt {
        let Load::Environment(state) = claim.load else {
            panic!("{claim:?}")
        };
        assert!(uids[1..3].contains(&state.environment.uid));
        assert_eq!(state.environment.presence, Presence::Absent);
        assert_eq!(state.environment.generation.0, 2, "once");
        assert!(state.environment.deleted_at.is_some());
    }
    store.finish(vec![quiet(&newest, &state)]).await.unwrap();
}
