//! `Tentacle register-with`: the very calls that a Tentacle makes, in their order.

use serde_json::{Value, json};

use crate::bootstrap::flags::Flags;
use crate::bootstrap::machine::{Around, Machine};
use crate::octopus::Request;

/// As many as there are: what a Tentacle asks lists for.
const ALL: &str = "skip=0&take=2147483647";

/// What a machine is to be registered as.
#[derive(Debug)]
pub(super) struct Registration {
    name: String,
    space: Option<String>,
    environments: Vec<String>,
    roles: Vec<String>,
    tenants: Vec<String>,
    tags: Vec<String>,
    participation: String,
    policy: Option<String>,
    polls: bool,
    uri: String,
    force: bool,
}

impl Registration {
    /// What the flags say, with the command's own defaults: a machine is called like its
    /// host, listens, and takes no part in tenanted deployments unless told.
    ///
    /// # Errors
    /// A flag that has to be there is missing.
    pub(super) fn read(flags: &Flags, tentacle: &str, machine: &Machine) -> Result<Self, String> {
        flags.required("--server")?;
        if flags.required("--apiKey").is_err() && flags.required("--bearerToken").is_err() {
            return Err("please specify a credential: --apiKey or --bearerToken".to_owned());
        }
        let owned = |name: &str| flags.values(name).map(str::to_owned).collect::<Vec<_>>();
        for (name, noun) in [("--environment", "environment"), ("--role", "role")] {
            if flags.values(name).all(str::is_empty) {
                return Err(format!("please specify at least one {noun}: {name}"));
            }
        }
        let polls = match flags.value("--comms-style") {
            None | Some("TentaclePassive") => false,
            Some("TentacleActive") => true,
            Some(other) => return Err(format!("unknown communication style {other}")),
        };
        let participation = flags.value("--tenanted-deployment-participation");
        let participation = participation.unwrap_or("Untenanted");
        if !["Untenanted", "TenantedOrUntenanted", "Tenanted"].contains(&participation) {
            return Err(format!("unknown participation {participation}"));
        }
        let host = flags.value("--publicHostName").map(str::to_lowercase);
        let host = host.unwrap_or_else(|| machine.host_name());
        let port = flags.value("--tentacle-comms-port").unwrap_or("10933");
        let uri = match flags.value("--server-subscription-id") {
            Some(given) if polls => given.to_owned(),
            _ if polls => machine.subscription(tentacle),
            _ => format!("https://{host}:{port}/"),
        };
        Ok(Self {
            name: flags
                .value("--name")
                .unwrap_or(&machine.host_name())
                .to_owned(),
            space: flags.value("--space").map(str::to_owned),
            environments: owned("--environment"),
            roles: owned("--role"),
            tenants: owned("--tenant"),
            tags: owned("--tenanttag"),
            participation: participation.to_owned(),
            policy: flags.value("--policy").map(str::to_owned),
            polls,
            uri,
            force: flags.has("--force"),
        })
    }
}

/// Registers; tells under which id.
///
/// # Errors
/// What the command would print: something named is not there, a machine of that name
/// exists, the server refuses, for example the key.
pub(super) fn register(
    wanted: &Registration,
    key: &str,
    thumbprint: &str,
    around: &mut Around<'_>,
) -> Result<String, String> {
    let mut client = Client { around, key };
    let root = client.get("/api")?;
    let version = root["ApiVersion"].as_str().unwrap_or_default();
    if !version.starts_with('3') || root["Links"]["Spaces"].is_null() {
        return Err(format!("the server's interface {version} has no spaces"));
    }
    let home = client.space(wanted.space.as_deref())?;
    let links = client.get(&home)?["Links"].clone();
    client.get("/api/configuration/certificates/certificate-global")?;
    let collection = |name: &str| path_of(&links, name);
    let machines = collection("Machines")?;
    let existing = client.named(&machines, &wanted.name)?;
    if existing.is_some() && !wanted.force {
        return Err(format!(
            "A machine named '{}' already exists in the environment. Use the 'force' parameter \
             if you intended to update the existing machine.",
            wanted.name
        ));
    }
    let policy = match &wanted.policy {
        None => None,
        Some(name) => {
            let found = client.named(&collection("MachinePolicies")?, name)?;
            Some(found.ok_or_else(|| format!("could not find the machine policy '{name}'"))?)
        }
    };
    if !wanted.tags.is_empty() {
        client.get(&format!("{home}/tagsets?{ALL}"))?;
    }
    let environments = client.environments(&home, &wanted.environments)?;
    let tenants = client.tenants(&collection("Tenants")?, &wanted.tenants)?;
    let style = if wanted.polls {
        "TentacleActive"
    } else {
        "TentaclePassive"
    };
    let mut document = existing.clone().unwrap_or_else(|| json!({}));
    document["Name"] = json!(wanted.name);
    document["EnvironmentIds"] = json!(environments);
    document["Roles"] = json!(wanted.roles);
    document["TenantIds"] = json!(tenants);
    document["TenantTags"] = json!(wanted.tags);
    document["TenantedDeploymentParticipation"] = json!(wanted.participation);
    document["Endpoint"] = json!({
        "CommunicationStyle": style,
        "Thumbprint": thumbprint,
        "Uri": wanted.uri,
    });
    if let Some(policy) = policy {
        document["MachinePolicyId"] = policy["Id"].clone();
    }
    let stored = match existing {
        None => client.send(Request::new("POST", &machines).with_json(&document))?,
        Some(existing) => {
            let own = existing["Links"]["Self"].as_str().unwrap_or_default();
            let request = Request::new("POST", own).with_header("X-HTTP-Method-Override", "PUT");
            client.send(request.with_json(&document))?
        }
    };
    client.get(stored["Links"]["Self"].as_str().unwrap_or_default())?;
    let id = stored["Id"].as_str().unwrap_or_default();
    Ok(format!("Tentacle register-with: {} is {id}", wanted.name))
}

/// A link without its template's placeholders.
fn path_of(links: &Value, name: &str) -> Result<String, String> {
    let link = links[name].as_str().and_then(|link| link.split('{').next());
    let link = link.ok_or_else(|| format!("the server has no link {name}"))?;
    Ok(link.to_owned())
}

/// The server, asked with the key that the command was given.
struct Client<'c, 'a> {
    around: &'c mut Around<'a>,
    key: &'c str,
}

impl Client<'_, '_> {
    fn get(&mut self, target: &str) -> Result<Value, String> {
        self.send(Request::new("GET", target))
    }

    fn send(&mut self, request: Request) -> Result<Value, String> {
        let (status, body) = self.ask(request);
        if (200..300).contains(&status) {
            return Ok(body);
        }
        let lines = body["Errors"].as_array().into_iter().flatten();
        let lines: Vec<&str> = lines.filter_map(Value::as_str).collect();
        let message = body["ErrorMessage"].as_str().unwrap_or_default();
        Err(format!(
            "the server answers {status}: {message} {}",
            lines.join(" ")
        ))
    }

    fn ask(&mut self, request: Request) -> (u16, Value) {
        let octopus = &mut *self.around.octopus;
        let request = request.with_key(self.key);
        let reply = octopus.handle(&request, self.around.now, self.around.faults);
        (reply.status, reply.body.unwrap_or_default())
    }

    /// The path of the space's own document.
    fn space(&mut self, name: Option<&str>) -> Result<String, String> {
        let me = self.get("/api/users/me")?;
        let spaces = self.get(&path_of(&me["Links"], "Spaces")?)?;
        let mut spaces = spaces.as_array().into_iter().flatten();
        let found = spaces.find(|space| match name {
            Some(name) => is_called(space, name),
            None => space["IsDefault"] == true,
        });
        let id = found.and_then(|space| space["Id"].as_str());
        let id = id.ok_or_else(|| match name {
            Some(name) => format!("a space with the name '{name}' could not be found"),
            None => "there is no default space; use --space".to_owned(),
        })?;
        Ok(format!("/api/{id}"))
    }

    /// The document of a collection that has this name, whatever its case.
    fn named(&mut self, collection: &str, name: &str) -> Result<Option<Value>, String> {
        let encoded =
            percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
        let page = self.get(&format!("{collection}?name={encoded}&{ALL}"))?;
        let mut items = page["Items"].as_array().into_iter().flatten();
        Ok(items.find(|item| is_called(item, name)).cloned())
    }

    /// The ids of environments by name, slug or id, in this order of preference.
    fn environments(&mut self, home: &str, wanted: &[String]) -> Result<Vec<String>, String> {
        let request = Request::new("GET", &format!("{home}/environments/v2?{ALL}"));
        let page = match self.ask(request) {
            (404, _) => self.get(&format!("{home}/environments?{ALL}"))?,
            (_, page) => page,
        };
        let items = page["Items"].as_array().cloned().unwrap_or_default();
        wanted
            .iter()
            .map(|name| {
                let found = ["Name", "Slug", "Id"].iter().find_map(|key| {
                    items.iter().find(|item| {
                        item[*key]
                            .as_str()
                            .is_some_and(|text| text.eq_ignore_ascii_case(name))
                    })
                });
                let id = found.and_then(|item| item["Id"].as_str());
                id.map(str::to_owned).ok_or_else(|| {
                    format!("could not find the environment '{name}' on the Octopus Server")
                })
            })
            .collect()
    }

    /// The ids of tenants by name, else by id or slug.
    fn tenants(&mut self, collection: &str, wanted: &[String]) -> Result<Vec<String>, String> {
        let mut ids = Vec::new();
        for name in wanted {
            let found = match self.named(collection, name)? {
                Some(found) => Ok(found),
                None => self.get(&format!("{collection}/{name}")),
            };
            let found = found
                .ok()
                .and_then(|tenant| tenant["Id"].as_str().map(str::to_owned));
            ids.push(found.ok_or_else(|| {
                format!("could not find the tenant '{name}' on the Octopus Server")
            })?);
        }
        Ok(ids)
    }
}

fn is_called(document: &Value, name: &str) -> bool {
    let own = document["Name"].as_str().unwrap_or_default();
    own.to_lowercase() == name.to_lowercase()
}
