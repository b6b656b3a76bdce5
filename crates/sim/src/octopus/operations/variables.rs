//! Tenants' values for variables, in the old form and in the new ones.

use serde_json::Value;

use super::super::Server;
use super::super::documents::Document;
use super::super::kind::Kind;
use super::super::refusal::Refusal;
use super::super::request::Request;
use super::super::routes::VariablesCall;
use super::json_of;

impl Server {
    /// Does what is asked about tenants' values.
    pub(super) fn variables(
        &mut self,
        call: VariablesCall,
        id: &str,
        space: &str,
        request: &Request,
    ) -> Result<Value, Refusal> {
        match call {
            VariablesCall::Read => Ok(self.all_values_of(self.find(Kind::Tenant, space, id)?)),
            VariablesCall::Write => {
                let tenant = self.tenant(space, id)?;
                self.write_all_values(&tenant, json_of(request)?)
            }
            VariablesCall::All => Ok(self.values_of_all(space, &request.query())),
            VariablesCall::ReadList(list) => {
                let tenant = self.find(Kind::Tenant, space, id)?;
                Ok(self.values_listed(list, tenant, &request.query()))
            }
            VariablesCall::WriteList(list) => {
                let tenant = self.tenant(space, id)?;
                self.write_list(list, &tenant, &json_of(request)?)
            }
        }
    }

    fn tenant(&self, space: &str, id: &str) -> Result<Document, Refusal> {
        self.find(Kind::Tenant, space, id).cloned()
    }
}
