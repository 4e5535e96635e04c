import { createRoot } from 'react-dom/client';
import { useEffect, useState } from 'react';
import { QueryClient, QueryClientProvider, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call, getToken, onLoginOver, setToken } from './api.js';
import { useEventLive } from './useEventLive.js';
import '../../style/base.css';
import './scouthouse.css';

const STAGES = ['seen', 'shortlist', 'invited', 'signed'];
const STATES = {
  connecting: ['', 'Connecting'],
  live: ['good', 'Live'],
  polling: ['warn', 'Polling every 15 s'],
};
const NEVER_STALE = { staleTime: Infinity, retry: false };

function Login({ onLogin }) {
  const [failed, setFailed] = useState(false);

  async function submit(event) {
    event.preventDefault();
    const { email, password } = Object.fromEntries(new FormData(event.currentTarget));
    try {
      const { access_token: token } = await call('POST', '/auth/login', { email, password });
      setToken(token);
      onLogin();
    } catch {
      setFailed(true);
    }
  }

  return (
    <div className="login">
      <form className="card" onSubmit={submit}>
        <h1>ScoutHouse</h1>
        <p className="quiet">Log in as ann or bob @scouts.example; the password is “scout”.</p>
        <label className="field">E-mail <input name="email" type="email" autoComplete="username" required /></label>
        <label className="field">Password <input name="password" type="password" autoComplete="current-password" required /></label>
        {failed && <p className="error" role="alert">No such user, or another password.</p>}
        <button className="primary">Log in</button>
      </form>
    </div>
  );
}

/** A change of one's own is seen at once; the others hear of it. */
function useChange(eventId, mutationFn) {
  const queries = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => queries.invalidateQueries({ queryKey: ['event', eventId] }) });
}

function Summary({ eventId }) {
  const { data } = useQuery({
    queryKey: ['event', eventId, 'summary'], queryFn: () => call('GET', `/events/${eventId}/summary`), ...NEVER_STALE,
  });
  return (
    <section className="tiles" aria-label="Summary">
      {STAGES.map((stage) => (
        <div className="tile" key={stage}><b data-stage={stage}>{data?.stages[stage] ?? '–'}</b><span>{stage}</span></div>
      ))}
      <div className="tile"><b data-stage="tasks">{data?.open_tasks ?? '–'}</b><span>open tasks</span></div>
    </section>
  );
}

function Candidates({ eventId }) {
  const { data = [] } = useQuery({
    queryKey: ['event', eventId, 'candidates'], queryFn: () => call('GET', `/events/${eventId}/candidates`), ...NEVER_STALE,
  });
  const move = useChange(eventId, ({ id, stage }) => call('PATCH', `/events/${eventId}/candidates/${id}`, { stage }));
  const add = useChange(eventId, (candidate) => call('POST', `/events/${eventId}/candidates`, candidate));

  function submit(event) {
    event.preventDefault();
    add.mutate(Object.fromEntries(new FormData(event.currentTarget)));
    event.currentTarget.reset();
  }

  return (
    <section className="card" aria-label="Candidates">
      <h2>Candidates</h2>
      <table>
        <thead><tr><th>Name</th><th>Position</th><th>Stage</th></tr></thead>
        <tbody>
          {data.map(({ id, name, position, stage }) => (
            <tr key={id}>
              <td>{name}</td>
              <td className="quiet">{position}</td>
              <td>
                <select aria-label={`Stage of ${name}`} value={stage}
                  onChange={(event) => move.mutate({ id, stage: event.target.value })}>
                  {STAGES.map((it) => <option key={it}>{it}</option>)}
                </select>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <form className="add" onSubmit={submit}>
        <input name="name" placeholder="Name" aria-label="Name" maxLength="80" required />
        <input name="position" placeholder="Position" aria-label="Position" maxLength="40" required />
        <button>Add</button>
      </form>
    </section>
  );
}

function Tasks({ eventId }) {
  const { data = [] } = useQuery({
    queryKey: ['event', eventId, 'tasks'], queryFn: () => call('GET', `/events/${eventId}/tasks`), ...NEVER_STALE,
  });
  const tick = useChange(eventId, ({ id, done }) => call('PATCH', `/events/${eventId}/tasks/${id}`, { done }));
  return (
    <section className="card" aria-label="Tasks">
      <h2>Tasks</h2>
      <ul className="plain">
        {data.map(({ id, title, done }) => (
          <li key={id}>
            <label className="row">
              <input type="checkbox" checked={Boolean(done)}
                onChange={(event) => tick.mutate({ id, done: event.target.checked })} />
              <span className={done ? 'done' : ''}>{title}</span>
            </label>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Dashboard({ eventId }) {
  const state = useEventLive(eventId);
  const [tone, words] = STATES[state];
  return (
    <>
      <p className="live"><span className={`state ${tone}`} role="status">{words}</span></p>
      <Summary eventId={eventId} />
      <div className="columns"><Candidates eventId={eventId} /><Tasks eventId={eventId} /></div>
    </>
  );
}

function Events({ onLogout }) {
  const [chosen, setChosen] = useState(null);
  const { data = [] } = useQuery({ queryKey: ['events'], queryFn: () => call('GET', '/events'), ...NEVER_STALE });
  const eventId = chosen ?? data[0]?.id;

  return (
    <>
      <header className="bar">
        <h1>ScoutHouse</h1>
        <select aria-label="Event" value={eventId ?? ''} onChange={(event) => setChosen(Number(event.target.value))}>
          {data.map(({ id, name, place }) => <option key={id} value={id}>{name}, {place}</option>)}
        </select>
        <span className="grow" />
        <button onClick={onLogout}>Log out</button>
      </header>
      <main>{eventId !== undefined && <Dashboard key={eventId} eventId={eventId} />}</main>
    </>
  );
}

function App() {
  const [loggedIn, setLoggedIn] = useState(Boolean(getToken()));
  const [client, setClient] = useState(() => new QueryClient());

  useEffect(() => onLoginOver(() => setLoggedIn(false)), []);

  async function logout() {
    await call('POST', '/auth/logout').catch(() => {});
    setToken(null);
    setLoggedIn(false);
  }

  // What one user has seen is not shown to the next.
  function login() {
    setClient(new QueryClient());
    setLoggedIn(true);
  }

  if (!loggedIn) return <Login onLogin={login} />;
  return <QueryClientProvider client={client}><Events onLogout={logout} /></QueryClientProvider>;
}

createRoot(document.getElementById('root')).render(<App />);
