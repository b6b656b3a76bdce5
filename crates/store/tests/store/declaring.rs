//! What users write.

use bennu_model::environment::{Environment, Presence};
use bennu_model::ids::{EnvironmentName, Generation, TeamName};
use bennu_model::names::digest_of;
use bennu_ports::environments::{Answered, Declared, ListFilter, Request};
use bennu_ports::{Environments as _, Work as _};

use crate::sample::{
    claim, claim_one, crash, created, declaration, done, fresh, quiet, spec, with_octopus,
};

#[tokio::test]
async fn only_another_spec_is_another_generation() {
    let (store, _) = fresh().await;
    let first = created(&store, "checkout", "ryan").await;
    assert_eq!(first.generation, Generation(1));
    assert_eq!(first.presence, Presence::Present);
    let template = digest_of(b"Resources: {}");
    let kept = bennu_ports::Environments::blob(&store, &template)
        .await
        .unwrap();
    assert_eq!(kept.as_deref(), Some(&b"Resources: {}"[..]));

    let same = declaration("checkout", "ryan", spec("dev", "1"));
    assert_eq!(
        store.declare(same.clone()).await.unwrap(),
        Declared::Same(first.clone())
    );

    let mut labelled = same.clone();
    labelled.labels.insert("branch".into(), "ryan".into());
    match store.declare(labelled.clone()).await.unwrap() {
        Declared::Changed(environment) => {
            assert_eq!(environment.generation, Generation(1));
            assert_eq!(environment.labels, labelled.labels);
        }
        other => panic!("{other:?}"),
    }
    let changed = declaration("checkout", "ryan", spec("dev", "2"));
    match store.declare(changed).await.unwrap() {
        Declared::Changed(environment) => {
            assert_eq!(environment.generation, Generation(2));
            assert_eq!(environment.uid, first.uid);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_writer_who_read_an_older_generation_is_told() {
    let (store, _) = fresh().await;
    created(&store, "checkout", "ryan").await;
    let mut stale = declaration("checkout", "ryan", spec("dev", "2"));
    stale.if_generation = Some(Generation(7));
    assert_eq!(
        store.declare(stale.clone()).await.unwrap(),
        Declared::Moved(Generation(1))
    );
    stale.name = EnvironmentName::new("nobody").unwrap();
    assert_eq!(
        store.declare(stale).await.unwrap(),
        Declared::Moved(Generation(0))
    );
    let moved = declaration("checkout", "ryan", spec("elsewhere", "1"));
    match store.declare(moved).await.unwrap() {
        Declared::Fixed(invalid) => assert_eq!(invalid.field, "spec.target"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_name_in_a_space_belongs_to_whoever_had_it_first() {
    let (store, _) = fresh().await;
    let taken = Declared::NameTaken {
        team: TeamName::new("checkout").unwrap(),
    };
    // Infrastructure alone has no tenant, so its name is free for others.
    created(&store, "search", "ryan").await;
    let ours = declaration("checkout", "ryan", with_octopus(spec("dev", "1")));
    assert!(matches!(
        store.declare(ours).await.unwrap(),
        Declared::Created(_)
    ));
    let theirs = declaration("billing", "ryan", with_octopus(spec("dev", "1")));
    assert_eq!(store.declare(theirs).await.unwrap(), taken);
    // It would get a tenant only now.
    let grown = declaration("search", "ryan", with_octopus(spec("dev", "1")));
    assert_eq!(store.declare(grown).await.unwrap(), taken);
    let team = TeamName::new("billing").unwrap();
    let name = EnvironmentName::new("ryan").unwrap();
    assert_eq!(store.get(&team, &name).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_make_one_life_and_lose_no_change() {
    let (store, _) = fresh().await;
    let writers = (0..16).map(|n| {
        let store = store.clone();
        let spec = with_octopus(spec("dev", &n.to_string()));
        tokio::spawn(async move { store.declare(declaration("checkout", "ryan", spec)).await })
    });
    let (mut created, mut changed) = (0, 0);
    for writer in writers.collect::<Vec<_>>() {
        match writer.await.unwrap() {
            Ok(Declared::Created(_)) => created += 1,
            Ok(Declared::Changed(_)) => changed += 1,
            Ok(other) => panic!("{other:?}"),
            // Eight in a row came between: it may be tried again.
            Err(error) => assert!(error.transient, "{error}"),
        }
    }
    let all = store
        .list(&ListFilter {
            limit: 10,
            ..ListFilter::default()
        })
        .await
        .unwrap();
    assert_eq!((created, all.len()), (1, 1));
    assert_eq!(all[0].state.environment.generation, Generation(1 + changed));
}

#[tokio::test]
async fn deleting_twice_is_deleting_once() {
    let (store, _) = fresh().await;
    let first = created(&store, "checkout", "ryan").await;
    let request = Request::default();
    let deleted = done(
        store
            .delete(&first.team, &first.name, &request)
            .await
            .unwrap(),
    );
    assert_eq!(deleted.presence, Presence::Absent);
    assert_eq!(deleted.generation, Generation(2));
    assert!(deleted.deleted_at.is_some());
    assert_eq!(
        store
            .delete(&first.team, &first.name, &Request::default())
            .await
            .unwrap(),
        Answered::Done(deleted.clone())
    );
    let seen = store.get(&first.team, &first.name).await.unwrap().unwrap();
    assert_eq!(seen.state.environment, deleted);
    let nobody = EnvironmentName::new("nobody").unwrap();
    assert_eq!(
        store.delete(&first.team, &nobody, &request).await.unwrap(),
        Answered::Absent
    );
    assert_eq!(claim(&store, "a").await.len(), 1);
}

#[tokio::test]
async fn a_retry_is_counted_and_lets_a_parked_key_run_again() {
    let (store, _) = fresh().await;
    let first = created(&store, "checkout", "ryan").await;
    for life in ["a", "b", "c"] {
        assert_eq!(crash(&store, life).await.len(), 1);
    }
    assert_eq!(claim(&store, "d").await, [], "it kills whoever takes it");
    let retried = store
        .retry(&first.team, &first.name, &Request::default())
        .await
        .unwrap();
    let expected = Environment {
        retry: 1,
        ..first.clone()
    };
    assert_eq!(done(retried), expected);
    let (taken, state) = claim_one(&store, "d").await;
    assert_eq!(state.environment, expected);

    // During a pass, too: it runs once more, and not before long.
    let again = store
        .retry(&first.team, &first.name, &Request::default())
        .await
        .unwrap();
    assert_eq!(done(again).retry, 2);
    store.finish(vec![quiet(&taken, &state)]).await.unwrap();
    assert_eq!(claim_one(&store, "d").await.1.environment.retry, 2);

    let nobody = EnvironmentName::new("nobody").unwrap();
    assert_eq!(
        store
            .retry(&first.team, &nobody, &Request::default())
            .await
            .unwrap(),
        Answered::Absent
    );
    store
        .delete(&first.team, &first.name, &Request::default())
        .await
        .unwrap();
    let deletion = store
        .retry(&first.team, &first.name, &Request::default())
        .await
        .unwrap();
    assert_eq!(done(deletion).retry, 3);
}

#[tokio::test]
async fn a_list_goes_on_where_the_last_page_ended() {
    let (store, _) = fresh().await;
    for (team, name) in [("b", "one"), ("a", "two"), ("a", "one"), ("a", "one-x")] {
        let mut new = declaration(team, name, spec("dev", "1"));
        if name == "one" {
            new.labels.insert("branch".into(), "x".into());
        }
        store.declare(new).await.unwrap();
    }
    let mut filter = ListFilter {
        limit: 3,
        ..ListFilter::default()
    };
    let names = |views: Vec<bennu_ports::environments::EnvironmentView>| -> Vec<String> {
        let names = views.into_iter().map(|v| v.state.environment);
        names.map(|e| format!("{}/{}", e.team, e.name)).collect()
    };
    assert_eq!(
        names(store.list(&filter).await.unwrap()),
        ["a/one", "a/one-x", "a/two"]
    );
    filter.after = Some((
        TeamName::new("a").unwrap(),
        EnvironmentName::new("two").unwrap(),
    ));
    assert_eq!(names(store.list(&filter).await.unwrap()), ["b/one"]);
    filter.after = None;
    filter.labels.insert("branch".into(), "x".into());
    assert_eq!(
        names(store.list(&filter).await.unwrap()),
        ["a/one", "b/one"]
    );
    filter.team = Some(TeamName::new("b").unwrap());
    assert_eq!(names(store.list(&filter).await.unwrap()), ["b/one"]);
}
