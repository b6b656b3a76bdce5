//! A provider's words, made fit for people, logs and the database.

/// How much of a provider's words is kept, in characters: enough for every message that
/// helps, and far below a template.
const LIMIT: usize = 1_000;

/// At most [`LIMIT`] characters of a text.
pub(crate) fn cut(text: &str) -> String {
    if text.chars().nth(LIMIT).is_none() {
        return text.to_owned();
    }
    text.chars().take(LIMIT - 1).chain(['…']).collect()
}

/// One line for people: the code, and the message without what we sent. Status 0 stands for
/// one that is not known.
pub(super) fn tidy(status: u16, code: &str, message: &str) -> String {
    let message = without_echo(message.trim());
    match (code.is_empty(), message.is_empty()) {
        (true, true) if status == 0 => "no error that could be read".to_owned(),
        (true, true) => format!("HTTP {status}, and no error that could be read"),
        (true, false) => cut(&format!("HTTP {status}: {message}")),
        (false, true) => cut(code),
        (false, false) => cut(&format!("{code}: {message}")),
    }
}

/// Validation errors repeat the value that they refuse: a whole template, or a parameter
/// that may be secret. Everything from the first quoted value to the last is dropped, for
/// a template may itself hold what looks like an end.
///
/// A signature that does not match is explained by the request as it should have been signed,
/// with its headers, the session token among them: that and what follows it is dropped.
fn without_echo(message: &str) -> String {
    const SIGNED: [&str; 2] = ["The Canonical String", "The String-to-Sign"];
    let signed = SIGNED.iter().filter_map(|words| message.find(words)).min();
    let message = message[..signed.unwrap_or(message.len())].trim_end();
    const OPEN: &str = "Value '";
    const CLOSE: &str = "' at '";
    match (message.find(OPEN), message.rfind(CLOSE)) {
        (Some(open), Some(close)) if open + OPEN.len() <= close => {
            format!("{}…{}", &message[..open + OPEN.len()], &message[close..])
        }
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_sent_is_not_repeated() {
        let template = "Resources: {Key: 'hunter2' at 'x'}".repeat(3_000);
        let said = tidy(
            400,
            "ValidationError",
            &format!(
                "1 validation error detected: Value '{template}' at 'templateBody' failed to satisfy \
                 constraint: Member must have length less than or equal to 51200"
            ),
        );
        assert_eq!(
            said,
            "ValidationError: 1 validation error detected: Value '…' at 'templateBody' failed to \
             satisfy constraint: Member must have length less than or equal to 51200"
        );
    }

    #[test]
    fn how_a_request_was_signed_is_not_repeated() {
        let said = tidy(
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided.\n\n\
             The Canonical String for this request should have been\n'POST\n/\n\n\
             x-amz-security-token:hunter2'\n\nThe String-to-Sign should have been\n'AWS4'",
        );
        assert_eq!(
            said,
            "SignatureDoesNotMatch: The request signature we calculated does not match the \
             signature you provided."
        );
    }

    #[test]
    fn words_are_cut_between_characters() {
        let said = cut(&"é".repeat(5_000));
        assert_eq!(said.chars().count(), LIMIT);
        assert!(said.ends_with('…'));
        assert_eq!(cut("short"), "short");
    }
}
