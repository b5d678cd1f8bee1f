/**
 * The planning core itself, in this browser: the component plugin-core, transpiled, served below `/core/`. It runs in a worker, so
 * that typing never waits for it.
 */
import { readAndPlan, type Core } from './core.ts';
import type { Answer, Question } from './messages.ts';

const PLACE = '/core/plugin-core.js';

let core: Promise<Core> | undefined;

addEventListener('message', (event: MessageEvent<Question>) => {
  const question = event.data;
  core ??= import(/* @vite-ignore */ PLACE) as Promise<Core>;
  core.then(
    (there) => answer(there, question),
    (): Answer => ({ id: question.id, kind: 'unavailable' }),
  ).then((told) => postMessage(told));
});

function answer(there: Core, question: Question): Answer {
  try {
    return { id: question.id, ...readAndPlan(there, question) };
  } catch {
    // A core that does not fit this console: the server is asked instead.
    return { id: question.id, kind: 'unavailable' };
  }
}
