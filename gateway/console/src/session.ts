/** Who looks at the console. */
import { signal } from '@preact/signals';
import { get } from './api.js';
import type { Session } from './types.js';

export const session = signal<Session | undefined>(undefined);

export async function who(): Promise<void> {
  try {
    session.value = await get<Session>('session');
  } catch {
    session.value = undefined;
  }
}
