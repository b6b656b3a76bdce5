//! What begins with `$` or a backtick.

use super::{Lexer, push_text};
use crate::bootstrap::shell::{Form, Part, SyntaxError, Word, compile};

impl Lexer {
    pub(super) fn backticks(&mut self, word: &mut Word, quoted: bool) -> Result<(), SyntaxError> {
        let line = self.line;
        self.take();
        let mut script = String::new();
        loop {
            match self.take() {
                Some('`') => break,
                Some(other) => script.push(other),
                None => return self.error("a ` is not closed"),
            }
        }
        word.parts.push(output(script, quoted, line)?);
        Ok(())
    }

    pub(super) fn dollar(&mut self, word: &mut Word, quoted: bool) -> Result<(), SyntaxError> {
        self.take();
        if self.looking_at("((") {
            self.at += 2;
            let inner = self.until_closed()?;
            if self.take() != Some(')') {
                return self.error("$(( is not closed by ))");
            }
            word.parts.push(Part::Number(inner));
            return Ok(());
        }
        match self.peek() {
            Some('(') => {
                let line = self.line;
                self.take();
                let script = self.until_closed()?;
                word.parts.push(output(script, quoted, line)?);
            }
            Some('{') => {
                self.take();
                let (mut inner, mut depth) = (String::new(), 1);
                loop {
                    let Some(next) = self.take() else {
                        return self.error("${ is not closed");
                    };
                    match next {
                        '{' if inner.ends_with('$') => depth += 1,
                        '}' => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                    inner.push(next);
                }
                let part = self.braces(&inner, quoted)?;
                word.parts.push(part);
            }
            Some(next) if is_name(next) && !next.is_ascii_digit() => {
                let mut name = String::new();
                while let Some(next) = self.peek().filter(|next| is_name(*next)) {
                    name.push(next);
                    self.take();
                }
                word.parts.push(plain(name, quoted));
            }
            Some(next) if next.is_ascii_digit() || "?#@*$".contains(next) => {
                self.take();
                word.parts.push(plain(next.to_string(), quoted));
            }
            Some('\'') if !quoted => return self.error("$'…' is not acted out"),
            _ => push_text(word, "$"),
        }
        Ok(())
    }

    fn braces(&self, inner: &str, quoted: bool) -> Result<Part, SyntaxError> {
        let length = inner.chars().take_while(|one| is_name(*one)).count();
        let length = if length == 0 && "?#@*".contains(inner) {
            inner.len()
        } else {
            length
        };
        let (name, rest) = inner.split_at(length.min(inner.len()));
        let form = if rest.is_empty() {
            Form::Plain
        } else if let Some(usual) = rest.strip_prefix(":-").or(rest.strip_prefix('-')) {
            // The usual value may itself be a variable, and no more than that.
            let name = usual
                .strip_prefix('$')
                .map(|name| name.trim_matches(['{', '}']));
            let is_simple = match name {
                Some(name) => name.chars().all(is_name),
                None => !usual.contains(['$', '`']),
            };
            if !is_simple {
                return self.error(format!("the expansion ${{{inner}}} is not acted out"));
            }
            Form::Default(usual.to_owned())
        } else if let Some((from, to)) = rest
            .strip_prefix("//")
            .map(|rest| rest.split_once('/').unwrap_or((rest, "")))
        {
            Form::Replace {
                from: from.to_owned(),
                to: to.to_owned(),
            }
        } else {
            return self.error(format!("the expansion ${{{inner}}} is not acted out"));
        };
        if name.is_empty() {
            return self.error(format!("the expansion ${{{inner}}} is not acted out"));
        }
        let name = name.to_owned();
        Ok(Part::Variable { name, form, quoted })
    }

    /// What stands up to the parenthesis that closes the one before.
    pub(super) fn until_closed(&mut self) -> Result<String, SyntaxError> {
        let (mut inner, mut depth, mut quote) = (String::new(), 1, None);
        loop {
            let Some(next) = self.take() else {
                return self.error("a ( is not closed");
            };
            match (quote, next) {
                (None, '(') => depth += 1,
                (None, ')') => depth -= 1,
                (None, '\'' | '"') => quote = Some(next),
                (Some(open), close) if open == close => quote = None,
                _ => {}
            }
            if depth == 0 {
                return Ok(inner);
            }
            inner.push(next);
            if next == '\\' && quote != Some('\'') {
                inner.extend(self.take());
            }
        }
    }
}

/// `$(…)`, read now so that what it cannot do is refused before anything is done.
fn output(script: String, quoted: bool, line: usize) -> Result<Part, SyntaxError> {
    match compile(&script, 0) {
        Ok(_) => Ok(Part::Output { script, quoted }),
        Err(error) => Err(SyntaxError {
            line: line + error.line - 1,
            what: error.what,
        }),
    }
}

fn plain(name: String, quoted: bool) -> Part {
    Part::Variable {
        name,
        form: Form::Plain,
        quoted,
    }
}

fn is_name(one: char) -> bool {
    one.is_ascii_alphanumeric() || one == '_'
}
