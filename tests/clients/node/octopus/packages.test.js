import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { clear, furnish, octopus, script } from "./stage.js";

let stage;
let folder;
before(async () => {
    stage = await furnish();
    folder = await mkdtemp(path.join(tmpdir(), "packages-"));
});
after(async () => {
    await clear(stage);
    await rm(folder, { recursive: true });
    // The client never ends its request of an upload. A real server drops the idle
    // connection after some minutes, and the program would not end before that.
    Object.values(http.globalAgent.sockets).flat().forEach((socket) => socket.destroy());
});

const file = async (name) => {
    const place = path.join(folder, name);
    await writeFile(place, "not really a zip");
    return place;
};

test("packages are pushed once, again, or only if they are new", async () => {
    const packages = new octopus.PackageRepository(stage.client, stage.space.Name);
    const first = await file("Acme.Web.1.0.0.zip");
    await packages.push([first]);
    await assert.rejects(packages.push([first]), /already exists/);
    await packages.push([first], octopus.OverwriteMode.IgnoreIfExists);
    await packages.push([first, await file("Acme.Web.1.1.0-beta.zip")], octopus.OverwriteMode.OverwriteExisting);
    const all = await packages.list({ nuGetPackageId: "Acme.Web" });
    assert.deepEqual(
        all.Items.map((one) => one.Version),
        ["1.1.0-beta", "1.0.0"],
    );
    assert.equal((await packages.get("packages-Acme.Web.1.0.0")).FileExtension, ".zip");
});

test("a release takes the newest package of its steps", async () => {
    const { client, space, project, processes } = stage;
    const packages = new octopus.PackageRepository(client, space.Name);
    await packages.push([await file("Acme.Jobs.2.0.0.zip"), await file("Acme.Jobs.2.1.0.zip")]);
    const feeds = await client.get("~/api/{spaceId}/feeds", { spaceId: space.Id });
    assert.equal(feeds.Items[0].FeedType, "BuiltIn");
    const process = await processes.get(project);
    const step = script("Install jobs");
    step.Actions[0].Packages = [{ Name: "", PackageId: "Acme.Jobs", FeedId: feeds.Items[0].Id }];
    process.Steps = [step];
    await processes.update(project, process);
    const releases = new octopus.ReleaseRepository(client, space.Name);
    const command = { spaceName: space.Name, ProjectName: project.Name };
    const newest = await releases.get((await releases.create(command)).ReleaseId);
    assert.equal(newest.SelectedPackages[0].Version, "2.1.0");
    const chosen = await releases.create({ ...command, Packages: ["Install jobs:2.0.0"] });
    assert.equal((await releases.get(chosen.ReleaseId)).SelectedPackages[0].Version, "2.0.0");
});
