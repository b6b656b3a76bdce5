//! The faults there are: the one table behind refusals, forms, documents and tests.

mod form;
mod target;

use serde_json::{Value, json};

pub use form::Form;
pub use target::Target;

/// Something that a fault strikes with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Param {
    /// The key in `params`.
    pub name: &'static str,
    /// What it holds.
    pub form: Form,
    /// What it is when it is left out, in words.
    pub absent: &'static str,
}

/// A fault that can be switched on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// What it strikes.
    pub target: Target,
    /// What it does, in a sentence.
    pub about: &'static str,
    /// What it may be given.
    pub params: &'static [Param],
}

impl Kind {
    /// The kind of that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// As a document: what a form for it needs.
    pub fn shown(&self) -> Value {
        let params = self.params.iter().map(|param| {
            let mut shown = param.form.shown();
            shown["name"] = json!(param.name);
            shown["absent"] = json!(param.absent);
            shown
        });
        json!({
            "name": self.name,
            "target": self.target,
            "on": self.target.on(),
            "scope": self.target.scopes(),
            "about": self.about,
            "params": params.collect::<Vec<_>>(),
        })
    }
}

const fn param(name: &'static str, form: Form, absent: &'static str) -> Param {
    Param { name, form, absent }
}

const fn kind(
    name: &'static str,
    target: Target,
    about: &'static str,
    params: &'static [Param],
) -> Kind {
    Kind {
        name,
        target,
        about,
        params,
    }
}

const STATUS: Form = Form::Whole(400, 599);

/// Every fault, in the order in which a call meets them; then those of the world.
pub const KINDS: &[Kind] = &[
    kind(
        "delay",
        Target::Call,
        "The call waits before it is carried out, in real time.",
        &[param("ms", Form::Whole(0, 300_000), "1000")],
    ),
    kind(
        "hold",
        Target::Call,
        "The call stays on the wire until it is released or the fault is removed.",
        &[param(
            "when",
            Form::Choice(&["before", "after"]),
            "before: it has no effect until it is released; after: its reply waits",
        )],
    ),
    kind(
        "throttle",
        Target::Call,
        "The call is refused as one too many.",
        &[param(
            "retry_after_s",
            Form::Whole(0, 86_400),
            "Octopus alone tells a pause: 1",
        )],
    ),
    kind(
        "deny",
        Target::Call,
        "The caller lacks the right, in the service's words.",
        &[],
    ),
    kind(
        "error",
        Target::Call,
        "The call is refused with this error and has no effect.",
        &[
            param("code", Form::Text, "InternalFailure (AWS alone)"),
            param("message", Form::Text, "words of the simulator"),
            param("status", STATUS, "500"),
        ],
    ),
    kind(
        "conflict",
        Target::OctopusCall,
        "A write over a document is refused with 409, as if another had overlapped it.",
        &[],
    ),
    kind(
        "stale_read",
        Target::Call,
        "A read is answered as the same read was up to `lag_s` of world time ago. One that \
         nobody asked then is answered as it is now, and the fault is not used up.",
        &[param("lag_s", Form::Seconds, "30")],
    ),
    kind(
        "missing_item",
        Target::Call,
        "The first list of the answer lacks an item.",
        &[param(
            "index",
            Form::Whole(0, 1_000_000),
            "0: the first item",
        )],
    ),
    kind(
        "doubled_item",
        Target::Call,
        "The first list of the answer has an item twice.",
        &[param(
            "index",
            Form::Whole(0, 1_000_000),
            "0: the first item",
        )],
    ),
    kind(
        "empty_page",
        Target::Call,
        "The first list of the answer is empty; what tells of further pages stays.",
        &[],
    ),
    kind(
        "unknown_status",
        Target::Call,
        "Every status of the answer is a word that no client knows.",
        &[
            param(
                "field",
                Form::Text,
                "the field that holds the answer's status",
            ),
            param("word", Form::Text, "SIMULATED_STATUS"),
        ],
    ),
    kind(
        "unknown_field",
        Target::Call,
        "The answer, and each item of its first list, has a field that no client knows.",
        &[
            param("field", Form::Text, "SimulatedField"),
            param("value", Form::Text, "simulated"),
        ],
    ),
    kind(
        "wrong_account",
        Target::AwsCall,
        "The answer tells of another account, as through a proxy with other credentials.",
        &[param("account", Form::Text, "999999999999")],
    ),
    kind(
        "malformed_body",
        Target::Call,
        "The answer is 200, and its body is none.",
        &[param(
            "body",
            Form::Choice(&["cut", "html", "empty"]),
            "cut: half of it; html: the page of a proxy",
        )],
    ),
    kind(
        "lose_reply",
        Target::Call,
        "The call takes effect and the connection is cut before the reply.",
        &[],
    ),
    kind(
        "alarm",
        Target::Alarm,
        "The alarm is in the state ALARM when a rollback trigger looks at it.",
        &[],
    ),
    kind(
        "fail_resource",
        Target::Resource,
        "What is done to the resource fails.",
        &[
            param(
                "action",
                Form::Choice(&["create", "update", "delete", "import", "import_rollback"]),
                "any of them",
            ),
            param("reason", Form::Text, "an internal failure of the handler"),
        ],
    ),
    kind(
        "fail_change_set",
        Target::ChangeSet,
        "Working the change set out fails, or deleting it where that takes time.",
        &[
            param("action", Form::Choice(&["create", "delete"]), "either"),
            param("reason", Form::Text, "an internal failure"),
        ],
    ),
    kind(
        "never_boots",
        Target::Instance,
        "The instance stays pending.",
        &[],
    ),
    kind(
        "fail_boot",
        Target::Instance,
        "The boot goes wrong.",
        &[param(
            "signal",
            Form::Choice(&["FAILURE", "none"]),
            "FAILURE: every program fails; none: the boot hangs and never signals",
        )],
    ),
    kind(
        "tentacle_dies",
        Target::Instance,
        "The instance's Tentacle stops answering; `on` may also be the instance's id.",
        &[param(
            "back_after_s",
            Form::Seconds,
            "it never answers again",
        )],
    ),
    kind(
        "cloned_thumbprint",
        Target::Machine,
        "The machine is registered with the thumbprint of the newest other one.",
        &[],
    ),
    kind(
        "miss_machine",
        Target::Machine,
        "The trigger's scan loses the machine's event.",
        &[],
    ),
    kind(
        "fail_deployment",
        Target::Deployment,
        "The deployment fails.",
        &[param("error", Form::Text, "that a step failed")],
    ),
    kind(
        "interrupt_deployment",
        Target::Deployment,
        "The deployment waits for a person.",
        &[],
    ),
    kind(
        "hang_deployment",
        Target::Deployment,
        "The deployment ends only when it is cancelled.",
        &[],
    ),
    kind(
        "lose_webhook",
        Target::Webhook,
        "A post to the subscriber is never made.",
        &[],
    ),
    kind(
        "double_webhook",
        Target::Webhook,
        "A post to the subscriber is made twice.",
        &[],
    ),
    kind(
        "lose_message",
        Target::Queue,
        "The queue takes a message and never delivers it.",
        &[],
    ),
    kind(
        "double_message",
        Target::Queue,
        "The queue delivers a message twice.",
        &[],
    ),
    kind(
        "reorder_messages",
        Target::Queue,
        "The queue delivers the newest message first.",
        &[],
    ),
];

/// The names of all faults.
pub fn names() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.name)
}
