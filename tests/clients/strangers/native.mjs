// Opens streams with the EventSource of a browser and prints what it hands over, a JSON object a line:
//   node native.mjs URL…
// It ends when it is told to.
import { launch } from '../../browser/chromium.mjs';
import { TYPES } from './types.mjs';

const browser = await launch();
process.once('SIGTERM', () => browser.close().finally(() => process.exit(0)));

for (const [stream, url] of process.argv.slice(2).entries()) {
  const page = await browser.newPage();
  await page.exposeFunction('print', (line) => process.stdout.write(`${JSON.stringify({ stream, ...line })}\n`));
  await page.route('**/empty', (route) => route.fulfill({ contentType: 'text/html', body: '' }));
  await page.goto(new URL('/empty', url).href);
  await page.evaluate(([address, types]) => {
    const source = new EventSource(address);
    for (const type of types) {
      source.addEventListener(type, ({ data, lastEventId }) =>
        globalThis.print({ event: type, data, id: lastEventId }));
    }
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) globalThis.print({ gone: 'closed' });
    });
  }, [url, TYPES]);
}
