// Ten thousand stacks, made before this begins: the page stays one that a person can use.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open } from './browser.mjs';

let browser;

before(async () => {
  browser = await open();
});

after(async () => {
  await browser.close();
  assert.deepEqual(browser.said, []);
});

test('ten thousand stacks are counted, found and opened', async () => {
  const page = await browser.page();
  await page.getByText('50 of 10,000').waitFor();
  assert.equal(await page.locator('[data-rows="stacks"] tr').count(), 50);
  await page.getByLabel('Filter stacks').fill('stack-7777');
  await page.getByText('1 of 1 that fit, of 10,000').waitFor();
  await page.getByRole('button', { name: 'stack-7777', exact: true }).click();
  await page.getByRole('heading', { name: 'stack-7777: CREATE_COMPLETE' }).waitFor();
  await page.getByLabel('Filter stacks').fill('');
  await page.getByRole('button', { name: 'Show more stacks' }).click();
  await page.getByText('150 of 10,000').waitFor();
  await page.close();
});
