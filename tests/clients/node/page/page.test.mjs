// What a person sees and does on the page of a simulated world.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { CHAIN, GROUP, call, createStack, open, sim, urls } from './browser.mjs';

let browser;

before(async () => {
  browser = await open();
});

after(async () => {
  await browser.close();
  assert.deepEqual(browser.said, [], 'the pages complained on the console');
});

beforeEach(async () => {
  await sim('POST', 'reset');
  await sim('POST', 'clock', { pause: true, speed: 1 });
});

const row = (page, name) => page.getByRole('row', { name: new RegExp(name) });

test('a stack rises before the eyes of who watches', async () => {
  const page = await browser.page();
  await page.getByText('None.').first().waitFor();
  await createStack('shop', CHAIN);
  await row(page, 'shop CREATE_IN_PROGRESS').waitFor();
  await page.getByRole('button', { name: '+5 min' }).click();
  await row(page, 'shop CREATE_COMPLETE .*2/2').waitFor();
  await page.getByRole('button', { name: 'shop', exact: true }).click();
  await page.getByRole('heading', { name: 'shop: CREATE_COMPLETE' }).waitFor();
  await row(page, 'Topic AWS::SNS::Topic CREATE_COMPLETE').waitFor();
  const trace = page.getByRole('list', { name: 'Newest happenings first' });
  await trace.getByText(/shop Queue AWS::SQS::Queue CREATE_COMPLETE/).waitFor();
  await page.close();
});

test('a fault that is switched on by its form strikes, and shows it', async () => {
  const page = await browser.page(urls.octopus);
  await page.getByLabel('Fault', { exact: true }).selectOption('error');
  await page.getByLabel('On', { exact: true }).fill('DescribeStacks');
  await page.getByLabel('code', { exact: true }).fill('OutOfTea');
  await page.getByLabel('status', { exact: true }).fill('503');
  await page.getByLabel('Times').fill('2');
  await page.getByText('Only within').click();
  await page.getByLabel('region', { exact: true }).fill('eu-*');
  await page.getByRole('button', { name: 'Switch on' }).click();
  const on = page.getByRole('list', { name: 'Faults that are on' });
  await on.getByText(/on DescribeStacks · region eu-\* · code OutOfTea · status 503 · 2 left · struck 0 times/).waitFor();

  const struck = await call('cloudformation', '2010-05-15', 'DescribeStacks', {});
  assert.equal(struck.status, 503);
  assert.match(struck.body, /<Code>OutOfTea<\/Code>/);
  await on.getByText(/1 left · struck once/).waitFor();
  await page.getByRole('button', { name: /^Remove fault/ }).click();
  await page.getByText('None is on.').waitFor();
  assert.equal((await call('cloudformation', '2010-05-15', 'DescribeStacks', {})).status, 200);
  await page.close();
});

test('what cannot be is refused in words, and the page says them', async () => {
  const page = await browser.page();
  await page.getByLabel('Fault', { exact: true }).selectOption('throttle');
  await page.getByLabel('On', { exact: true }).fill('');
  await Promise.all([
    page.waitForEvent('console', (message) => message.text().includes('400 (Bad Request)')),
    page.getByRole('button', { name: 'Switch on' }).click(),
  ]);
  await page.getByRole('alert').getByText(/`on` is empty .*key 'on'.*leave `on` out/).waitFor();
  // A browser notes on its console that the server refused; that is no complaint of the page.
  const others = browser.said.filter((text) => !text.includes('400 (Bad Request)'));
  browser.said.splice(0, browser.said.length, ...others);
  await page.close();
});

test('a held request is seen and released', async () => {
  const page = await browser.page();
  await sim('POST', 'faults', { name: 'hold', on: 'GetCallerIdentity', times: 1 });
  const held = call('sts', '2011-06-15', 'GetCallerIdentity', {});
  await page.getByRole('list', { name: 'Requests that are held' }).getByText('GetCallerIdentity').waitFor();
  await page.getByRole('button', { name: 'Release all' }).click();
  assert.equal((await held).status, 200);
  await page.getByRole('button', { name: 'Release all' }).waitFor({ state: 'hidden' });
  await page.close();
});

test('an instance that is killed is replaced by its group', async () => {
  await createStack('shop', GROUP);
  await sim('POST', 'clock', { advance_s: 600 });
  const page = await browser.page();
  await row(page, 'shop-Group.* shop 2 of 2').waitFor();
  const first = await page.getByRole('button', { name: /^Terminate i-/ }).first().getAttribute('aria-label');
  await page.getByRole('button', { name: first }).click();
  await row(page, `${first.split(' ')[1]} shutting-down`).waitFor();
  await page.getByRole('button', { name: '+5 min' }).click();
  await row(page, 'shop-Group.* shop 2 of 2').waitFor();
  await page.getByRole('button', { name: first }).waitFor({ state: 'detached' });
  assert.equal(await page.getByRole('button', { name: /^Terminate i-/ }).count(), 2);
  await page.close();
});

test('a queue is counted, and drifts when a person says so', async () => {
  await createStack('shop', { Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'orders', VisibilityTimeout: 30 } } } });
  await sim('POST', 'clock', { advance_s: 300 });
  const page = await browser.page();
  const queues = page.getByRole('region', { name: 'Queues, table' });
  await queues.getByRole('row', { name: /^orders 0 0 0 / }).waitFor();
  const url = `${urls.aws}/123456789012/orders`;
  const sent = await call('sqs', '2012-11-05', 'SendMessage', { QueueUrl: url, MessageBody: 'tea' });
  assert.equal(sent.status, 200, sent.body);
  await queues.getByRole('row', { name: /^orders 1 0 0 / }).waitFor();

  await page.getByRole('button', { name: 'shop', exact: true }).click();
  await page.getByLabel('Drifting resource').selectOption('Queue');
  await page.getByLabel('Property').fill('VisibilityTimeout');
  await page.getByLabel('Its value').fill('5');
  await Promise.all([
    page.waitForResponse((response) => response.url().endsWith('/_sim/drift') && response.status() === 200),
    page.getByRole('button', { name: 'Drift', exact: true }).click(),
  ]);
  const begun = await call('cloudformation', '2010-05-15', 'DetectStackDrift', { StackName: 'shop' });
  const id = /<StackDriftDetectionId>(.*)<\/StackDriftDetectionId>/.exec(begun.body)[1];
  await sim('POST', 'clock', { advance_s: 300 });
  const told = await call('cloudformation', '2010-05-15', 'DescribeStackDriftDetectionStatus', { StackDriftDetectionId: id });
  assert.match(told.body, /<StackDriftStatus>DRIFTED</);
  await page.close();
});

test('a resource that waits is signalled by a person', async () => {
  await createStack('shop', {
    Resources: {
      Server: {
        Type: 'AWS::EC2::Instance',
        Properties: { ImageId: 'ami-1' },
        CreationPolicy: { ResourceSignal: { Count: 1, Timeout: 'PT1H' } },
      },
    },
  });
  await sim('POST', 'clock', { advance_s: 300 });
  const page = await browser.page();
  const id = (await page.getByRole('button', { name: /^Terminate i-/ }).getAttribute('aria-label')).split(' ')[1];
  await page.getByRole('button', { name: 'shop', exact: true }).click();
  await page.getByRole('heading', { name: 'shop: CREATE_IN_PROGRESS' }).waitFor();
  await page.getByLabel('Signalled resource').selectOption('Server');
  await page.getByLabel('Unique id').fill(id);
  await page.getByRole('button', { name: 'Send signal' }).click();
  await row(page, 'Server CREATE_IN_PROGRESS Received SUCCESS signal').waitFor();
  await page.getByRole('button', { name: '+5 min' }).click();
  await page.getByRole('heading', { name: 'shop: CREATE_COMPLETE' }).waitFor();
  await page.close();
});

test('the clock runs, stands still and jumps, and reset asks first', async () => {
  const page = await browser.page();
  await createStack('shop', CHAIN);
  const shown = () => page.locator('#now').textContent();
  const before = await shown();
  await page.getByRole('button', { name: '+1 h' }).click();
  await page.waitForFunction((old) => document.getElementById('now').textContent > old, before);
  await page.getByLabel('Speed').fill('1000');
  await page.getByRole('button', { name: 'Set', exact: true }).click();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByText('× 1000').waitFor();
  const running = await shown();
  await page.waitForFunction((old) => document.getElementById('now').textContent > old, running);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByText('paused', { exact: true }).waitFor();

  await page.getByRole('button', { name: 'Reset …' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await row(page, '^shop CREATE').waitFor();
  await page.getByRole('button', { name: 'Reset …' }).click();
  await page.getByRole('button', { name: 'Forget everything' }).click();
  await row(page, '^shop CREATE').waitFor({ state: 'detached' });
  await page.close();
});

test('names are text, whatever they look like', async () => {
  const evil = '<script>document.title="pwned"</script><img src=x onerror=alert(1)>';
  const ready = await sim('POST', 'reset');
  const key = ready.octopus_api_key;
  const made = await fetch(urls.octopus + '/api/tenants', {
    method: 'POST',
    headers: { 'x-octopus-apikey': key, 'content-type': 'application/json' },
    body: JSON.stringify({ Name: 'evil', Description: evil }),
  });
  assert.equal(made.status, 201, await made.text());
  await sim('POST', 'faults', { name: 'fail_resource', on: 'Topic', params: { reason: evil } });
  await createStack('broken', { Resources: { Topic: { Type: 'AWS::SNS::Topic' } } });
  await sim('POST', 'clock', { advance_s: 300 });
  const page = await browser.page();
  await page.getByLabel('Kind').selectOption('tenants');
  await page.getByText(evil, { exact: false }).first().waitFor();
  await page.getByRole('button', { name: 'broken', exact: true }).click();
  await row(page, 'Topic CREATE_FAILED').waitFor();
  assert.equal(await page.title(), 'Simulated world');
  assert.equal(await page.locator('img').count(), 0);
  await page.close();
});

test('everything is reached by the keyboard and has a name', async () => {
  await createStack('shop', GROUP);
  await sim('POST', 'clock', { advance_s: 600 });
  const page = await browser.page();
  await page.getByRole('button', { name: /^Terminate i-/ }).first().waitFor();
  const nameless = await page.evaluate(() => [...document.querySelectorAll('button, input, select')]
    .filter((one) => one.offsetParent !== null)
    .filter((one) => !(one.getAttribute('aria-label') || one.textContent.trim() || (one.labels && one.labels.length)))
    .map((one) => one.outerHTML));
  assert.deepEqual(nameless, []);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'To the stacks');
  const pause = page.getByRole('button', { name: 'Run', exact: true });
  await pause.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
  await page.getByRole('button', { name: 'shop', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /^shop: / }).waitFor();
  const heading = await page.evaluate(() => document.activeElement.id);
  assert.equal(heading, 'stack-title');
  await page.close();
});

test('it fits a wide and a narrow screen, and readable colours are used in both schemes', async () => {
  await createStack('shop', GROUP);
  await sim('POST', 'clock', { advance_s: 600 });
  for (const [width, colorScheme] of [[1280, 'light'], [400, 'dark']]) {
    const page = await browser.page();
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    await row(page, 'shop CREATE_COMPLETE').waitFor();
    const [needed, there] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(needed <= there, `${width}: ${needed} > ${there}`);
    const poor = await page.evaluate(() => {
      const light = (colour) => {
        const parts = colour.match(/[\d.]+/g).slice(0, 3).map((n) => n / 255)
          .map((n) => (n <= 0.03928 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4));
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
      };
      const behind = (one) => {
        for (let node = one; node; node = node.parentElement) {
          const colour = getComputedStyle(node).backgroundColor;
          if (!/, 0\)$|transparent/.test(colour)) return colour;
        }
        return 'rgb(255, 255, 255)';
      };
      return [...document.querySelectorAll('p, td, th, h1, h2, h3, dt, dd, label, button:enabled')]
        .filter((one) => one.offsetParent !== null && one.textContent.trim())
        .map((one) => {
          const [a, b] = [light(getComputedStyle(one).color), light(behind(one))];
          return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), one.textContent.trim()];
        })
        .filter(([contrast]) => contrast < 4.5);
    });
    assert.deepEqual(poor, []);
    await page.close();
  }
});

test('it obeys its own server only', async () => {
  const page = await browser.page();
  const policy = (await page.goto(urls.aws + '/')).headers()['content-security-policy'];
  assert.match(policy, /default-src 'none'; script-src 'self'/);
  await createStack('shop', CHAIN);
  for (const headers of [{ origin: 'https://example.org' }, { origin: 'null' }]) {
    const refused = await fetch(urls.aws + '/_sim/reset', { method: 'POST', headers });
    assert.equal(refused.status, 403);
    assert.match((await refused.json()).what, /may not command/);
  }
  await row(page, 'shop').waitFor();
  await page.close();
});
