import assert from "node:assert/strict";
import { test } from "node:test";
import { apiKey, connect, fault, octopus } from "./stage.js";

test("a client finds the server, its user and its features", async () => {
    const client = await connect();
    const information = await client.getServerInformation();
    assert.match(information.version, /^20\d\d\.\d+\.\d+$/);
    const user = await octopus.userGetCurrent(client);
    assert.equal(user.IsService, true);
    const missing = await octopus.checkForCapability(client, "GetAllSpacesRequest", "2018.1");
    assert.equal(missing, null);
    const later = await octopus.checkForCapability(client, "SomeMadeUpRequest", "2030.1");
    assert.match(later, /does not support SomeMadeUpRequest/);
});

test("a wrong key is told from a wrong id", async () => {
    const stranger = await connect("API-NOBODY");
    await assert.rejects(octopus.userGetCurrent(stranger), (error) => {
        assert.equal(error.StatusCode, 401);
        return true;
    });
    const client = await connect(apiKey);
    const projects = new octopus.ProjectRepository(client, "Default");
    await assert.rejects(projects.get("Projects-999"), (error) => {
        assert.equal(error.StatusCode, 404);
        assert.match(error.message, /The resource 'Projects-999' was not found\./);
        return true;
    });
    await assert.rejects(new octopus.ProjectRepository(client, "Nowhere").list(), /No spaces exist/);
});

test("what breaks a rule says each rule", async () => {
    const client = await connect();
    const projects = new octopus.ProjectRepository(client, "Default");
    await assert.rejects(projects.create({ Name: "Half" }), (error) => {
        assert.equal(error.StatusCode, 400);
        assert.match(error.message, /There was a problem with your request\./);
        assert.match(error.message, /LifecycleId/);
        assert.match(error.message, /ProjectGroupId/);
        return true;
    });
});

test("a client that is told to wait hears why", async () => {
    const client = await connect();
    await fault({ name: "throttle", on: "GET environments", times: 1 });
    const environments = new octopus.EnvironmentRepository(client, "Default");
    await assert.rejects(environments.list(), (error) => error.StatusCode === 429);
    assert.equal((await environments.list()).TotalResults, 1);
});
