// The API of ScoutHouse, asked with the access token of who has logged in.
const KEY = 'scouthouse.token';
const whenOver = new Set();

export const getToken = () => localStorage.getItem(KEY);

export function setToken(token) {
  if (token) localStorage.setItem(KEY, token);
  else localStorage.removeItem(KEY);
}

/** Calls back whenever the login turns out to be over; returns how to stop that. */
export function onLoginOver(callback) {
  whenOver.add(callback);
  return () => whenOver.delete(callback);
}

export async function call(method, path, body) {
  const token = getToken();
  const answer = await fetch(`/api/v1${path}`, {
    method,
    headers: {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(body && { 'Content-Type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
  });
  // Also where another tab has logged out.
  if (answer.status === 401 && path !== '/auth/login') {
    setToken(null);
    whenOver.forEach((callback) => callback());
  }
  if (!answer.ok) throw Object.assign(new Error(`status ${answer.status}`), { status: answer.status });
  return answer.status === 204 ? null : answer.json();
}
