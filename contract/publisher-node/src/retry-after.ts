/** `Retry-After` (RFC 9110, section 10.2.3). */
const SECONDS = /^\d{1,9}$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const TIME = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`;
// The three forms of a date that a recipient must accept (section 5.6.7).
const DATES = [
  new RegExp(String.raw`^[A-Z][a-z]{2}, (?<day>\d\d) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) ${TIME} GMT$`),
  new RegExp(String.raw`^[A-Z][a-z]{5,8}, (?<day>\d\d)-(?<month>[A-Z][a-z]{2})-(?<year>\d\d) ${TIME} GMT$`),
  new RegExp(String.raw`^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) ${TIME} (?<year>\d{4})$`),
];
const CENTURY = 100;
const FUTURE_YEARS = 50;

/** How long to wait, in milliseconds; `undefined` if it is neither seconds nor a date. A date that has passed: at once. */
export function retryAfterMs(value: string | null, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (SECONDS.test(text)) return Number(text) * 1000;
  for (const form of DATES) {
    const parts = form.exec(text)?.groups;
    if (!parts) continue;
    const [day, year, hour, minute, second] =
      ['day', 'year', 'hour', 'minute', 'second'].map((it) => Number(parts[it])) as [number, number, number, number, number];
    const month = MONTHS.indexOf(parts['month'] ?? '');
    const at = Date.UTC(year < CENTURY ? fullYear(year, now) : year, month, day, hour, minute, second);
    // A day that is none would have become one of another month.
    if (month < 0 || new Date(at).getUTCDate() !== day || hour > 23 || minute > 59 || second > 60) return undefined;
    return Math.max(0, at - now);
  }
  return undefined;
}

// A year of two digits lies at most 50 years ahead.
function fullYear(short: number, now: number): number {
  const current = new Date(now).getUTCFullYear();
  const year = current - (current % CENTURY) + short;
  return year > current + FUTURE_YEARS ? year - CENTURY : year;
}
