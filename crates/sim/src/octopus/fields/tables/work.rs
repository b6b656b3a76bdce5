//! The keys of triggers, deployments, tasks and interruptions.

use serde_json::{Value, json};

use super::super::forms::Form;
use super::{DESCRIPTION, Field, ID, NAME, SPACE_ID, client, once, server, server_with};

/// A project trigger. What its filter and action hold is the rules' business.
pub(super) const TRIGGER: &[Field] = &[
    ID,
    SPACE_ID,
    NAME,
    DESCRIPTION,
    once("ProjectId", Form::Text),
    client("IsDisabled", Form::Flag),
    client("Filter", Form::Object),
    client("Action", Form::Object),
];

/// A deployment: what the client wants once, and what the server says about it.
pub(super) const DEPLOYMENT: &[Field] = &[
    ID,
    SPACE_ID,
    once("ReleaseId", Form::Text),
    once("EnvironmentId", Form::Text),
    once("TenantId", Form::OptionalText),
    once("ForcePackageDownload", Form::Flag),
    once("ForcePackageRedeployment", Form::Flag),
    once("SkipActions", Form::Set),
    once("SpecificMachineIds", Form::Set),
    once("ExcludedMachineIds", Form::Set),
    once("SpecificTargetTagIds", Form::Set),
    once("ExcludedTargetTagIds", Form::Set),
    once("UseGuidedFailure", Form::Flag),
    once("FailTargetDiscovery", Form::Flag),
    once("DebugMode", Form::OptionalText),
    once("Priority", Form::Choice(&["LifecycleDefault", "On", "Off"])),
    once("Comments", Form::Text),
    once("FormValues", Form::Object),
    once("QueueTime", Form::OptionalText),
    once("QueueTimeExpiry", Form::OptionalText),
    server("TaskId", Form::Text),
    server("ProjectId", Form::Text),
    server("ChannelId", Form::Text),
    server("Name", Form::Text),
    server("Created", Form::Text),
    server_with("DeployedBy", Form::Text, || "automation".into()),
    server_with("DeployedById", Form::Text, || "Users-1".into()),
    server("DeployedToMachineIds", Form::Set),
    server("FailureEncountered", Form::Flag),
    server("DeploymentProcessId", Form::Text),
    server("ManifestVariableSetId", Form::Text),
    server("Changes", Form::List),
    server("ChangesMarkdown", Form::Text),
    server("TentacleRetentionPeriod", Form::Object),
];

/// A server task. It knows neither tenant nor environment nor release: its deployment
/// does. No task can be run again here, so `CanRerun` is always false.
pub(super) const TASK: &[Field] = &[
    ID,
    SPACE_ID,
    server("Name", Form::Text),
    server("Description", Form::Text),
    server_with("Arguments", Form::Object, || json!({})),
    server_with("State", Form::Text, || "Queued".into()),
    server_with("Completed", Form::Text, || "Queued...".into()),
    server("QueueTime", Form::OptionalText),
    server("QueueTimeExpiry", Form::OptionalText),
    server("StartTime", Form::OptionalText),
    server("LastUpdatedTime", Form::OptionalText),
    server("CompletedTime", Form::OptionalText),
    server("ServerNode", Form::OptionalText),
    server("Duration", Form::Text),
    server("ErrorMessage", Form::Text),
    server("HasBeenPickedUpByProcessor", Form::Flag),
    server("IsCompleted", Form::Flag),
    server("FinishedSuccessfully", Form::Flag),
    server("HasPendingInterruptions", Form::Flag),
    server("PendingInterruptionTypes", Form::Set),
    server("HasPendingPreconditions", Form::Flag),
    server("PendingPreconditionTypes", Form::Set),
    server("CanRerun", Form::Flag),
    server("HasWarningsOrErrors", Form::Flag),
    server("ProjectId", Form::OptionalText),
    server_with(
        "EstimatedRemainingQueueDurationSeconds",
        Form::Whole,
        || 0.into(),
    ),
];

/// A manual intervention that a deployment waits for.
pub(super) const INTERRUPTION: &[Field] = &[
    ID,
    SPACE_ID,
    server_with("Type", Form::Text, || "ManualIntervention".into()),
    server("Title", Form::Text),
    server("Created", Form::Text),
    server_with("IsPending", Form::Flag, || true.into()),
    server_with("Form", Form::Object, form),
    server("TaskId", Form::Text),
    server("CorrelationId", Form::Text),
    server("ResponsibleTeamIds", Form::Set),
    server("ResponsibleUserId", Form::OptionalText),
    server("HasResponsibility", Form::Flag),
    server_with("CanTakeResponsibility", Form::Flag, || true.into()),
    server("IsLinkedToOtherInterruption", Form::Flag),
    server("RelatedDocumentIds", Form::Set),
];

fn form() -> Value {
    json!({
        "Values": { "Instructions": null, "Notes": null, "Result": null },
        "Elements": [
            { "Name": "Instructions", "Control": { "Type": "Paragraph", "Text": "May the deployment go on?" }, "IsValueRequired": false },
            { "Name": "Notes", "Control": { "Type": "TextArea", "Label": "Notes" }, "IsValueRequired": false },
            { "Name": "Result", "Control": { "Type": "SubmitButtonGroup", "Buttons": [
                { "Text": "Proceed", "Value": "Proceed" }, { "Text": "Abort", "Value": "Abort" } ] }, "IsValueRequired": true },
        ],
    })
}
