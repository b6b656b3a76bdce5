//! Each rule, broken on purpose in a copy of the real scripts.

use super::{findings, read, sources};

/// A script's place (its end), what stands there, what is put in its place, and what has to
/// be said about it.
const BROKEN: [(&str, &str, &str, &str); 34] = [
    // It is PowerShell.
    (
        "Tentacle.ps1",
        "Node localhost {",
        "Node localhost",
        "this is no PowerShell",
    ),
    (
        "Wait-Release.ps1",
        "} catch {",
        "catch {",
        "this is no PowerShell",
    ),
    (
        "Wait-Release.ps1",
        "nothing: $_",
        "nothing – $_",
        "write it in ASCII",
    ),
    // No plain secrets.
    (
        "Tentacle.ps1",
        "--apiKey $key",
        "--apiKey API-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "looks like a key",
    ),
    (
        "Tentacle.ps1",
        "$name = \"",
        "$password = 'hunter2'\n$name = \"",
        "looks like a password",
    ),
    (
        "Tentacle.ps1",
        "--apiKey $key",
        "--apiKey $using:key",
        "--apiKey takes what",
    ),
    (
        "Tentacle.ps1",
        "--apiKey $key",
        "--apiKey $settings.apiKey",
        "--apiKey takes what",
    ),
    (
        "Tentacle.ps1",
        "    Node localhost",
        "    $key = (Get-SECSecretValue -SecretId x -Region y).SecretString\n    Node localhost",
        "outside a SetScript",
    ),
    (
        "Tentacle.ps1",
        "-Value $name",
        "-Value \"$name $key\"",
        "$key is a secret",
    ),
    (
        "Tentacle.ps1",
        "                # Participation",
        "                Write-Output $key\n                # Participation",
        "$key is a secret",
    ),
    (
        "Tentacle.ps1",
        "                $key = (Get-S",
        "                (Get-S",
        "goes into a variable, not out",
    ),
    (
        "Wait-Release.ps1",
        "$told = 'nothing'",
        "$told = ConvertTo-SecureString 'x' -AsPlainText -Force",
        "becomes no secret",
    ),
    // Strictness.
    (
        "Send-Signal.ps1",
        "Set-StrictMode -Version Latest\n",
        "",
        "begin strictly",
    ),
    (
        "Get-Package.ps1",
        "$ErrorActionPreference = 'Stop'",
        "$ErrorActionPreference = 'Continue'",
        "begin strictly",
    ),
    (
        "Tentacle.ps1",
        "            SetScript  = {\n                Set-StrictMode -Version Latest\n",
        "            SetScript  = {\n",
        "begin strictly",
    ),
    // Every path signals.
    (
        "Start-Bootstrap.ps1",
        "    & \"$PSScriptRoot\\Send-Signal.ps1\" -Status 1\n",
        "",
        "has to signal failure",
    ),
    (
        "Start-Bootstrap.ps1",
        "    & \"$PSScriptRoot\\Send-Signal.ps1\" -Status 0\n",
        "",
        "signal of success",
    ),
    (
        "Start-Bootstrap.ps1",
        "        Restart-Computer -Force\n",
        "",
        "leaves without a signal",
    ),
    (
        "Start-Bootstrap.ps1",
        "$status = 1\n",
        "$status = 1\nStart-Service -Name WinRM\n",
        "belongs into the try",
    ),
    (
        "Wait-Release.ps1",
        "        throw \"",
        "        exit 1\n        \"",
        "throw instead",
    ),
    (
        "WebTemplate.LaunchTemplateData.UserData",
        "} catch {",
        "} catch [System.IO.IOException] {",
        "catch every error",
    ),
    (
        "WebConfiguration.UserData",
        "-Path C:\\Bennu\\signalled)",
        "-Path C:\\Bennu\\settings.json)",
        "excuse silence",
    ),
    // And once.
    (
        "Send-Signal.ps1",
        "Set-Content -Path C:\\Bennu\\signalled",
        "Set-Content -Path C:\\Bennu\\signaled",
        "a second signal has to be held back",
    ),
    (
        "Send-Signal.ps1",
        "    return\n}\n\n$settings",
        "}\n\n$settings",
        "a second signal has to be held back",
    ),
    (
        "WebTemplate.LaunchTemplateData.UserData",
        " -or (Test-Path -Path C:\\Bennu\\restarting)",
        "",
        "excuse silence",
    ),
    (
        "Start-Bootstrap.ps1",
        "    & \"$PSScriptRoot\\Send-Signal.ps1\" -Status 1\n",
        "    if ($status -eq 1) { & \"$PSScriptRoot\\Send-Signal.ps1\" -Status 1 }\n",
        "is always sent",
    ),
    // A registration leaves nothing to defaults.
    (
        "Tentacle.ps1",
        " --tenanted-deployment-participation Tenanted",
        "",
        "has to state --tenanted-deployment-participation",
    ),
    (
        "Tentacle.ps1",
        "@('--role', $role)",
        "@($role)",
        "has to state --role",
    ),
    (
        "Tentacle.ps1",
        "--tenant $settings.tenant ",
        "",
        "has to state --tenant",
    ),
    // Programs are known, and looked at.
    (
        "Tentacle.ps1",
        "elseif ($installer.ExitCode -ne 0)",
        "elseif ($false)",
        "how Start-Process ended",
    ),
    (
        "Wait-Release.ps1",
        "Start-Sleep -Seconds 5",
        "[Threading.Thread]::Sleep(5000)",
        "may call no types",
    ),
    (
        "Wait-Release.ps1",
        "Start-Sleep",
        "Wait-Event",
        "Wait-Event is not among",
    ),
    (
        "WebConfiguration.UserData",
        "cfn-signal.exe' -e 1",
        "cfn-signal.exe' -e 0",
        "has to signal failure",
    ),
    (
        "Start-Bootstrap.ps1",
        "\\Wait-Release.ps1",
        "\\Wait-Releases.ps1",
        "not among what scripts may call",
    ),
];

/// What is said about the scripts when one of them reads otherwise.
fn said(sources: &[(String, String)], index: usize, text: String) -> Vec<String> {
    let mut sources = sources.to_vec();
    sources[index].1 = text;
    let scripts = read(&sources);
    findings(&scripts[index], &scripts)
}

#[test]
fn a_rule_that_is_broken_is_noticed() {
    let sources = sources();
    for (place, from, to, wanted) in BROKEN {
        let index = sources.iter().position(|(full, _)| full.ends_with(place));
        let index = index.unwrap();
        let text = &sources[index].1;
        assert!(text.contains(from), "{place} does not say {from:?}");
        let found = said(&sources, index, text.replacen(from, to, 1));
        assert!(
            found.iter().any(|finding| finding.contains(wanted)),
            "{place} with {to:?}: {found:?}"
        );
    }
}

/// Each check of an exit code is one line away from being forgotten.
#[test]
fn an_exit_code_that_nobody_looks_at_is_noticed() {
    let sources = sources();
    let mut forgotten = 0;
    for (index, (place, text)) in sources.iter().enumerate() {
        for (at, check) in text.match_indices("if ($LASTEXITCODE -ne 0)") {
            let (before, after) = (&text[..at], &text[at + check.len()..]);
            let found = said(&sources, index, format!("{before}if ($true){after}"));
            assert!(
                found
                    .iter()
                    .any(|finding| finding.contains("has to look at how")),
                "{place}, {at}: {found:?}"
            );
            forgotten += 1;
        }
    }
    assert!(forgotten >= 14, "{forgotten}");
}
