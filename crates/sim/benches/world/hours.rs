//! How many hours of stacks a second of computing plays.

use bennu_sim::World;
use bennu_sim::clock::seconds;
use bennu_sim::cloudformation::request::{CreateStack, UpdateStack};
use bennu_sim::parameters::Parameters;
use bennu_sim::world::{Place, default_start};

use crate::{grouped, timed};

/// A small environment: its network, a role, a queue, a table, and a group of two instances
/// whose user data signals.
const TEMPLATE: &str = include_str!("environment.yaml");

/// One hour of `stacks` stacks that are created, and updated once, with a roll of their group.
pub fn busy(stacks: usize) -> String {
    let ((), took) = timed(|| {
        let mut world = empty(stacks);
        (0..stacks).for_each(|number| create(&mut world, number));
        world.advance_to(world.now + seconds(1200.0));
        for number in 0..stacks {
            let request = UpdateStack {
                stack_name: name(number),
                template_body: Some(TEMPLATE.replace("version 1", "version 2")),
                capabilities: capabilities(),
                ..UpdateStack::default()
            };
            let begun = world.on(&place(), |region, m| region.update_stack(request, m));
            begun.unwrap();
        }
        world.advance_to(world.now + seconds(2400.0));
        let updated = world.on(&place(), |region, m| {
            region.describe_stacks(Some(&name(0)), None, m)
        });
        let status = updated.unwrap().items.remove(0).stack_status;
        assert_eq!(status.as_str(), "UPDATE_COMPLETE");
    });
    let rate = stacks as f64 / took;
    format!(
        "simulated stack-hours a second, {} stacks that are created and rolled: {} (one processor; \
         an hour of all in {took:.2} s, {} times real time)",
        grouped(stacks as f64),
        grouped(rate),
        grouped(3600.0 / took),
    )
}

/// A world with this many stacks that are complete.
pub fn filled(stacks: usize) -> World {
    let mut world = empty(stacks);
    // A few hundred at once is what an account would let through.
    for batch in (0..stacks).collect::<Vec<_>>().chunks(200) {
        for number in batch {
            create(&mut world, *number);
        }
        world.advance_to(world.now + seconds(900.0));
    }
    world
}

fn empty(stacks: usize) -> World {
    let mut parameters = Parameters::default();
    parameters.stack_quota = stacks.max(parameters.stack_quota);
    World::new(7, default_start(), parameters)
}

fn create(world: &mut World, number: usize) {
    let request = CreateStack {
        stack_name: name(number),
        template_body: Some(TEMPLATE.to_owned()),
        capabilities: capabilities(),
        ..CreateStack::default()
    };
    let begun = world.on(&place(), |region, m| region.create_stack(request, m));
    begun.unwrap();
}

fn name(number: usize) -> String {
    format!("environment-{number:05}")
}

fn capabilities() -> Vec<String> {
    vec!["CAPABILITY_IAM".to_owned()]
}

fn place() -> Place {
    Place {
        account: "123456789012".to_owned(),
        region: "ap-southeast-2".to_owned(),
    }
}
