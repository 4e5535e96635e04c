/** Something that the user of the command can mend; its message is printed without a stack. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

/** The code of a system error, such as `ENOENT`, or undefined. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause) : undefined;
}
