#requires -Version 5.1
# Waits until the software tells the wanted release. A project trigger sees the new machine
# and deploys to it; nothing but this release counts. Servers that stay wait for "any".
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$settings = Get-Content -Raw -Path C:\Bennu\settings.json | ConvertFrom-Json
$deadline = (Get-Date).AddSeconds($settings.waitSeconds)
$told = 'nothing'
$served = $false
while (-not $served) {
    if ((Get-Date) -ge $deadline) {
        throw "release $($settings.release) did not come within $($settings.waitSeconds) s; $($settings.healthUrl) told last: $told"
    }
    Start-Sleep -Seconds 5
    try {
        $response = Invoke-WebRequest -UseBasicParsing -Uri $settings.healthUrl -TimeoutSec 5
        $told = "$($response.Content)".Trim()
        $served = $told -ceq $settings.release -or $settings.release -ceq 'any'
    } catch {
        $told = "nothing: $_"
    }
}
Write-Output "release $told is served"
