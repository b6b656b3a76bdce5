//! Which keys each kind of document has, their forms and their defaults.

mod events;
mod machine_policy;
mod work;

use serde_json::{Value, json};

use super::forms::Form;
use super::{Field, Kind, SetBy};

/// The fields of a kind. `Id` and `SpaceId` are set on storing.
pub(super) fn of(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Space => SPACE,
        Kind::Environment => ENVIRONMENT,
        Kind::Lifecycle => LIFECYCLE,
        Kind::ProjectGroup => PROJECT_GROUP,
        Kind::MachinePolicy => machine_policy::FIELDS,
        Kind::VariableSet => VARIABLE_SET,
        Kind::Project => PROJECT,
        Kind::Channel => CHANNEL,
        Kind::Tenant => TENANT,
        Kind::Machine => MACHINE,
        Kind::Release => RELEASE,
        Kind::Trigger => work::TRIGGER,
        Kind::Deployment => work::DEPLOYMENT,
        Kind::Task => work::TASK,
        Kind::Interruption => work::INTERRUPTION,
        Kind::TagSet => TAG_SET,
        Kind::Proxy => PROXY,
        Kind::Subscription => events::SUBSCRIPTION,
        Kind::Event => events::EVENT,
    }
}

/// How tenants and the untenanted may use a project or a machine.
const TENANTED: Form = Form::Choice(&["Untenanted", "TenantedOrUntenanted", "Tenanted"]);

const ID: Field = server("Id", Form::Text);
const SPACE_ID: Field = server("SpaceId", Form::Text);
const NAME: Field = client("Name", Form::Text);
const SLUG: Field = client("Slug", Form::Text);
const DESCRIPTION: Field = client("Description", Form::Text);

const SPACE: &[Field] = &[
    ID,
    NAME,
    SLUG,
    DESCRIPTION,
    server("IsDefault", Form::Flag),
    client("TaskQueueStopped", Form::Flag),
    client("SpaceManagersTeams", Form::Set),
    client("SpaceManagersTeamMembers", Form::Set),
];

const ENVIRONMENT: &[Field] = &[
    ID,
    SPACE_ID,
    NAME,
    SLUG,
    DESCRIPTION,
    client("SortOrder", Form::Whole),
    client("UseGuidedFailure", Form::Flag),
    client("AllowDynamicInfrastructure", Form::Flag),
    client("ExtensionSettings", Form::List),
    client("EnvironmentTags", Form::Set),
];

const LIFECYCLE: &[Field] = &[
    ID,
    SPACE_ID,
    NAME,
    SLUG,
    DESCRIPTION,
    client("Phases", Form::Objects),
    with_default("ReleaseRetentionPolicy", Form::Object, keep_for_ever),
    with_default("TentacleRetentionPolicy", Form::Object, keep_for_ever),
];

const TAG_SET: &[Field] = &[
    ID,
    SPACE_ID,
    NAME,
    DESCRIPTION,
    client("SortOrder", Form::Whole),
    with_default("Scopes", Form::Set, || json!(["Tenant"])),
    once(
        "Type",
        Form::Choice(&["MultiSelect", "SingleSelect", "FreeText"]),
    ),
    server("IsSystem", Form::Flag),
    client("Tags", Form::Objects),
];

const PROXY: &[Field] = &[
    ID,
    SPACE_ID,
    NAME,
    client("Host", Form::Text),
    with_default("Port", Form::Whole, || json!(80)),
    client("Username", Form::OptionalText),
    client("Password", Form::Secret),
    with_default("ProxyType", Form::Text, || "HTTP".into()),
];

const PROJECT_GROUP: &[Field] = &[
    ID,
    SPACE_ID,
    NAME,
    SLUG,
    DESCRIPTION,
    client("EnvironmentIds", Form::Set),
    client("RetentionPolicyId", Form::OptionalText),
];

const VARIABLE_SET: &[Field] = &[
    ID,
    SPACE_ID,
    NAME,
    DESCRIPTION,
    once("ContentType", Form::Choice(&["Variables", "ScriptModule"])),
    server("VariableSetId", Form::OptionalText),
    client("Templates", Form::Objects),
];

const PROJECT: &[Field] = &[
    ID,
    SPACE_ID,
    NAME,
    SLUG,
    DESCRIPTION,
    client("LifecycleId", Form::Text),
    client("ProjectGroupId", Form::Text),
    client("IsDisabled", Form::Flag),
    server("VariableSetId", Form::OptionalText),
    server("DeploymentProcessId", Form::OptionalText),
    server("ClonedFromProjectId", Form::OptionalText),
    client("TenantedDeploymentMode", TENANTED),
    client("AutoDeployReleaseOverrides", Form::Objects),
    client("AutoCreateRelease", Form::Flag),
    client("ReleaseCreationStrategy", Form::Object),
    server("IsVersionControlled", Form::Flag),
    with_default(
        "PersistenceSettings",
        Form::Object,
        || json!({ "Type": "Database" }),
    ),
    client("DiscreteChannelRelease", Form::Flag),
    client("DefaultToSkipIfAlreadyInstalled", Form::Flag),
    client("AllowIgnoreChannelRules", Form::Flag),
    client("IncludedLibraryVariableSetIds", Form::Set),
    client("ProjectTags", Form::Set),
    client("Templates", Form::Objects),
    client("ExtensionSettings", Form::List),
    with_default("ProjectConnectivityPolicy", Form::Object, connectivity),
    with_default("DefaultGuidedFailureMode", Form::Choice(GUIDED), || {
        "EnvironmentDefault".into()
    }),
    with_default(
        "VersioningStrategy",
        Form::Object,
        || json!({ "Template": "#{Octopus.Version.LastMajor}.#{Octopus.Version.LastMinor}.#{Octopus.Version.NextPatch}" }),
    ),
    client("ReleaseNotesTemplate", Form::OptionalText),
    client("ProvisioningRunbookId", Form::OptionalText),
    client("DeprovisioningRunbookId", Form::OptionalText),
];

const GUIDED: &[&str] = &["EnvironmentDefault", "Off", "On"];

const CHANNEL: &[Field] = &[
    ID,
    SPACE_ID,
    NAME,
    SLUG,
    DESCRIPTION,
    once("ProjectId", Form::Text),
    client("LifecycleId", Form::OptionalText),
    client("IsDefault", Form::Flag),
    client("Rules", Form::Objects),
    client("GitReferenceRules", Form::Set),
    client("GitResourceRules", Form::Objects),
    client("TenantTags", Form::Set),
    client("Type", Form::Choice(&["Lifecycle", "EphemeralEnvironment"])),
];

const TENANT: &[Field] = &[
    ID,
    SPACE_ID,
    NAME,
    SLUG,
    DESCRIPTION,
    client("TenantTags", Form::Set),
    client("ProjectEnvironments", Form::Connections),
    once("ClonedFromTenantId", Form::OptionalText),
    client("IsDisabled", Form::Flag),
    client("Icon", Form::Object),
];

const MACHINE: &[Field] = &[
    ID,
    SPACE_ID,
    NAME,
    SLUG,
    client("EnvironmentIds", Form::Set),
    client("Roles", Form::Set),
    client("TenantIds", Form::Set),
    client("TenantTags", Form::Set),
    client("TenantedDeploymentParticipation", TENANTED),
    client("MachinePolicyId", Form::Text),
    client("IsDisabled", Form::Flag),
    client("SkipInitialHealthCheck", Form::Flag),
    client("Endpoint", Form::Object),
    server("Thumbprint", Form::OptionalText),
    server("Uri", Form::OptionalText),
    server_with("HealthStatus", Form::Text, || "Unknown".into()),
    server_with("Status", Form::Text, || "Unknown".into()),
    server_with("StatusSummary", Form::Text, || {
        "This machine was recently added. Its health has not been checked yet.".into()
    }),
    server("HasLatestCalamari", Form::Flag),
    server("IsInProcess", Form::Flag),
    server_with("OperatingSystem", Form::Text, || "Unknown".into()),
    server_with("ShellName", Form::Text, || "Unknown".into()),
    server_with("ShellVersion", Form::Text, || "Unknown".into()),
    server_with("Architecture", Form::Text, || "Unknown".into()),
];

const RELEASE: &[Field] = &[
    ID,
    SPACE_ID,
    client("Version", Form::Text),
    once("ProjectId", Form::Text),
    client("ChannelId", Form::Text),
    client("ReleaseNotes", Form::OptionalText),
    client("SelectedPackages", Form::Objects),
    client("SelectedGitResources", Form::Objects),
    client("BuildInformation", Form::Objects),
    client("VersionControlReference", Form::Object),
    client("CustomFields", Form::Object),
    client("IgnoreChannelRules", Form::Flag),
    server("Assembled", Form::Text),
    server("ProjectDeploymentProcessSnapshotId", Form::OptionalText),
    server("ProjectVariableSetSnapshotId", Form::OptionalText),
    server("LibraryVariableSetSnapshotIds", Form::Set),
];

fn keep_for_ever() -> Value {
    json!({ "Strategy": "Forever", "Unit": "Days", "QuantityToKeep": 0, "ShouldKeepForever": true })
}

fn connectivity() -> Value {
    json!({
        "SkipMachineBehavior": "None",
        "TargetRoles": [],
        "AllowDeploymentsToNoTargets": false,
        "ExcludeUnhealthyTargets": false,
    })
}

const fn client(key: &'static str, form: Form) -> Field {
    Field {
        key,
        form,
        set_by: SetBy::Client,
        default: None,
    }
}

const fn with_default(key: &'static str, form: Form, default: fn() -> Value) -> Field {
    Field {
        key,
        form,
        set_by: SetBy::Client,
        default: Some(default),
    }
}

const fn once(key: &'static str, form: Form) -> Field {
    Field {
        key,
        form,
        set_by: SetBy::ClientOnce,
        default: None,
    }
}

const fn server(key: &'static str, form: Form) -> Field {
    Field {
        key,
        form,
        set_by: SetBy::Server,
        default: None,
    }
}

const fn server_with(key: &'static str, form: Form, default: fn() -> Value) -> Field {
    Field {
        key,
        form,
        set_by: SetBy::Server,
        default: Some(default),
    }
}
