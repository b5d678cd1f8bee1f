/** What will be sent and what was: finding, cancelling, sending, moving, one and many, and keeping it as a file. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type { World } from '../world.ts';

/** Retries until it holds, since lists are read again and again. */
async function count(page: Page, wanted: number): Promise<void> {
  await page.waitForFunction((number) => document.querySelectorAll('.list tbody tr:not(.group)').length === number, wanted);
}

export function reminders(world: World): void {
  test('filters narrow the list, tell how many there are, and can be taken back', () => world.operator(async (window) => {
    const { page } = window;
    await window.go('coming');
    // The rows may be there before it is known how many there are in all.
    const all = page.locator('.more').getByText(/ of \d+ reminders/);
    const total = Number(/of (\d+) reminders/.exec(await all.innerText())?.[1]);
    const open = await world.clinic.reminders('status=pending,scheduled,sending,unknown&limit=5000');
    assert.equal(total, open.length);
    const sms = open.filter(({ channel }) => channel === 'sms').length;
    await page.getByRole('button', { name: `SMS ${sms}` }).click();
    await page.getByText(`of ${sms} reminders`).waitFor();
    assert.match(page.url(), /channel=sms/);
    await page.reload();
    await page.getByText(`of ${sms} reminders`).waitFor();
    await page.getByRole('button', { name: `SMS ${sms}` }).click();
    await page.getByLabel('Search').fill('Mila');
    const mila = open.filter(({ appointment_id }) => appointment_id === world.people.mila).length;
    await count(page, mila);
    assert.ok(!page.url().includes('Mila'), 'a name has no place in an address');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByText(`of ${total} reminders`).waitFor();
    const day = page.getByRole('group', { name: 'Day' }).getByRole('button').first();
    const [, number, words, reminders] = /^\S+ (\d+) (\S+ \d+), reminders: (\d+)$/.exec((await day.textContent())?.trim() ?? '') ?? [];
    await day.click();
    await count(page, Number(reminders));
    assert.match(await page.locator('.list .group').innerText(), new RegExp(` ${number} ${words}$`));
    await page.getByLabel('Search').fill('nobody has this name');
    await page.getByText('Nothing matches the filters').waitFor();
  }));

  test('more rows are read when they are wanted', () => world.operator(async (window) => {
    const { page } = window;
    await window.go('coming');
    await count(page, 50);
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.waitForFunction(() => document.querySelectorAll('.list tbody tr:not(.group)').length > 50);
    const ids = await page.locator('.list tbody td a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    assert.equal(new Set(ids).size, ids.length, 'a row came twice');
  }));

  test('times are told on the person’s clock and on one’s own', () => world.operator(async (window) => {
    const { page } = window;
    await window.go('coming');
    await page.getByLabel('Search').fill('Avery');
    await page.getByText('15:00 for you').first().waitFor();
    await page.getByText('09:00 in New York').first().waitFor();
  }));

  test('one is cancelled after it was asked for', () => world.operator(async (window) => {
    const { page } = window;
    await window.go('coming');
    await page.getByLabel('Search').fill('Mila');
    const before = (await world.clinic.reminders(`appointment=${world.people.mila}&status=scheduled,pending`)).length;
    await count(page, before);
    const button = page.getByRole('button', { name: 'Cancel: Mila Horvat, Email, 1 hour before' });
    await button.click();
    await page.getByRole('button', { name: 'Keep' }).click();
    assert.equal((await world.clinic.reminders(`appointment=${world.people.mila}&status=canceled`)).length, 0);
    await button.click();
    await page.getByRole('button', { name: 'Cancel reminder' }).click();
    await page.getByRole('status').getByText('Mila Horvat, Email, 1 hour before: canceled.').waitFor();
    if (before > 1) await count(page, before - 1);
    else await page.getByText('Nothing matches the filters').waitFor();
    const [row] = await world.clinic.reminders(`appointment=${world.people.mila}&status=canceled`);
    assert.equal(row?.reason, 'canceled_by_staff');
  }));

  test('one that was cancelled is sent after all, and comes to the person', () => world.operator(async (window) => {
    const { page } = window;
    await window.go('history?period=ahead');
    await page.getByRole('button', { name: 'Send now: Mila Horvat, Email, 1 hour before' }).click();
    await page.getByRole('button', { name: 'Send reminder now' }).click();
    await page.getByRole('status').getByText('will be sent at once').waitFor();
    await world.clinic.deliver();
    const sent = await world.clinic.reminders(`appointment=${world.people.mila}&status=sent,delivered`);
    assert.ok(sent.some(({ step, channel }) => step === 'PT1H' && channel === 'email'));
  }));

  test('one is moved; a time that has passed or comes after the start is refused in words', () => world.operator(async (window) => {
    const { page } = window;
    await window.go('coming');
    await page.getByLabel('Search').fill('Avery');
    await page.getByRole('button', { name: 'Move: Avery Lin, Email, 1 day before' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('New day').fill('2026-11-30');
    await dialog.getByRole('button', { name: 'Move reminder' }).click();
    await dialog.getByText('That time has passed.').waitFor();
    await dialog.getByLabel('New day').fill('2026-12-04');
    await dialog.getByText('must come before its appointment').waitFor();
    await dialog.getByLabel('New day').fill('2026-12-02');
    await dialog.getByLabel('New time, in New York').fill('12:30');
    await dialog.getByRole('button', { name: 'Move reminder' }).click();
    await page.getByRole('status').getByText('moved').waitFor();
    const moved = (await world.clinic.reminders(`appointment=${world.people.avery}`)).find(({ step, channel }) => step === 'P1D' && channel === 'email');
    assert.equal(moved?.due_at, '2026-12-02T17:30:00Z');
  }));

  test('many are cancelled at once, and each is told what came of it', () => world.operator(async (window) => {
    const { page } = window;
    await window.go('coming');
    await page.getByLabel('Search').fill('Patient 1');
    await page.getByText('Select all shown').waitFor();
    await page.getByLabel('Select Patient 16, SMS, 1 hour before').check();
    await page.getByLabel('Select Patient 16, Email, 1 hour before').check();
    await page.getByText('2 selected').waitFor();
    // Somebody else is faster with one of them.
    const { items } = await world.clinic.api<{ items: { id: string; step: string; channel: string }[] }>('GET', '/api/notifications?q=Patient%2016&status=scheduled,pending');
    const taken = items.find(({ step, channel }) => step === 'PT1H' && channel === 'sms');
    await world.clinic.api('POST', `/api/notifications/${taken?.id}/send-now`);
    await world.clinic.deliver();
    await page.getByRole('group', { name: 'Selected reminders' }).getByRole('button', { name: /^Cancel/ }).click();
    await page.getByRole('button', { name: 'Cancel 2 reminders' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('1 of 2 canceled.').waitFor();
    await dialog.getByText('Refused:').waitFor();
    await window.accessible('results of many');
    await window.picture('dialog-results');
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.getByText('2 selected').waitFor({ state: 'detached' });
  }));

  test('many are moved and sent at once', () => world.operator(async (window) => {
    const { page } = window;
    await window.go('coming');
    await page.getByLabel('Search').fill('Patient 15');
    await page.getByLabel('Select Patient 15, SMS, 1 hour before').check();
    await page.getByLabel('Select Patient 15, Email, 1 hour before').check();
    const bar = page.getByRole('group', { name: 'Selected reminders' });
    await bar.getByRole('button', { name: /^Move/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('New day').fill('2026-12-05');
    await dialog.getByLabel('New time, in Berlin').fill('10:00');
    await dialog.getByRole('button', { name: 'Move 2 reminders' }).click();
    await page.getByRole('status').getByText('2 reminders moved.').waitFor();
    const at = async () => (await world.clinic.api<{ items: { due_at: string; step: string; status: string }[] }>('GET', '/api/notifications?q=Patient%2015')).items.filter(({ step }) => step === 'PT1H');
    assert.deepEqual((await at()).map(({ due_at }) => due_at), ['2026-12-05T09:00:00Z', '2026-12-05T09:00:00Z']);
    await page.getByLabel('Select Patient 15, SMS, 1 hour before').check();
    await page.getByLabel('Select Patient 15, Email, 1 hour before').check();
    await bar.getByRole('button', { name: /^Send now/ }).click();
    await dialog.getByRole('button', { name: 'Send 2 reminders now' }).click();
    await page.getByRole('status').getByText('2 reminders will be sent at once.').waitFor();
    await world.clinic.deliver();
    assert.deepEqual((await at()).map(({ status }) => status), ['sent', 'sent']);
  }));

  test('what is shown is saved as a file, fetched with the token in a header', () => world.operator(async (window) => {
    const { page } = window;
    await window.go('history?channel=email');
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as CSV' }).click();
    const file = await coming;
    assert.match(file.suggestedFilename(), /^punctual-history-2026-12-01\.csv$/);
    const text = await readFile(await file.path(), 'utf8');
    assert.match(text, /Jonas Weber/);
    assert.doesNotMatch(text, /,sms,/);
    const csv = window.requests.find((url) => url.includes('.csv'));
    assert.ok(csv && !csv.includes('token'));
  }));

  test('what was sent is shown word for word, and nothing in an email can run or load', () => world.operator(async (window) => {
    const { page } = window;
    await window.go('history?status=sent');
    await page.getByLabel('Search').fill('Jonas');
    await page.getByRole('link', { name: 'Jonas Weber' }).first().waitFor();
    const [sent] = await world.clinic.reminders(`appointment=${world.people.jonas}&status=sent&channel=email`);
    await window.go(`reminders/${sent?.id}`);
    await page.getByText('Word for word as it was sent.').waitFor();
    const mail = page.frameLocator('iframe');
    await mail.getByText('Jonas Weber').first().waitFor();
    const inside = await mail.locator('html').evaluate((html) => ({
      active: html.querySelectorAll('script, img, link, iframe, form, object, a[href]').length,
      colour: getComputedStyle(html.querySelector('td table') ?? html).backgroundColor,
    }));
    assert.equal(inside.active, 0);
    assert.equal(inside.colour, 'rgb(255, 255, 255)', 'the email has its own look');
    assert.doesNotMatch((await page.locator('iframe').getAttribute('sandbox')) ?? 'allow-scripts', /allow-scripts/);
    await page.getByRole('button', { name: 'Plain text' }).click();
    await page.locator('pre').getByText('Jonas Weber').waitFor();
  }));

  test('why something was not sent is told in words, with the provider’s answer', () => world.operator(async (window) => {
    const { page } = window;
    const [failed] = await world.clinic.reminders(`appointment=${world.people.sofia}&status=failed`);
    assert.ok(failed);
    await window.go(`reminders/${failed.id}`);
    await page.getByText('The provider refuses this message.').waitFor();
    await page.getByText('Last error').waitFor();
    await page.getByText('Attempts').waitFor();
    await window.picture('reminder-failed');
    await window.go('history?status=failed');
    await page.locator('.list').getByText('The provider refuses this message.').first().waitFor();
    await page.getByText('with a reason: see them counted').click();
    await page.locator('.reasons dd').first().waitFor();
  }));

  test('everything of one person stands on one line of time', () => world.operator(async (window) => {
    const { page } = window;
    await window.go(`appointments/${world.people.jonas}`);
    await page.getByRole('link', { name: 'Everything of this person' }).click();
    await page.getByRole('heading', { name: 'Everything of Jonas Weber' }).waitFor();
    const entries = await page.locator('.timeline li').allInnerTexts();
    assert.ok(entries.some((entry) => entry.includes('Check-up')) && entries.some((entry) => entry.includes('Blood test')), 'both appointments');
    assert.ok(entries.length >= 14, `${entries.length} entries`);
  }));
}
