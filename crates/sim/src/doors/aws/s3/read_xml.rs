//! The two XML bodies that S3 takes here, flattened: each text with its path.

use quick_xml::Reader;
use quick_xml::events::Event;

/// `Delete/Object/Key` and its text, for each text element in order.
///
/// # Errors
/// What is not well-formed.
pub(super) fn texts(document: &str) -> Result<Vec<(String, String)>, String> {
    let mut reader = Reader::from_str(document);
    let mut path: Vec<String> = Vec::new();
    let mut text = String::new();
    let mut found = Vec::new();
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => {
                path.push(start.local_name().as_ref().to_owned());
                text.clear();
            }
            Event::Text(piece) => text.push_str(&piece.xml10_content()),
            Event::CData(piece) => text.push_str(&piece.xml10_content()),
            Event::GeneralRef(reference) => {
                let written = format!("&{};", &*reference.xml10_content());
                let meant = quick_xml::escape::unescape(&written);
                text.push_str(&meant.map_err(|error| error.to_string())?);
            }
            Event::End(_) => {
                if !text.trim().is_empty() {
                    found.push((path.join("/"), std::mem::take(&mut text)));
                }
                path.pop();
            }
            Event::Eof if path.is_empty() => return Ok(found),
            Event::Eof => return Err("the document ends early".to_owned()),
            Event::Empty(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved() {
        let sent = "<?xml version=\"1.0\"?><Delete xmlns=\"u\"><Object><Key>a&amp;&#x41;&lt;</Key>\
                    </Object>\n<Object><Key>b</Key></Object><Quiet>true</Quiet></Delete>";
        let found = texts(sent).unwrap();
        let key = |text: &str| ("Delete/Object/Key".to_owned(), text.to_owned());
        assert_eq!(found[..2], [key("a&A<"), key("b")]);
        assert_eq!(found[2].0, "Delete/Quiet");
        assert!(texts("<Delete><Object>").is_err());
    }
}
