//! Messages in and out: sent, received, hidden, deleted.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};

use super::message::{Message, MessageAttribute, NewMessage, md5_of, md5_of_attributes};
use super::{Queue, Queues};
use crate::aws_error::{AwsError, AwsResult};
use crate::faults::{Scope, Spot};
use crate::world::Moment;

/// What a sender is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// A UUID.
    pub message_id: String,
    /// MD5 of the body.
    pub md5_of_body: String,
    /// MD5 of the attributes, if there are any.
    pub md5_of_attributes: Option<String>,
}

/// A message with what its receiver needs to be done with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The message, as it is after this receipt.
    pub message: Message,
    /// What deletes it or changes how long it is hidden.
    pub receipt_handle: String,
}

impl Queues {
    /// `SendMessage`.
    ///
    /// # Errors
    /// No such queue, an empty or too large message, one with characters that XML does not
    /// have, or a delay beyond 15 minutes.
    pub fn send(
        &mut self,
        name: &str,
        new: NewMessage,
        sender: &str,
        moment: &mut Moment<'_>,
    ) -> AwsResult<Sent> {
        let queue = self.get(name)?;
        check(&new, queue)?;
        let usual = queue.settings.number("DelaySeconds");
        let delay = TimeDelta::seconds(new.delay_s.unwrap_or(usual));
        let (body, attributes) = (md5_of(&new.body), md5_of_attributes(&new.attributes));
        Ok(Sent {
            message_id: self.put(name, new, delay, sender, moment),
            md5_of_body: body,
            md5_of_attributes: attributes,
        })
    }

    /// Lets a message into a queue unless a fault loses or doubles it; tells its id.
    pub(super) fn put(
        &mut self,
        name: &str,
        new: NewMessage,
        delay: TimeDelta,
        sender: &str,
        moment: &mut Moment<'_>,
    ) -> String {
        let message = Message {
            id: self.chance.uuid(),
            body: new.body,
            attributes: new.attributes,
            sender: sender.to_owned(),
            sent_at: moment.now,
            visible_at: moment.now + delay,
            first_received_at: None,
            received: 0,
            receipt: None,
            dead_from: None,
        };
        let id = message.id.clone();
        let spot = self.spot(name);
        let is_lost = moment.faults.take_at("lose_message", &spot).is_some();
        if let Some(queue) = self.by_name.get_mut(name).filter(|_| !is_lost) {
            queue.forget_old(moment.now);
            if moment.faults.take_at("double_message", &spot).is_some() {
                queue.messages.push(message.clone());
            }
            queue.messages.push(message);
        }
        id
    }

    /// `ReceiveMessage`: up to `most` messages that nobody holds, hidden for `hidden_s`
    /// seconds, or for the queue's own time. What was received too often goes to the
    /// dead-letter queue instead.
    ///
    /// # Errors
    /// No such queue.
    pub fn receive(
        &mut self,
        name: &str,
        most: usize,
        hidden_s: Option<i64>,
        moment: &mut Moment<'_>,
    ) -> AwsResult<Vec<Received>> {
        self.give_up_on(name, moment.now)?;
        let spot = self.spot(name);
        let queue = self.by_name.get_mut(name).ok_or_else(super::no_queue)?;
        let usual = queue.settings.number("VisibilityTimeout");
        let hidden = TimeDelta::seconds(hidden_s.unwrap_or(usual));
        let mut visible: Vec<usize> = (queue.messages.iter().enumerate())
            .filter(|(_, one)| one.is_visible(moment.now))
            .map(|(index, _)| index)
            .collect();
        if visible.len() > 1 && moment.faults.take_at("reorder_messages", &spot).is_some() {
            visible.reverse();
        }
        let mut received = Vec::new();
        for index in visible.into_iter().take(most) {
            let Some(message) = queue.messages.get_mut(index) else {
                continue;
            };
            message.received += 1;
            message.first_received_at.get_or_insert(moment.now);
            message.visible_at = moment.now + hidden;
            let handle = receipt(name, &message.id, message.received, self.chance.hex(16));
            message.receipt = Some(handle.clone());
            received.push(Received {
                message: message.clone(),
                receipt_handle: handle,
            });
        }
        Ok(received)
    }

    /// Where a queue is, for faults.
    fn spot(&self, name: &str) -> Spot {
        Spot::named(name)
            .within(Scope::Account, &self.place.account)
            .within(Scope::Region, &self.place.region)
    }

    /// Moves what has been received as often as the redrive policy allows. A dead-letter
    /// queue that is not there leaves the messages where they are.
    fn give_up_on(&mut self, name: &str, now: DateTime<Utc>) -> AwsResult<()> {
        let queue = self.get_mut(name)?;
        queue.forget_old(now);
        let Some(redrive) = queue.settings.redrive() else {
            return Ok(());
        };
        let source = queue.arn.clone();
        let named = |one: &&mut Queue| one.arn == redrive.target_arn && one.arn != source;
        if self.by_name.values_mut().find(named).is_none() {
            return Ok(());
        }
        let is_dead =
            |one: &Message| one.is_visible(now) && one.received >= redrive.max_receive_count;
        let queue = self.get_mut(name)?;
        let (dead, kept) = (queue.messages.drain(..)).partition(is_dead);
        queue.messages = kept;
        let dead: Vec<Message> = dead;
        if let Some(target) = self.by_name.values_mut().find(named) {
            target.messages.extend(dead.into_iter().map(|one| Message {
                received: 0,
                first_received_at: None,
                receipt: None,
                dead_from: Some(source.clone()),
                ..one
            }));
        }
        Ok(())
    }

    /// `DeleteMessage`: a success also for a message that is gone; a handle that a later
    /// receipt has replaced deletes nothing.
    ///
    /// # Errors
    /// No such queue, or a handle that it did not give.
    pub fn delete_message(&mut self, name: &str, handle: &str) -> AwsResult<()> {
        let queue = self.get_mut(name)?;
        check_receipt(name, handle)?;
        (queue.messages).retain(|one| one.receipt.as_deref() != Some(handle));
        Ok(())
    }

    /// `ChangeMessageVisibility`: from now on hidden for that many seconds.
    ///
    /// # Errors
    /// No such queue, a time beyond 12 hours, a handle that the queue did not give, or a
    /// message that nobody holds any more.
    pub fn hide(
        &mut self,
        name: &str,
        handle: &str,
        hidden_s: i64,
        now: DateTime<Utc>,
    ) -> AwsResult<()> {
        if !(0..=43_200).contains(&hidden_s) {
            let text = format!(
                "Value {hidden_s} for parameter VisibilityTimeout is invalid. Reason: Must be \
                 between 0 and 43200."
            );
            return Err(AwsError::new("InvalidParameterValue", text, 400));
        }
        let queue = self.get_mut(name)?;
        check_receipt(name, handle)?;
        let mut held = queue.messages.iter_mut();
        let held = held.find(|one| one.receipt.as_deref() == Some(handle) && one.visible_at > now);
        let Some(message) = held else {
            let text = format!(
                "Value {handle} for parameter ReceiptHandle is invalid. Reason: Message does not \
                 exist or is not available for visibility timeout change."
            );
            let code = "AWS.SimpleQueueService.MessageNotInflight";
            return Err(AwsError::new(code, text, 400));
        };
        message.visible_at = now + TimeDelta::seconds(hidden_s);
        Ok(())
    }
}

fn check(new: &NewMessage, queue: &Queue) -> AwsResult<()> {
    let invalid = |text: String| AwsError::new("InvalidParameterValue", text, 400);
    if new.body.is_empty() {
        let text = "The request must contain the parameter MessageBody.";
        return Err(AwsError::new("MissingParameter", text, 400));
    }
    let most = queue.settings.number("MaximumMessageSize");
    if i64::try_from(new.size()).is_ok_and(|size| size > most) {
        return Err(invalid(format!(
            "One or more parameters are invalid. Reason: Message must be shorter than {most} bytes."
        )));
    }
    let is_xml = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    if !new.body.chars().all(is_xml) {
        let text = "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 \
                    to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF";
        return Err(AwsError::new("InvalidMessageContents", text, 400));
    }
    if let Some(delay) = new.delay_s.filter(|delay| !(0..=900).contains(delay)) {
        return Err(invalid(format!(
            "Value {delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be \
             >= 0 and <= 900."
        )));
    }
    check_attributes(&new.attributes)
}

fn check_attributes(attributes: &BTreeMap<String, MessageAttribute>) -> AwsResult<()> {
    let invalid = |text: String| Err(AwsError::new("InvalidParameterValue", text, 400));
    if attributes.len() > 10 {
        let count = attributes.len();
        return invalid(format!(
            "Number of message attributes [{count}] exceeds the allowed maximum [10]."
        ));
    }
    for (name, attribute) in attributes {
        let kind = attribute.data_type.split('.').next().unwrap_or_default();
        if !["String", "Number", "Binary"].contains(&kind) {
            return invalid(format!(
                "The message attribute '{name}' has an invalid message attribute type, the set of \
                 supported type prefixes is Binary, Number, and String."
            ));
        }
        if attribute.value.is_empty() {
            return invalid(format!(
                "Message attribute '{name}' must contain a non-empty value of type '{kind}'."
            ));
        }
    }
    Ok(())
}

fn receipt(queue: &str, id: &str, count: u32, salt: String) -> String {
    STANDARD.encode(format!("{queue} {id} {count} {salt}"))
}

/// A handle that this queue could have given.
fn check_receipt(queue: &str, handle: &str) -> AwsResult<()> {
    let told = STANDARD.decode(handle).unwrap_or_default();
    let told = String::from_utf8(told).unwrap_or_default();
    let mut parts = told.split(' ');
    if parts.next() == Some(queue) && parts.count() == 3 {
        return Ok(());
    }
    let text = format!("The input receipt handle \"{handle}\" is not a valid receipt handle.");
    Err(AwsError::new("ReceiptHandleIsInvalid", text, 404))
}
