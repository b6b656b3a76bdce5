//! What secrets hold, as fingerprints: the values themselves go no further than here.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::ids::TargetName;
use bennu_model::variable::Fingerprint;
use bennu_ports::{Gate, PortError, PortErrorKind};
use futures_util::future::try_join_all;

use crate::World;

pub(super) async fn secrets(
    world: &World,
    gate: &dyn Gate,
    target: &TargetName,
    arns: &BTreeSet<String>,
) -> Result<BTreeMap<String, Fingerprint>, PortError> {
    let Some(key) = &world.key else {
        return Err(PortError {
            kind: PortErrorKind::Invalid,
            call: "fingerprint".to_owned(),
            message: "installation.key is not set".to_owned(),
        });
    };
    let read = arns.iter().map(|arn| async move {
        let secret = world.infrastructure.secret(gate, target, arn).await;
        let secret = secret.map_err(|error| PortError {
            message: format!("{}; the secret is {arn}", error.message),
            ..error
        })?;
        Ok((arn.clone(), key.fingerprint(&secret)))
    });
    Ok(try_join_all(read).await?.into_iter().collect())
}
