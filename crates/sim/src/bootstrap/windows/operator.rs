//! What operators do with values. The left side's type decides, and case counts only where
//! the operator says so.

use super::value::{Table, Type, Value};

/// Operators with one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unary {
    Not,
    Negate,
    /// `,$x`: an array of one.
    Wrap,
    Split,
    Join,
}

/// Operators with two sides; `-and` and `-or` are jumps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    /// A comparison of single values: over an array it picks the items that pass.
    Compare(Comparison),
    Contains,
    NotContains,
    In,
    NotIn,
    Join,
    Split,
    Replace,
    Format,
}

/// Comparisons of two single values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    EqualCase,
    NotEqual,
    NotEqualCase,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Like,
    NotLike,
    Match,
    NotMatch,
}

impl Binary {
    /// The operator that is written so; `None` for one that is not acted out.
    pub(super) fn read(text: &str) -> Option<Self> {
        use Comparison as C;
        Some(match text.to_lowercase().as_str() {
            "+" => Self::Add,
            "-" => Self::Subtract,
            "*" => Self::Multiply,
            "/" => Self::Divide,
            "%" => Self::Remainder,
            "-eq" | "-ieq" => Self::Compare(C::Equal),
            "-ceq" => Self::Compare(C::EqualCase),
            "-ne" | "-ine" => Self::Compare(C::NotEqual),
            "-cne" => Self::Compare(C::NotEqualCase),
            "-lt" => Self::Compare(C::Less),
            "-le" => Self::Compare(C::LessOrEqual),
            "-gt" => Self::Compare(C::Greater),
            "-ge" => Self::Compare(C::GreaterOrEqual),
            "-like" => Self::Compare(C::Like),
            "-notlike" => Self::Compare(C::NotLike),
            "-match" => Self::Compare(C::Match),
            "-notmatch" => Self::Compare(C::NotMatch),
            "-contains" => Self::Contains,
            "-notcontains" => Self::NotContains,
            "-in" => Self::In,
            "-notin" => Self::NotIn,
            "-join" => Self::Join,
            "-split" => Self::Split,
            "-replace" => Self::Replace,
            "-f" => Self::Format,
            _ => return None,
        })
    }
}

/// What an operator with one side gives.
///
/// # Errors
/// The words of what is thrown.
pub(super) fn unary(operator: Unary, value: Value) -> Result<Value, String> {
    Ok(match operator {
        Unary::Not => Value::Bool(!value.is_true()),
        Unary::Negate => Value::Int(-value.int()?),
        Unary::Wrap => Value::Array(vec![value]),
        Unary::Split => {
            let text = value.text();
            Value::Array(text.split_whitespace().map(Value::from).collect())
        }
        Unary::Join => Value::Text(texts(value).concat()),
    })
}

/// What an operator with two sides gives, and what `-match` found.
///
/// # Errors
/// The words of what is thrown.
pub(super) fn binary(
    operator: Binary,
    left: Value,
    right: Value,
) -> Result<(Value, Option<Table>), String> {
    let value = match operator {
        Binary::Add => add(left, right)?,
        Binary::Subtract => number(left.int()?.checked_sub(right.int()?))?,
        Binary::Multiply => number(left.int()?.checked_mul(right.int()?))?,
        Binary::Divide => divide(left.int()?, right.int()?)?,
        Binary::Remainder => number(left.int()?.checked_rem(right.int()?))?,
        Binary::Compare(comparison) => return compared(comparison, left, &right),
        Binary::Contains => Value::Bool(contains(left, &right)),
        Binary::NotContains => Value::Bool(!contains(left, &right)),
        Binary::In => Value::Bool(contains(right, &left)),
        Binary::NotIn => Value::Bool(!contains(right, &left)),
        Binary::Join => Value::Text(texts(left).join(&right.text())),
        Binary::Split => {
            let matcher = pattern(&right.text())?;
            let text = left.text();
            Value::Array(matcher.split(&text).map(Value::from).collect())
        }
        Binary::Replace => {
            let (from, to) = match right {
                Value::Array(mut pair) if pair.len() == 2 => {
                    let to = pair.pop().unwrap_or(Value::Null);
                    (pair.pop().unwrap_or(Value::Null).text(), to.text())
                }
                other => (other.text(), String::new()),
            };
            let text = left.text();
            Value::Text(pattern(&from)?.replace_all(&text, to.as_str()).into_owned())
        }
        Binary::Format => format(&left.text(), right)?,
    };
    Ok((value, None))
}

fn add(left: Value, right: Value) -> Result<Value, String> {
    Ok(match (left, right) {
        (Value::Text(left), right) => Value::Text(left + &right.text()),
        (Value::Array(mut items), right) => {
            match right {
                Value::Array(more) => items.extend(more),
                one => items.push(one),
            }
            Value::Array(items)
        }
        (Value::Null, right) => right,
        (Value::Table(mut left), Value::Table(right)) => {
            for (key, value) in right.iter() {
                if left.get(key).is_some() {
                    return Err(format!("Item has already been added. Key: '{key}'"));
                }
                left.set(key, value.clone());
            }
            Value::Table(left)
        }
        (left, right) => number(left.int()?.checked_add(right.int()?))?,
    })
}

fn number(result: Option<i64>) -> Result<Value, String> {
    result
        .map(Value::Int)
        .ok_or_else(|| "Attempted to divide by zero, or the number is too large.".to_owned())
}

fn divide(left: i64, right: i64) -> Result<Value, String> {
    match left.checked_rem(right) {
        Some(0) => number(left.checked_div(right)),
        Some(_) => Err(format!(
            "{left} / {right} is no whole number: not acted out"
        )),
        None => number(None),
    }
}

/// `{0}` and so on; `{{` and `}}` stand for braces. No widths and no formats.
fn format(form: &str, given: Value) -> Result<Value, String> {
    let given = match given {
        Value::Array(items) => items,
        one => vec![one],
    };
    let (mut out, mut rest) = (String::new(), form);
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        if let Some(after) = from.strip_prefix("{{") {
            out.push('{');
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            out.push('}');
            rest = after;
        } else {
            let inner = from.strip_prefix('{').and_then(|from| from.split_once('}'));
            let place = inner.and_then(|(index, after)| {
                let value = given.get(index.parse::<usize>().ok()?)?;
                Some((value.text(), after))
            });
            let (text, after) = place.ok_or_else(|| {
                format!(
                    "Error formatting a string: `{form}` with {} values",
                    given.len()
                )
            })?;
            out.push_str(&text);
            rest = after;
        }
    }
    out.push_str(rest);
    Ok(Value::Text(out))
}

fn compared(
    comparison: Comparison,
    left: Value,
    right: &Value,
) -> Result<(Value, Option<Table>), String> {
    match left {
        Value::Array(items) => {
            let mut passed = Vec::new();
            for item in items {
                if holds(comparison, &item, right)?.0 {
                    passed.push(item);
                }
            }
            Ok((Value::Array(passed), None))
        }
        one => {
            let (truth, found) = holds(comparison, &one, right)?;
            Ok((Value::Bool(truth), found))
        }
    }
}

fn holds(
    comparison: Comparison,
    left: &Value,
    right: &Value,
) -> Result<(bool, Option<Table>), String> {
    use std::cmp::Ordering;
    let order = || order(left, right);
    let truth = match comparison {
        Comparison::Equal => equal(left, right, false),
        Comparison::EqualCase => equal(left, right, true),
        Comparison::NotEqual => !equal(left, right, false),
        Comparison::NotEqualCase => !equal(left, right, true),
        Comparison::Less => order()? == Ordering::Less,
        Comparison::LessOrEqual => order()? != Ordering::Greater,
        Comparison::Greater => order()? == Ordering::Greater,
        Comparison::GreaterOrEqual => order()? != Ordering::Less,
        Comparison::Like => like(&left.text(), &right.text())?,
        Comparison::NotLike => !like(&left.text(), &right.text())?,
        Comparison::Match | Comparison::NotMatch => {
            let text = left.text();
            let found = pattern(&right.text())?.captures(&text).map(|captures| {
                let mut table = Table::default();
                for (index, group) in captures.iter().enumerate() {
                    if let Some(group) = group {
                        table.set(&index.to_string(), Value::from(group.as_str()));
                    }
                }
                table
            });
            let wanted = comparison == Comparison::Match;
            return Ok((found.is_some() == wanted, found));
        }
    };
    Ok((truth, None))
}

/// Whether two values are the same, the right one taken as what the left one is.
pub(super) fn equal(left: &Value, right: &Value, heeds_case: bool) -> bool {
    match left {
        Value::Null => *right == Value::Null,
        Value::Bool(truth) => *truth == right.is_true(),
        Value::Int(number) => *right != Value::Null && right.int().is_ok_and(|own| own == *number),
        Value::Text(_) if *right == Value::Null => false,
        Value::Text(text) if heeds_case => *text == right.text(),
        Value::Text(text) => text.to_lowercase() == right.text().to_lowercase(),
        Value::Time(_)
        | Value::Array(_)
        | Value::Table(_)
        | Value::Block(_)
        | Value::Failure(_) => left == right,
    }
}

fn order(left: &Value, right: &Value) -> Result<std::cmp::Ordering, String> {
    match (left, right) {
        (Value::Time(left), Value::Time(right)) => Ok(left.cmp(right)),
        (Value::Text(left), right) => Ok(left.to_lowercase().cmp(&right.text().to_lowercase())),
        (left, right) => Ok(left.int()?.cmp(&right.int()?)),
    }
}

fn contains(list: Value, item: &Value) -> bool {
    list.items().iter().any(|own| equal(own, item, false))
}

fn texts(value: Value) -> Vec<String> {
    value.items().iter().map(Value::text).collect()
}

/// `*` and `?`, in any case.
pub(super) fn like(text: &str, wanted: &str) -> Result<bool, String> {
    let escaped = regex_lite::escape(wanted);
    let open = escaped.replace(r"\*", ".*").replace(r"\?", ".");
    Ok(pattern(&format!("(?s)^{open}$"))?.is_match(text))
}

/// A pattern that heeds no case, as PowerShell's do not.
fn pattern(text: &str) -> Result<regex_lite::Regex, String> {
    regex_lite::Regex::new(&format!("(?i){text}"))
        .map_err(|error| format!("parsing \"{text}\" - {error}"))
}

/// The cast that a type's name means; `None` for one that is not acted out.
pub(super) fn type_named(name: &str) -> Option<Type> {
    Some(match name.to_lowercase().as_str() {
        "string" | "system.string" => Type::String,
        "string[]" => Type::Strings,
        "int" | "int32" | "long" | "int64" | "system.int32" => Type::Int,
        "bool" | "boolean" => Type::Bool,
        "switch" => Type::Switch,
        "hashtable" => Type::Table,
        "array" | "object[]" => Type::Array,
        "void" => Type::Void,
        _ => return None,
    })
}
