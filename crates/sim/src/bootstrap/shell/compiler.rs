//! From words to steps.

use super::lexer::{Token, lex};
use super::refused::{is_of_files, refusal};
use super::{Code, Command, Op, SyntaxError};

/// The steps of a script that will stand from position `base` on.
///
/// They do not end by themselves: whoever appends them says with what.
pub(in super::super) fn compile(text: &str, base: usize) -> Result<Vec<Op>, SyntaxError> {
    let mut compiler = Compiler {
        tokens: lex(text)?,
        at: 0,
        code: Vec::new(),
        base,
        loops: Vec::new(),
    };
    compiler.list(&[], true)?;
    match compiler.peek() {
        None => Ok(compiler.code),
        Some(_) => compiler.unexpected(),
    }
}

struct Compiler {
    tokens: Vec<(usize, Token)>,
    at: usize,
    code: Vec<Op>,
    base: usize,
    loops: Vec<Loop>,
}

/// A loop around what is being read.
struct Loop {
    start: usize,
    is_for: bool,
    /// Jumps that are to lead out of it.
    breaks: Vec<usize>,
}

impl Compiler {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    fn line(&self) -> usize {
        let here = self.tokens.get(self.at).or(self.tokens.last());
        here.map_or(1, |(line, _)| *line)
    }

    fn keyword(&self) -> Option<&str> {
        match self.peek()? {
            Token::Word(word) => word.bare(),
            Token::Operator(_) | Token::Redirect(_) | Token::Newline => None,
        }
    }

    fn error<T>(&self, what: impl Into<String>) -> Result<T, SyntaxError> {
        Err(SyntaxError {
            line: self.line(),
            what: what.into(),
        })
    }

    fn unexpected<T>(&self) -> Result<T, SyntaxError> {
        match self.peek() {
            Some(Token::Operator("&")) => self.error("a background job (&) is not acted out"),
            Some(Token::Operator("(")) => self.error("a subshell ( … ) is not acted out"),
            Some(Token::Operator(operator)) => self.error(format!("`{operator}` is unexpected")),
            Some(Token::Word(word)) => {
                self.error(format!("`{}` is unexpected", word.bare().unwrap_or("…")))
            }
            Some(Token::Redirect(_)) => self.error("a redirection is unexpected"),
            Some(Token::Newline) | None => self.error("the script ends too early"),
        }
    }

    fn expect(&mut self, word: &str) -> Result<(), SyntaxError> {
        if self.keyword() == Some(word) {
            self.at += 1;
            return Ok(());
        }
        self.error(format!("`{word}` is missing"))
    }

    fn here(&self) -> usize {
        self.base + self.code.len()
    }

    fn emit(&mut self, code: Code) -> usize {
        let line = self.line();
        self.code.push(Op { line, code });
        self.code.len() - 1
    }

    /// Lets the jump at `index` lead here.
    fn land(&mut self, index: usize) {
        let here = self.here();
        match self.code.get_mut(index).map(|op| &mut op.code) {
            Some(Code::Jump(to) | Code::JumpIf { to, .. }) => *to = here,
            Some(Code::Next { done, .. }) => *done = here,
            Some(Code::Define { after, .. }) => *after = here,
            Some(
                Code::Run { .. }
                | Code::Each(_)
                | Code::Drop
                | Code::Return
                | Code::Succeed
                | Code::End,
            )
            | None => {}
        }
    }

    /// Commands up to one of the words `ends`, which is not taken.
    fn list(&mut self, ends: &[&str], checked: bool) -> Result<(), SyntaxError> {
        loop {
            while matches!(self.peek(), Some(Token::Newline | Token::Operator(";"))) {
                self.at += 1;
            }
            if self.peek().is_none() || self.keyword().is_some_and(|word| ends.contains(&word)) {
                return Ok(());
            }
            self.and_or(checked)?;
            match self.peek() {
                None | Some(Token::Newline | Token::Operator(";")) => {}
                Some(Token::Word(_) | Token::Operator(_) | Token::Redirect(_)) => {
                    return self.unexpected();
                }
            }
        }
    }

    fn and_or(&mut self, checked: bool) -> Result<(), SyntaxError> {
        let start = self.code.len();
        self.pipeline(checked)?;
        loop {
            let success = match self.peek() {
                Some(Token::Operator("&&")) => false,
                Some(Token::Operator("||")) => true,
                _ => return Ok(()),
            };
            self.at += 1;
            // What && or || asks about is a condition.
            for op in self.code.iter_mut().skip(start) {
                if let Code::Run { checked, .. } = &mut op.code {
                    *checked = false;
                }
            }
            let jump = self.emit(Code::JumpIf { success, to: 0 });
            while self.peek() == Some(&Token::Newline) {
                self.at += 1;
            }
            self.pipeline(checked)?;
            self.land(jump);
        }
    }

    fn pipeline(&mut self, checked: bool) -> Result<(), SyntaxError> {
        let negated = self.keyword() == Some("!");
        if negated {
            self.at += 1;
        }
        if self.compound(checked && !negated)? {
            return if negated || self.peek() == Some(&Token::Operator("|")) {
                self.error("a compound command in a pipeline or after ! is not acted out")
            } else {
                Ok(())
            };
        }
        let line = self.line();
        let mut stages = vec![self.command()?];
        while self.peek() == Some(&Token::Operator("|")) {
            self.at += 1;
            stages.push(self.command()?);
        }
        self.code.push(Op {
            line,
            code: Code::Run {
                stages,
                negated,
                checked: checked && !negated,
            },
        });
        Ok(())
    }

    /// Reads a compound command, if one begins here; tells whether.
    fn compound(&mut self, checked: bool) -> Result<bool, SyntaxError> {
        let is_function = matches!(
            self.tokens.get(self.at + 1),
            Some((_, Token::Operator("(")))
        ) && self.keyword().is_some();
        if is_function {
            self.function()?;
            return Ok(true);
        }
        match self.keyword() {
            Some("if") => self.branch(checked)?,
            Some("while") => self.repeat(false, checked)?,
            Some("until") => self.repeat(true, checked)?,
            Some("for") => self.each(checked)?,
            Some("{") => {
                self.at += 1;
                self.list(&["}"], checked)?;
                self.expect("}")?;
            }
            Some("break") => self.leave(true)?,
            Some("continue") => self.leave(false)?,
            Some(word @ ("case" | "select" | "function" | "coproc" | "time")) => {
                let text = format!("`{word}` is not acted out");
                return self.error(text);
            }
            _ => return Ok(false),
        }
        while let Some(Token::Redirect(redirect)) = self.peek() {
            if is_of_files(redirect) {
                return self.error("a file for a compound command is not acted out");
            }
            self.at += 1;
        }
        Ok(true)
    }

    fn function(&mut self) -> Result<(), SyntaxError> {
        let name = self.keyword().unwrap_or_default().to_owned();
        self.at += 2;
        if self.peek() != Some(&Token::Operator(")")) {
            return self.error("a function is written as name() { … }");
        }
        self.at += 1;
        while self.peek() == Some(&Token::Newline) {
            self.at += 1;
        }
        let define = self.emit(Code::Define { name, after: 0 });
        self.expect("{")?;
        self.list(&["}"], true)?;
        self.expect("}")?;
        self.emit(Code::Return);
        self.land(define);
        Ok(())
    }

    fn branch(&mut self, checked: bool) -> Result<(), SyntaxError> {
        let mut ends = Vec::new();
        loop {
            // `if` or `elif`.
            self.at += 1;
            self.list(&["then"], false)?;
            self.expect("then")?;
            let miss = self.emit(Code::JumpIf {
                success: false,
                to: 0,
            });
            self.list(&["elif", "else", "fi"], checked)?;
            ends.push(self.emit(Code::Jump(0)));
            self.land(miss);
            match self.keyword() {
                Some("elif") => {}
                Some("else") => {
                    self.at += 1;
                    self.list(&["fi"], checked)?;
                    break;
                }
                _ => {
                    self.emit(Code::Succeed);
                    break;
                }
            }
        }
        self.expect("fi")?;
        for end in ends {
            self.land(end);
        }
        Ok(())
    }

    fn repeat(&mut self, until: bool, checked: bool) -> Result<(), SyntaxError> {
        self.at += 1;
        let start = self.here();
        self.loops.push(Loop {
            start,
            is_for: false,
            breaks: Vec::new(),
        });
        self.list(&["do"], false)?;
        let out = self.emit(Code::JumpIf {
            success: until,
            to: 0,
        });
        self.expect("do")?;
        self.list(&["done"], checked)?;
        self.emit(Code::Jump(start));
        self.expect("done")?;
        self.land(out);
        self.emit(Code::Succeed);
        self.land_breaks();
        Ok(())
    }

    fn each(&mut self, checked: bool) -> Result<(), SyntaxError> {
        self.at += 1;
        let Some(variable) = self.keyword().map(str::to_owned) else {
            return self.error("`for` needs the name of a variable");
        };
        self.at += 1;
        self.expect("in")?;
        let mut words = Vec::new();
        while let Some(Token::Word(word)) = self.peek() {
            words.push(word.clone());
            self.at += 1;
        }
        self.emit(Code::Each(words));
        while matches!(self.peek(), Some(Token::Newline | Token::Operator(";"))) {
            self.at += 1;
        }
        self.expect("do")?;
        let start = self.here();
        self.loops.push(Loop {
            start,
            is_for: true,
            breaks: Vec::new(),
        });
        let next = self.emit(Code::Next { variable, done: 0 });
        self.list(&["done"], checked)?;
        self.emit(Code::Jump(start));
        self.expect("done")?;
        self.land(next);
        self.land_breaks();
        Ok(())
    }

    fn land_breaks(&mut self) {
        for jump in self.loops.pop().map(|one| one.breaks).unwrap_or_default() {
            self.land(jump);
        }
    }

    fn leave(&mut self, ends: bool) -> Result<(), SyntaxError> {
        let Some((start, is_for)) = self.loops.last().map(|one| (one.start, one.is_for)) else {
            return self.error("`break` or `continue` outside of a loop");
        };
        self.at += 1;
        self.emit(Code::Succeed);
        if ends && is_for {
            self.emit(Code::Drop);
        }
        let jump = self.emit(Code::Jump(start));
        if let (true, Some(inner)) = (ends, self.loops.last_mut()) {
            inner.breaks.push(jump);
        }
        Ok(())
    }

    fn command(&mut self) -> Result<Command, SyntaxError> {
        let (mut command, line) = (Command::default(), self.line());
        loop {
            match self.peek() {
                Some(Token::Redirect(redirect)) => command.redirects.push(redirect.clone()),
                Some(Token::Word(word)) => match word.assignment() {
                    Some(assignment) if command.words.is_empty() => {
                        command.assignments.push(assignment);
                    }
                    _ => command.words.push(word.clone()),
                },
                Some(Token::Operator(_) | Token::Newline) | None => break,
            }
            self.at += 1;
        }
        if command == Command::default() {
            return self.unexpected();
        }
        match refusal(&command) {
            Some(what) => Err(SyntaxError { line, what }),
            None => Ok(command),
        }
    }
}
