//! Command lines of known programs: flags that they have, and no others.

/// What a program takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Takes {
    /// Flags with a value, each by all its names; the first is the one to ask by.
    pub values: &'static [&'static [&'static str]],
    /// Flags without one.
    pub switches: &'static [&'static [&'static str]],
}

/// A command line, understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Flags {
    given: Vec<(&'static str, String)>,
    /// What is no flag.
    pub plain: Vec<String>,
}

impl Flags {
    /// Reads a command line.
    ///
    /// # Errors
    /// A flag that the program does not have, or one without its value.
    pub(super) fn read(args: &[String], takes: Takes) -> Result<Self, String> {
        let mut flags = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            if !arg.starts_with('-') || arg == "-" {
                flags.plain.push(arg.clone());
                continue;
            }
            let (name, inline) = match arg.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value)),
                _ => (arg.as_str(), None),
            };
            if let Some(canonical) = find(takes.values, name) {
                let value = inline.map(str::to_owned).or_else(|| args.next().cloned());
                let value = value.ok_or_else(|| format!("option {name} needs a value"))?;
                flags.given.push((canonical, value));
            } else if let (Some(canonical), None) = (find(takes.switches, name), inline) {
                flags.given.push((canonical, String::new()));
            } else {
                return Err(format!("unrecognized option: {arg}"));
            }
        }
        Ok(flags)
    }

    /// The last value of a flag.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.values(name).last()
    }

    /// All values of a flag that may be repeated.
    pub(super) fn values(&self, name: &str) -> impl DoubleEndedIterator<Item = &str> {
        let given = self.given.iter().filter(move |(known, _)| *known == name);
        given.map(|(_, value)| value.as_str())
    }

    /// Whether a flag stands there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.values(name).next().is_some()
    }

    /// The value of a flag that has to be there and say something.
    ///
    /// # Errors
    /// It is missing or empty.
    pub(super) fn required(&self, name: &str) -> Result<&str, String> {
        self.value(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| format!("required option missing: {name}"))
    }
}

fn find(known: &'static [&'static [&'static str]], name: &str) -> Option<&'static str> {
    let names = known.iter().find(|names| names.contains(&name))?;
    names.first().copied()
}
