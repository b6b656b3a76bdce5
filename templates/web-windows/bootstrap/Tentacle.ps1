#requires -Version 5.1
# What a deployment target is: the Tentacle installed, configured, registered for its tenant
# and for nobody else, and running. Every script block reads the settings by itself: that
# keeps them out of the compiled document, which stays on the disk, and the API key with them.
# The blocks run in another process, hence its own strictness for each that changes something.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Configuration DeploymentTarget {
    Import-DscResource -ModuleName PSDesiredStateConfiguration

    Node localhost {
        LocalConfigurationManager {
            ConfigurationMode  = 'ApplyOnly'
            # A restart and what comes after it belong to Start-Bootstrap.ps1.
            RebootNodeIfNeeded = $false
            ActionAfterReboot  = 'StopConfiguration'
        }

        Script Installed {
            GetScript  = { @{ Result = 'C:\Program Files\Octopus Deploy\Tentacle' } }
            TestScript = { Test-Path -Path 'C:\Program Files\Octopus Deploy\Tentacle\Tentacle.exe' }
            SetScript  = {
                Set-StrictMode -Version Latest
                $ErrorActionPreference = 'Stop'
                # 1618 is somebody else's installation, such as an agent that updates itself at boot.
                $deadline = (Get-Date).AddSeconds(300)
                do {
                    $installer = Start-Process -FilePath msiexec.exe -ArgumentList @('/i', 'C:\Bennu\Tentacle.msi', '/quiet', '/norestart', '/l*v', 'C:\Bennu\Tentacle.msi.log') -Wait -PassThru
                    if ($installer.ExitCode -eq 1618) {
                        Start-Sleep -Seconds 15
                    }
                } while ($installer.ExitCode -eq 1618 -and (Get-Date) -lt $deadline)
                if ($installer.ExitCode -eq 3010) {
                    $global:DSCMachineStatus = 1
                } elseif ($installer.ExitCode -ne 0) {
                    throw "msiexec.exe ended with exit code $($installer.ExitCode); C:\Bennu\Tentacle.msi.log says why"
                }
            }
        }

        Script Instance {
            DependsOn  = '[Script]Installed'
            GetScript  = { @{ Result = 'C:\Octopus\Tentacle.config' } }
            TestScript = { Test-Path -Path C:\Octopus\Tentacle.config }
            SetScript  = {
                Set-StrictMode -Version Latest
                $ErrorActionPreference = 'Stop'
                & 'C:\Program Files\Octopus Deploy\Tentacle\Tentacle.exe' create-instance --instance Tentacle --config C:\Octopus\Tentacle.config
                if ($LASTEXITCODE -ne 0) {
                    throw "Tentacle.exe create-instance ended with exit code $LASTEXITCODE"
                }
            }
        }

        Script Certificate {
            DependsOn  = '[Script]Instance'
            GetScript  = { @{ Result = 'a certificate of its own' } }
            TestScript = { Test-Path -Path C:\Bennu\registered }
            SetScript  = {
                Set-StrictMode -Version Latest
                $ErrorActionPreference = 'Stop'
                & 'C:\Program Files\Octopus Deploy\Tentacle\Tentacle.exe' new-certificate --instance Tentacle --if-blank
                if ($LASTEXITCODE -ne 0) {
                    throw "Tentacle.exe new-certificate ended with exit code $LASTEXITCODE"
                }
            }
        }

        Script Configured {
            DependsOn  = '[Script]Certificate'
            GetScript  = { @{ Result = 'polling or listening' } }
            # Trust is reset here and given by registering: never the one without the other.
            TestScript = { Test-Path -Path C:\Bennu\registered }
            SetScript  = {
                Set-StrictMode -Version Latest
                $ErrorActionPreference = 'Stop'
                $settings = Get-Content -Raw -Path C:\Bennu\settings.json | ConvertFrom-Json
                $arguments = @('configure', '--instance', 'Tentacle', '--home', 'C:\Octopus', '--app', 'C:\Octopus\Applications', '--reset-trust')
                if ($settings.communication -eq 'listening') {
                    $arguments += @('--port', '10933', '--noListen', 'False')
                } else {
                    $arguments += @('--noListen', 'True')
                }
                & 'C:\Program Files\Octopus Deploy\Tentacle\Tentacle.exe' @arguments
                if ($LASTEXITCODE -ne 0) {
                    throw "Tentacle.exe configure ended with exit code $LASTEXITCODE"
                }
            }
        }

        # The security group says who may call; Windows has a firewall of its own.
        Script Reachable {
            DependsOn  = '[Script]Configured'
            GetScript  = { @{ Result = 'port 10933, if the Tentacle listens' } }
            TestScript = {
                $settings = Get-Content -Raw -Path C:\Bennu\settings.json | ConvertFrom-Json
                if ($settings.communication -ne 'listening') {
                    return $true
                }
                & netsh.exe advfirewall firewall show rule name=OctopusTentacle | Out-Null
                return $LASTEXITCODE -eq 0
            }
            SetScript  = {
                Set-StrictMode -Version Latest
                $ErrorActionPreference = 'Stop'
                & netsh.exe advfirewall firewall add rule name=OctopusTentacle dir=in action=allow protocol=TCP localport=10933
                if ($LASTEXITCODE -ne 0) {
                    throw "netsh.exe ended with exit code $LASTEXITCODE"
                }
            }
        }

        Script Registered {
            DependsOn  = '[Script]Reachable'
            GetScript  = { @{ Result = 'a machine in Octopus' } }
            TestScript = { Test-Path -Path C:\Bennu\registered }
            SetScript  = {
                Set-StrictMode -Version Latest
                $ErrorActionPreference = 'Stop'
                $settings = Get-Content -Raw -Path C:\Bennu\settings.json | ConvertFrom-Json
                $instance = & C:\Bennu\bootstrap\Get-InstanceMetadata.ps1 -Path instance-id
                $name = "$($settings.tenant)-$instance"

                # A polling Tentacle calls the server; a listening one is called by its private name.
                if ($settings.communication -eq 'listening') {
                    $hostName = & C:\Bennu\bootstrap\Get-InstanceMetadata.ps1 -Path local-hostname
                    $style = @('--comms-style', 'TentaclePassive', '--publicHostName', $hostName, '--tentacle-comms-port', '10933')
                } else {
                    $style = @('--comms-style', 'TentacleActive', '--server-comms-port', '10943')
                }
                $roles = @()
                foreach ($role in $settings.roles.Split(',')) {
                    $roles += @('--role', $role)
                }

                # The key stays in this script block: it is in no document, no file and no output.
                $key = (Get-SECSecretValue -SecretId $settings.apiKeySecret -Region $settings.region).SecretString.Trim()
                # Participation has to be said: without it a machine takes no part in its tenant's deployments.
                & 'C:\Program Files\Octopus Deploy\Tentacle\Tentacle.exe' register-with --instance Tentacle --server $settings.server --apiKey $key --space $settings.space --name $name --environment $settings.environment @roles --tenant $settings.tenant --tenanted-deployment-participation Tenanted --policy $settings.policy @style --force
                if ($LASTEXITCODE -ne 0) {
                    throw "Tentacle.exe register-with ended with exit code $LASTEXITCODE"
                }
                Set-Content -Path C:\Bennu\registered -Value $name
            }
        }

        Script ServiceInstalled {
            DependsOn  = '[Script]Registered'
            GetScript  = { @{ Result = 'OctopusDeploy Tentacle' } }
            TestScript = { @(Get-Service | Where-Object { $_.Name -eq 'OctopusDeploy Tentacle' }).Count -eq 1 }
            SetScript  = {
                Set-StrictMode -Version Latest
                $ErrorActionPreference = 'Stop'
                & 'C:\Program Files\Octopus Deploy\Tentacle\Tentacle.exe' service --instance Tentacle --install --start
                if ($LASTEXITCODE -ne 0) {
                    throw "Tentacle.exe service ended with exit code $LASTEXITCODE"
                }
            }
        }

        Service Running {
            DependsOn   = '[Script]ServiceInstalled'
            Name        = 'OctopusDeploy Tentacle'
            StartupType = 'Automatic'
            State       = 'Running'
        }
    }
}
