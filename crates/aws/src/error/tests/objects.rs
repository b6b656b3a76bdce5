//! S3: what is sent with an object.

use bennu_model::action::{Content, InfrastructureAction};
use bennu_model::ids::ObjectKey;
use bennu_model::names::digest_of;
use bennu_model::outcome::Outcome;
use bennu_ports::Infrastructure;
use bytes::Bytes;

use super::rig::{Open, aws, config, target};
use super::stub::{Answer, Stub};

#[tokio::test]
async fn objects_are_encrypted_whatever_their_bytes_come_from() {
    let text = r#"{"Greeting":"hello"}"#;
    let blob = Bytes::from_static(b"#!/bin/sh\n");
    for (content, bytes, within) in [
        (Content::Text(text.to_owned()), None, text),
        (Content::Blob(digest_of(&blob)), Some(blob), "#!/bin/sh"),
    ] {
        let stub = Stub::start(vec![Answer::Http(200, "", String::new())]).await;
        let key = ObjectKey::new("bennu/dev/x/object").unwrap();
        let put = InfrastructureAction::PutObject { key, content };
        let outcome = aws(config(&stub.url))
            .begin(&Open::default(), &target(), &put, bytes)
            .await;
        assert_eq!(outcome, Outcome::Done(None));
        let sent = stub.requests().remove(0);
        for expected in [
            "PUT /artifacts/bennu/dev/x/object?",
            "x-amz-server-side-encryption: AES256",
            within,
        ] {
            assert!(sent.contains(expected), "no {expected} in {sent}");
        }
    }
}
