#requires -Version 5.1
# Tells CloudFormation once how the boot ended: 0 is success, anything else a failure.
param([Parameter(Mandatory = $true)][int] $Status)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if (Test-Path -Path C:\Bennu\signalled) {
    Write-Output "signalled already: $(Get-Content -Raw -Path C:\Bennu\signalled)"
    return
}

$settings = Get-Content -Raw -Path C:\Bennu\settings.json | ConvertFrom-Json
& 'C:\Program Files\Amazon\cfn-bootstrap\cfn-signal.exe' -e $Status --stack $settings.stack --resource $settings.resource --region $settings.region
if ($LASTEXITCODE -ne 0) {
    # Nobody waits for the signal of an instance that the group launches between updates.
    Write-Warning "cfn-signal.exe ended with exit code $LASTEXITCODE; the stack may not be waiting"
    return
}
Set-Content -Path C:\Bennu\signalled -Value $Status
