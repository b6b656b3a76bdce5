// What every story begins with: a client of the server that the environment names, and a
// space of its own.

import { createRequire } from "node:module";
import { randomUUID } from "node:crypto";

export const octopus = createRequire(import.meta.url)("@octopusdeploy/api-client");

const needed = (name) => {
    const value = process.env[name];
    if (!value) {
        throw new Error(`set ${name}: these tests talk to a server that is there`);
    }
    return value;
};

export const url = needed("OCTOPUS_URL");
export const apiKey = needed("OCTOPUS_API_KEY");

export const connect = (key = apiKey) =>
    octopus.Client.create({ userAgentApp: "contract-tests", instanceURL: url, apiKey: key });

/** Switches a fault of the simulator on. */
export const fault = async (fault) => {
    const answer = await fetch(`${needed("SIM_URL")}/_sim/faults`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(fault),
    });
    if (!answer.ok) {
        throw new Error(await answer.text());
    }
};

/** A step that runs a script on the server. */
export const script = (name) => ({
    Id: "",
    Name: name,
    Condition: "Success",
    PackageRequirement: "LetOctopusDecide",
    StartTrigger: "StartAfterPrevious",
    Properties: {},
    Actions: [
        {
            Id: "",
            Name: name,
            ActionType: "Octopus.Script",
            IsDisabled: false,
            Packages: [],
            Properties: {
                "Octopus.Action.RunOnServer": "true",
                "Octopus.Action.Script.ScriptBody": "Write-Host 'hello'",
            },
        },
    ],
});

/** A space with a project that runs a script on the server, and an environment. */
export const furnish = async () => {
    const client = await connect();
    const user = await octopus.userGetCurrent(client);
    const name = randomUUID().substring(0, 20);
    const space = await new octopus.SpaceRepository(client).create({
        Name: name,
        SpaceManagersTeams: [],
        SpaceManagersTeamMembers: [user.Id],
        IsDefault: false,
    });
    const group = (await new octopus.ProjectGroupRepository(client, name).list({ take: 1 })).Items[0];
    const lifecycle = (await new octopus.LifecycleRepository(client, name).list({ take: 1 })).Items[0];
    const projects = new octopus.ProjectRepository(client, name);
    const project = await projects.create(octopus.NewProject("Checkout", group, lifecycle));
    const processes = new octopus.DeploymentProcessRepository(client, name);
    const process = await processes.get(project);
    process.Steps = [script("Say hello")];
    await processes.update(project, process);
    const environments = new octopus.EnvironmentRepository(client, name);
    const environment = await environments.create({ Name: "Review" });
    return { client, space, projects, project, processes, lifecycle, environments, environment };
};

/** Takes the space away again, as the server wants it. */
export const clear = async ({ client, space }) => {
    const spaces = new octopus.SpaceRepository(client);
    const stopped = await spaces.modify({ ...space, TaskQueueStopped: true });
    await spaces.del(stopped);
};
