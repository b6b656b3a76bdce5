//! Columns as wide as their longest word.

/// Between two columns.
const GAP: &str = "   ";

/// Lines up rows of words; the last column is not padded. Every row has as many words as
/// the first.
pub fn align(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let words = rows.iter().filter_map(|row| row.get(column));
        words.map(|word| shown(word)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (word, width) in row.iter().zip(&widths) {
            line.push_str(word);
            line.push_str(&" ".repeat(width - shown(word)));
            line.push_str(GAP);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// How many places a word takes: colours take none.
fn shown(word: &str) -> usize {
    let mut count = 0;
    let mut in_colour = false;
    for c in word.chars() {
        match c {
            '\u{1b}' => in_colour = true,
            'm' if in_colour => in_colour = false,
            _ if in_colour => {}
            _ => count += 1,
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_umlauts_do_not_shift_columns() {
        let row = |words: [&str; 3]| words.map(str::to_owned).to_vec();
        let rows = [
            row(["NAME", "READY", "AGE"]),
            row(["äöü-1", "\u{1b}[32mTrue\u{1b}[0m", "5s"]),
        ];
        let text = align(&rows);
        assert_eq!(
            text,
            "NAME    READY   AGE\näöü-1   \u{1b}[32mTrue\u{1b}[0m    5s\n"
        );
    }
}
