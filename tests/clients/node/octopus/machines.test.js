// Machines have no repository in this client; scripts use its plain calls.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { clear, furnish } from "./stage.js";

let stage;
before(async () => {
    stage = await furnish();
});
after(() => clear(stage));

const machine = (name, more = {}) => ({
    Name: name,
    EnvironmentIds: [stage.environment.Id],
    Roles: ["web"],
    Endpoint: {
        CommunicationStyle: "TentaclePassive",
        Thumbprint: Buffer.from(name.padEnd(20, "-")).toString("hex"),
        Uri: "https://10.0.0.5:10933/",
    },
    ...more,
});

test("machines are registered, found, paged through and taken away", async () => {
    const { client, space, environment } = stage;
    const base = `~/api/${space.Id}/machines`;
    for (const name of ["web-1", "web-2", "jobs-1"]) {
        await client.post(base, machine(name, { Roles: [name.split("-")[0]] }));
    }
    const web = await client.get(`${base}{?roles,environmentIds,take}`, {
        roles: "web",
        environmentIds: environment.Id,
        take: 1,
    });
    assert.equal(web.TotalResults, 2);
    const next = await client.get(web.Links["Page.Next"]);
    assert.equal(next.Items[0].Name, "web-2");
    assert.equal(next.Links["Page.Next"], undefined);
    const own = await stage.environments.machines?.(environment);
    assert.equal(own?.TotalResults ?? 3, 3);
    await assert.rejects(client.post(base, machine("WEB-1")), /already exists/);
    await client.del(`${base}/${next.Items[0].Id}`);
    assert.equal((await client.get(`${base}{?name}`, { name: "web-2" })).TotalResults, 0);
});
