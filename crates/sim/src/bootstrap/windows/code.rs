//! The form that scripts are acted out in: steps of a machine with a stack of values.
//!
//! Whatever a statement gives goes to the innermost collector, or to the console where there
//! is none. Jumps are absolute positions in a block's code.

use std::sync::Arc;

use super::operator::{Binary, Unary};
use super::value::{Type, Value};

/// A script, function or script block.
#[derive(Debug, PartialEq)]
pub(super) struct Block {
    /// The file that it stands in.
    pub file: String,
    pub parameters: Vec<Parameter>,
    pub code: Vec<Step>,
    /// What stands there: a block is its text where it is written down.
    pub text: String,
}

/// One step and its line in the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub line: usize,
    pub op: Op,
}

/// What a block may be given.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameter {
    /// In lower case.
    pub name: String,
    pub kind: Option<Type>,
    pub is_mandatory: bool,
    /// Whether its block begins with what it is where it was not given.
    pub has_default: bool,
    pub allows: Vec<Rule>,
}

/// What a parameter's value has to be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Rule {
    NotEmpty,
    OneOf(Vec<String>),
    Between(i64, i64),
}

/// A variable as a script names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    pub scope: Reach,
    /// In lower case.
    pub name: String,
}

/// Which scope a variable is looked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// The innermost scope that has it; set in the innermost.
    Nearest,
    Script,
    Global,
    Environment,
}

/// The steps.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Op {
    Push(Value),
    Drop,
    Load(Variable),
    Store(Variable),
    /// Puts the value under a key or index of a variable's table or array: pops the value,
    /// then the key.
    Put(Variable),
    /// Makes one value of those on the stack.
    Make(Make),
    /// Begins to collect what statements give.
    Collect,
    /// Ends it: nothing, the one value, or an array of all.
    Gather,
    /// Ends it: an array in any case.
    GatherAll,
    /// Gives a value; an array's items one by one.
    Emit,
    Call(Arc<Invocation>),
    Jump(usize),
    /// Pops; jumps when it is true, or is not.
    JumpIf {
        truth: bool,
        to: usize,
    },
    /// Begins a loop; `over`: over the items of the value that it pops.
    Loop {
        over: bool,
    },
    /// Takes the next item, or leaves the loop.
    Next {
        variable: Variable,
        done: usize,
    },
    EndLoop,
    /// Begins a `try`.
    Try {
        catch: Option<usize>,
        finally: Option<usize>,
    },
    /// Ends a `try` or `catch` that went well.
    EndTry {
        after: usize,
    },
    Way(Way),
    /// Skips a parameter's default when it was given.
    SkipIfGiven {
        name: String,
        to: usize,
    },
    Function {
        name: String,
        block: Arc<Block>,
        is_configuration: bool,
    },
    /// A resource of a configuration: pops its properties, then its name.
    Resource {
        kind: String,
    },
}

/// Values made of others.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Make {
    Unary(Unary),
    Binary(Binary),
    Cast(Type),
    /// Joins so many values to a text.
    Text(usize),
    /// Makes an array of so many values.
    Array(usize),
    /// Makes a table of so many keys and values.
    Table(usize),
    Member(String),
    Index,
    Method {
        name: String,
        count: usize,
    },
    Static {
        of: String,
        name: String,
        count: usize,
    },
    /// A script of a resource as it is written into the compiled document: pops the values
    /// that it takes along by `$using:`.
    Script {
        names: Vec<String>,
        text: String,
    },
}

/// Ways out of a block or loop.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Way {
    /// Pops what is thrown.
    Throw,
    /// Pops what is given.
    Return,
    /// Pops the status.
    Exit,
    /// `break` and `continue`: goes on at `to` in this block's loop number `index`.
    Leave {
        index: usize,
        keeps: bool,
        to: usize,
    },
    /// A `finally` is at its end: on to wherever the way led.
    EndFinally,
}

impl Op {
    /// The same step in code that begins `by` positions later.
    pub(super) fn moved(self, by: usize) -> Self {
        match self {
            Self::Jump(to) => Self::Jump(to + by),
            Self::JumpIf { truth, to } => Self::JumpIf { truth, to: to + by },
            Self::Next { variable, done } => Self::Next {
                variable,
                done: done + by,
            },
            Self::Way(Way::Leave { index, keeps, to }) => Self::Way(Way::Leave {
                index,
                keeps,
                to: to + by,
            }),
            Self::Try { catch, finally } => Self::Try {
                catch: catch.map(|at| at + by),
                finally: finally.map(|at| at + by),
            },
            Self::EndTry { after } => Self::EndTry { after: after + by },
            Self::SkipIfGiven { name, to } => Self::SkipIfGiven { name, to: to + by },
            same @ (Self::Push(_)
            | Self::Drop
            | Self::Load(_)
            | Self::Store(_)
            | Self::Put(_)
            | Self::Make(_)
            | Self::Collect
            | Self::Gather
            | Self::GatherAll
            | Self::Emit
            | Self::Call(_)
            | Self::Loop { .. }
            | Self::EndLoop
            | Self::Way(Way::Throw | Way::Return | Way::Exit | Way::EndFinally)
            | Self::Function { .. }
            | Self::Resource { .. }) => same,
        }
    }
}

/// A command and how it is called.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Invocation {
    /// `None`: the command is a value on the stack, below the arguments.
    pub name: Option<String>,
    /// Called with `.`: it runs in the caller's scope.
    pub is_dotted: bool,
    pub elements: Vec<Element>,
    /// Whether a list of values for it lies below everything else on the stack.
    pub has_input: bool,
    pub errors: Errors,
}

/// An element of a command line; those with values have one on the stack.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Element {
    /// `-Name`, as it stands there.
    Flag(String),
    /// `-Name:value`.
    FlagWith(String),
    Value,
    /// `@name`.
    Splat,
}

/// Where a command's error stream goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Errors {
    Console,
    /// `2>&1`.
    Output,
    /// `2>$null`.
    Nowhere,
}
