//! What expressions and statements give.

use super::{boot, said};
use crate::parameters::Parameters;

/// Each script and what it says, a line each.
fn check(table: &[(&str, &[&str])]) {
    for (script, wanted) in table {
        let (lines, status) = said(script);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!((&lines[..], status), (*wanted, 0), "{script}");
    }
}

#[test]
fn values_and_operators() {
    check(&[
        ("1 + 2 * 3 - 4 / 2 % 3", &["5"]),
        (
            r#"$x = 'a'; "$x $($x.Length) `$x ""q"" `"w`" C:\$x.txt""#,
            &[r#"a 1 $x "q" "w" C:\a.txt"#],
        ),
        ("'it''s $x'", &["it's $x"]),
        ("$n = 3\n@\"\none $n\n\n two\n\"@", &["one 3", "", " two"]),
        ("@'\n{\"a\": \"$b\"}\n'@", &["{\"a\": \"$b\"}"]),
        (
            "$a = @('x'); $a += 'y'; $a += @('z', 'w'); $a.Count; $a[-1]; \"$a\"",
            &["4", "w", "x y z w"],
        ),
        (
            "$h = @{ A = 1; 'b-c' = @{ d = 'e' } }; $h.a; $h['B-C'].d; $h.x = 2; $h.x; $h['y'] = 3; $h.Count",
            &["1", "e", "2", "4"],
        ),
        (
            "'A' -eq 'a'; 'A' -ceq 'a'; 'b' -gt 'A'; 2 -lt 10; '2' -lt 10",
            &["True", "False", "True", "True", "False"],
        ),
        (
            "'web-1' -like 'WEB-*'; 'v1.2' -match '^v(\\d+)'; $Matches[1]; 'a' -in 'b', 'A'; @('a') -contains 'c'; 3 -notin 1, 2",
            &["True", "True", "1", "True", "False", "True"],
        ),
        (
            "(1, 2, 3, 2 -eq 2).Count; -not ''; !1; $true -and 0; $null -or 'x'",
            &["2", "True", "False", "False", "True"],
        ),
        (
            "'{0} of {1} {{}}' -f 1, 'two'; 'a', 'b' -join '+'; ('a,b' -split ',')[1]",
            &["1 of two {}", "a+b", "b"],
        ),
        (
            "' a,b;c '.Trim().Split(',;').Count; 'Ab'.ToUpper() + 'Ab'.ToLower(); 'abc'.Replace('b', 'x').StartsWith('ax')",
            &["3", "ABab", "True"],
        ),
        (
            "[int]'7' + 1; [string]5 + 5; [bool]'x'; $env:ProgramFiles",
            &["8", "55", "True", r"C:\Program Files"],
        ),
        (
            "('{\"a\": [1, {\"b\": null}]}' | ConvertFrom-Json).a[0]; @{ z = 1; l = @(1) } | ConvertTo-Json -Compress",
            &["1", "{\"l\":[1],\"z\":1}"],
        ),
    ]);
}

#[test]
fn statements() {
    check(&[
        (
            "if (1 -eq 2) { 'a' } elseif ($true) { 'b' } else { 'c' }",
            &["b"],
        ),
        (
            "$i = 0\nwhile ($true) { $i += 1; if ($i -eq 2) { continue }; if ($i -gt 3) { break }; $i }",
            &["1", "3"],
        ),
        (
            "$i = 0; do { $i += 1 } until ($i -ge 3); $i; do { $i -= 1 } while ($i -gt 0); $i",
            &["3", "0"],
        ),
        (
            "foreach ($x in 1, 2, 3) { foreach ($y in 1, 2) { if ($y -eq 2) { break }; \"$x$y\" } }",
            &["11", "21", "31"],
        ),
        (
            "1, 2, 3 | Where-Object { $_ -ne 2 } | ForEach-Object { \"<$_>\" }",
            &["<1>", "<3>"],
        ),
        (
            "$all = 'a', 'b', 'c' | Select-Object -First 2; $all.Count; 'x' | Out-Null; function Get-None { }; $none = Get-None; $null -eq $none",
            &["2", "True"],
        ),
        (
            "function Add([int] $A, $B = 4) { return $A + $B; 'never' }\nAdd 1 2; Add -B 5 -A 1; (Add 3) * 2",
            &["3", "6", "14"],
        ),
        (
            "function Say { param([Parameter(Mandatory = $true)][string] $Text, [switch] $Loud)\nif ($Loud) { $Text.ToUpper() } else { $Text } }\n$given = @{ Text = 'hi'; Loud = $true }; Say @given; Say hi",
            &["HI", "hi"],
        ),
        (
            "function Set-It { $script:x = 1; $y = 2 }\n$x = 0; $y = 0; Set-It; \"$x $y\"",
            &["1 0"],
        ),
        (
            "$x = if ($true) { 'a' }; $y = foreach ($i in 1, 2) { $i * 2 }; \"$x $y\"",
            &["a 2 4"],
        ),
        (
            "Write-Warning 'w'; Write-Host 'h'; Write-Verbose 'v'; Write-Output a b; Write-Output c > $null",
            &["WARNING: w", "h", "a", "b"],
        ),
        (
            "& { 'in a block' }; $f = { param($n)\n$n + 1 }; & $f 2",
            &["in a block", "3"],
        ),
    ]);
}

#[test]
fn errors_go_through_catch_and_finally() {
    let strict = "Set-StrictMode -Version Latest; $ErrorActionPreference = 'Stop'\n";
    for (script, wanted, status) in [
        (
            "try { throw 'a' } catch { \"caught $_\" } finally { 'last' }; 'on'",
            vec!["caught a", "last", "on"],
            0,
        ),
        (
            "function F { try { return 1 } finally { 'last' } }; F",
            vec!["last", "1"],
            0,
        ),
        (
            "foreach ($x in 1, 2) { try { continue } finally { $x } }",
            vec!["1", "2"],
            0,
        ),
        (
            "try { try { throw 'a' } finally { 'in' } } catch { $_.Exception.Message }",
            vec!["in", "a"],
            0,
        ),
        (
            "try { throw 'a' } catch { try { throw 'b' } catch { \"$_\" }; \"$_\" }",
            vec!["b", "a"],
            0,
        ),
        (
            "try { try { throw 'a' } catch { throw } } catch { \"again $_\" }",
            vec!["again a"],
            0,
        ),
        ("try { exit 3 } finally { 'last' }", vec!["last"], 3),
        ("throw 'a'", vec!["user data: line 3: a"], 1),
        (
            "try { $nothing } catch { \"$_\" }",
            vec!["The variable '$nothing' cannot be retrieved because it has not been set."],
            0,
        ),
        ("try { @{ a = 1 }.b } catch { 'no b' }", vec!["no b"], 0),
        (
            "try { Get-Content -Path C:\\no } catch { 'no file' }",
            vec!["no file"],
            0,
        ),
        (
            "Get-Content C:\\no -ErrorAction SilentlyContinue; 'on'",
            vec!["on"],
            0,
        ),
        (
            "try { & C:\\no.exe } catch { \"$_\" }",
            vec![
                "The term 'C:\\no.exe' is not recognized as the name of a cmdlet, function, script file, or operable program.",
            ],
            0,
        ),
        (
            "cfn-signal.exe --nonsense; $LASTEXITCODE",
            vec!["unrecognized option: --nonsense", "1"],
            0,
        ),
        (
            "try { cfn-signal.exe --nonsense 2>&1 } catch { \"it threw $_\" }",
            vec!["it threw unrecognized option: --nonsense"],
            0,
        ),
    ] {
        let (lines, ended) = said(&format!("{strict}{script}"));
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!((lines, ended), (wanted, status), "{script}");
    }
    let lenient = said("Get-Content C:\\no; $nothing; 'on'").0;
    let words = "get-content : Cannot find path 'C:\\no' because it does not exist.";
    assert_eq!(lenient, [words, "on"]);
}

#[test]
fn files_and_programs() {
    check(&[
        (
            "New-Item -ItemType Directory -Path C:\\Shop | Out-Null\nSet-Content -Path c:\\shop\\A.txt -Value 'x', 'y'\n(Get-Content C:/Shop/a.TXT).Count; Test-Path C:\\SHOP; Remove-Item C:\\Shop -Recurse -Force; Test-Path C:\\Shop\\a.txt",
            &["2", "True", "False"],
        ),
        (
            "'abc' | Out-File -FilePath C:\\a.txt; (Get-FileHash -Algorithm SHA256 -Path C:\\a.txt).Hash.Length",
            &["64"],
        ),
        (
            "Join-Path 'C:\\a\\' 'b'; Split-Path C:\\a\\b -Leaf",
            &["C:\\a\\b", "b"],
        ),
        (
            "Set-Content C:\\f.ps1 '. C:\\g.ps1; Get-Two; $PSScriptRoot; exit 5'; Set-Content C:\\g.ps1 'function Get-Two { 2 }'\n& C:\\f.ps1; $LASTEXITCODE; powershell.exe -NoProfile -File C:\\f.ps1; $LASTEXITCODE",
            &["2", "C:", "5", "2", "C:", "5"],
        ),
        (
            "(Get-Service WinRM).Status; Stop-Service WinRM; (Get-Service -Name winrm).Status",
            &["Running", "Stopped"],
        ),
        (
            "$p = Start-Process -FilePath msiexec.exe -ArgumentList '/i', 'C:\\no.msi', '/quiet' -Wait -PassThru; $p.ExitCode",
            &["msiexec: C:\\no.msi could not be opened", "1619"],
        ),
    ]);
}

#[test]
fn waiting_takes_the_time_that_it_says() {
    let script =
        "'a'; $end = (Get-Date).AddSeconds(90); while ((Get-Date) -lt $end) { Start-Sleep 20 }";
    let user_data = format!("<powershell>{script}</powershell>");
    assert_eq!(boot(&user_data, Parameters::default()).1, 100);
}
