// The application's own endpoints. Whoever is told that the session is over is told by `onUnauthorized`.

let unauthorized = () => {};

export function onUnauthorized(handler) {
  unauthorized = handler;
}

export async function api(path, body) {
  const answer = await fetch(`/api/v1${path}`, body === undefined ? {} : {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (answer.status === 401 && path !== '/auth/login') unauthorized();
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.status === 204 ? null : answer.json();
}
