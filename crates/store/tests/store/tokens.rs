//! Who may call.

use bennu_model::ids::{Digest, TeamName};
use bennu_model::names::digest_of;
use bennu_ports::tokens::TokenId;
use bennu_ports::{Principal, Tokens as _};
use bennu_store::Store;
use chrono::{DateTime, Utc};

use crate::sample::fresh;

fn hash(n: u8) -> Digest {
    digest_of(&[n])
}

fn team(name: &str) -> Principal {
    Principal::Team(TeamName::new(name).unwrap())
}

/// Three tokens: of a team, of operators, and of the team's past.
async fn three(store: &Store) {
    let (past, future): (DateTime<Utc>, DateTime<Utc>) = (
        "2000-01-01T00:00:00Z".parse().unwrap(),
        "2999-01-01T00:00:00Z".parse().unwrap(),
    );
    let all = [
        (team("checkout"), "ci", Some(future)),
        (Principal::Operator, "", None),
        (team("checkout"), "old", Some(past)),
    ];
    for (n, (owner, note, expires_at)) in (1..).zip(all) {
        let added = store.add_token(&hash(n), &owner, note, expires_at).await;
        added.unwrap();
    }
}

#[tokio::test]
async fn a_token_is_known_until_it_expires() {
    let (store, _) = fresh().await;
    three(&store).await;
    let known = [
        Some(team("checkout")),
        Some(Principal::Operator),
        None,
        None,
    ];
    for (n, owner) in (1..).zip(known) {
        assert_eq!(store.principal(&hash(n)).await.unwrap(), owner);
        let view = store.token(&hash(n)).await.unwrap();
        assert_eq!(view.map(|view| view.owner), owner);
    }
}

#[tokio::test]
async fn a_token_is_listed_and_revoked_by_its_owner_and_by_operators() {
    let (store, _) = fresh().await;
    three(&store).await;
    let notes = async |owner: Option<Principal>| -> Vec<String> {
        let tokens = store.tokens(owner.as_ref()).await.unwrap();
        tokens.into_iter().map(|token| token.note).collect()
    };
    assert_eq!(notes(None).await, ["old", "", "ci"], "the newest first");
    assert_eq!(notes(Some(team("checkout"))).await, ["old", "ci"]);
    assert_eq!(notes(Some(Principal::Operator)).await, [""]);
    assert_eq!(notes(Some(team("search"))).await, [""; 0]);

    // Told otherwise it is the same token still.
    let first = store.tokens(None).await.unwrap().remove(2);
    let (same, owner) = (hash(1), team("checkout"));
    store
        .add_token(&same, &owner, "deploys", None)
        .await
        .unwrap();
    // The one that expired long ago was forgotten meanwhile.
    assert_eq!(notes(None).await, ["", "deploys"]);
    let told = store.tokens(None).await.unwrap().remove(1);
    assert_eq!((told.note.as_str(), told.expires_at), ("deploys", None));
    assert_eq!((told.id, told.created_at), (first.id, first.created_at));

    let id = TokenId::of(&hash(1));
    let revoke = async |owner: Option<Principal>| store.revoke(&id, owner.as_ref()).await.unwrap();
    assert!(!revoke(Some(team("search"))).await, "it is not theirs");
    assert!(!revoke(Some(Principal::Operator)).await);
    assert!(revoke(Some(team("checkout"))).await);
    assert!(!revoke(None).await, "it is gone");
    assert_eq!(store.principal(&hash(1)).await.unwrap(), None);
    assert!(store.revoke(&TokenId::of(&hash(2)), None).await.unwrap());
}
