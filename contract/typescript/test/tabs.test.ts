// Who of many tabs has the stream, and what the others hear, with locks and channels as browsers have them.
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Gap } from '../src/api.js';
import { type State, canShare, join } from '../src/tabs.js';
import { Channel, type Word, browser } from './browser.js';

const NAME = 'heliograph:orders';
const BEACON = 2_000;
const SILENT = 8_000;
const MINUTE = 60_000;

/** A tab, and what it was told. */
function openTab(name = NAME) {
  const tab = {
    role: 'none',
    did: [] as string[],
    heard: [] as string[],
    gaps: [] as Gap[],
    states: [] as State[],
    others: [] as boolean[],
    position: undefined as string | undefined,
  };
  const tabs = join(name, {
    lead() { tab.role = 'leader'; },
    follow() { tab.role = 'follower'; },
    told(state, another) {
      tab.states.push(state);
      tab.others.push(another);
    },
    message: (type, text, id) => tab.heard.push(`${type} ${text} ${id}`),
    gap: (gap) => tab.gaps.push(gap),
    reconnect: () => tab.did.push('reconnect'),
    close: () => tab.did.push('close'),
    state: () => ({ status: 'connected', reason: undefined, attempts: 0, next: undefined, position: tab.position }),
  });
  tabs.back();
  onTestFinished(() => tabs.leave());
  return Object.assign(tab, { tabs });
}

/** Some tabs, the first of which leads. */
async function openTabs(count: number) {
  const here = browser();
  const tabs = [];
  for (let n = 0; n < count; n++) {
    tabs.push(openTab());
    await here.pass(0);
  }
  return { ...here, tabs };
}

/** From now on nobody hears this tab, nor does it hear anybody: it has stopped. */
function stop(index: number): () => void {
  const stopped = Channel.open[index]!;
  const { onmessage } = stopped;
  stopped.onmessage = undefined;
  Channel.losing = (_, from) => from === stopped;
  return () => {
    stopped.onmessage = onmessage;
    Channel.losing = () => false;
  };
}

describe('tabs', () => {
  test('can share in a secure context with locks, and nowhere else', () => {
    const { locks } = browser();
    expect(canShare()).toBe(true);
    vi.stubGlobal('navigator', {});
    expect(canShare()).toBe(false);
    vi.stubGlobal('navigator', { locks });
    vi.stubGlobal('isSecureContext', false);
    expect(canShare()).toBe(false);
    // As in Node, which has locks.
    vi.stubGlobal('isSecureContext', undefined);
    expect(canShare()).toBeFalsy();
  });

  test('are led by the first, and one that comes later knows at once how it is', async () => {
    const { tabs: [first, second], pass } = await openTabs(2);
    expect([first!.role, second!.role]).toEqual(['leader', 'follower']);
    expect(second!.states.map(({ status }) => status)).toEqual(['connected']);
    first!.position = 'a-7';
    const third = openTab();
    await pass(0);
    expect(third.states).toEqual([{ status: 'connected', reason: undefined, attempts: 0, next: undefined, position: 'a-7' }]);
    expect(third.others).toEqual([true]);
  });

  test('hear all that the leader hears, and nothing of what a follower says', async () => {
    const { tabs: [first, second, third], pass } = await openTabs(3);
    first!.tabs.message('order.paid', '1', 'a-1');
    first!.tabs.gap({ reason: 'expired', from: 'a-0', to: 'a-1' });
    first!.tabs.message('order.paid', '2', 'a-2');
    second!.tabs.message('order.paid', '3', 'a-3');
    second!.tabs.gap({ reason: 'dropped', from: undefined, to: undefined });
    second!.tabs.state();
    await pass(0);
    for (const tab of [second!, third!]) {
      expect(tab.heard).toEqual(['order.paid 1 a-1', 'order.paid 2 a-2']);
      expect(tab.gaps).toEqual([{ reason: 'expired', from: 'a-0', to: 'a-1' }]);
    }
    expect(first!.heard).toEqual([]);
    expect(first!.gaps).toEqual([]);
  });

  test('of another name hear nothing', async () => {
    const { tabs: [first], pass } = await openTabs(1);
    const other = openTab('heliograph:another');
    await pass(0);
    expect(other.role).toBe('leader');
    first!.tabs.message('order.paid', '1', 'a-1');
    first!.tabs.ask('close');
    await pass(BEACON);
    expect([other.heard, other.states, other.did]).toEqual([[], [], []]);
  });

  test('are told of a gap where a word got lost, by the next one or by the beacon', async () => {
    const { tabs: [first, second], pass } = await openTabs(2);
    const missed = { reason: 'missed', from: undefined, to: undefined };
    Channel.losing = ({ k }) => k === 'message';
    first!.tabs.message('order.paid', '1', 'a-1');
    Channel.losing = () => false;
    first!.tabs.message('order.paid', '2', 'a-2');
    await pass(0);
    expect(second!.gaps).toEqual([missed]);
    expect(second!.heard).toEqual(['order.paid 2 a-2']);
    Channel.losing = ({ k }) => k === 'message';
    first!.tabs.message('order.paid', '3', 'a-3');
    Channel.losing = () => false;
    await pass(BEACON);
    expect(second!.gaps).toEqual([missed, missed]);
    await pass(5 * BEACON);
    expect(second!.gaps).toEqual([missed, missed]);
  });

  test('that do not know yet how the leader is wait for that, as they cannot tell what they missed', async () => {
    const { tabs: [first], pass } = await openTabs(1);
    Channel.losing = ({ k }) => k === 'state';
    const second = openTab();
    await pass(0);
    first!.tabs.message('order.paid', '1', 'a-1');
    first!.tabs.gap({ reason: 'expired', from: 'a-0', to: 'a-1' });
    await pass(0);
    expect([second.heard, second.gaps, second.states]).toEqual([[], [], []]);
    Channel.losing = () => false;
    first!.position = 'a-1';
    await pass(BEACON);
    expect([second.gaps, second.others, second.states[0]!.position]).toEqual([[], [true], 'a-1']);
    first!.tabs.message('order.paid', '2', 'a-2');
    await pass(0);
    expect(second.heard).toEqual(['order.paid 2 a-2']);
  });

  test('have a beacon every two seconds from the leader, and none from others', async () => {
    const { pass } = await openTabs(3);
    Channel.sent = [];
    await pass(10 * BEACON);
    expect(Channel.sent.map(({ k }) => k)).toEqual(Array(10).fill('state'));
  });

  test('are led by the next in order when the leader leaves, and by it again only in its turn', async () => {
    const { tabs: [first, second, third], pass, locks } = await openTabs(3);
    first!.tabs.leave();
    await pass(0);
    expect([second!.role, third!.role]).toEqual(['leader', 'follower']);
    expect(third!.others).toEqual([true, true]);
    first!.tabs.back();
    await pass(0);
    expect(first!.role).toBe('follower');
    second!.tabs.leave();
    await pass(0);
    expect([first!.role, third!.role]).toEqual(['follower', 'leader']);
    expect(locks.waiting(NAME)).toBe(1);
    expect(locks.stolen).toBe(0);
  });

  test('that have left wait for no lock and hear nothing', async () => {
    const { tabs: [first, second], pass, locks } = await openTabs(2);
    second!.tabs.leave();
    await pass(0);
    expect(locks.waiting(NAME)).toBe(0);
    first!.tabs.message('order.paid', '1', 'a-1');
    await pass(MINUTE);
    expect(second!.heard).toEqual([]);
    expect(second!.role).toBe('follower');
    expect(vi.getTimerCount()).toBe(1);
    expect(Channel.open.length).toBe(1);
  });

  test('that are seen take the lead from one that was silent for eight seconds, and not before', async () => {
    const { tabs: [first, second], pass, locks } = await openTabs(2);
    const wake = stop(0);
    await pass(SILENT);
    expect(second!.role).toBe('follower');
    await pass(BEACON);
    expect(second!.role).toBe('leader');
    expect(locks.stolen).toBe(1);
    // The former leader waits for it now, and the other no longer.
    expect(locks.waiting(NAME)).toBe(1);
    wake();
    await pass(0);
    expect(first!.role).toBe('follower');
    second!.tabs.message('order.paid', '1', 'a-1');
    await pass(BEACON);
    second!.tabs.message('order.paid', '2', 'a-2');
    await pass(0);
    expect(first!.heard).toContain('order.paid 2 a-2');
  });

  test('that are hidden never take it', async () => {
    const { tabs: [, second], pass, document, locks } = await openTabs(2);
    document.hidden = true;
    stop(0);
    await pass(5 * MINUTE);
    expect([second!.role, locks.stolen]).toEqual(['follower', 0]);
    document.hidden = false;
    await pass(BEACON);
    expect([second!.role, locks.stolen]).toEqual(['leader', 1]);
  });

  test('that hear nothing of each other take it from each other once a minute at most', async () => {
    const { pass, locks } = await openTabs(2);
    Channel.losing = () => true;
    await pass(10 * MINUTE);
    // Each of the two once a minute.
    expect(locks.stolen).toBeGreaterThan(2);
    expect(locks.stolen).toBeLessThanOrEqual(20);
  });

  test('heed one that leads since a clock was set back', async () => {
    const { tabs: [first, second, third], pass } = await openTabs(3);
    vi.setSystemTime(Date.now() - 3_600_000);
    first!.tabs.leave();
    await pass(0);
    second!.tabs.message('order.paid', '1', 'a-1');
    await pass(0);
    expect(third!.heard).toEqual(['order.paid 1 a-1']);
  });

  test('heed no former leader that does not know that it is none', async () => {
    const { tabs: [, second, third], pass } = await openTabs(3);
    const former = Channel.open[0]!;
    const lead = Channel.sent.find(({ k }) => k === 'state') as Word;
    const wake = stop(0);
    await pass(SILENT + BEACON);
    const leader = second!.role === 'leader' ? second! : third!;
    const follower = leader === second ? third! : second!;
    expect(leader.role).toBe('leader');
    wake();
    const [states, gaps] = [follower.states.length, follower.gaps.length];
    former.postMessage({ ...lead, n: 40 });
    former.postMessage({ k: 'message', by: lead.by, n: 41, type: 'order.paid', text: 'old', id: 'a-1' });
    await pass(0);
    expect(follower.states.length).toBe(states);
    leader.tabs.message('order.paid', 'new', 'a-2');
    await pass(0);
    expect(follower.heard).toEqual(['order.paid new a-2']);
    expect(follower.gaps.length).toBe(gaps);
  });

  test('ask the leader alone to try again, and end all together', async () => {
    const { tabs: [first, second, third], pass } = await openTabs(3);
    second!.tabs.ask('reconnect');
    await pass(0);
    expect([first!.did, second!.did, third!.did]).toEqual([['reconnect'], [], []]);
    second!.tabs.ask('close');
    await pass(0);
    expect([first!.did, second!.did, third!.did]).toEqual([['reconnect', 'close'], [], ['close']]);
  });
});
