//! One message, and the digests by which a client proves that it arrived whole.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use md5::{Digest, Md5};

/// A value that travels beside the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageAttribute {
    /// `String`, `Number` or `Binary`, perhaps with a label after a dot.
    pub data_type: String,
    /// The bytes: a text's are UTF-8.
    pub value: Vec<u8>,
}

impl MessageAttribute {
    /// Whether the value is sent as bytes and not as text.
    pub fn is_binary(&self) -> bool {
        self.data_type == "Binary" || self.data_type.starts_with("Binary.")
    }
}

/// What a sender hands over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewMessage {
    /// The text.
    pub body: String,
    /// What travels beside it.
    pub attributes: BTreeMap<String, MessageAttribute>,
    /// Seconds until it can be received; the queue's own delay unless told.
    pub delay_s: Option<i64>,
}

impl NewMessage {
    /// A message that is only a text.
    pub fn of(body: String) -> Self {
        Self {
            body,
            ..Self::default()
        }
    }

    /// What counts against the greatest size: the body and everything beside it, in bytes.
    pub fn size(&self) -> usize {
        let beside = self.attributes.iter();
        let beside = beside.map(|(name, one)| name.len() + one.data_type.len() + one.value.len());
        self.body.len() + beside.sum::<usize>()
    }
}

/// A message that a queue holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// A UUID; a message that is delivered twice has it twice.
    pub id: String,
    /// The text.
    pub body: String,
    /// What travels beside it.
    pub attributes: BTreeMap<String, MessageAttribute>,
    /// Who sent it: a principal's id.
    pub sender: String,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// From when on it can be received.
    pub visible_at: DateTime<Utc>,
    /// When it was received first.
    pub first_received_at: Option<DateTime<Utc>>,
    /// How often it was received.
    pub received: u32,
    /// What its last receiver holds.
    pub receipt: Option<String>,
    /// The ARN of the queue that gave it up.
    pub dead_from: Option<String>,
}

impl Message {
    /// Whether it can be received.
    pub fn is_visible(&self, now: DateTime<Utc>) -> bool {
        self.visible_at <= now
    }

    /// Whether a receiver has it.
    pub fn is_in_flight(&self, now: DateTime<Utc>) -> bool {
        !self.is_visible(now) && self.receipt.is_some()
    }

    /// Whether it waits for its first delivery.
    pub fn is_delayed(&self, now: DateTime<Utc>) -> bool {
        !self.is_visible(now) && self.receipt.is_none()
    }
}

/// MD5 of a text, in lower-case hexadecimal digits.
pub fn md5_of(text: &str) -> String {
    hex::encode(Md5::digest(text.as_bytes()))
}

/// MD5 of attributes as SQS defines it: by name, each part with its length before it;
/// `None` when there are none.
pub fn md5_of_attributes(attributes: &BTreeMap<String, MessageAttribute>) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut written = Vec::new();
    for (name, attribute) in attributes {
        write_part(&mut written, name.as_bytes());
        write_part(&mut written, attribute.data_type.as_bytes());
        written.push(if attribute.is_binary() { 2 } else { 1 });
        write_part(&mut written, &attribute.value);
    }
    Some(hex::encode(Md5::digest(&written)))
}

fn write_part(written: &mut Vec<u8>, part: &[u8]) {
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    written.extend(length.to_be_bytes());
    written.extend(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_digested_by_name_with_their_lengths() {
        let attribute = |data_type: &str, value: &[u8]| MessageAttribute {
            data_type: data_type.to_owned(),
            value: value.to_vec(),
        };
        let both = BTreeMap::from([
            ("b".to_owned(), attribute("Binary", &[0, 255])),
            ("a".to_owned(), attribute("String", b"x")),
        ]);
        let bytes = b"\0\0\0\x01a\0\0\0\x06String\x01\0\0\0\x01x\
                      \0\0\0\x01b\0\0\0\x06Binary\x02\0\0\0\x02\0\xff";
        let wanted = hex::encode(Md5::digest(bytes));
        assert_eq!(md5_of_attributes(&both), Some(wanted));
        assert_eq!(md5_of_attributes(&BTreeMap::new()), None);
        assert_eq!(md5_of("hello"), "5d41402abc4b2a76b9719d911017c592");
    }
}
