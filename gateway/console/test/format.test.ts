import { expect, test } from 'vitest';
import { bytes, clock, count, duration, percent, rate, secondsSince, shown } from '../src/format.js';

test('figures are grouped, and small rates keep a digit', () => {
  expect([count(0), count(1_234_567), count(null), count(undefined)]).toEqual(['0', '1,234,567', '–', '–']);
  expect([rate(0), rate(0.04), rate(12.34), rate(99.96), rate(1234.5)]).toEqual(['0', '0', '12.3', '100', '1,235']);
  expect(percent(0.4567)).toBe('45.7 %');
});

test.each([
  [0, '0 B'], [1023, '1,023 B'], [1024, '1 KiB'], [1536, '1.5 KiB'], [1024 ** 3, '1 GiB'], [5 * 1024 ** 5, '5,120 TiB'],
])('%d bytes are %s', (value, text) => expect(bytes(value)).toBe(text));

test.each([
  [0, '0 s'], [0.0004, '0 s'], [0.0123, '12.3 ms'], [1.26, '1.3 s'], [60, '1 min'], [61, '1 min 1 s'], [3_600, '1 h'],
  [3_661, '1 h 1 min'], [86_400, '1 d'], [90_000, '1 d 1 h'], [10 * 86_400 + 59, '10 d'],
])('%d seconds are %s', (value, text) => expect(duration(value)).toBe(text));

test('a time that a faster clock told is not in the future', () => {
  const now = Date.parse('2026-03-01T10:00:00Z');
  expect(secondsSince('2026-03-01T09:59:30Z', now)).toBe(30);
  expect(secondsSince('2026-03-01T10:00:30Z', now)).toBe(0);
});

test('a time of another day has its day', () => {
  const now = Date.parse('2026-03-01T10:00:00Z');
  expect(clock('2026-03-01T09:59:30.123Z', now)).toBe('09:59:30');
  expect(clock('2026-02-28T09:59:30Z', now)).toBe('2026-02-28 09:59:30');
  expect([clock(null, now), clock('soon', now)]).toEqual(['–', 'soon']);
});

test('what steers a terminal or turns a line is shown by its number, and other words are left as they are', () => {
  expect(shown('orders.Größe 東京 🙂')).toBe('orders.Größe 東京 🙂');
  expect(shown('a\u0000\u001b[31mb\u202egnp.exe\u200b\n\u2028')).toBe('a\\u{0}\\u{1b}[31mb\\u{202e}gnp.exe\\u{200b}\\u{a}\\u{2028}');
  expect(shown('\ud800x')).toBe('\\u{d800}x');
  expect(shown('<img src=x onerror=alert(1)>')).toBe('<img src=x onerror=alert(1)>');
});
