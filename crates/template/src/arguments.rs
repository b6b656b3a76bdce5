//! Parameter values held against their declarations.

use std::collections::BTreeMap;

use crate::limits::PARAMETER_VALUE;
use crate::template::{Parameter, Template};

/// Why CloudFormation would refuse the parameters of a stack. No message shows
/// a value, for it may be a secret.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ParameterProblem {
    /// It has no default and was not given.
    #[error("Parameters: [{parameter}] must have values; give one, for it has no default")]
    Missing {
        /// name of the parameter
        parameter: String,
    },
    /// It was given, and the template has no such parameter.
    #[error(
        "Parameters: [{parameter}] do not exist in the template; it has {}",
        names(known)
    )]
    Unknown {
        /// the name given
        parameter: String,
        /// the names that the template has
        known: Vec<String>,
    },
    /// The value, or an element of it, is not one of those listed.
    #[error(
        "Parameter '{parameter}' must be one of AllowedValues: {}{}",
        names(allowed),
        hint(reason)
    )]
    NotAllowed {
        /// name of the parameter
        parameter: String,
        /// the values allowed
        allowed: Vec<String>,
        /// the template's own words about its constraints
        reason: Option<String>,
    },
    /// The value has too few or too many characters, or too many bytes.
    #[error(
        "Parameter '{parameter}' must contain {bound}, and contains {actual}{}",
        hint(reason)
    )]
    Length {
        /// name of the parameter
        parameter: String,
        /// the bound in words, such as `at least 9 characters`
        bound: String,
        /// how many it has, in the bound's unit
        actual: usize,
        /// the template's own words about its constraints
        reason: Option<String>,
    },
    /// A `Number`, or an element of a `List<Number>`, is not one.
    #[error("Parameter '{parameter}' must be a number; write digits, such as 2 or 0.5")]
    NotANumber {
        /// name of the parameter
        parameter: String,
    },
    /// A `Number` is too small or too large.
    #[error("Parameter '{parameter}' must be a number {bound}{}", hint(reason))]
    Range {
        /// name of the parameter
        parameter: String,
        /// the bound in words, such as `not less than 1`
        bound: String,
        /// the template's own words about its constraints
        reason: Option<String>,
    },
}

impl Template {
    /// What is wrong with these parameter values, by name of the parameter:
    /// missing, unknown, not among the values allowed, out of bounds. Defaults
    /// that are used are held against their own declaration.
    ///
    /// Not looked at: `AllowedPattern`, and whether the thing exists that an
    /// AWS-specific type names.
    #[must_use]
    pub fn check_parameters(&self, given: &BTreeMap<String, String>) -> Vec<ParameterProblem> {
        let mut problems = Vec::new();
        for (name, parameter) in &self.parameters {
            match given.get(name).or(parameter.default.as_ref()) {
                Some(value) => problems.extend(parameter.problems(name, value)),
                None => problems.push(ParameterProblem::Missing {
                    parameter: name.clone(),
                }),
            }
        }
        for name in given
            .keys()
            .filter(|name| !self.parameters.contains_key(*name))
        {
            let known = self.parameters.keys().cloned().collect();
            problems.push(ParameterProblem::Unknown {
                parameter: name.clone(),
                known,
            });
        }
        problems
    }
}

impl Parameter {
    /// What is wrong with a value for this parameter, which is called `name`.
    fn problems(&self, name: &str, value: &str) -> Vec<ParameterProblem> {
        let elements: Vec<&str> = if self.is_list() {
            value.split(',').map(str::trim).collect()
        } else {
            vec![value]
        };
        let mut problems = self.length_problems(name, value);
        let allowed = |element: &&str| self.allowed_values.iter().any(|one| one == element);
        if !self.allowed_values.is_empty() && !elements.iter().all(allowed) {
            problems.push(ParameterProblem::NotAllowed {
                parameter: name.to_owned(),
                allowed: self.allowed_values.clone(),
                reason: self.constraint_description.clone(),
            });
        }
        if matches!(self.kind.as_str(), "Number" | "List<Number>") {
            let of_each = elements
                .iter()
                .flat_map(|element| self.number_problem(name, element));
            problems.extend(of_each.take(1));
        }
        problems
    }

    fn length_problems(&self, name: &str, value: &str) -> Vec<ParameterProblem> {
        let (characters, bytes) = (value.chars().count(), value.len());
        let count = u64::try_from(characters).unwrap_or(u64::MAX);
        let mut broken = Vec::new();
        if let Some(min) = self.min_length.filter(|min| count < *min) {
            broken.push((format!("at least {min} characters"), characters));
        }
        if let Some(max) = self.max_length.filter(|max| count > *max) {
            broken.push((format!("at most {max} characters"), characters));
        }
        if bytes > PARAMETER_VALUE {
            broken.push((format!("at most {PARAMETER_VALUE} bytes"), bytes));
        }
        let problem = |(bound, actual)| ParameterProblem::Length {
            parameter: name.to_owned(),
            bound,
            actual,
            reason: self.constraint_description.clone(),
        };
        broken.into_iter().map(problem).collect()
    }

    fn number_problem(&self, name: &str, element: &str) -> Option<ParameterProblem> {
        let parameter = name.to_owned();
        let number = element
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite());
        let Some(number) = number else {
            return Some(ParameterProblem::NotANumber { parameter });
        };
        let too_small = self.min_value.filter(|min| number < *min);
        let too_large = self.max_value.filter(|max| number > *max);
        let bound = too_small
            .map(|min| format!("not less than {min}"))
            .or_else(|| too_large.map(|max| format!("not greater than {max}")))?;
        let reason = self.constraint_description.clone();
        Some(ParameterProblem::Range {
            parameter,
            bound,
            reason,
        })
    }
}

fn names(names: &[String]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

fn hint(reason: &Option<String>) -> String {
    reason
        .as_ref()
        .map_or_else(String::new, |reason| format!(" ({reason})"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEMPLATE: &str = "
Parameters:
  Cidr: {Type: String, MinLength: '9', MaxLength: 18, ConstraintDescription: must be a CIDR.}
  Count: {Type: Number, Default: 2, MinValue: 1, MaxValue: '4'}
  Ports: {Type: List<Number>, Default: '80,443'}
  Size: {Type: String, AllowedValues: [t3.large, 7], NoEcho: true}
  Zones: {Type: CommaDelimitedList, AllowedValues: [a, b], Default: a}
Resources: {A: {Type: T}}
";

    fn problems(given: &[(&str, &str)]) -> Vec<String> {
        let given = given
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let problems = Template::parse(TEMPLATE)
            .unwrap()
            .check_parameters(&given.collect());
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_fits_is_taken() {
        assert_eq!(problems(&[("Cidr", "äöüäöüäöü"), ("Size", "7")]), [""; 0]);
        let more = [
            ("Cidr", "10.0.0.0/8"),
            ("Size", "7"),
            ("Zones", "b, a"),
            ("Ports", "1,2"),
        ];
        assert_eq!(problems(&more), [""; 0]);
    }

    #[test]
    fn each_problem_says_which_and_what_to_do() {
        let given = [
            ("Cidr", "short"),
            ("Count", "5"),
            ("Ports", "80,http"),
            ("Sise", "x"),
            ("Zones", "a,c"),
        ];
        assert_eq!(
            problems(&given),
            [
                "Parameter 'Cidr' must contain at least 9 characters, and contains 5 \
                 (must be a CIDR.)",
                "Parameter 'Count' must be a number not greater than 4",
                "Parameter 'Ports' must be a number; write digits, such as 2 or 0.5",
                "Parameters: [Size] must have values; give one, for it has no default",
                "Parameter 'Zones' must be one of AllowedValues: a, b",
                "Parameters: [Sise] do not exist in the template; it has Cidr, Count, Ports, \
                 Size, Zones",
            ]
        );
        let long = "x".repeat(4_097);
        let said = problems(&[("Cidr", &long), ("Size", "secret")]).join("\n");
        assert!(said.contains("at most 18 characters") && said.contains("at most 4096 bytes"));
        assert!(
            said.contains("must be one of") && !said.contains("secret"),
            "{said}"
        );
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(name in "\\PC*", value in any::<String>()) {
            let template = Template::parse(TEMPLATE).unwrap();
            for name in template.parameters.keys().cloned().chain([name]) {
                drop(template.check_parameters(&BTreeMap::from([(name, value.clone())])));
            }
        }
    }
}
