//! Rights on the artifact bucket, asked for with one small object of nobody's.

use aws_sdk_s3::Client;
use bennu_model::ids::{IllegalId, InstallationId, ObjectKey};
use bennu_ports::Gate;
use bytes::Bytes;

use super::Probe;
use crate::s3;

/// Why nothing is asked for.
const NO_BUCKET: &str = "the target has no artifact_bucket, which templates with a package and \
                         large templates need";

pub(super) struct Objects<'a> {
    client: &'a Client,
    gate: &'a dyn Gate,
    bucket: Option<&'a str>,
    /// Below our prefix, of an environment that nobody has.
    key: Result<ObjectKey, IllegalId>,
}

impl<'a> Objects<'a> {
    pub(super) fn new(
        client: &'a Client,
        gate: &'a dyn Gate,
        installation: &InstallationId,
        bucket: Option<&'a str>,
    ) -> Self {
        let key = ObjectKey::new(format!("bennu/{installation}/{}/doctor", super::NOBODY));
        Self {
            client,
            gate,
            bucket,
            key,
        }
    }

    /// A real read of what is under that key: nothing, or what a probe left.
    pub(super) async fn list(&self) -> Probe {
        let (bucket, key) = match self.place() {
            Ok(place) => place,
            Err(probe) => return probe,
        };
        Probe::of_read(s3::list_objects(self.client, self.gate, bucket, key).await)
    }

    /// Leaves an object of a few bytes, which `delete` takes away again.
    pub(super) async fn put(&self) -> Probe {
        let (bucket, key) = match self.place() {
            Ok(place) => place,
            Err(probe) => return probe,
        };
        let content = Bytes::from_static(b"left by bennu doctor; it may be deleted\n");
        Probe::of_read(s3::put_object(self.client, self.gate, bucket, key, content).await)
    }

    /// Deletes that object; one that is not there counts as deleted.
    pub(super) async fn delete(&self) -> Probe {
        let (bucket, key) = match self.place() {
            Ok(place) => place,
            Err(probe) => return probe,
        };
        let keys = [key.clone()];
        Probe::of_read(s3::delete_objects(self.client, self.gate, bucket, &keys).await)
    }

    fn place(&self) -> Result<(&'a str, &ObjectKey), Probe> {
        let bucket = self.bucket.ok_or(Probe::NotChecked(NO_BUCKET))?;
        match &self.key {
            Ok(key) => Ok((bucket, key)),
            Err(error) => Err(Probe::Unknown(error.to_string())),
        }
    }
}
