//! The fields of a line of text. Names, providers' words and whatever else others wrote is
//! among their values: it begins no line, and does nothing to a terminal.

use std::fmt::{self, Debug, Write as _};

use tracing::field::Field;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::{Writer, debug_fn};

/// As `tracing-subscriber` writes them, with every control character escaped, where it escapes
/// some of some values.
pub(super) fn escaped() -> impl for<'writer> FormatFields<'writer> + Send + Sync + 'static {
    debug_fn(write).delimited(" ")
}

fn write(writer: &mut Writer<'_>, field: &Field, value: &dyn Debug) -> fmt::Result {
    let (dim, plain) = match writer.has_ansi_escapes() {
        true => ("\u{1b}[2m", "\u{1b}[0m"),
        false => ("", ""),
    };
    if field.name() != "message" {
        write!(writer, "{dim}{}={plain}", field.name())?;
    }
    write!(Escaping(writer), "{value:?}")
}

struct Escaping<'a, 'writer>(&'a mut Writer<'writer>);

impl fmt::Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| match is_harmless(c) {
            true => self.0.write_char(c),
            false => write!(self.0, "{}", c.escape_default()),
        })
    }
}

/// Whether a character stays where it is: the others move the cursor, begin lines, or turn
/// the text that follows them around.
fn is_harmless(c: char) -> bool {
    let turns = matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !c.is_control() && !turns
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_others_wrote_begins_no_line_and_paints_nothing() {
        let lines = Lines::default();
        let keep = lines.clone();
        let layer = tracing_subscriber::fmt::layer()
            .fmt_fields(escaped())
            .with_writer(move || keep.clone())
            .with_ansi(false)
            .without_time();
        let hostile = "a\r\nERROR forged \u{1b}[31mred\u{9b}2J\u{7}\u{202e}z\u{2028}é";
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            let span = tracing::info_span!("pass", by_debug = ?hostile, by_display = %hostile);
            let _inside = span.entered();
            tracing::info!(text = hostile, error = %hostile, number = 7, "said {hostile}");
        });
        let told = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert_eq!(told.lines().count(), 1, "{told}");
        assert!(told.trim_end().chars().all(is_harmless), "{told:?}");
        assert_eq!(told.matches("forged").count(), 5, "{told}");
        assert!(told.contains(" number=7"), "{told}");
        assert!(told.contains('é'), "{told}");
    }
}
