/**
 * The part of `punctual:reminders` that a preview needs, as transpilation shows it: instants are BigInt, options undefined, and an
 * error is thrown with its value as `payload`.
 */
import type { Planned } from '../api/types.ts';
import type { Plan, Question } from './messages.ts';

interface Problem {
  readonly field: string;
  readonly detail: string;
}

interface PlannedByCore {
  readonly id: string;
  readonly step: string;
  readonly channel: Planned['channel'];
  readonly dueAt: bigint;
  readonly skip?: string;
}

/** What is only carried from one function of the core to the next. */
type Opaque = object;

export interface Core {
  readonly events: {
    readDraft(json: Uint8Array): Opaque[];
    readPolicy(json: string): Opaque;
    merge(id: string, stored: undefined, changes: Opaque[], at: bigint): { dated: { appointment: Opaque } };
    checkAppointment(appointment: Opaque): Problem[];
  };
  readonly planning: {
    plan(appointment: Opaque, policy: Opaque, person: { blocks: object; others: [] }, now: bigint): PlannedByCore[];
  };
}

/** Nobody's appointment: the ids of a preview are not kept. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

/** The plan of a draft, of a person of whom nothing else is known; or all that is wrong with the draft. */
export function readAndPlan(core: Core, question: Question): Plan {
  const now = BigInt(question.now);
  const json = new TextEncoder().encode(JSON.stringify(question.draft));
  let changes: Opaque[];
  try {
    changes = core.events.readDraft(json);
  } catch (error) {
    return wrong((error as { payload: Problem[] }).payload);
  }
  const { appointment } = core.events.merge(NOBODY, undefined, changes, now).dated;
  const problems = core.events.checkAppointment(appointment);
  if (problems.length > 0) return wrong(problems);
  const policy = core.events.readPolicy(question.policy);
  const reminders = core.planning.plan(appointment, policy, { blocks: {}, others: [] }, now);
  return { kind: 'plan', reminders: reminders.map(outside) };
}

function wrong(problems: readonly Problem[]): Plan {
  return { kind: 'problems', problems: new Map(problems.map(({ field, detail }) => [field, detail])) };
}

/** As the API would say it. */
function outside(planned: PlannedByCore): Planned {
  return {
    id: planned.id,
    step: planned.step,
    channel: planned.channel,
    due_at: new Date(Number(planned.dueAt)).toISOString(),
    skipped: planned.skip !== undefined,
    reason: (planned.skip?.replaceAll('-', '_') ?? null) as Planned['reason'],
  };
}
