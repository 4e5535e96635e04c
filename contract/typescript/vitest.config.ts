import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Node's own EventSource, which is the one that browsers have, as far as it goes.
    execArgv: ['--experimental-eventsource'],
  },
});
