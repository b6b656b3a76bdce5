//! What is called is known, and no program fails unnoticed.

use tree_sitter::Node;

use super::tree::{Command, Script, around, below, beside, of_kind, statement_of};

/// The cmdlets that the simulated instances act out.
const CMDLETS: [&str; 33] = [
    "ConvertFrom-Json",
    "ConvertTo-Json",
    "Expand-Archive",
    "ForEach-Object",
    "Get-Content",
    "Get-Date",
    "Get-DscLocalConfigurationManager",
    "Get-FileHash",
    "Get-SECSecretValue",
    "Get-Service",
    "Invoke-RestMethod",
    "Invoke-WebRequest",
    "Join-Path",
    "New-Item",
    "Out-File",
    "Out-Null",
    "Read-S3Object",
    "Remove-Item",
    "Restart-Computer",
    "Select-Object",
    "Set-Content",
    "Set-DscLocalConfigurationManager",
    "Set-StrictMode",
    "Start-DscConfiguration",
    "Start-Process",
    "Start-Service",
    "Start-Sleep",
    "Test-Path",
    "Where-Object",
    "Write-Host",
    "Write-Output",
    "Write-Verbose",
    "Write-Warning",
];

/// The keywords and resources of DSC that are used; to the grammar they are commands.
const DSC: [&str; 6] = [
    "Configuration",
    "Import-DscResource",
    "LocalConfigurationManager",
    "Node",
    "Script",
    "Service",
];

const PROGRAMS: [&str; 6] = [
    "Tentacle.exe",
    "cfn-init.exe",
    "cfn-signal.exe",
    "cmd.exe",
    "netsh.exe",
    "schtasks.exe",
];

/// Calls of what nobody knows, and of programs whose exit code nobody looks at.
pub fn findings(script: &Script, all: &[Script]) -> Vec<String> {
    let mut found = Vec::new();
    for command in script.commands() {
        if !is_known(&command, script, all) {
            let what = format!("{} is not among what scripts may call", command.name);
            found.push(script.finding(command.node, &what));
        }
        let is_checked = match command.name {
            "Start-Process" => is_process_checked(script, &command),
            _ => !command.is_program() || is_checked(script, &command),
        };
        if !is_checked {
            let what = format!(
                "the next statement has to look at how {} ended",
                command.base()
            );
            found.push(script.finding(command.node, &what));
        }
    }
    // A method of a type is a call, too.
    for node in of_kind(script.root(), "type_literal") {
        if node
            .parent()
            .is_some_and(|parent| parent.kind() != "attribute")
        {
            found.push(script.finding(node, "scripts may call no types"));
        }
    }
    found
}

fn is_known(command: &Command<'_>, script: &Script, all: &[Script]) -> bool {
    if command.is_property() {
        return true;
    }
    if command.is_program() {
        return PROGRAMS.contains(&command.base());
    }
    if command.name.ends_with(".ps1") {
        let folder = script
            .place
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        let wanted = format!("{folder}/{}", command.base());
        let folder = &command.name[..command.name.len() - command.base().len()];
        return ["$PSScriptRoot\\", "C:\\Bennu\\bootstrap\\"].contains(&folder)
            && all.iter().any(|other| other.place == wanted);
    }
    CMDLETS.contains(&command.name)
        || DSC.contains(&command.name)
        || all.iter().any(|other| configures(other, command.name))
}

/// Whether a script declares the configuration that is called.
fn configures(script: &Script, name: &str) -> bool {
    let mut commands = script.commands().into_iter();
    commands.any(|command| command.name == "Configuration" && command.words.first() == Some(&name))
}

fn is_checked(script: &Script, command: &Command<'_>) -> bool {
    let Some(next) = beside(statement_of(command.node), |node| node.next_named_sibling()) else {
        return false;
    };
    let looked_at = match next.kind() {
        "if_statement" => next.child_by_field_name("condition"),
        "flow_control_statement" => Some(next),
        _ => None,
    };
    looked_at.is_some_and(|node| mentions(script, node, "$LASTEXITCODE"))
}

/// Waits for the process, looks at its code at once, and throws at the end if it is not 0.
fn is_process_checked(script: &Script, command: &Command<'_>) -> bool {
    let statement = statement_of(command.node);
    let process = of_kind(statement, "left_assignment_expression");
    let next = beside(statement, |node| node.next_named_sibling());
    let condition = next.and_then(|next| next.child_by_field_name("condition"));
    let (Some(process), Some(condition)) = (process.first(), condition) else {
        return false;
    };
    let code = format!("{}.ExitCode", script.text(*process));
    let block = around(command.node, "script_block").unwrap_or(script.root());
    let throws = |node: &Node<'_>| {
        let failed = node.child_by_field_name("condition");
        failed.is_some_and(|node| script.text(node) == format!("{code} -ne 0"))
            && script.text(*node).contains("throw ")
    };
    let mut branches = of_kind(block, "if_statement");
    branches.extend(of_kind(block, "elseif_clause"));
    ["-Wait", "-PassThru"]
        .iter()
        .all(|flag| command.words.contains(flag))
        && mentions(script, condition, &code)
        && branches.iter().any(throws)
}

fn mentions(script: &Script, node: Node<'_>, what: &str) -> bool {
    !below(node, |node| script.text(node) == what).is_empty()
}
