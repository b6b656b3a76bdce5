import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { clear, furnish, octopus } from "./stage.js";

let stage;
before(async () => {
    stage = await furnish();
});
after(() => clear(stage));

test("environments, projects and lifecycles are listed, read, changed and deleted", async () => {
    const { environments, projects, project, lifecycle } = stage;
    const production = await environments.create({ Name: "Production", Description: "for all" });
    assert.equal(production.Slug, "production");
    assert.deepEqual(
        (await environments.list({ partialName: "prod" })).Items.map((one) => one.Name),
        ["Production"],
    );
    await environments.sort([production.Id, stage.environment.Id]);
    assert.deepEqual(
        (await environments.list()).Items.map((one) => one.Name),
        ["Production", "Review"],
    );
    const changed = await environments.modify({ ...production, Name: "Live" });
    assert.equal(changed.Name, "Live");
    await environments.del(changed);
    await assert.rejects(environments.get(changed.Id), (error) => error.StatusCode === 404);

    const page = await projects.list({ take: 1 });
    assert.equal(page.ItemType, "Project");
    assert.equal(page.Items[0].LifecycleId, lifecycle.Id);
    assert.equal((await projects.get(project.Id)).Name, "Checkout");
});

test("all kinds of environment are in one list", async () => {
    const repository = new octopus.EnvironmentV2Repository(stage.client, stage.space.Name);
    const page = await repository.list({ take: 1000 });
    assert.deepEqual(
        page.Items.map((one) => [one.Name, one.Type]),
        [["Review", "Static"]],
    );
});

test("a process is written at the version at which it was read", async () => {
    const { processes, project } = stage;
    const process = await processes.get(project);
    assert.equal(process.Version, 1);
    assert.equal(process.Steps[0].Actions[0].Name, "Say hello");
    const written = await processes.update(project, process);
    assert.equal(written.Version, 2);
    await assert.rejects(processes.update(project, process), (error) => {
        assert.equal(error.StatusCode, 409);
        assert.match(error.message, /out of date/);
        return true;
    });
});

test("tags are made in sets and carried by tenants", async () => {
    const { client, space } = stage;
    const sets = new octopus.TagSetRepository(client, space.Name);
    const set = await sets.create({
        Name: "Ring",
        Tags: [{ Name: "Early" }, { Name: "Late", Color: "#112233" }],
    });
    assert.equal(set.Tags[1].CanonicalTagName, "Ring/Late");
    const tenants = new octopus.TenantRepository(client, space.Name);
    await tenants.create({ Name: "one", TenantTags: ["Ring/Early"] });
    await tenants.create({ Name: "two", TenantTags: ["Ring/Late"] });
    const early = await tenants.list({ tags: "Ring/Early" });
    assert.deepEqual(
        early.Items.map((one) => one.Name),
        ["one"],
    );
    await assert.rejects(tenants.create({ Name: "x", TenantTags: ["Ring/None"] }), /does not exist/);
    const tested = await tenants.tagTest(
        early.Items.map((one) => one.Id),
        ["Ring/Early"],
    );
    assert.equal(tested[early.Items[0].Id].IsMatched, true);
});
