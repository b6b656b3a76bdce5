//! Words become texts: variables, outputs and sums put in, then split at blanks.

use super::frame::{Halt, Script};
use super::machine::{Around, Machine};
use super::shell::{Form, Part, Word};

/// A piece of a word's text, and whether it may be split.
type Piece = (String, bool);

impl Script {
    /// The words of a command line, and the seconds that `$(…)` in them took.
    ///
    /// # Errors
    /// What cannot be acted out.
    pub(super) fn expand(
        &self,
        words: &[Word],
        machine: &mut Machine,
        around: &mut Around<'_>,
    ) -> Result<(Vec<String>, f64), Halt> {
        let (mut out, mut total_s) = (Vec::new(), 0.0);
        for word in words {
            // "$@" is as many words as there are arguments.
            if let [Part::Variable { name, .. }] = word.parts.as_slice()
                && name == "@"
            {
                out.extend(self.args.iter().cloned());
                continue;
            }
            let (pieces, _, cost_s) = self.pieces(word, machine, around)?;
            total_s += cost_s;
            split(pieces, word.quoted, &mut out);
        }
        Ok((out, total_s))
    }

    /// A word as one text that is not split, the status of the last `$(…)` in it, and the
    /// seconds that those took.
    ///
    /// # Errors
    /// What cannot be acted out.
    pub(super) fn text(
        &self,
        word: &Word,
        machine: &mut Machine,
        around: &mut Around<'_>,
    ) -> Result<(String, i32, f64), Halt> {
        let (pieces, status, cost_s) = self.pieces(word, machine, around)?;
        let text = pieces.into_iter().map(|(text, _)| text).collect();
        Ok((text, status, cost_s))
    }

    fn pieces(
        &self,
        word: &Word,
        machine: &mut Machine,
        around: &mut Around<'_>,
    ) -> Result<(Vec<Piece>, i32, f64), Halt> {
        let (mut pieces, mut last, mut total_s) = (Vec::new(), 0, 0.0);
        for part in &word.parts {
            pieces.push(match part {
                Part::Text(text) => (text.clone(), false),
                Part::Variable { name, form, quoted } => {
                    if self.needs_variables && *form == Form::Plain && !self.is_set(name) {
                        return Err(Halt::Unset(name.clone()));
                    }
                    let value = self.variable(name, machine, around);
                    (formed(value, form, self, machine, around), !quoted)
                }
                Part::Output { script, quoted } => {
                    let (text, status, cost_s) = self.output_of(script, machine, around)?;
                    last = status;
                    total_s += cost_s;
                    (text, !quoted)
                }
                Part::Number(sum) => (self.sum(sum, machine, around)?.to_string(), false),
            });
        }
        Ok((pieces, last, total_s))
    }

    fn is_set(&self, name: &str) -> bool {
        let own = ["?", "#", "@", "*", "$", "SECONDS", "HOSTNAME", "HOME"];
        match name.parse::<usize>() {
            Ok(number) => number <= self.args.len(),
            Err(_) => own.contains(&name) || self.variables.contains_key(name),
        }
    }

    fn variable(&self, name: &str, machine: &Machine, around: &Around<'_>) -> String {
        let found = self.variables.get(name).cloned();
        match name {
            "?" => self.status.to_string(),
            "#" => self.args.len().to_string(),
            "@" | "*" => self.args.join(" "),
            "$" => "1".to_owned(),
            "SECONDS" => found.unwrap_or_else(|| {
                let passed = around.now - self.began.unwrap_or(around.now);
                passed.num_seconds().max(0).to_string()
            }),
            "HOSTNAME" => found.unwrap_or_else(|| machine.host_name()),
            "HOME" => found.unwrap_or_else(|| "/root".to_owned()),
            other => match other.parse::<usize>() {
                Ok(0) => "bash".to_owned(),
                Ok(number) => self.args.get(number - 1).cloned().unwrap_or_default(),
                Err(_) => found.unwrap_or_default(),
            },
        }
    }

    /// `$((…))`: numbers and variables with `+`, `-` and `*`, from left to right.
    fn sum(&self, text: &str, machine: &Machine, around: &Around<'_>) -> Result<i64, String> {
        let refusal = || format!("the arithmetic $(({text}))");
        let spaced = ["+", "-", "*"].iter().fold(text.to_owned(), |text, sign| {
            text.replace(sign, &format!(" {sign} "))
        });
        let (mut total, mut sign) = (0_i64, "+");
        let mut wants_number = true;
        for piece in spaced.split_whitespace() {
            if ["+", "-", "*"].contains(&piece) {
                if wants_number {
                    return Err(refusal());
                }
                (sign, wants_number) = (piece, true);
                continue;
            }
            let name = piece.trim_start_matches('$');
            let name = name.trim_start_matches('{').trim_end_matches('}');
            let number = name.parse::<i64>().or_else(|_| {
                let value = self.variable(name, machine, around);
                let value = if value.is_empty() { "0" } else { &value };
                value.parse::<i64>()
            });
            let number = number.map_err(|_| refusal())?;
            let next = match (wants_number, sign) {
                (false, _) => return Err(refusal()),
                (true, "-") => total.checked_sub(number),
                (true, "*") => total.checked_mul(number),
                (true, _) => total.checked_add(number),
            };
            total = next.ok_or_else(refusal)?;
            wants_number = false;
        }
        if wants_number {
            Err(refusal())
        } else {
            Ok(total)
        }
    }
}

fn formed(
    value: String,
    form: &Form,
    script: &Script,
    machine: &Machine,
    around: &Around<'_>,
) -> String {
    match form {
        Form::Plain => value,
        // The usual value may itself be a variable, and no more than that.
        Form::Default(usual) if value.is_empty() => match usual.strip_prefix('$') {
            Some(name) => {
                let name = name.trim_start_matches('{').trim_end_matches('}');
                script.variable(name, machine, around)
            }
            None => usual.trim_matches(['"', '\'']).to_owned(),
        },
        Form::Default(_) => value,
        Form::Replace { from, to } => value.replace(from.as_str(), to),
    }
}

/// Splits what may be split at blanks; what touches without a blank is one word.
fn split(pieces: Vec<Piece>, quoted: bool, out: &mut Vec<String>) {
    let (mut open, mut is_open) = (String::new(), quoted);
    for (text, splits) in pieces {
        if !splits {
            is_open |= !text.is_empty();
            open.push_str(&text);
            continue;
        }
        let mut rest = text.as_str();
        while let Some(blank) = rest.find(char::is_whitespace) {
            let (word, after) = rest.split_at(blank);
            open.push_str(word);
            if !open.is_empty() {
                out.push(std::mem::take(&mut open));
            }
            is_open = false;
            rest = after.trim_start();
        }
        is_open |= !rest.is_empty();
        open.push_str(rest);
    }
    if is_open {
        out.push(open);
    }
}
