//! What is refused before anything of a script is carried out.

use super::boot;
use crate::parameters::Parameters;

#[test]
fn what_cannot_be_acted_out_is_refused_with_its_line() {
    for (script, wanted) in [
        (
            "'a'\nswitch (1) { 1 { 'b' } }",
            "line 3: not acted out: `switch (1) { 1 { 'b' } }`",
        ),
        (
            "for ($i = 0; $i -lt 3; $i++) { $i }",
            "line 2: not acted out: `for ($i = 0; $i -lt 3; $i++) { $i }`",
        ),
        (
            "'a'\n[Environment]::Exit(1)",
            "line 3: not acted out: `[Environment]::Exit(1)`",
        ),
        (
            "Write-Output \"a\" -f $args",
            "line 2: not acted out: `$args`",
        ),
        ("1 -shl 2", "line 2: not acted out: `1 -shl 2`"),
        (
            "try { 1 } catch [Exception] { 2 }",
            "line 2: not acted out: `catch [Exception] { 2 }`",
        ),
        ("if (1) { 'a'", "line 2: a syntax error at `{ 'a'`"),
        (
            "Configuration C { Import-DscResource -ModuleName xWebAdministration }",
            "line 2: not acted out: `Import-DscResource -ModuleName xWebAdministration`",
        ),
    ] {
        let user_data = format!("<powershell>\n{script}\n</powershell>");
        let (lines, _) = boot(&user_data, Parameters::default());
        assert_eq!(
            lines,
            [format!(
                "user data: cannot be acted out: user data: {wanted}"
            )],
            "{script}"
        );
    }
}

#[test]
fn other_tags_and_other_commands_are_refused() {
    for (user_data, wanted) in [
        (
            "<script>dir</script>",
            "user data: cannot be acted out: <script> is not acted out",
        ),
        (
            "<powershell>1",
            "user data: cannot be acted out: </powershell> is missing",
        ),
        (
            "<powershell>1</powershell><persist>true</persist>",
            "user data: cannot be acted out: <persist> is not acted out",
        ),
        (
            "<powershell>Get-CimInstance Win32_BIOS</powershell>",
            "user data: line 1: cannot be acted out: the command Get-CimInstance, which is no function here, either",
        ),
        (
            "<powershell>while ($true) { }</powershell>",
            r"C:\Windows\Temp\UserScript.ps1: an endless loop is not acted out",
        ),
    ] {
        assert_eq!(boot(user_data, Parameters::default()).0[0], wanted);
    }
}

#[test]
fn cmdlets_and_programs_take_what_they_have_and_no_more() {
    let start = "<powershell>try { ";
    let end = " } catch { \"$_\" }</powershell>";
    for (script, wanted) in [
        (
            "Get-Content -Foo x",
            "A parameter cannot be found that matches parameter name 'Foo'.",
        ),
        (
            "Start-Sleep -Seconds",
            "Missing an argument for parameter 'Seconds'.",
        ),
        (
            "Test-Path ''",
            "Cannot bind argument to parameter 'path' because it is an empty string.",
        ),
        (
            "'a' | Start-Sleep",
            "The input object cannot be bound to any parameters for the command start-sleep.",
        ),
        (
            "Invoke-WebRequest -Uri http://localhost/release",
            "Unable to connect to the remote server",
        ),
        (
            "Invoke-RestMethod http://169.254.169.254/latest/api/token",
            "The remote server returned an error: (404).",
        ),
        (
            "Read-S3Object -BucketName none -Key k -File C:\\f -Region us-east-1",
            "The specified bucket does not exist (s3://none/k)",
        ),
        (
            "msiexec.exe /i x.msi /silent",
            "msiexec: invalid option /silent",
        ),
        (
            "schtasks.exe /Create /TN a /SC ONSTART /RU SYSTEM /F",
            "ERROR: Invalid syntax. Mandatory option 'tr' is missing.",
        ),
        (
            "netsh.exe advfirewall firewall add rule name=a",
            "A specified value is not valid.",
        ),
        (
            "powershell.exe -Command 'dir'",
            "powershell -Command is not acted out",
        ),
        (
            "powershell.exe -File C:\\no.ps1",
            "The argument 'C:\\no.ps1' to the -File parameter does not exist.",
        ),
        (
            "cfn-init.exe --stack shop --resource Box --configset x",
            "unrecognized option: --configset",
        ),
    ] {
        let (lines, _) = boot(&format!("{start}{script}{end}"), Parameters::default());
        assert!(lines[0].ends_with(wanted), "{script}: {lines:?}");
    }
}
