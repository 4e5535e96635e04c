// Waiting on conditions, each with a deadline. Tests wait by nothing else.
const LOOK_MS = 20;

/** Looks until the condition holds and returns what it gave; a rejection counts as not yet. */
export async function until(what, condition, deadlineMs = 15_000) {
  const end = performance.now() + deadlineMs;
  let trouble;
  for (;;) {
    try {
      const found = await condition();
      if (found) return found;
    } catch (error) {
      trouble = error;
    }
    if (performance.now() > end) {
      throw new Error(`waited ${deadlineMs} ms in vain: ${what}`, { cause: trouble });
    }
    await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
  }
}

/** Waits until each of these has come to an end, and only then fails if one has: none is left that begins something later. */
export async function together(beginnings) {
  const failed = (await Promise.allSettled(beginnings)).find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
}
