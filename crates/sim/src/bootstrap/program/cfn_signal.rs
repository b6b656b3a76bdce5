//! `cfn-signal`: tells a stack's resource how the boot went.

use super::Ran;
use crate::bootstrap::flags::{Flags, Takes};
use crate::bootstrap::machine::{Around, Machine};
use crate::cloudformation::request::SignalResource;
use crate::cloudformation::status::SignalStatus;
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
    if !flags.plain.is_empty() {
        return Err("signals to wait condition handles are not simulated".to_owned());
    }
    let stack_name = flags.required("--stack")?.to_owned();
    let logical_resource_id = flags.required("--resource")?.to_owned();
    machine.expect_region(&flags, &stack_name)?;
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
