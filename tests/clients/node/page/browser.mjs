// A browser of its own for each test file, and the simulation that the tests play in.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const aws = process.env.SIM_AWS_URL;
const octopus = process.env.SIM_OCTOPUS_URL;

/** Opens a browser; whatever its pages say on the console is kept. */
export async function open(options = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'page-'));
  const browser = await chromium.launchPersistentContext(folder, {
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  const said = [];
  browser.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) said.push(message.text());
  });
  browser.on('weberror', (error) => said.push(String(error.error())));
  return {
    said,
    async page(url = aws) {
      const page = await browser.newPage();
      page.setDefaultTimeout(60_000);
      await page.goto(url + '/');
      await page.getByText(/^Live/).waitFor();
      return page;
    },
    async close() {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const urls = { aws, octopus };

/** A request to the simulation itself. */
export async function sim(method, path, body) {
  const options = { method };
  if (body !== undefined) options.body = JSON.stringify(body);
  const response = await fetch(`${aws}/_sim/${path}`, options);
  if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  return response.json();
}

/** A call of AWS in the query protocol; status and body. */
export async function call(service, version, action, params) {
  const response = await fetch(aws + '/', {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      authorization: `AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=00`,
    },
    body: new URLSearchParams({ Action: action, Version: version, ...params }).toString(),
  });
  return { status: response.status, body: await response.text() };
}

/** Makes a stack; its ARN. */
export async function createStack(name, template) {
  const params = { StackName: name, TemplateBody: JSON.stringify(template) };
  const made = await call('cloudformation', '2010-05-15', 'CreateStack', params);
  if (made.status !== 200) throw new Error(made.body);
  return /<StackId>(.*)<\/StackId>/.exec(made.body)[1];
}

/** A queue, and a topic that knows it. */
export const CHAIN = {
  Resources: {
    Queue: { Type: 'AWS::SQS::Queue' },
    Topic: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: { 'Fn::GetAtt': ['Queue', 'Arn'] } } },
  },
};

/** A group of two that boots without scripts. */
export const GROUP = {
  Resources: {
    Launch: { Type: 'AWS::EC2::LaunchTemplate', Properties: { LaunchTemplateData: { ImageId: 'ami-1', InstanceType: 't3.micro' } } },
    Group: {
      Type: 'AWS::AutoScaling::AutoScalingGroup',
      Properties: {
        MinSize: '2', MaxSize: '2', AvailabilityZones: ['eu-west-1a'],
        LaunchTemplate: { LaunchTemplateId: { Ref: 'Launch' }, Version: { 'Fn::GetAtt': ['Launch', 'LatestVersionNumber'] } },
      },
    },
  },
};
