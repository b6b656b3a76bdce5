//! Server-sent events, as bytes come in: lines are cut anywhere.

/// One event of the stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Message {
    /// `event:`; `message` where it is left out.
    pub(super) kind: String,
    /// `data:`, several lines of it with line ends between them.
    pub(super) data: String,
}

/// What has come of a stream and is no whole event yet.
#[derive(Debug, Default)]
pub(super) struct Sse {
    line: Vec<u8>,
    kind: String,
    data: Option<String>,
}

impl Sse {
    /// Takes the next bytes; the events that they complete.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<Message> {
        let mut complete = Vec::new();
        for byte in bytes {
            if *byte != b'\n' {
                self.line.push(*byte);
                continue;
            }
            let line = String::from_utf8_lossy(&self.line).into_owned();
            self.line.clear();
            complete.extend(self.line(line.strip_suffix('\r').unwrap_or(&line)));
        }
        complete
    }

    /// A line: a field, or the end of an event. What begins with a colon is a heart-beat.
    fn line(&mut self, line: &str) -> Option<Message> {
        if line.is_empty() {
            let kind = std::mem::take(&mut self.kind);
            let data = self.data.take()?;
            let kind = if kind.is_empty() {
                "message".to_owned()
            } else {
                kind
            };
            return Some(Message { kind, data });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.kind),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            // The id is in the data too; comments and unknown fields mean nothing.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_out_wherever_the_stream_is_cut() {
        let stream = ": beat\n\nid: 7\nevent: Declared\ndata: {\"a\":\ndata: \"ü\"}\n\n\
                      event: end\r\ndata:\r\n\r\ndata: last\n";
        let message = |kind: &str, data: &str| Message {
            kind: kind.to_owned(),
            data: data.to_owned(),
        };
        let expected = [message("Declared", "{\"a\":\n\"ü\"}"), message("end", "")];
        for size in 1..=stream.len() {
            let mut sse = Sse::default();
            let pieces = stream.as_bytes().chunks(size);
            let found: Vec<_> = pieces.flat_map(|piece| sse.take(piece)).collect();
            assert_eq!(found, expected, "in pieces of {size}");
        }
    }
}
