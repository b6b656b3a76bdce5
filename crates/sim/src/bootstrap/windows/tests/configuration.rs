//! DSC: what is compiled, in which order it is applied, what fails; and restarts.

use super::{boot, said};
use crate::parameters::{LaunchAgent, Parameters};

/// A configuration of these resources, compiled and applied.
fn applied(resources: &str) -> Vec<String> {
    said(&format!(
        "$ErrorActionPreference = 'Stop'\n$who = 'me'\nConfiguration Node1 {{\nparam([string] $Word)\n\
         Import-DscResource -ModuleName PSDesiredStateConfiguration\nNode localhost {{\n{resources}\n}}\n}}\n\
         try {{\nNode1 -OutputPath C:\\dsc -Word 'it''s' | Out-Null\n\
         Start-DscConfiguration -Path C:\\dsc -Wait -Force -ErrorAction Stop\n\
         }} catch {{ \"failed: $_\" }}\n(Get-DscLocalConfigurationManager).LCMState"
    ))
    .0
}

fn script(name: &str, test: &str, set: &str, more: &str) -> String {
    format!(
        "Script {name} {{\n  GetScript = {{ @{{ Result = '' }} }}\n  TestScript = {{ {test} }}\n  \
         SetScript = {{\n {set}\n }}\n  {more}\n}}\n"
    )
}

#[test]
fn resources_are_tested_and_set_in_the_order_of_their_dependencies() {
    let resources = [
        script(
            "Last",
            "$false",
            "Write-Host \"last $using:Word $using:who\"",
            "DependsOn = '[Script]First', '[File]Note'",
        ),
        script("First", "$false", "Write-Host first", ""),
        script(
            "Fine",
            "$true",
            "Write-Host never",
            "DependsOn = @('[Script]First')",
        ),
        "File Note { DestinationPath = 'C:\\note.txt'; Contents = 'x' }\n".to_owned(),
        "Service Remote {\n Name = 'WinRM'\n State = 'Stopped'\n StartupType = 'Manual'\n}\n"
            .to_owned(),
    ];
    assert_eq!(
        applied(&resources.concat()),
        ["first", "last it's me", "Idle"]
    );
}

#[test]
fn what_fails_fails_the_whole_and_what_depends_on_it_is_left_out() {
    let resources = [
        script("Bad", "$false", "throw 'no luck'", ""),
        script(
            "After",
            "$false",
            "Write-Host never",
            "DependsOn = '[Script]Bad'",
        ),
        script("Aside", "$false", "Write-Host aside", ""),
    ];
    let wanted = [
        "[Script]Bad SetScript: line 2: no luck",
        "DSC: [Script]Bad failed: no luck",
        "aside",
        "failed: DSC resource [Script]Bad failed: no luck",
        "PendingConfiguration",
    ];
    assert_eq!(applied(&resources.concat()), wanted);
    // Whatever else a test gives spoils its answer.
    let noisy = applied(&script("Noisy", "'a'; $true", "1", ""));
    assert!(
        noisy[1].contains("must be the boolean value True or False, not: a, True"),
        "{noisy:?}"
    );
}

#[test]
fn wrong_configurations_are_not_compiled() {
    for (resources, wanted) in [
        (
            "WindowsFeature Web { Name = 'Web-Server' }".to_owned(),
            "Undefined DSC resource 'WindowsFeature'. Use Import-DSCResource to import the resource.",
        ),
        (
            "File Note { DestinationPath = 'C:\\a'; Content = 'x' }".to_owned(),
            "[File]Note: the member 'Content' is not valid.",
        ),
        (
            "Service S { State = 'Running' }".to_owned(),
            "[Service]S: the property Name is missing.",
        ),
        (
            script("A", "$true", "1", "DependsOn = '[Script]B'"),
            "The resource '[Script]B', which [Script]A depends on, does not exist.",
        ),
        (
            script("A", "$true", "1", "DependsOn = '[Script]B'")
                + &script("B", "$true", "1", "DependsOn = '[Script]A'"),
            "Circular DependsOn exists in the configuration: [Script]A, [Script]B",
        ),
        (
            script("A", "$true", "1", "") + &script("A", "$true", "1", ""),
            "The resource [Script]A was defined twice in this configuration.",
        ),
    ] {
        assert_eq!(applied(&resources)[0], format!("failed: {wanted}"));
    }
}

#[test]
fn packages_files_and_services_are_brought_to_what_they_should_be() {
    let package = |path: &str, arguments: &str| {
        format!(
            "Package Agent {{\n Name = 'Agent'\n ProductId = ''\n Path = '{path}'\n \
             Arguments = '{arguments}'\n LogPath = 'C:\\agent.log'\n}}\n"
        )
    };
    let folder = "File Folder { DestinationPath = 'C:\\shop'; Type = 'Directory' }\n";
    let note = "File Note { DestinationPath = 'C:\\shop\\a.msi'; Contents = 'x' }\n";
    let gone =
        "File Gone { DestinationPath = 'C:\\shop'; Ensure = 'Absent'; Type = 'Directory' }\n";
    let after = script(
        "After",
        "Write-Host (Test-Path C:\\agent.log); Test-Path C:\\shop",
        "Write-Host gone",
        "",
    );
    let path = "C:\\shop\\a.msi";
    let all = [folder, note, &package(path, "COLOUR=blue"), gone, &after].concat();
    let wanted = ["msiexec: installs C:\\shop\\a.msi", "True", "gone", "Idle"];
    assert_eq!(applied(&all), wanted);
    let wrong = applied(&[note, &package(path, "/loud")].concat());
    let wanted =
        "failed: DSC resource [Package]Agent failed: the return code 1639 was not expected";
    assert_eq!(wrong[1], wanted);
    let service = applied("Service None { Name = 'None'; State = 'Running' }");
    assert!(service[1].ends_with("Cannot find any service with service name 'None'."));
}

#[test]
fn a_reboot_that_is_asked_for_stops_the_rest() {
    let resources = [
        script("Asks", "$false", "$global:DSCMachineStatus = 1", ""),
        script(
            "Rest",
            "$false",
            "Write-Host never",
            "DependsOn = '[Script]Asks'",
        ),
    ];
    assert_eq!(applied(&resources.concat()), ["PendingReboot"]);
}

#[test]
fn a_restart_ends_everything_and_the_start_up_tasks_begin() {
    let parameters = Parameters {
        jitter: 0.0,
        launch_agent: LaunchAgent::V1,
        ..Parameters::default()
    };
    let script = "<powershell>
Set-Content C:\\again.ps1 \"'and again: ' + (Test-Path C:\\before.txt); schtasks.exe /Delete /TN Go /F | Out-Null; Restart-Computer\"
Set-Content C:\\before.txt x
schtasks.exe /Create /TN Go /SC ONSTART /RU SYSTEM /F /TR 'powershell.exe -File C:\\again.ps1' | Out-Null
Restart-Computer -Force
'a last word'
Start-Sleep 60
'never'
</powershell>";
    let (lines, span_s) = boot(script, parameters);
    let wanted = [
        "the machine restarts",
        "a last word",
        "the machine has restarted",
        "and again: True",
        "the machine restarts",
        "boot script ended with status 0",
        "the machine has restarted",
    ];
    assert_eq!(lines, wanted);
    assert_eq!(span_s, 2 * (3 + 90));
}
