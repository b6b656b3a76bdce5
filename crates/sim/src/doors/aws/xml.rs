//! XML as AWS writes it: elements with text or with elements, and a root that
//! names its namespace.

use chrono::{DateTime, SecondsFormat, Utc};
use quick_xml::escape::escape;

/// One element. Built by value, written once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    name: String,
    namespace: Option<&'static str>,
    content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Text(String),
    Elements(Vec<Element>),
}

impl Element {
    /// An element without content, to be filled.
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            namespace: None,
            content: Content::Elements(Vec::new()),
        }
    }

    /// An element that holds text only. Escaping happens when it is written.
    pub(crate) fn text(name: impl Into<String>, text: impl ToString) -> Self {
        Self {
            name: name.into(),
            namespace: None,
            content: Content::Text(text.to_string()),
        }
    }

    /// Declares the default namespace here.
    pub(crate) fn namespace(mut self, namespace: &'static str) -> Self {
        self.namespace = Some(namespace);
        self
    }

    /// The same content under another name.
    pub(crate) fn renamed(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The elements inside, without this one around them.
    pub(crate) fn into_children(self) -> Vec<Self> {
        match self.content {
            Content::Elements(children) => children,
            Content::Text(_) => Vec::new(),
        }
    }

    /// Appends an element; text that was there makes way for it.
    pub(crate) fn with(mut self, child: Self) -> Self {
        match &mut self.content {
            Content::Elements(children) => children.push(child),
            Content::Text(_) => self.content = Content::Elements(vec![child]),
        }
        self
    }

    /// Appends each of these elements.
    pub(crate) fn with_all(self, children: impl IntoIterator<Item = Self>) -> Self {
        children.into_iter().fold(self, Self::with)
    }

    /// Appends a text element.
    pub(crate) fn field(self, name: &str, value: impl ToString) -> Self {
        self.with(Self::text(name, value))
    }

    /// Appends a text element if there is a value; AWS leaves absent ones out.
    pub(crate) fn optional(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.field(name, value),
            None => self,
        }
    }

    /// Appends `<name><item>…</item>…</name>`, `item` being what the protocol calls
    /// a list's entry (`member` in the query protocol, `item` in EC2's).
    pub(crate) fn list<T>(
        self,
        name: &str,
        item: &str,
        entries: impl IntoIterator<Item = T>,
        mut fill: impl FnMut(Self, T) -> Self,
    ) -> Self {
        let entries = entries
            .into_iter()
            .map(|entry| fill(Self::new(item), entry));
        self.with(Self::new(name).with_all(entries))
    }

    /// Appends a list of texts.
    pub(crate) fn texts<T: ToString>(
        self,
        name: &str,
        item: &str,
        entries: impl IntoIterator<Item = T>,
    ) -> Self {
        let entries = entries.into_iter().map(|entry| Self::text(item, entry));
        self.with(Self::new(name).with_all(entries))
    }

    /// The whole document, with its declaration.
    pub(crate) fn document(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        if let Some(namespace) = self.namespace {
            out.push_str(" xmlns=\"");
            out.push_str(&escape(namespace));
            out.push('"');
        }
        out.push('>');
        match &self.content {
            Content::Text(text) => write_text(text, out),
            Content::Elements(children) => children.iter().for_each(|child| child.write(out)),
        }
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }
}

/// `2026-01-01T00:00:00.000Z`, as all AWS protocols that speak XML write a time.
pub(crate) fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A reader turns a bare carriage return into a line feed and refuses characters
/// that XML 1.0 does not have, so the first is written as a reference and the
/// others as the replacement character.
fn write_text(text: &str, out: &mut String) {
    for c in escape(text).chars() {
        match c {
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' | '\u{20}'..='\u{fffd}' | '\u{10000}'.. => out.push(c),
            _ => out.push('\u{fffd}'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_survives_a_reader() {
        let element = Element::new("A")
            .namespace("urn:x")
            .field("B", "<&>\"'\r\n\u{1}é");
        assert_eq!(
            element.document(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<A xmlns=\"urn:x\">\
             <B>&lt;&amp;&gt;&quot;&apos;&#13;\n\u{fffd}é</B></A>"
        );
    }
}
