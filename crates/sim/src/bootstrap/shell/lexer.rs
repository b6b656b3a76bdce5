//! From text to words, operators and redirections.

mod expansion;

use super::{Part, Redirect, SyntaxError, Word};

/// A piece of a script.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Word(Word),
    Operator(&'static str),
    Redirect(Redirect),
    Newline,
}

/// The longest come first, so that `&&` is not two `&`.
const OPERATORS: [&str; 8] = ["&&", "||", ";;", ";", "|", "&", "(", ")"];

/// A here-document whose body comes after the line: where its token is, its end, whether
/// its body is expanded, whether leading tabs go.
struct Pending {
    token: usize,
    end: String,
    expands: bool,
    strips: bool,
}

/// Cuts a script up; each token comes with its line.
pub(super) fn lex(text: &str) -> Result<Vec<(usize, Token)>, SyntaxError> {
    let mut lexer = Lexer::new(text);
    let mut tokens: Vec<(usize, Token)> = Vec::new();
    let mut pending: Vec<Pending> = Vec::new();
    loop {
        lexer.skip_blanks();
        let line = lexer.line;
        let Some(next) = lexer.peek() else {
            return Ok(tokens);
        };
        if next == '\n' {
            lexer.take();
            tokens.push((line, Token::Newline));
            for one in pending.drain(..) {
                let body = lexer.here_document(&one)?;
                if let Some(token) = tokens.get_mut(one.token) {
                    token.1 = Token::Redirect(Redirect::Input(body));
                }
            }
        } else if let Some(redirect) = lexer.redirect(tokens.len(), &mut pending)? {
            tokens.push((line, Token::Redirect(redirect)));
        } else if let Some(operator) = OPERATORS.into_iter().find(|one| lexer.looking_at(one)) {
            lexer.at += operator.len();
            tokens.push((line, Token::Operator(operator)));
        } else {
            tokens.push((line, Token::Word(lexer.word()?)));
        }
    }
}

struct Lexer {
    text: Vec<char>,
    at: usize,
    line: usize,
}

impl Lexer {
    fn new(text: &str) -> Self {
        Self {
            text: text.replace("\r\n", "\n").chars().collect(),
            at: 0,
            line: 1,
        }
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        if next == '\n' {
            self.line += 1;
        }
        Some(next)
    }

    fn looking_at(&self, wanted: &str) -> bool {
        let here = self.text.get(self.at..).unwrap_or_default();
        wanted.chars().count() <= here.len() && wanted.chars().zip(here).all(|(a, b)| a == *b)
    }

    fn error<T>(&self, what: impl Into<String>) -> Result<T, SyntaxError> {
        Err(SyntaxError {
            line: self.line,
            what: what.into(),
        })
    }

    fn skip_blanks(&mut self) {
        loop {
            if self.looking_at("\\\n") {
                self.at += 1;
                self.take();
            } else if self.peek() == Some('#') {
                while self.peek().is_some_and(|next| next != '\n') {
                    self.take();
                }
            } else if self.peek().is_some_and(|next| next == ' ' || next == '\t') {
                self.take();
            } else {
                return;
            }
        }
    }

    /// A redirection, if one begins here.
    fn redirect(
        &mut self,
        token: usize,
        pending: &mut Vec<Pending>,
    ) -> Result<Option<Redirect>, SyntaxError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let digits = rest.iter().take_while(|one| one.is_ascii_digit()).count();
        let both = rest.first() == Some(&'&') && rest.get(1) == Some(&'>');
        let before = if both { 1 } else { digits };
        if !matches!(rest.get(before), Some('<' | '>')) {
            return Ok(None);
        }
        let errors = rest.first() == Some(&'2');
        self.at += before;
        let known = ["<<<", "<<-", "<<", ">>", ">&", "<&", ">", "<"];
        let operator = known.into_iter().find(|one| self.looking_at(one));
        let operator = operator.unwrap_or(">");
        self.at += operator.len();
        self.skip_blanks();
        if self.looking_at(">(") || self.looking_at("<(") {
            self.at += 2;
            self.until_closed()?;
            return Ok(Some(Redirect::Other));
        }
        let target = self.word()?;
        Ok(Some(match operator {
            "<<" | "<<-" => {
                let end = target.parts.iter().map(|part| match part {
                    Part::Text(text) => text.as_str(),
                    Part::Variable { .. } | Part::Output { .. } | Part::Number(_) => "",
                });
                pending.push(Pending {
                    token,
                    end: end.collect(),
                    expands: !target.quoted,
                    strips: operator == "<<-",
                });
                Redirect::Other
            }
            "<<<" => Redirect::Input(target),
            "<" => Redirect::From(target),
            ">" | ">>" if !errors => Redirect::Out {
                to: target,
                append: operator == ">>",
            },
            _ => Redirect::Other,
        }))
    }

    fn here_document(&mut self, wanted: &Pending) -> Result<Word, SyntaxError> {
        let (mut body, first_line) = (String::new(), self.line);
        loop {
            if self.peek().is_none() {
                return self.error(format!("the here-document has no end `{}`", wanted.end));
            }
            let mut line = String::new();
            while let Some(next) = self.take().filter(|next| *next != '\n') {
                line.push(next);
            }
            let shown = if wanted.strips {
                line.trim_start_matches('\t')
            } else {
                &line
            };
            if shown == wanted.end {
                break;
            }
            body.push_str(shown);
            body.push('\n');
        }
        let mut word = Word {
            parts: Vec::new(),
            quoted: true,
        };
        if wanted.expands {
            let mut inner = Self::new(&body);
            inner.line = first_line;
            inner.quoted(&mut word, None)?;
        } else {
            word.parts.push(Part::Text(body));
        }
        Ok(word)
    }

    fn word(&mut self) -> Result<Word, SyntaxError> {
        let mut word = Word::default();
        while let Some(next) = self.peek() {
            match next {
                ' ' | '\t' | '\n' | ';' | '&' | '|' | '(' | ')' | '<' | '>' => break,
                '\'' => {
                    self.take();
                    word.quoted = true;
                    let mut text = String::new();
                    loop {
                        match self.take() {
                            Some('\'') => break,
                            Some(other) => text.push(other),
                            None => return self.error("a quote ' is not closed"),
                        }
                    }
                    push_text(&mut word, &text);
                }
                '"' => {
                    self.take();
                    word.quoted = true;
                    self.quoted(&mut word, Some('"'))?;
                }
                '\\' => {
                    self.take();
                    match self.take() {
                        Some('\n') | None => {}
                        Some(other) => {
                            word.quoted = true;
                            push_text(&mut word, &other.to_string());
                        }
                    }
                }
                '$' => self.dollar(&mut word, false)?,
                '`' => self.backticks(&mut word, false)?,
                other => {
                    self.take();
                    push_text(&mut word, &other.to_string());
                }
            }
        }
        if word.parts.is_empty() && !word.quoted {
            return self.error("a word is missing");
        }
        Ok(word)
    }

    /// Everything up to `end`, or to the end of the text, as between double quotes.
    fn quoted(&mut self, word: &mut Word, end: Option<char>) -> Result<(), SyntaxError> {
        loop {
            match self.peek() {
                None if end.is_none() => return Ok(()),
                None => return self.error("a quote \" is not closed"),
                Some(next) if Some(next) == end => {
                    self.take();
                    return Ok(());
                }
                Some('\\') => {
                    self.take();
                    match self.take() {
                        Some('\n') | None => {}
                        Some(other @ ('$' | '`' | '"' | '\\')) => {
                            push_text(word, &other.to_string());
                        }
                        Some(other) => push_text(word, &format!("\\{other}")),
                    }
                }
                Some('$') => self.dollar(word, true)?,
                Some('`') => self.backticks(word, true)?,
                Some(other) => {
                    self.take();
                    push_text(word, &other.to_string());
                }
            }
        }
    }
}

fn push_text(word: &mut Word, text: &str) {
    if let Some(Part::Text(last)) = word.parts.last_mut() {
        last.push_str(text);
    } else {
        word.parts.push(Part::Text(text.to_owned()));
    }
}
