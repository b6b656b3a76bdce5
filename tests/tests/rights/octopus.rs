//! The user roles of Octopus: what its calls need, and the page that people follow.

use std::collections::BTreeSet;
use std::fs;

use bennu_ports::Call;
use serde_json::Value;

use crate::calls::{Needs, Owner, needs};
use crate::shipped::{INSTALLATION, top};

fn granted(file: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(top().join("deploy/octopus").join(file)).unwrap();
    let role: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(role["GrantedSystemPermissions"], Value::Array(Vec::new()));
    let permissions = role["GrantedSpacePermissions"].as_array().unwrap();
    let names = permissions
        .iter()
        .map(|name| name.as_str().unwrap().to_owned());
    let set: BTreeSet<_> = names.collect();
    assert_eq!(set.len(), permissions.len(), "{file}: one is there twice");
    set
}

/// Every word of a text that is called as permissions are.
fn permissions_in(text: &str) -> BTreeSet<String> {
    let verbs = ["View", "Create", "Edit", "Delete", "Cancel", "Unscoped"];
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter(|word| {
            verbs
                .iter()
                .any(|verb| word.ends_with(verb) && word.len() > verb.len())
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_daemons_role_has_what_its_calls_need_and_no_more() {
    let ours = Owner::new(INSTALLATION);
    let of_call = |call: &Call| match needs(*call, &ours) {
        Needs::Octopus(permissions) => permissions,
        Needs::Aws(_) | Needs::Nothing => &[],
    };
    let needed: BTreeSet<_> = Call::ALL
        .iter()
        .flat_map(|call| of_call(call).iter().map(|name| (*name).to_owned()))
        .collect();
    assert_eq!(granted("daemon-role.json"), needed);
}

#[test]
fn instances_can_register_and_nothing_else() {
    let instances = granted("instance-role.json");
    let changing: Vec<_> = instances
        .iter()
        .filter(|name| !name.ends_with("View"))
        .collect();
    assert_eq!(changing, ["MachineCreate", "MachineEdit"]);
}

/// `docs/octopus-setup.md` names them for people: first the daemon's, in a table, then those of
/// the instances.
#[test]
fn the_page_for_people_says_the_same() {
    let page = fs::read_to_string(top().join("docs/octopus-setup.md")).unwrap();
    let (daemon, rest) = page
        .split_once("A second key is for the **instances**")
        .unwrap();
    let (instances, _) = rest.split_once("\n\n").unwrap();
    assert_eq!(permissions_in(daemon), granted("daemon-role.json"));
    assert_eq!(permissions_in(instances), granted("instance-role.json"));
}
