import { expect, test, vi } from 'vitest';

vi.stubGlobal('location', { hash: '' });
vi.stubGlobal('addEventListener', () => {});
const { href, parse } = await import('../src/route.js');

test('an address leads to the place it is the address of', () => {
  for (const item of ['s-1', 'a/b?c#d', '100 %', 'ü🙂']) {
    const query = { tenant: 'a&b=c', sort: '-late', empty: '', none: undefined };
    const found = parse(href('streams', item, query));
    expect(found.screen).toBe('streams');
    expect(found.item).toBe(item);
    expect(Object.fromEntries(found.query)).toEqual({ tenant: 'a&b=c', sort: '-late' });
  }
});

test('an address that somebody typed leads somewhere', () => {
  expect(parse('')).toMatchObject({ screen: '', item: '' });
  expect(parse('#')).toMatchObject({ screen: '', item: '' });
  expect(parse('#/streams/%zz?%zz')).toMatchObject({ screen: 'streams', item: '%zz' });
});
