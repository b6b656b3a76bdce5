//! What a claimed key is about, and who works on it.

use bennu_model::work::Lease;
use bennu_ports::LedgerError;
use bennu_ports::ledger::{Finish, Load};
use tracing::error;

use crate::Engine;
use crate::clock::DatabaseClock;
use crate::document::document;
use crate::gate::LeaseGate;
use crate::pass::{Ended, pass};
use crate::sweep::{Swept, sweep};

/// Works on one claimed key; `None` when nothing of it counts and the claim is given back.
///
/// # Errors
/// When the ledger cannot be reached: the claim is given back.
pub async fn dispatch(
    engine: &Engine,
    gate: &LeaseGate,
    clock: DatabaseClock,
    lease: &Lease,
    load: Load,
    chance: f64,
) -> Result<Option<Finish>, LedgerError> {
    let (swept, memory) = match load {
        Load::Environment(state) => {
            return match pass(engine, gate, clock, lease, *state, chance).await? {
                Ended::Finished(finish) => Ok(Some(*finish)),
                Ended::Dropped => Ok(None),
            };
        }
        Load::Document(key, wants) => {
            return document(engine, gate, clock, lease, &key, &wants, chance)
                .await
                .map(Some);
        }
        Load::Unreadable(why) => {
            error!(why, "this row is not readable here; it is left alone");
            let pause = chrono::Duration::from_std(engine.settings.safety);
            return Ok(Some(Finish {
                lease: lease.clone(),
                due_in: pause.unwrap_or_default(),
                failed: true,
                record: None,
            }));
        }
        Load::Target(target, memory) => (Swept::Target(target), memory),
        Load::Space(server, space, memory) => (Swept::Space(server, space), memory),
    };
    sweep(engine, gate, clock, lease, &swept, memory, chance)
        .await
        .map(Some)
}
