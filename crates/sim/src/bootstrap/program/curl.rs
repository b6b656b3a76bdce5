//! `curl`: the instance metadata endpoint, what runs on the instance itself, S3 objects.

use percent_encoding::percent_decode_str;
use serde_json::json;

use super::Ran;
use crate::bootstrap::bucket;
use crate::bootstrap::flags::{Flags, Takes};
use crate::bootstrap::machine::{Around, Machine};
use crate::cloudformation::wait::{Refused, Signed};

const TAKES: Takes = Takes {
    values: &[
        &["-X", "--request"],
        &["-H", "--header"],
        &["-o", "--output"],
        &["-m", "--max-time"],
        &["-d", "--data", "--data-binary"],
        &["-w", "--write-out"],
        &["-u", "--user"],
        &["-A", "--user-agent"],
        &["--connect-timeout"],
        &["--retry"],
        &["--retry-delay"],
        &["--retry-max-time"],
        &["--noproxy"],
    ],
    switches: &[
        &["-f", "--fail"],
        &["-s", "--silent"],
        &["-S", "--show-error"],
        &["-L", "--location"],
        &["-k", "--insecure"],
        &["-O", "--remote-name"],
        &["-4", "--ipv4"],
        &["-v", "--verbose"],
        &["-I", "--head"],
        &["--retry-connrefused"],
        &["--retry-all-errors"],
    ],
};

/// Where the metadata endpoint listens.
const METADATA: &str = "169.254.169.254";

/// Puts a signal to the URL of a wait condition handle; `None` for any other request.
fn signal_handle(
    url: &str,
    flags: &Flags,
    machine: &mut Machine,
    around: &mut Around<'_>,
) -> Option<u16> {
    let to = Signed::read(url).filter(|_| flags.value("-X") == Some("PUT"))?;
    let body = flags.value("-d").unwrap_or_default();
    let taken = around.region.signal_handle(&to, body.as_bytes());
    Some(match taken {
        Ok(status) => {
            machine.signalled = status.or(machine.signalled);
            200
        }
        Err(Refused::NoHandle | Refused::WrongSignature) => 403,
        Err(Refused::TooLong) => 400,
    })
}

/// An unreachable address and, with `--fail`, an answer from 400 on are failures.
pub(super) fn run(args: &[String], machine: &mut Machine, around: &mut Around<'_>) -> Ran {
    let flags = Flags::read(&apart(args), TAKES)?;
    let [url] = flags.plain.as_slice() else {
        return Err("(2) one URL is needed".to_owned());
    };
    let cost_s = around.parameters.bootstrap_request_s;
    let is_silent = flags.has("-s") && !flags.has("-S");
    let heard = |why: String| if is_silent { String::new() } else { why };
    let signalled = signal_handle(url, &flags, machine, around);
    let answer = match signalled {
        Some(code) => (code, String::new()),
        None => ask(url, flags.value("-X"), machine, around).map_err(heard)?,
    };
    let (code, body) = answer;
    if flags.has("-f") && code >= 400 {
        let why = format!("(22) The requested URL returned error: {code}");
        return Err(heard(why));
    }
    let name = url.rsplit('/').next().unwrap_or_default();
    let file = flags.value("-o").or(flags.has("-O").then_some(name));
    let mut output = match file {
        None => body,
        Some("/dev/null") => String::new(),
        Some(path) if !machine.files.has_folder_for(path) => {
            return Err(format!(
                "(23) client returned ERROR on write, {path}: No such file"
            ));
        }
        Some(path) => {
            machine.files.write(path, body);
            String::new()
        }
    };
    if let Some(form) = flags.value("-w") {
        let form = form.replace("%{http_code}", &code.to_string());
        output.push_str(&form.replace("\\n", "\n"));
    }
    Ok((output, cost_s))
}

/// Short flags that are written together, one by one.
fn apart(args: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    for arg in args {
        match arg.strip_prefix('-') {
            Some(short) if !short.starts_with('-') && short.len() > 1 => {
                out.extend(short.chars().map(|one| format!("-{one}")));
            }
            _ => out.push(arg.clone()),
        }
    }
    out
}

/// Status and body of what answers at `url`.
pub(in crate::bootstrap) fn ask(
    url: &str,
    verb: Option<&str>,
    machine: &mut Machine,
    around: &mut Around<'_>,
) -> Result<(u16, String), String> {
    let rest = url.strip_prefix("http://").or(url.strip_prefix("https://"));
    let rest = rest.unwrap_or(url);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let name = match host.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or(six),
        None => host.split(':').next().unwrap_or(host),
    };
    if name == METADATA {
        return Ok(metadata(path, verb, machine));
    }
    let own = ["localhost", "::1", machine.private_ip.as_str()].contains(&name)
        || name.starts_with("127.")
        || name == machine.host_name()
        || name == machine.full_host_name();
    if own {
        return local(path, machine, around);
    }
    match bucket::address(url) {
        Some((bucket, _)) if around.buckets.bucket(&bucket).is_ok() => {
            Ok(match bucket::read(url, around.buckets) {
                Ok(body) => (200, String::from_utf8_lossy(&body).into_owned()),
                Err(_) => (403, "AccessDenied".to_owned()),
            })
        }
        // The rest of the internet answers, with nothing that anybody could use.
        _ => Ok((200, String::new())),
    }
}

fn metadata(path: &str, verb: Option<&str>, machine: &Machine) -> (u16, String) {
    let text = match path.trim_end_matches('/') {
        "latest/api/token" if verb == Some("PUT") => "token".to_owned(),
        "latest/meta-data/instance-id" => machine.id.clone(),
        "latest/meta-data/instance-type" => machine.instance_type.clone(),
        "latest/meta-data/placement/availability-zone" => machine.availability_zone.clone(),
        "latest/meta-data/placement/region" => machine.region.clone(),
        "latest/meta-data/local-ipv4" => machine.private_ip.clone(),
        "latest/meta-data/hostname" | "latest/meta-data/local-hostname" => machine.host_name(),
        "latest/dynamic/instance-identity/document" => json!({
            "accountId": machine.account,
            "region": machine.region,
            "availabilityZone": machine.availability_zone,
            "instanceId": machine.id,
            "instanceType": machine.instance_type,
            "privateIp": machine.private_ip,
        })
        .to_string(),
        _ => return (404, String::new()),
    };
    (200, text)
}

/// What the deployed software tells of itself: `/release` where one project is installed,
/// `/release/NAME` for each. Other paths are an ordinary web server's.
fn local(path: &str, machine: &Machine, around: &Around<'_>) -> Result<(u16, String), String> {
    let path = path.split('?').next().unwrap_or_default();
    let mut segments = path.trim_end_matches('/').splitn(2, '/');
    if segments.next() != Some("release") {
        return Ok((200, String::new()));
    }
    let installed = match &machine.tentacle.thumbprint {
        Some(thumbprint) => around.octopus.installed(thumbprint),
        None => Default::default(),
    };
    if installed.is_empty() {
        return Err("(7) Failed to connect to localhost: Connection refused".to_owned());
    }
    let version = match segments.next() {
        None => match installed.values().collect::<Vec<_>>().as_slice() {
            [only] => Some((*only).clone()),
            _ => None,
        },
        Some(name) => {
            let name = percent_decode_str(name).decode_utf8_lossy();
            let dashed = name.replace(' ', "-");
            let mut found = installed.iter();
            found
                .find(|(project, _)| project.replace(' ', "-") == dashed)
                .map(|(_, version)| version.clone())
        }
    };
    Ok(version.map_or((404, String::new()), |version| (200, version)))
}
