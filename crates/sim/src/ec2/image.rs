//! Machine images: a few of Amazon's, and whatever instances are launched from.

use std::collections::BTreeSet;

use crate::region::Region;

/// The account that Amazon's images belong to.
pub const AMAZON: &str = "137112412989";

/// A machine image. What is in it is not simulated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// `ami-` and hexadecimal digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The owner's account.
    pub owner: String,
    /// Whether it boots Windows.
    pub is_windows: bool,
}

/// Name and id; the ids are made up.
const CATALOGUE: [(&str, &str); 3] = [
    (
        "al2023-ami-2023.6.20241212.0-kernel-6.1-x86_64",
        "ami-0a1b2c3d4e5f60001",
    ),
    (
        "amzn2-ami-hvm-2.0.20241217.0-x86_64-gp2",
        "ami-0a1b2c3d4e5f60002",
    ),
    (
        "Windows_Server-2022-English-Full-Base-2024.12.13",
        "ami-0a1b2c3d4e5f60003",
    ),
];

impl Region {
    /// Amazon's images first, then those that something here is launched from, which belong
    /// to the account.
    pub fn images(&self) -> Vec<Image> {
        let amazons = CATALOGUE.map(|(name, id)| Image {
            id: id.to_owned(),
            name: name.to_owned(),
            owner: AMAZON.to_owned(),
            is_windows: name.starts_with("Windows"),
        });
        let compute = &self.compute;
        let templates = compute.launch_templates.values();
        let templates = templates.filter_map(|one| one.specification(one.latest()));
        let used: BTreeSet<String> = (compute.instances.values())
            .map(|one| one.specification.image_id.clone())
            .chain(
                (compute.launch_configurations.values())
                    .map(|one| one.specification.image_id.clone()),
            )
            .chain(templates.map(|one| one.image_id))
            .filter(|id| id.starts_with("ami-") && amazons.iter().all(|one| one.id != *id))
            .collect();
        let own = used.into_iter().map(|id| Image {
            name: format!("image of {id}"),
            owner: self.place.account.clone(),
            is_windows: false,
            id,
        });
        amazons.clone().into_iter().chain(own).collect()
    }
}
