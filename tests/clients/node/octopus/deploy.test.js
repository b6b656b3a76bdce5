import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { clear, fault, furnish, octopus } from "./stage.js";

let stage;
before(async () => {
    stage = await furnish();
});
after(() => clear(stage));

const release = (more = {}) =>
    new octopus.ReleaseRepository(stage.client, stage.space.Name).create({
        spaceName: stage.space.Name,
        ProjectName: stage.project.Name,
        ...more,
    });

const wait = (ids, timeout = 60000) =>
    new octopus.ServerTaskWaiter(stage.client, stage.space.Name).waitForServerTasksToComplete(ids, 50, timeout);

test("a release gets the next version, once", async () => {
    const first = await release();
    assert.equal(first.ReleaseVersion, "0.0.1");
    assert.equal((await release()).ReleaseVersion, "0.0.2");
    const again = await release({ ReleaseVersion: "0.0.1", IgnoreIfAlreadyExists: true });
    assert.deepEqual(again, first);
    await assert.rejects(release({ ReleaseVersion: "0.0.1" }), /Release '0\.0\.1' already exists for this project\./);
    const releases = new octopus.ReleaseRepository(stage.client, stage.space.Name);
    assert.equal((await releases.get(first.ReleaseId)).Version, "0.0.1");
    assert.equal((await releases.listForProject?.(stage.project.Id))?.TotalResults ?? 2, 2);
});

test("a release is deployed to environments by name, and waited for", async () => {
    const { ReleaseVersion } = await release({ ReleaseVersion: "1.0.0" });
    const deployments = new octopus.DeploymentRepository(stage.client, stage.space.Name);
    const { DeploymentServerTasks } = await deployments.create({
        spaceName: stage.space.Name,
        ProjectName: stage.project.Name,
        ReleaseVersion,
        EnvironmentNames: [stage.environment.Name],
    });
    assert.equal(DeploymentServerTasks.length, 1);
    const done = await wait(DeploymentServerTasks.map((one) => one.ServerTaskId));
    assert.equal(done[0].State, "Success");
    const listed = await deployments.list({ ids: DeploymentServerTasks.map((one) => one.DeploymentId) });
    assert.equal(listed.Items[0].TaskId, DeploymentServerTasks[0].ServerTaskId);

    const tasks = new octopus.SpaceServerTaskRepository(stage.client, stage.space.Name);
    const details = await tasks.getDetails(done[0].Id);
    assert.equal(details.ActivityLogs[0].Status, "Success");
    assert.match(await tasks.getRaw(done[0].Id), /Deploy Checkout release 1\.0\.0 to Review/);
});

test("tenants are deployed to by name and by tag", async () => {
    const { client, space, project, projects, environment } = stage;
    await projects.modify({ ...(await projects.get(project.Id)), TenantedDeploymentMode: "TenantedOrUntenanted" });
    const sets = new octopus.TagSetRepository(client, space.Name);
    await sets.create({ Name: "Size", Tags: [{ Name: "Small" }] });
    const tenants = new octopus.TenantRepository(client, space.Name);
    for (const [Name, TenantTags] of [["ada", []], ["bob", ["Size/Small"]], ["eve", ["Size/Small"]]]) {
        await tenants.create({ Name, TenantTags, ProjectEnvironments: { [project.Id]: [environment.Id] } });
    }
    const { ReleaseVersion } = await release({ ReleaseVersion: "2.0.0" });
    const deployments = new octopus.DeploymentRepository(client, space.Name);
    const command = {
        spaceName: space.Name,
        ProjectName: project.Name,
        ReleaseVersion,
        EnvironmentName: environment.Name,
        Tenants: ["ada"],
        TenantTags: ["Size/Small"],
    };
    const { DeploymentServerTasks } = await deployments.createTenanted(command);
    assert.equal(DeploymentServerTasks.length, 3);
    const done = await wait(DeploymentServerTasks.map((one) => one.ServerTaskId));
    assert.deepEqual([...new Set(done.map((one) => one.State))], ["Success"]);
    await assert.rejects(deployments.createTenanted({ ...command, Tenants: ["nobody"] }), /no tenant with the name/);
});

test("a task that does not end is cancelled when patience does", async () => {
    const { client, space, project, environment } = stage;
    await fault({ name: "hang_deployment", on: project.Name, times: 1 });
    const { ReleaseVersion } = await release({ ReleaseVersion: "3.0.0" });
    const deployments = new octopus.DeploymentRepository(client, space.Name);
    const { DeploymentServerTasks } = await deployments.create({
        spaceName: space.Name,
        ProjectName: project.Name,
        ReleaseVersion,
        EnvironmentNames: [environment.Name],
    });
    const id = DeploymentServerTasks[0].ServerTaskId;
    const waiter = new octopus.ServerTaskWaiter(client, space.Name);
    await assert.rejects(
        waiter.waitForServerTaskToComplete(id, 50, 500, undefined, true),
        /Timeout reached after 0\.5 seconds\. Tasks were cancelled\./,
    );
    const [cancelled] = await wait([id]);
    assert.equal(cancelled.State, "Canceled");
});

test("a failed step is told where it failed", async () => {
    const { client, space, project, environment } = stage;
    await fault({ name: "fail_deployment", on: project.Name, times: 1, params: { error: "The disk is full." } });
    const { ReleaseVersion } = await release({ ReleaseVersion: "4.0.0" });
    const { DeploymentServerTasks } = await new octopus.DeploymentRepository(client, space.Name).create({
        spaceName: space.Name,
        ProjectName: project.Name,
        ReleaseVersion,
        EnvironmentNames: [environment.Name],
    });
    const [failed] = await wait([DeploymentServerTasks[0].ServerTaskId]);
    assert.equal(failed.State, "Failed");
    assert.equal(failed.ErrorMessage, "The disk is full.");
});

test("waiting survives a server that is down for a moment", async () => {
    const { client, space, project, environment } = stage;
    const { ReleaseVersion } = await release({ ReleaseVersion: "5.0.0" });
    const { DeploymentServerTasks } = await new octopus.DeploymentRepository(client, space.Name).create({
        spaceName: space.Name,
        ProjectName: project.Name,
        ReleaseVersion,
        EnvironmentNames: [environment.Name],
    });
    await fault({ name: "error", on: "GET tasks", times: 2, params: { status: 503 } });
    const waiter = new octopus.ServerTaskWaiter(client, space.Name, { maxRetries: 3, retryBackoffMs: 10 });
    const task = await waiter.waitForServerTaskToComplete(DeploymentServerTasks[0].ServerTaskId, 50, 60000);
    assert.equal(task.State, "Success");
});
