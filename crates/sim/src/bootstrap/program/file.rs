//! Programs that make, move and check files: `mkdir`, `install`, `chmod`, `cp`, `mv`, `rm`,
//! `touch`, `tail`, `head`, `sha256sum`, `python3 -m zipfile`.

use sha2::{Digest, Sha256};

use super::Ran;
use crate::bootstrap::archive;
use crate::bootstrap::flags::{Flags, Takes};
use crate::bootstrap::machine::{Around, Machine};

/// Carries one of them out; `None` for a use that is none of theirs.
pub(super) fn run(
    name: &str,
    args: &[String],
    input: &str,
    machine: &mut Machine,
    around: &Around<'_>,
) -> Option<Ran> {
    Some(match name {
        "mkdir" => make_folders(args, machine),
        "install" => install(args, machine),
        "chmod" => change_mode(args, machine),
        "cp" | "mv" => copy(args, name == "mv", machine),
        "rm" => remove(args, machine),
        "touch" => touch(args, machine),
        "head" | "tail" => part(args, input, name == "tail", machine),
        "sha256sum" => sha256sum(args, input, machine),
        "python3" | "python" => match args {
            [m, module, rest @ ..] if m == "-m" && module == "zipfile" => {
                unzip(rest, machine, around)
            }
            _ => return None,
        },
        _ => return None,
    })
}

const DONE: Ran = Ok((String::new(), 0.0));

fn missing(path: &str) -> String {
    format!("cannot access '{path}': No such file or directory")
}

fn make_folders(args: &[String], machine: &mut Machine) -> Ran {
    const TAKES: Takes = Takes {
        values: &[&["-m", "--mode"]],
        switches: &[&["-p", "--parents"], &["-v", "--verbose"]],
    };
    let flags = Flags::read(args, TAKES)?;
    for path in &flags.plain {
        if flags.has("-p") {
            machine.files.make_folder(path);
        } else if machine.files.is_folder(path) {
            return Err(format!("cannot create directory '{path}': File exists"));
        } else if machine.files.has_folder_for(path.trim_end_matches('/')) {
            machine.files.make_folder(path);
        } else {
            return Err(format!(
                "cannot create directory '{path}': No such file or directory"
            ));
        }
    }
    DONE
}

fn install(args: &[String], machine: &mut Machine) -> Ran {
    const TAKES: Takes = Takes {
        values: &[&["-m", "--mode"], &["-o", "--owner"], &["-g", "--group"]],
        switches: &[&["-d", "--directory"], &["-D"], &["-v", "--verbose"]],
    };
    let flags = Flags::read(args, TAKES)?;
    let mode = flags.value("-m").unwrap_or("0755");
    let mode = octal(mode).ok_or_else(|| format!("invalid mode '{mode}'"))?;
    if flags.has("-d") {
        for path in &flags.plain {
            machine.files.make_folder(path);
        }
        return DONE;
    }
    let [from, to] = flags.plain.as_slice() else {
        return Err("one file and its destination are needed".to_owned());
    };
    let bytes = machine.files.bytes(from).ok_or_else(|| missing(from))?;
    let to = destination(from, to, machine);
    if !flags.has("-D") && !machine.files.has_folder_for(&to) {
        return Err(missing(&to));
    }
    machine.files.write_as(to, bytes, mode);
    DONE
}

/// A file goes into a folder under its own name.
fn destination(from: &str, to: &str, machine: &Machine) -> String {
    let name = from.rsplit('/').next().unwrap_or(from);
    if to.ends_with('/') || machine.files.is_folder(to) {
        format!("{}/{name}", to.trim_end_matches('/'))
    } else {
        to.to_owned()
    }
}

fn copy(args: &[String], moves: bool, machine: &mut Machine) -> Ran {
    const TAKES: Takes = Takes {
        values: &[],
        switches: &[&["-f", "--force"], &["-p"], &["-v", "--verbose"]],
    };
    let flags = Flags::read(args, TAKES)?;
    let [from, to] = flags.plain.as_slice() else {
        return Err("one file and its destination are needed".to_owned());
    };
    let file = machine.files.get(from).cloned();
    let file = file.ok_or_else(|| missing(from))?;
    let to = destination(from, to, machine);
    if !machine.files.has_folder_for(&to) {
        return Err(missing(&to));
    }
    machine.files.write_as(to, file.bytes, file.mode);
    if moves {
        machine.files.remove(from);
    }
    DONE
}

fn remove(args: &[String], machine: &mut Machine) -> Ran {
    let (flags, paths): (Vec<_>, Vec<_>) = args.iter().partition(|arg| arg.starts_with('-'));
    let forced = flags.iter().any(|flag| flag.contains('f'));
    for path in paths {
        if !machine.files.remove(path) && !forced {
            return Err(missing(path));
        }
    }
    DONE
}

fn touch(args: &[String], machine: &mut Machine) -> Ran {
    for path in args.iter().filter(|arg| !arg.starts_with('-')) {
        machine.files.append(path, &[]);
    }
    DONE
}

/// `chmod [-R] MODE FILE…`, with a number, or with letters that give or take rights.
fn change_mode(args: &[String], machine: &mut Machine) -> Ran {
    let whole = args
        .first()
        .is_some_and(|arg| arg == "-R" || arg == "--recursive");
    let Some((mode, paths)) = args
        .get(usize::from(whole)..)
        .and_then(<[String]>::split_first)
    else {
        return Err("missing operand".to_owned());
    };
    for path in paths {
        let mut files = Vec::new();
        if machine.files.get(path).is_some() {
            files.push(path.clone());
        } else if !machine.files.is_folder(path) {
            return Err(missing(path));
        } else if whole {
            files.extend(machine.files.inside(path).map(str::to_owned));
        }
        for file in files {
            let old = machine.files.get(&file).map_or(0, |file| file.mode);
            let new = changed(old, mode).ok_or_else(|| format!("invalid mode: '{mode}'"))?;
            machine.files.set_mode(&file, new);
        }
    }
    DONE
}

fn octal(text: &str) -> Option<u32> {
    u32::from_str_radix(text, 8)
        .ok()
        .filter(|mode| *mode <= 0o7777)
}

fn changed(old: u32, change: &str) -> Option<u32> {
    if let Some(mode) = octal(change) {
        return Some(mode);
    }
    change.split(',').try_fold(old, |mode, change| {
        let at = change.find(['+', '-', '='])?;
        let (who, rights) = change.split_at(at);
        let whose = |letter: char| match letter {
            'u' => Some(0o700),
            'g' => Some(0o070),
            'o' => Some(0o007),
            'a' => Some(0o777),
            _ => None,
        };
        let mask = match who {
            "" => 0o777,
            who => who
                .chars()
                .try_fold(0, |mask, letter| Some(mask | whose(letter)?))?,
        };
        let (sign, letters) = rights.split_at(1);
        let right = |letter: char| match letter {
            'r' => Some(0o444),
            'w' => Some(0o222),
            'x' | 'X' => Some(0o111),
            _ => None,
        };
        let bits = letters
            .chars()
            .try_fold(0, |bits, letter| Some(bits | right(letter)?))?
            & mask;
        Some(match sign {
            "+" => mode | bits,
            "-" => mode & !bits,
            _ => mode & !mask | bits,
        })
    })
}

/// The first or last lines of a file. A log of the image's says nothing here: what programs
/// print is on the console already.
fn part(args: &[String], input: &str, last: bool, machine: &Machine) -> Ran {
    const TAKES: Takes = Takes {
        values: &[&["-n", "--lines"]],
        switches: &[&["-q", "--quiet"]],
    };
    let flags = Flags::read(args, TAKES)?;
    let count = flags.value("-n").unwrap_or("10");
    let count: usize = count
        .parse()
        .map_err(|_| format!("invalid number of lines: {count}"))?;
    let text = match flags.plain.first() {
        None => input.to_owned(),
        Some(path) => match machine.files.text(path) {
            Some(text) => text,
            None if path.starts_with("/var/log/") => String::new(),
            None => return Err(missing(path)),
        },
    };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (from, to) = if last {
        (lines.len().saturating_sub(count), lines.len())
    } else {
        (0, count.min(lines.len()))
    };
    Ok((lines.get(from..to).unwrap_or_default().concat(), 0.0))
}

fn sha256sum(args: &[String], input: &str, machine: &Machine) -> Ran {
    const TAKES: Takes = Takes {
        values: &[],
        switches: &[
            &["-c", "--check"],
            &["--status"],
            &["--quiet"],
            &["--strict"],
            &["-b", "--binary"],
            &["-t", "--text"],
        ],
    };
    let flags = Flags::read(args, TAKES)?;
    let digest = |path: &str| {
        let bytes = machine.files.bytes(path)?;
        Some(hex::encode(Sha256::digest(&bytes)))
    };
    if !flags.has("-c") {
        let mut output = String::new();
        if flags.plain.is_empty() {
            output = format!("{}  -\n", hex::encode(Sha256::digest(input)));
        }
        for path in &flags.plain {
            let found = digest(path).ok_or_else(|| missing(path))?;
            output.push_str(&format!("{found}  {path}\n"));
        }
        return Ok((output, 0.0));
    }
    let list = match flags.plain.first().map(String::as_str) {
        None | Some("-") => input.to_owned(),
        Some(path) => machine.files.text(path).ok_or_else(|| missing(path))?,
    };
    // --status says it by the exit status alone.
    let told = |why: String| {
        if flags.has("--status") {
            String::new()
        } else {
            why
        }
    };
    let (mut output, mut checked) = (String::new(), 0);
    for (wanted, path) in list.lines().filter_map(|line| line.split_once(' ')) {
        let path = path.trim_start_matches([' ', '*']);
        let found = digest(path).ok_or_else(|| told(missing(path)))?;
        if !found.eq_ignore_ascii_case(wanted) {
            return Err(told(format!("{path}: FAILED")));
        }
        checked += 1;
        if !flags.has("--status") && !flags.has("--quiet") {
            output.push_str(&format!("{path}: OK\n"));
        }
    }
    if checked == 0 {
        return Err("no properly formatted checksum lines found".to_owned());
    }
    Ok((output, 0.0))
}

/// `python3 -m zipfile -e FILE DIR`. It gives every file an ordinary mode, as Python does.
fn unzip(args: &[String], machine: &mut Machine, around: &Around<'_>) -> Ran {
    let [extract, file, folder] = args else {
        return Err("usage: zipfile.py -e <zipfile> <output_dir>".to_owned());
    };
    if extract != "-e" && extract != "--extract" {
        return Err(format!("zipfile: {extract} is not acted out"));
    }
    let bytes = machine.files.bytes(file);
    let bytes = bytes.ok_or_else(|| format!("No such file or directory: '{file}'"))?;
    let files = archive::unpack(&bytes).map_err(|why| format!("zipfile.BadZipFile: {why}"))?;
    let folder = folder.trim_end_matches('/');
    machine.files.make_folder(folder);
    for (path, content) in files {
        machine.files.write(format!("{folder}/{path}"), content);
    }
    Ok((String::new(), around.parameters.bootstrap_request_s))
}
