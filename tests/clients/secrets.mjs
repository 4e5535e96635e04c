// Every token and key that a suite has used: none of them is ever to be seen again, neither in what a relay
// prints and counts nor in the problems it answers.
import assert from 'node:assert/strict';

const LEAST = 12; // Shorter ones could turn up by themselves.
const used = new Set();
const problems = [];

/** Remembers a key. */
export function key(text) {
  if (text.length >= LEAST) used.add(text);
  return text;
}

/** Remembers a token or a ticket by its signature, which is what makes it one. */
export function token(text) {
  key(text.slice(text.lastIndexOf('.') + 1));
  return text;
}

/** Whatever was printed, counted or answered repeats none of them. */
export function assertNoneIn(where, text) {
  for (const secret of used) assert.ok(!text.includes(secret), `${where} has a secret in it:\n${text}`);
}

/** Nor does any problem that was answered until now. */
export function assertNoneInProblems() {
  problems.forEach((text) => assertNoneIn('a problem', text));
}

// All suites ask by it, the eventsource package too, so that no test has to think of it.
const fetch = globalThis.fetch;
globalThis.fetch = async (...request) => {
  const answer = await fetch(...request);
  if (answer.headers.get('content-type') === 'application/problem+json') {
    problems.push(await answer.clone().text());
  }
  return answer;
};
