#requires -Version 5.1
# Makes a deployment target of this instance, waits for its release, and signals how it went.
# Runs as the last command of cfn-init; where an installer asks for a restart, once more as a
# start-up task: user data comes back after one under EC2Launch v2 alone, and leaves it to this.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
# Windows PowerShell spends most of a download on its progress bar.
$ProgressPreference = 'SilentlyContinue'

$status = 1
try {
    $settings = Get-Content -Raw -Path C:\Bennu\settings.json | ConvertFrom-Json

    # An image may bring the Tentacle, so that a boot needs no download.
    if (-not (Test-Path -Path 'C:\Program Files\Octopus Deploy\Tentacle\Tentacle.exe')) {
        Invoke-WebRequest -UseBasicParsing -Uri $settings.installer -OutFile C:\Bennu\Tentacle.msi
    }

    # DSC calls itself over WinRM, which comes up late after a restart.
    Start-Service -Name WinRM
    . "$PSScriptRoot\Tentacle.ps1"
    # The keywords of DSC were not all written for strict mode, and may inherit it from here.
    Set-StrictMode -Off
    DeploymentTarget -OutputPath C:\Bennu\dsc | Out-Null
    Set-StrictMode -Version Latest
    Set-DscLocalConfigurationManager -Path C:\Bennu\dsc -ErrorAction Stop
    Start-DscConfiguration -Path C:\Bennu\dsc -Wait -Force -Verbose -ErrorAction Stop

    if ((Get-DscLocalConfigurationManager).LCMState -eq 'PendingReboot') {
        if (Test-Path -Path C:\Bennu\restarting) {
            throw 'a second restart is asked for; one is what an installation may need'
        }
        $instance = & "$PSScriptRoot\Get-InstanceMetadata.ps1" -Path instance-id
        & schtasks.exe /Create /TN Bennu /SC ONSTART /RU SYSTEM /F /TR 'powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File C:\Bennu\bootstrap\Start-Bootstrap.ps1'
        if ($LASTEXITCODE -ne 0) {
            throw "schtasks.exe /Create ended with exit code $LASTEXITCODE"
        }
        # Tells user data that what the restart kills has not failed, and is not to be begun again.
        Set-Content -Path C:\Bennu\restarting -Value $instance
        Restart-Computer -Force
        exit 0
    }

    & "$PSScriptRoot\Wait-Release.ps1"
    & "$PSScriptRoot\Send-Signal.ps1" -Status 0
    $status = 0
} catch {
    Write-Warning "the bootstrap failed: $_"
    & "$PSScriptRoot\Send-Signal.ps1" -Status 1
}

if (Test-Path -Path C:\Bennu\restarting) {
    & schtasks.exe /Delete /TN Bennu /F
    if ($LASTEXITCODE -ne 0) {
        Write-Warning "schtasks.exe /Delete ended with exit code $LASTEXITCODE"
    }
}
exit $status
