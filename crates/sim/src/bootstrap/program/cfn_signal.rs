//! `cfn-signal`: tells a stack's resource how the boot went.

use super::Ran;
use crate::bootstrap::flags::{Flags, Takes};
use crate::bootstrap::machine::{Around, Machine};
use crate::cloudformation::request::SignalResource;
use crate::cloudformation::status::SignalStatus;
use crate::cloudformation::wait::Signed;
use crate::world::Moment;

const TAKES: Takes = Takes {
    values: &[
        &["--exit-code", "-e"],
        &["--success", "-s"],
        &["--stack"],
        &["--resource"],
        &["--region"],
        &["--id", "-i"],
        &["--reason", "-r"],
        &["--data", "-d"],
        &["--url", "-u"],
        &["--role"],
        &["--access-key"],
        &["--secret-key"],
        &["--credential-file", "-f"],
        &["--http-proxy"],
        &["--https-proxy"],
    ],
    switches: &[&["--verbose", "-v"]],
};

/// Without an id the instance's own is the unique one. A signal that nobody waits for is
/// refused with status 1; a script may well ignore that.
pub(in crate::bootstrap) fn run(
    args: &[String],
    machine: &mut Machine,
    around: &mut Around<'_>,
) -> Ran {
    let flags = Flags::read(args, TAKES)?;
    let success = match (flags.value("--exit-code"), flags.value("--success")) {
        (Some(code), _) => {
            let code: Result<i64, _> = code.trim().parse();
            code.map_err(|_| "option -e: invalid integer value".to_owned())? == 0
        }
        (None, Some(word)) => word.eq_ignore_ascii_case("true"),
        (None, None) => true,
    };
    let status = if success {
        SignalStatus::Success
    } else {
        SignalStatus::Failure
    };
    if let [url] = flags.plain.as_slice() {
        return signal_handle(url, status, &flags, machine, around);
    }
    let stack_name = flags.required("--stack")?.to_owned();
    let logical_resource_id = flags.required("--resource")?.to_owned();
    machine.expect_region(&flags, &stack_name)?;
    let unique_id = flags.value("--id").unwrap_or(&machine.id).to_owned();
    let text = format!("cfn-signal: {status} for {logical_resource_id}");
    machine.say(around.now, &text);
    let request = SignalResource {
        stack_name,
        logical_resource_id,
        unique_id,
        status,
    };
    let mut moment = Moment {
        now: around.now,
        parameters: around.parameters,
        faults: around.faults,
    };
    // What the script says of itself counts, whether or not anybody waits for it.
    machine.signalled = Some(status);
    around
        .region
        .signal_resource(request, &mut moment)
        .map_err(|refusal| refusal.message)?;
    Ok((String::new(), around.parameters.bootstrap_request_s))
}

/// Puts the signal to the URL of a wait condition handle.
fn signal_handle(
    url: &str,
    status: SignalStatus,
    flags: &Flags,
    machine: &mut Machine,
    around: &mut Around<'_>,
) -> Ran {
    let to = Signed::read(url).ok_or("cfn-signal: the argument is no URL of a handle")?;
    let text = |name: &str, usual: &str| flags.value(name).unwrap_or(usual).to_owned();
    let signal = serde_json::json!({
        "Status": status,
        "UniqueId": text("--id", &machine.id),
        "Data": text("--data", ""),
        "Reason": text("--reason", ""),
    });
    machine.say(around.now, &format!("cfn-signal: {status} for {}", to.key));
    machine.signalled = Some(status);
    let body = signal.to_string();
    around
        .region
        .signal_handle(&to, body.as_bytes())
        .map_err(|refused| format!("cfn-signal: the signal was refused: {refused:?}"))?;
    Ok((String::new(), around.parameters.bootstrap_request_s))
}
