import { beforeEach, expect, test } from 'vitest';
import { KEPT, moments, take } from '../src/live.js';
import type { Status } from '../src/types.js';

const told = (published: number, started = 'a', p99: number | null = 0.002): Status =>
  ({ started, published, delivered: published * 10, refused: 0, latency: { p50: 0, p99 } }) as Status;
let at = 0;

beforeEach(() => {
  moments.value = [];
  at += 1_000_000;
});

test('rates are between two looks, by the time that lies between', () => {
  take(told(100), at);
  take(told(150), at + 2_000);
  expect(moments.value.at(-1)).toEqual({ time: (at + 2_000) / 1000, published: 25, delivered: 250, refused: 0, p99: 2 });
});

test('a relay that was restarted counts anew, and no rate is below zero', () => {
  take(told(100), at);
  const before = moments.value.length;
  take(told(3, 'b'), at + 1_000);
  expect(moments.value).toHaveLength(before);
  take(told(4, 'b'), at + 2_000);
  expect(moments.value.at(-1)!.published).toBe(1);
});

test('of the past no more is kept than is shown', () => {
  for (let n = 0; n <= KEPT + 50; n++) take(told(n), at + n * 1_000);
  expect(moments.value).toHaveLength(KEPT);
});

test('where nothing was delivered there is no latency', () => {
  take(told(1), at);
  take(told(1, 'a', null), at + 1_000);
  expect(moments.value.at(-1)!.p99).toBeNull();
});
