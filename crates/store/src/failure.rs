//! The database's failures, in kinds that a caller can act on.

use std::time::Duration;

use bennu_ports::LedgerError;

/// The database's words are cut to this many characters.
const MESSAGE_CHARS: usize = 1_000;

/// What sqlx says.
pub(crate) fn failed(doing: &'static str, error: &sqlx::Error) -> LedgerError {
    let message = match error {
        sqlx::Error::PoolTimedOut => {
            "no connection to the database within 3 seconds: is it up, and are there enough \
             connections?"
                .to_owned()
        }
        other => other.to_string(),
    };
    LedgerError {
        doing,
        message: message.chars().take(MESSAGE_CHARS).collect(),
        transient: is_transient(error),
    }
}

/// Something that is stored, or was to be, and does not fit the code.
pub(crate) fn unreadable(doing: &'static str, what: impl std::fmt::Display) -> LedgerError {
    LedgerError {
        doing,
        message: what.to_string().chars().take(MESSAGE_CHARS).collect(),
        transient: false,
    }
}

/// No answer at all.
pub(crate) fn timed_out(doing: &'static str, after: Duration) -> LedgerError {
    LedgerError {
        doing,
        message: format!("the database did not answer within {after:?}"),
        transient: true,
    }
}

fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(database) => database.code().is_some_and(|code| passes(&code)),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // Not an enum of ours, and open: whatever else there is comes from wrong code, a
        // wrong schema or a wrong setting.
        _ => false,
    }
}

/// Whether a SQLSTATE names a state that passes without anybody's doing.
fn passes(code: &str) -> bool {
    const CLASSES: [&str; 5] = [
        "08", // connection
        "40", // serialization, deadlock
        "53", // disk, memory, connections used up
        "57", // shutting down, starting up, cancelled by a time limit
        "58", // input and output of the server
    ];
    const CODES: [&str; 2] = [
        "25006", // read only: a standby, until it is promoted or the name points elsewhere
        "55P03", // a lock was not to be had in time
    ];
    CLASSES.iter().any(|class| code.starts_with(class)) || CODES.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_does_not() {
        for code in [
            "08006", "40P01", "40001", "53300", "57014", "57P01", "25006",
        ] {
            assert!(passes(code), "{code}");
        }
        for code in ["23505", "42P01", "42703", "22P02", "28P01", "3D000"] {
            assert!(!passes(code), "{code}");
        }
    }
}
