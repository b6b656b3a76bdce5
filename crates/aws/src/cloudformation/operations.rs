//! What is sent for each action on a stack, one request for one action.
//!
//! Rollback is always asked for in words: the defaults differ between operations and have
//! changed over the years.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{
    Capability, ChangeSetType, OnFailure, OnStackFailure, Parameter, Tag,
};
use bennu_model::action::StackInput;
use bennu_model::ids::{ChangeSetArn, ChangeSetName, StackArn, StackName, Token};
use bennu_model::outcome::Outcome;
use bennu_ports::{Call, Gate};

use crate::call::send;
use crate::error::Failure;

/// How a template travels, with its text.
#[derive(Debug)]
pub(crate) enum Body {
    /// In the request.
    Text(String),
    /// CloudFormation reads it there.
    Url(String),
}

impl Body {
    fn split(self) -> (Option<String>, Option<String>) {
        match self {
            Self::Text(text) => (Some(text), None),
            Self::Url(url) => (None, Some(url)),
        }
    }
}

/// The operations on the stacks of one target.
pub(crate) struct Operations<'a> {
    pub(crate) client: &'a Client,
    pub(crate) gate: &'a dyn Gate,
    /// The role that CloudFormation is to work with.
    pub(crate) role: Option<&'a str>,
}

impl Operations<'_> {
    pub(crate) async fn create_stack(
        &self,
        name: &StackName,
        input: &StackInput,
        body: Body,
        token: &Token,
    ) -> Result<Outcome, Failure> {
        let (text, url) = body.split();
        let request = self
            .client
            .create_stack()
            .stack_name(name.as_str())
            .set_template_body(text)
            .set_template_url(url)
            .set_parameters(parameters(input))
            .set_capabilities(capabilities(input))
            .set_tags(Some(tags(input)))
            .set_role_arn(self.role.map(str::to_owned))
            .on_failure(OnFailure::Rollback)
            // What a failed creation made is nobody's: not even a resource marked Retain
            // is to stay behind.
            .retain_except_on_create(true)
            .client_request_token(token.as_str());
        let reply = send(self.gate, Call::CreateStack, request.send()).await?;
        Ok(Outcome::Accepted(reply.stack_id))
    }

    /// No client token: the name is derived from the same state as a token would be, and a
    /// name that was used and deleted must be usable again.
    pub(crate) async fn create_change_set(
        &self,
        stack: &StackArn,
        name: &ChangeSetName,
        input: &StackInput,
        body: Body,
    ) -> Result<Outcome, Failure> {
        let (text, url) = body.split();
        let request = self
            .client
            .create_change_set()
            .stack_name(stack.as_str())
            .change_set_name(name.as_str())
            .change_set_type(ChangeSetType::Update)
            .set_template_body(text)
            .set_template_url(url)
            .set_parameters(parameters(input))
            .set_capabilities(capabilities(input))
            .set_tags(Some(tags(input)))
            .set_role_arn(self.role.map(str::to_owned))
            .on_stack_failure(OnStackFailure::Rollback)
            .include_nested_stacks(false);
        let reply = send(self.gate, Call::CreateChangeSet, request.send()).await?;
        Ok(Outcome::Accepted(reply.id))
    }

    /// `DisableRollback` stays away: CloudFormation refuses it on a change set that was
    /// created with a choice of its own, and ours always are.
    pub(crate) async fn execute_change_set(
        &self,
        stack: &StackArn,
        change_set: &ChangeSetArn,
        token: &Token,
    ) -> Result<Outcome, Failure> {
        let request = self
            .client
            .execute_change_set()
            .stack_name(stack.as_str())
            .change_set_name(change_set.as_str())
            .retain_except_on_create(true)
            .client_request_token(token.as_str());
        send(self.gate, Call::ExecuteChangeSet, request.send()).await?;
        Ok(Outcome::Accepted(Some(change_set.to_string())))
    }

    pub(crate) async fn delete_change_set(
        &self,
        stack: &StackArn,
        change_set: &ChangeSetArn,
    ) -> Result<Outcome, Failure> {
        let request = self
            .client
            .delete_change_set()
            .stack_name(stack.as_str())
            .change_set_name(change_set.as_str());
        send(self.gate, Call::DeleteChangeSet, request.send()).await?;
        Ok(Outcome::Done(None))
    }

    pub(crate) async fn cancel_update(
        &self,
        stack: &StackArn,
        token: &Token,
    ) -> Result<Outcome, Failure> {
        let request = self
            .client
            .cancel_update_stack()
            .stack_name(stack.as_str())
            .client_request_token(token.as_str());
        send(self.gate, Call::CancelUpdateStack, request.send()).await?;
        Ok(Outcome::Accepted(Some(stack.to_string())))
    }

    pub(crate) async fn continue_rollback(
        &self,
        stack: &StackArn,
        token: &Token,
    ) -> Result<Outcome, Failure> {
        let request = self
            .client
            .continue_update_rollback()
            .stack_name(stack.as_str())
            .set_role_arn(self.role.map(str::to_owned))
            .client_request_token(token.as_str());
        send(self.gate, Call::ContinueUpdateRollback, request.send()).await?;
        Ok(Outcome::Accepted(Some(stack.to_string())))
    }

    pub(crate) async fn roll_back(
        &self,
        stack: &StackArn,
        token: &Token,
    ) -> Result<Outcome, Failure> {
        let request = self
            .client
            .rollback_stack()
            .stack_name(stack.as_str())
            .set_role_arn(self.role.map(str::to_owned))
            .client_request_token(token.as_str());
        send(self.gate, Call::RollbackStack, request.send()).await?;
        Ok(Outcome::Accepted(Some(stack.to_string())))
    }

    pub(crate) async fn delete_stack(
        &self,
        stack: &StackArn,
        token: &Token,
    ) -> Result<Outcome, Failure> {
        let request = self
            .client
            .delete_stack()
            .stack_name(stack.as_str())
            .set_role_arn(self.role.map(str::to_owned))
            .client_request_token(token.as_str());
        send(self.gate, Call::DeleteStack, request.send()).await?;
        Ok(Outcome::Accepted(Some(stack.to_string())))
    }
}

fn parameters(input: &StackInput) -> Option<Vec<Parameter>> {
    let parameter = |(key, value): (&String, &String)| {
        Parameter::builder()
            .parameter_key(key)
            .parameter_value(value)
            .build()
    };
    (!input.parameters.is_empty()).then(|| input.parameters.iter().map(parameter).collect())
}

fn capabilities(input: &StackInput) -> Option<Vec<Capability>> {
    let given = &input.capabilities;
    (!given.is_empty()).then(|| given.iter().map(|c| Capability::from(c.as_str())).collect())
}

/// Always all tags: none given would keep those that are there.
fn tags(input: &StackInput) -> Vec<Tag> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    input.tags.iter().map(tag).collect()
}
