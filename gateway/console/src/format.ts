/** How figures, times and long words look to a person. */

const DECIMAL = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** What stands where the relay knows nothing. */
export const NOTHING = '–';

export function count(value: number | null | undefined): string {
  return value == null ? NOTHING : WHOLE.format(value);
}

/** A rate or a share: small ones keep a digit. */
export function rate(value: number | null | undefined): string {
  if (value == null) return NOTHING;
  return value < 100 ? DECIMAL.format(value) : WHOLE.format(value);
}

export function percent(share: number | null | undefined): string {
  return share == null ? NOTHING : `${rate(share * 100)} %`;
}

export function bytes(value: number | null | undefined): string {
  if (value == null) return NOTHING;
  let size = value;
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${unit === 0 ? WHOLE.format(size) : DECIMAL.format(size)} ${UNITS[unit]}`;
}

/** A length of time in at most two units. */
export function duration(seconds: number | null | undefined): string {
  if (seconds == null) return NOTHING;
  if (seconds < 0.0005) return '0 s';
  if (seconds < 1) return `${DECIMAL.format(seconds * 1000)} ms`;
  if (seconds < 60) return `${DECIMAL.format(seconds)} s`;
  const whole = Math.round(seconds);
  const parts = [[86_400, 'd'], [3_600, 'h'], [60, 'min'], [1, 's']] as const;
  const first = parts.findIndex(([length]) => whole >= length);
  const [length, unit] = parts[first]!;
  const [lesser, lesserUnit] = parts[first + 1] ?? parts[first]!;
  const rest = Math.floor((whole % length) / lesser);
  return `${Math.floor(whole / length)} ${unit}${rest > 0 && length !== lesser ? ` ${rest} ${lesserUnit}` : ''}`;
}

/** How many streams, in words. */
export const streams = (n: number | null | undefined): string => n === 1 ? '1 stream' : `${count(n ?? 0)} streams`;

/** Seconds from then until now, never below zero: the clocks of a browser and a relay differ. */
export function secondsSince(time: string, now: number): number {
  return Math.max(0, (now - Date.parse(time)) / 1000);
}

/** Time of day, with the day before it where it is not today's. */
export function clock(time: string | null | undefined, now: number): string {
  if (time == null) return NOTHING;
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return time;
  const [day, hour] = at.toISOString().split('T') as [string, string];
  const today = new Date(now).toISOString().startsWith(day);
  return `${today ? '' : `${day} `}${hour.slice(0, 8)}`;
}

/**
 * What an outsider chose, fit to be shown: characters that steer a terminal or turn the direction of a line are shown by
 * their numbers, as they could make one name look like another.
 */
export function shown(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]|\p{Cs}/gu, (each) => `\\u{${each.codePointAt(0)!.toString(16)}}`);
}
