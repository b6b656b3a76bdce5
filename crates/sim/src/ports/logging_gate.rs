//! A gate that writes down what passes it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bennu_ports::{Call, Closed, Gate, PortError};

/// Lets everything through and writes it down, or lets nothing through: for tests of what
/// is sent, in which order, and with what end.
#[derive(Debug, Default)]
pub struct LoggingGate {
    closed: bool,
    log: Mutex<Vec<String>>,
}

impl LoggingGate {
    /// A gate that lets nothing through.
    pub fn closed() -> Self {
        Self {
            closed: true,
            ..Self::default()
        }
    }

    /// Two lines for each call that passed, in order: `before octopus:GET tenants`, then
    /// `after octopus:GET tenants: ok`, or a failure's kind.
    pub fn log(&self) -> Vec<String> {
        self.lines().clone()
    }

    fn lines(&self) -> MutexGuard<'_, Vec<String>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Gate for LoggingGate {
    async fn before(&self, call: Call) -> Result<(), Closed> {
        if self.closed {
            return Err(Closed("this gate is closed".to_owned()));
        }
        self.lines().push(format!("before {call}"));
        Ok(())
    }

    async fn after(&self, call: Call, result: Result<(), &PortError>) {
        let how = result.map_or_else(|error| format!("{:?}", error.kind), |()| "ok".to_owned());
        self.lines().push(format!("after {call}: {how}"));
    }
}
