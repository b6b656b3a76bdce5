//! Parameters of the query protocols: `A.member.1.B=x` as a tree.
//!
//! CloudFormation, Auto Scaling and STS write lists as `Tags.member.1.Key`, EC2
//! as `Filter.1.Name`; both are read here. An empty list is sent as `Tags=`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// One node: its own text, and what is below it by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Params {
    text: Option<String>,
    below: BTreeMap<String, Params>,
}

/// Names nest five deep in the APIs that are simulated. The bound keeps a hostile
/// name from becoming a tree that no stack can walk.
const DEEPEST: usize = 12;

impl Params {
    /// Reads an `application/x-www-form-urlencoded` text: a body or a query string.
    /// A name given twice has its last value.
    ///
    /// # Errors
    /// A name nests deeper than any API's.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut root = Self::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name);
            if name.split('.').count() > DEEPEST {
                return Err(format!(
                    "parameter '{}…' nests deeper than {DEEPEST} names",
                    name.chars().take(80).collect::<String>()
                ));
            }
            let node = name.split('.').fold(&mut root, |node, step| {
                node.below.entry(step.to_owned()).or_default()
            });
            node.text = Some(decode(value).into_owned());
        }
        Ok(root)
    }

    /// This node's own text.
    pub(crate) fn value(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// The names at this level, in their own order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.below.keys().map(String::as_str)
    }

    /// The text of the parameter `name`; an empty text is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.below.get(name)?.value()
    }

    /// Like [`Self::text`], owned: most requests are built from owned texts.
    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// The structure below `name`.
    pub(crate) fn structure(&self, name: &str) -> Option<&Self> {
        self.below.get(name).filter(|node| !node.below.is_empty())
    }

    /// The list below `name` in the order of its numbers. `None` if the caller did
    /// not send it, which APIs tell from the empty list.
    pub(crate) fn list(&self, name: &str) -> Option<Vec<&Self>> {
        let node = self.below.get(name)?;
        let node = node.below.get("member").unwrap_or(node);
        let mut entries: Vec<(u32, &Self)> = node
            .below
            .iter()
            .filter_map(|(number, entry)| Some((number.parse().ok()?, entry)))
            .collect();
        entries.sort_by_key(|(number, _)| *number);
        Some(entries.into_iter().map(|(_, entry)| entry).collect())
    }

    /// A list of texts; empty if it was not sent.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let entries = self.list(name).unwrap_or_default();
        entries
            .into_iter()
            .filter_map(|entry| entry.text.clone())
            .collect()
    }

    /// A truth value: `true` or `false`, in any case.
    ///
    /// # Errors
    /// The text that is neither.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, String> {
        match self.text(name) {
            None | Some("") => Ok(None),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(text) => Err(format!("'{text}' at '{name}' is neither true nor false")),
        }
    }

    /// A number.
    ///
    /// # Errors
    /// The text that is none, or that does not fit.
    pub(crate) fn number<N: std::str::FromStr>(&self, name: &str) -> Result<Option<N>, String> {
        match self.text(name) {
            None | Some("") => Ok(None),
            Some(text) => match text.parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(format!("'{text}' at '{name}' is not a number in range")),
            },
        }
    }
}

/// Undoes form encoding: `+` is a space. Bytes that are not UTF-8 become the
/// replacement character.
pub(crate) fn decode(text: &str) -> Cow<'_, str> {
    if text.contains('+') {
        let spaced = text.replace('+', " ");
        Cow::Owned(percent_decode_str(&spaced).decode_utf8_lossy().into_owned())
    } else {
        percent_decode_str(text).decode_utf8_lossy()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_lists_are_read_in_the_order_of_numbers() {
        let sent = "Tags.member.10.Key=j&Tags.member.2.Key=b%2Bc&Tags.member.2.Value=x+y\
                    &Filter.1.Name=tag%3Aa&Filter.1.Value.1=p&Filter.1.Value.2=q&NotificationARNs=";
        let params = Params::parse(sent).unwrap();
        let tags = params.list("Tags").unwrap();
        assert_eq!(tags[0].text("Key"), Some("b+c"));
        assert_eq!(tags[0].text("Value"), Some("x y"));
        assert_eq!(tags[1].text("Key"), Some("j"));
        let filter = params.list("Filter").unwrap()[0];
        assert_eq!(filter.text("Name"), Some("tag:a"));
        assert_eq!(filter.texts("Value"), ["p", "q"]);
        assert_eq!(params.list("NotificationARNs"), Some(Vec::new()));
        assert_eq!(params.list("Capabilities"), None);
    }

    #[test]
    fn a_hostile_name_is_refused() {
        assert!(Params::parse(&format!("{}=1", "a.".repeat(100_000))).is_err());
    }
}
