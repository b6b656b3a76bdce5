//! Objects in a target's artifact bucket.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier, ServerSideEncryption};
use bennu_model::ids::ObjectKey;
use bennu_model::outcome::Outcome;
use bennu_ports::{Call, Gate};
use bytes::Bytes;

use crate::call::{send, unreadable};
use crate::error::{Failure, Reply, refused};

/// The most keys that one DeleteObjects takes.
const DELETE_LIMIT: usize = 1_000;

/// All keys under a prefix, sorted.
pub(crate) async fn list_objects(
    client: &Client,
    gate: &dyn Gate,
    bucket: &str,
    prefix: &ObjectKey,
) -> Result<Vec<ObjectKey>, Failure> {
    let mut keys = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let request = client
            .list_objects_v2()
            .bucket(bucket)
            .prefix(prefix.as_str())
            .set_continuation_token(token.clone())
            .send();
        let page = send(gate, Call::ListObjects, request).await?;
        let found = page
            .contents
            .unwrap_or_default()
            .into_iter()
            .filter_map(|object| object.key);
        keys.extend(found.filter_map(|key| ObjectKey::new(key).ok()));
        match (
            page.is_truncated.unwrap_or(false),
            page.next_continuation_token,
        ) {
            (false, _) => break,
            (true, Some(next)) if token.as_ref() != Some(&next) => token = Some(next),
            (true, _) => {
                return Err(unreadable(
                    Call::ListObjects,
                    "it is cut, and names no next page",
                ));
            }
        }
    }
    keys.sort();
    Ok(keys)
}

/// Puts an object, encrypted with the bucket's own keys. The same key always gets the same
/// content, so a second put changes nothing.
pub(crate) async fn put_object(
    client: &Client,
    gate: &dyn Gate,
    bucket: &str,
    key: &ObjectKey,
    content: Bytes,
) -> Result<Outcome, Failure> {
    let request = client
        .put_object()
        .bucket(bucket)
        .key(key.as_str())
        .server_side_encryption(ServerSideEncryption::Aes256)
        .body(ByteStream::from(content));
    send(gate, Call::PutObject, request.send()).await?;
    Ok(Outcome::Done(None))
}

/// Deletes objects; those that are gone already count as deleted.
pub(crate) async fn delete_objects(
    client: &Client,
    gate: &dyn Gate,
    bucket: &str,
    keys: &[ObjectKey],
) -> Result<Outcome, Failure> {
    for some in keys.chunks(DELETE_LIMIT) {
        delete_some(client, gate, bucket, some).await?;
    }
    Ok(if keys.is_empty() {
        Outcome::Unchanged
    } else {
        Outcome::Done(None)
    })
}

async fn delete_some(
    client: &Client,
    gate: &dyn Gate,
    bucket: &str,
    keys: &[ObjectKey],
) -> Result<(), Failure> {
    let unusable =
        |e: aws_sdk_s3::error::BuildError| unreadable(Call::DeleteObjects, &e.to_string());
    let identify = |key: &ObjectKey| ObjectIdentifier::builder().key(key.as_str()).build();
    let objects = keys
        .iter()
        .map(identify)
        .collect::<Result<Vec<_>, _>>()
        .map_err(unusable)?;
    // Quiet: the reply then names the failures only.
    let delete = Delete::builder()
        .set_objects(Some(objects))
        .quiet(true)
        .build()
        .map_err(unusable)?;
    let request = client.delete_objects().bucket(bucket).delete(delete).send();
    let reply = send(gate, Call::DeleteObjects, request).await?;
    match reply.errors.unwrap_or_default().into_iter().next() {
        None => Ok(()),
        Some(error) => {
            let message = format!(
                "{}: {}",
                error.key.unwrap_or_default(),
                error.message.unwrap_or_default()
            );
            let reply = Reply {
                status: 200,
                code: error.code.as_deref(),
                message: Some(&message),
                pause: None,
            };
            Err(refused(Call::DeleteObjects, &reply))
        }
    }
}
