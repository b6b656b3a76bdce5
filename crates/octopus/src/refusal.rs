//! From a refusal to what a caller can do about it: the one table of errors.

use std::time::Duration;

use bennu_ports::PortErrorKind;

use crate::wire::error_body::ErrorBody;

/// Whether a request changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Read,
    Write,
}

/// What a caller can do about an answer that is not 2xx.
///
/// Octopus tells kinds of refusals apart by text only, so a few texts are looked for. The
/// rest goes by status:
///
/// - A 404 counts only in Octopus's own form. A proxy's 404 says nothing about a document,
///   and "not found" can end a life.
/// - 5xx on a write leaves open whether it happened: Octopus answers 504 while it still
///   works on it.
pub(crate) fn kind(
    status: u16,
    effect: Effect,
    pause: Option<Duration>,
    body: &ErrorBody,
) -> PortErrorKind {
    match status {
        // Two writes overlapped inside the server: 409, on older ones 500 or 400.
        _ if body.says("was out of date") => PortErrorKind::Conflict,
        400 if body.says("already exists") || body.says("different name") => {
            PortErrorKind::Conflict
        }
        // Something still needs what was to be deleted.
        400 if body.says("cannot be deleted because") => PortErrorKind::Conflict,
        400 if body.says("license") && body.says("limit") => PortErrorKind::Quota,
        401 | 403 => PortErrorKind::Denied,
        404 if body.is_octopus => PortErrorKind::NotFound,
        404 => PortErrorKind::Unavailable,
        409 => PortErrorKind::Conflict,
        429 => PortErrorKind::Throttled(pause),
        // Redirects are not followed: the key would go to a stranger.
        300..400 => PortErrorKind::Unavailable,
        408 | 500.. => match effect {
            Effect::Read => PortErrorKind::Unavailable,
            Effect::Write => PortErrorKind::NoAnswer,
        },
        _ => PortErrorKind::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One line of the table.
    struct Entry {
        status: u16,
        body: &'static str,
        read: PortErrorKind,
        write: PortErrorKind,
    }

    fn entry(status: u16, body: &'static str, both: PortErrorKind) -> Entry {
        let (read, write) = (both.clone(), both);
        Entry {
            status,
            body,
            read,
            write,
        }
    }

    const HTML: &str = "<html><body>Bad Gateway</body></html>";
    const PLAIN: &str = r#"{"ErrorMessage":"No.","Errors":[]}"#;

    fn table() -> Vec<Entry> {
        use PortErrorKind::{
            Conflict, Denied, Invalid, NoAnswer, NotFound, Quota, Throttled, Unavailable,
        };
        const STALE: &str = r#"{"ErrorMessage":"There was a problem with your request.","Errors":["Modification failed for 'Tenant' document with 'Tenants-1' Id because submitted data was out of date. Refresh the document and try again."]}"#;
        const CLASH: &str = r#"{"ErrorMessage":"There was a problem with your request.","Errors":["A tenant named 'ryan0001' already exists."]}"#;
        const RENAME: &str = r#"{"ErrorMessage":"There was a problem with your request.","Errors":["Please choose a different name."]}"#;
        const IN_USE: &str = r#"{"ErrorMessage":"There was a problem with your request.","Errors":["This tenant cannot be deleted because it is being used by the following machines: [web-1]"]}"#;
        const LICENSE: &str = r#"{"ErrorMessage":"There was a problem with your request.","Errors":["Your Octopus License limits the number of tenants to 3."]}"#;
        const RULE: &str = r#"{"ErrorMessage":"There was a problem with your request.","Errors":["The environment is in no lifecycle."]}"#;
        let after_sending = |status, body| Entry {
            status,
            body,
            read: Unavailable,
            write: NoAnswer,
        };
        vec![
            entry(302, HTML, Unavailable),
            entry(400, RULE, Invalid),
            entry(400, CLASH, Conflict),
            entry(400, RENAME, Conflict),
            entry(400, LICENSE, Quota),
            entry(400, STALE, Conflict),
            entry(400, IN_USE, Conflict),
            entry(400, HTML, Invalid),
            entry(401, PLAIN, Denied),
            entry(403, PLAIN, Denied),
            entry(404, PLAIN, NotFound),
            entry(404, HTML, Unavailable),
            entry(404, "", Unavailable),
            entry(404, r#"{"error":"no such route"}"#, Unavailable),
            entry(405, PLAIN, Invalid),
            after_sending(408, ""),
            entry(409, PLAIN, Conflict),
            entry(409, STALE, Conflict),
            entry(413, HTML, Invalid),
            entry(429, PLAIN, Throttled(Some(Duration::from_secs(9)))),
            entry(500, STALE, Conflict),
            after_sending(500, PLAIN),
            after_sending(502, HTML),
            after_sending(503, ""),
            after_sending(504, HTML),
            after_sending(599, "\u{0}\u{1}"),
        ]
    }

    #[test]
    fn every_refusal_has_its_kind() {
        let pause = Some(Duration::from_secs(9));
        for Entry {
            status,
            body,
            read,
            write,
        } in table()
        {
            let parsed = ErrorBody::read(body.as_bytes());
            assert_eq!(
                kind(status, Effect::Read, pause, &parsed),
                read,
                "read {status} {body}"
            );
            assert_eq!(
                kind(status, Effect::Write, pause, &parsed),
                write,
                "write {status} {body}"
            );
        }
    }
}
