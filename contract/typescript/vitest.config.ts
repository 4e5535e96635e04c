import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The compiler takes a while on a machine that is busy; what waits for something has a deadline of its own.
    testTimeout: 60_000,
    // Node's own EventSource, which is the one that browsers have, as far as it goes.
    execArgv: ['--experimental-eventsource'],
  },
});
