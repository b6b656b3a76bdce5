//! Networks: the default one that every place has, and what stacks make.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Instance;
use super::launch_template::tags_from;
use crate::cloudformation::evaluate::as_text;
use crate::cloudformation::request::Tag;
use crate::cloudformation::stack::{Resource, Stack};
use crate::region::Region;

/// The zones that every simulated region has, as letters after its name.
pub const ZONES: [&str; 3] = ["a", "b", "c"];

/// A network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vpc {
    /// `vpc-` and 17 hexadecimal digits.
    pub id: String,
    /// Its addresses.
    pub cidr: String,
    /// Whether the place came with it.
    pub is_default: bool,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// A part of a network, in one zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subnet {
    /// `subnet-` and 17 hexadecimal digits.
    pub id: String,
    /// Its network.
    pub vpc_id: String,
    /// Its addresses.
    pub cidr: String,
    /// Its zone.
    pub availability_zone: String,
    /// Whether the place came with it.
    pub is_default: bool,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// A security group. Its rules are not simulated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityGroup {
    /// `sg-` and 17 hexadecimal digits.
    pub id: String,
    /// Unique in its network.
    pub name: String,
    /// A person's words.
    pub description: String,
    /// Its network.
    pub vpc_id: String,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl Region {
    /// The default network first, then those of stacks.
    pub fn vpcs(&self) -> Vec<Vpc> {
        let id = self.own_id("vpc");
        let first = Vpc {
            tags: self.network_tags(&id, Vec::new()),
            id,
            cidr: "172.31.0.0/16".to_owned(),
            is_default: true,
        };
        let made = self.made("AWS::EC2::VPC").map(|(id, one)| Vpc {
            cidr: text(one, "CidrBlock").unwrap_or_else(|| "10.0.0.0/16".to_owned()),
            is_default: false,
            tags: self.network_tags(&id, tags(one)),
            id,
        });
        [first].into_iter().chain(made).collect()
    }

    /// The default network's subnets first, one in each zone, then those of stacks.
    pub fn subnets(&self) -> Vec<Subnet> {
        let defaults = ZONES.iter().enumerate().map(|(index, zone)| {
            let id = self.own_id(&format!("subnet/{zone}"));
            Subnet {
                tags: self.network_tags(&id, Vec::new()),
                id,
                vpc_id: self.own_id("vpc"),
                cidr: format!("172.31.{}.0/20", index * 16),
                availability_zone: format!("{}{zone}", self.place.region),
                is_default: true,
            }
        });
        let made = self.made("AWS::EC2::Subnet").map(|(id, one)| Subnet {
            vpc_id: text(one, "VpcId").unwrap_or_else(|| self.own_id("vpc")),
            cidr: text(one, "CidrBlock").unwrap_or_else(|| "10.0.0.0/24".to_owned()),
            availability_zone: text(one, "AvailabilityZone")
                .unwrap_or_else(|| format!("{}a", self.place.region)),
            is_default: false,
            tags: self.network_tags(&id, tags(one)),
            id,
        });
        defaults.chain(made).collect()
    }

    /// The default network's group first, then those of stacks.
    pub fn security_groups(&self) -> Vec<SecurityGroup> {
        let id = self.own_id("sg");
        let first = SecurityGroup {
            tags: self.network_tags(&id, Vec::new()),
            id,
            name: "default".to_owned(),
            description: "default VPC security group".to_owned(),
            vpc_id: self.own_id("vpc"),
        };
        let kind = "AWS::EC2::SecurityGroup";
        let made = self.made(kind).map(|(id, one)| SecurityGroup {
            name: text(one, "GroupName").unwrap_or_else(|| one.logical_id.clone()),
            description: text(one, "GroupDescription").unwrap_or_default(),
            vpc_id: text(one, "VpcId").unwrap_or_else(|| self.own_id("vpc")),
            tags: self.network_tags(&id, tags(one)),
            id,
        });
        [first].into_iter().chain(made).collect()
    }

    /// An instance with the subnet and the network that it stands in.
    pub(super) fn in_its_network(&self, instance: &Instance) -> Instance {
        let zone = instance.availability_zone.strip_prefix(&self.place.region);
        let zone = zone.unwrap_or_default();
        let subnet = instance.subnet_id.clone();
        let subnet = subnet.unwrap_or_else(|| self.own_id(&format!("subnet/{zone}")));
        let mut made = self.made("AWS::EC2::Subnet");
        let vpc = made
            .find(|(id, _)| *id == subnet)
            .and_then(|(_, one)| text(one, "VpcId"));
        Instance {
            subnet_id: Some(subnet),
            vpc_id: Some(vpc.unwrap_or_else(|| self.own_id("vpc"))),
            ..instance.clone()
        }
    }

    /// The id of something that the place came with: the same in every world.
    fn own_id(&self, what: &str) -> String {
        let of = format!("{}/{}/{what}", self.place.account, self.place.region);
        let digest = hex::encode(Sha256::digest(of));
        let kind = what.split('/').next().unwrap_or(what);
        format!("{kind}-{}", digest.get(..17).unwrap_or_default())
    }

    /// What stacks have made of that type.
    fn made<'r>(&'r self, kind: &'r str) -> impl Iterator<Item = (String, &'r Resource)> {
        let stacks = self.stacks.values().filter(|stack| !stack.is_deleted());
        let resources = stacks.flat_map(|stack: &Stack| stack.resources.values());
        resources
            .filter(move |one| one.kind == kind && one.exists())
            .filter_map(|one| Some((one.physical_id.clone()?, one)))
    }

    fn network_tags(&self, id: &str, own: Vec<Tag>) -> Vec<Tag> {
        let given = self.compute.network_tags.get(id);
        let given = given.cloned().unwrap_or_default();
        let mut tags = own;
        tags.retain(|tag| given.iter().all(|other| other.key != tag.key));
        tags.extend(given);
        tags.sort();
        tags
    }
}

fn text(resource: &Resource, key: &str) -> Option<String> {
    resource.settings.properties.get(key).and_then(as_text)
}

fn tags(resource: &Resource) -> Vec<Tag> {
    let own: Option<&Value> = resource.settings.properties.get("Tags");
    let mut tags = tags_from(own);
    for tag in &resource.settings.tags {
        if tags.iter().all(|known| known.key != tag.key) {
            tags.push(tag.clone());
        }
    }
    tags
}
