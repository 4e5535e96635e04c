// What a browser's client has to listen for by name: the test's own event, the relay's, and what has no name.
export const TYPE = 'thing.changed';

export const TYPES = [
  TYPE, 'message', 'system.connected', 'system.position', 'system.heartbeat', 'system.gap',
  'system.reauth', 'system.shutdown', 'system.end',
];
