#requires -Version 5.1
# Asks the instance metadata service (version 2) for one value, such as instance-id.
param([Parameter(Mandatory = $true)][string] $Path)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$service = 'http://169.254.169.254/latest'
# After a restart the network may take a while to come up.
$deadline = (Get-Date).AddSeconds(120)
$value = ''
while ($value -eq '') {
    try {
        $token = Invoke-RestMethod -UseBasicParsing -Method Put -Uri "$service/api/token" -Headers @{ 'X-aws-ec2-metadata-token-ttl-seconds' = '300' } -TimeoutSec 5
        $value = Invoke-RestMethod -UseBasicParsing -Uri "$service/meta-data/$Path" -Headers @{ 'X-aws-ec2-metadata-token' = $token } -TimeoutSec 5
    } catch {
        if ((Get-Date) -ge $deadline) {
            throw "the instance metadata service does not tell $($Path): $_"
        }
        Start-Sleep -Seconds 5
    }
}
Write-Output $value
