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
fn without_echo(message: &str) -> String {
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
    fn words_are_cut_between_characters() {
        let said = cut(&"é".repeat(5_000));
        assert_eq!(said.chars().count(), LIMIT);
        assert!(said.ends_with('…'));
        assert_eq!(cut("short"), "short");
    }
}
