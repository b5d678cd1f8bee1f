/** The console in a real browser, against the application itself. One clinic for all: its days go by from suite to suite. */
import { after, before, describe } from 'node:test';
import { answers } from './suites/answers.ts';
import { appointments } from './suites/appointments.ts';
import { attention } from './suites/attention.ts';
import { door } from './suites/door.ts';
import { empty } from './suites/empty.ts';
import { keyboard } from './suites/keyboard.ts';
import { operations } from './suites/operations.ts';
import { reminders } from './suites/reminders.ts';
import { screens } from './suites/screens.ts';
import { staff } from './suites/staff.ts';
import { trouble } from './suites/trouble.ts';
import { World } from './world.ts';

const world = new World();

describe('the console', { concurrency: false }, () => {
  before(() => world.open());
  after(() => world.close());
  door(world);
  empty(world);
  describe('of a clinic with a week behind it', () => {
    before(() => world.seed());
    screens(world);
    keyboard(world);
    staff(world);
    attention(world);
    reminders(world);
    appointments(world);
    operations(world);
    answers(world);
    trouble(world);
  });
});
