import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { clear, furnish, octopus } from "./stage.js";

let stage;
let tenants;
let tenant;
before(async () => {
    stage = await furnish();
    const { client, space, project, projects, environment } = stage;
    await projects.modify({
        ...(await projects.get(project.Id)),
        TenantedDeploymentMode: "Tenanted",
        Templates: [
            { Name: "Greeting", DisplaySettings: { "Octopus.ControlType": "SingleLineText" } },
            { Name: "Password", DisplaySettings: { "Octopus.ControlType": "Sensitive" } },
        ],
    });
    tenants = new octopus.TenantRepository(client, space.Name);
    tenant = await tenants.create({ Name: "ada", ProjectEnvironments: { [project.Id]: [environment.Id] } });
});
after(() => clear(stage));

test("what is missing is told, until it is set", async () => {
    const missing = await tenants.missingVariables({ tenantId: tenant.Id }, true);
    assert.deepEqual(
        missing[0].MissingVariables.map((one) => one.VariableTemplateName),
        ["Greeting", "Password"],
    );
    const variables = await tenants.getVariables(tenant);
    const [project] = Object.values(variables.ProjectVariables);
    const id = (name) => project.Templates.find((one) => one.Name === name).Id;
    project.Variables[stage.environment.Id] = {
        [id("Greeting")]: "hello",
        [id("Password")]: { HasValue: true, NewValue: "secret" },
    };
    const written = await tenants.setVariables(tenant, variables);
    const values = Object.values(written.ProjectVariables)[0].Variables[stage.environment.Id];
    assert.equal(values[id("Greeting")], "hello");
    assert.deepEqual(values[id("Password")], { HasValue: true, NewValue: null, Hint: null });
    assert.deepEqual(await tenants.missingVariables({ tenantId: tenant.Id }, true), []);
});

test("the newer list shows the same values", async () => {
    const { client, space } = stage;
    const list = await client.get(`~/api/${space.Id}/tenants/${tenant.Id}/projectvariables`);
    const greeting = list.Variables.find((one) => one.Template.Name === "Greeting");
    assert.equal(greeting.Value, "hello");
    assert.deepEqual(greeting.Scope.EnvironmentIds, [stage.environment.Id]);
});
