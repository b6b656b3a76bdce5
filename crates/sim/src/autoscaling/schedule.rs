//! Scheduled actions: a group's sizes change at their time.

use chrono::{DateTime, Utc};

use super::cron::Cron;
use super::scale::not_found;
use super::{Group, describe};
use crate::aws_error::{AwsError, AwsResult};
use crate::chance::Chance;
use crate::cloudformation::answer::Page;
use crate::compute::Compute;
use crate::paging::page;
use crate::region::Region;
use crate::world::Moment;

/// What is to be done, once or again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduledAction {
    /// Unique in the group.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The first time.
    pub start_time: Option<DateTime<Utc>>,
    /// After it nothing is done any more.
    pub end_time: Option<DateTime<Utc>>,
    /// Every time, in UTC.
    pub recurrence: Option<Cron>,
    /// Fewest instances.
    pub min_size: Option<i64>,
    /// Most instances.
    pub max_size: Option<i64>,
    /// Instances it keeps.
    pub desired_capacity: Option<i64>,
    /// When it acts next; `None` for a date that never comes.
    pub due: Option<DateTime<Utc>>,
}

/// What `PutScheduledUpdateGroupAction` is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewScheduledAction {
    /// Unique in the group.
    pub name: String,
    /// The first time.
    pub start_time: Option<DateTime<Utc>>,
    /// After it nothing is done any more.
    pub end_time: Option<DateTime<Utc>>,
    /// Five fields of cron.
    pub recurrence: Option<String>,
    /// Fewest instances.
    pub min_size: Option<i64>,
    /// Most instances.
    pub max_size: Option<i64>,
    /// Instances it keeps.
    pub desired_capacity: Option<i64>,
}

impl Compute {
    /// Gives a group a scheduled action, in the place of the one of that name.
    ///
    /// # Errors
    /// No such group, no time or one in the past, no size, or a recurrence that is none.
    pub fn schedule(
        &mut self,
        group: &str,
        new: NewScheduledAction,
        chance: &mut Chance,
        now: DateTime<Utc>,
    ) -> AwsResult<()> {
        let found = self.groups.get_mut(group).ok_or_else(|| not_found(group))?;
        let recurrence = match &new.recurrence {
            None => None,
            Some(text) => Some(Cron::parse(text).ok_or_else(|| {
                AwsError::validation(format!("Given recurrence string:{text} is invalid"))
            })?),
        };
        if new.start_time.is_some_and(|at| at <= now) {
            return Err(AwsError::validation("Given start time is in the past"));
        }
        if new
            .end_time
            .is_some_and(|at| at <= new.start_time.unwrap_or(now))
        {
            return Err(AwsError::validation("Start Time should be before End Time"));
        }
        if new.start_time.is_none() && recurrence.is_none() {
            let text = "Either StartTime or Recurrence must be specified";
            return Err(AwsError::validation(text));
        }
        if [new.min_size, new.max_size, new.desired_capacity] == [None; 3] {
            let text = "At least one of MinSize, MaxSize or DesiredCapacity must be specified";
            return Err(AwsError::validation(text));
        }
        let first = new
            .start_time
            .or_else(|| recurrence.as_ref()?.next_after(now));
        let id = chance.uuid();
        let arn = found
            .arn
            .replace(":autoScalingGroup:", ":scheduledUpdateGroupAction:");
        let arn = match arn.split_once(":scheduledUpdateGroupAction:") {
            Some((start, _)) => format!(
                "{start}:scheduledUpdateGroupAction:{id}:autoScalingGroupName/{group}:\
                 scheduledActionName/{}",
                new.name
            ),
            None => arn,
        };
        let action = ScheduledAction {
            arn,
            start_time: first,
            end_time: new.end_time,
            recurrence,
            min_size: new.min_size,
            max_size: new.max_size,
            desired_capacity: new.desired_capacity,
            due: first,
            name: new.name.clone(),
        };
        found.scheduled.insert(new.name, action);
        self.scheduled.insert(group.to_owned());
        Ok(())
    }

    /// When a scheduled action acts next.
    pub(crate) fn next_scheduled(&self) -> Option<DateTime<Utc>> {
        let groups = self.scheduled.iter();
        let actions = groups
            .filter_map(|name| self.groups.get(name))
            .flat_map(|group| group.scheduled.values());
        actions.filter_map(|action| action.due).min()
    }

    /// Lets every scheduled action act whose time has come. One that would make the sizes
    /// contradict each other does nothing; one whose process is suspended does nothing, too.
    pub(crate) fn run_scheduled(&mut self, chance: &mut Chance, moment: &mut Moment<'_>) {
        let now = moment.now;
        let mut changed = Vec::new();
        let groups = &mut self.groups;
        (self.scheduled).retain(|name| {
            groups
                .get(name)
                .is_some_and(|one| !one.scheduled.is_empty())
        });
        for name in &self.scheduled {
            let Some(group) = groups.get_mut(name) else {
                continue;
            };
            let is_due = |action: &&ScheduledAction| action.due.is_some_and(|due| due <= now);
            let due: Vec<_> = group.scheduled.values().filter(is_due).cloned().collect();
            for mut action in due {
                if !group.suspends("ScheduledActions") && !group.is_going() {
                    act(group, &action, now);
                    changed.push(group.name.clone());
                }
                let next = action
                    .recurrence
                    .as_ref()
                    .and_then(|cron| cron.next_after(now));
                action.due = next.filter(|next| action.end_time.is_none_or(|end| *next <= end));
                if action.due.is_some() {
                    action.start_time = action.due;
                    group.scheduled.insert(action.name.clone(), action);
                } else {
                    group.scheduled.remove(&action.name);
                }
            }
        }
        for group in changed {
            self.scale(&group, chance, moment);
        }
    }
}

fn act(group: &mut Group, action: &ScheduledAction, now: DateTime<Utc>) {
    let (least, most) = (
        action.min_size.unwrap_or(group.min_size),
        action.max_size.unwrap_or(group.max_size),
    );
    let before = group.desired_capacity;
    let desired = action
        .desired_capacity
        .unwrap_or(before.clamp(least, most.max(least)));
    if least > most || !(least..=most).contains(&desired) {
        return;
    }
    (group.min_size, group.max_size, group.desired_capacity) = (least, most, desired);
    group.was_constrained("a scheduled action", before, now);
}

/// Which scheduled actions to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScheduleQuery {
    /// Of this group only.
    pub group: Option<String>,
    /// These only; names that do not exist are passed over.
    pub names: Vec<String>,
    /// The size of a page, 50 unless told, at most 100.
    pub max_records: Option<usize>,
    /// Where the page begins.
    pub next_token: Option<String>,
}

impl Region {
    /// `PutScheduledUpdateGroupAction`.
    ///
    /// # Errors
    /// See [`Compute::schedule`].
    pub fn put_scheduled_action(
        &mut self,
        group: &str,
        new: NewScheduledAction,
        moment: &Moment<'_>,
    ) -> AwsResult<()> {
        (self.compute).schedule(group, new, &mut self.chance, moment.now)
    }

    /// `DescribeScheduledActions`: each with its group's name.
    ///
    /// # Errors
    /// A page that no list gave.
    pub fn describe_scheduled_actions(
        &self,
        query: &ScheduleQuery,
    ) -> AwsResult<Page<(String, ScheduledAction)>> {
        let groups = self.compute.groups.values();
        let groups = groups.filter(|one| query.group.as_ref().is_none_or(|name| one.name == *name));
        let actions = groups.flat_map(|group| {
            let actions = group.scheduled.values();
            actions.map(|action| (group.name.clone(), action.clone()))
        });
        let wanted = |name: &String| query.names.is_empty() || query.names.contains(name);
        let found = actions.filter(|(_, action)| wanted(&action.name)).collect();
        let size = describe::size(query.max_records, 50, 100)?;
        page(found, size, query.next_token.as_deref())
    }

    /// `DeleteScheduledAction`.
    ///
    /// # Errors
    /// No such group, or it has no such action.
    pub fn delete_scheduled_action(&mut self, group: &str, name: &str) -> AwsResult<()> {
        let found = self.compute.groups.get_mut(group);
        let found = found.ok_or_else(|| not_found(group))?;
        let text = "Scheduled action name not found";
        let gone = found.scheduled.remove(name);
        gone.map(|_| ()).ok_or_else(|| AwsError::validation(text))
    }
}
