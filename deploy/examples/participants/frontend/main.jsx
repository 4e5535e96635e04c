import { createRoot } from 'react-dom/client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useSSE } from './useSSE.js';
import { useToasts } from './useToasts.jsx';
import '../../style/base.css';
import './participants.css';

const CHANNELS = ['validation', 'notifications', 'dashboard'];
// Events that come together are one toast.
const TOGETHER_MS = 400;
const STATES = { connecting: 'warn', connected: 'good', disconnected: 'bad' };

async function call(method, path, body) {
  const answer = await fetch(`/api${path}`, {
    method,
    headers: body && { 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw Object.assign(new Error(`status ${answer.status}`), { status: answer.status });
  return answer.status === 204 ? null : answer.json();
}

function Login({ onLogin }) {
  const [failed, setFailed] = useState(false);

  async function submit(event) {
    event.preventDefault();
    try {
      await call('POST', '/login', Object.fromEntries(new FormData(event.currentTarget)));
      onLogin();
    } catch {
      setFailed(true);
    }
  }

  return (
    <div className="login">
      <form className="card" onSubmit={submit}>
        <h1>Participants</h1>
        <p className="quiet">Log in as admin or vera @north.example, or admin@south.example; the password is “demo”.</p>
        <label className="field">E-mail <input name="email" type="email" autoComplete="username" required /></label>
        <label className="field">Password <input name="password" type="password" autoComplete="current-password" required /></label>
        {failed && <p className="error" role="alert">No such user, or another password.</p>}
        <button className="primary">Log in</button>
      </form>
    </div>
  );
}

/** Counts what comes within a moment, and tells the number once. */
function useTogether(tell) {
  const count = useRef(0);
  const timer = useRef();
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(() => {
    count.current += 1;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      tell(count.current);
      count.current = 0;
    }, TOGETHER_MS);
  }, [tell]);
}

function Queue({ participants, onChange }) {
  const waiting = participants.filter(({ status }) => status === 'pending');
  const decide = (id, decision) => call('POST', `/participants/${id}/${decision}`).catch(() => {}).then(onChange);
  const add = (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    call('POST', '/participants', Object.fromEntries(new FormData(form))).then(() => form.reset()).then(onChange);
  };
  return (
    <section className="card" aria-label="Validation queue">
      <h2>Validation queue</h2>
      {waiting.length === 0 && <p className="quiet">Nobody waits.</p>}
      <ul className="plain">
        {waiting.map(({ id, name, stepName, overdue }) => (
          <li key={id} className="waiting">
            <span><b>{name}</b> <span className="quiet">{stepName}</span>{overdue && <em className="late">overdue</em>}</span>
            <span className="actions">
              <button onClick={() => decide(id, 'approve')} aria-label={`Approve ${name}`}>Approve</button>
              <button className="danger" onClick={() => decide(id, 'reject')} aria-label={`Reject ${name}`}>Reject</button>
            </span>
          </li>
        ))}
      </ul>
      <form className="add" onSubmit={add}>
        <input name="name" placeholder="Name of a participant" aria-label="Name" maxLength="80" required />
        <button>Add</button>
      </form>
    </section>
  );
}

function Page({ me, onLogout }) {
  const [participants, setParticipants] = useState([]);
  const [notifications, setNotifications] = useState([]);
  const [toast, toasts] = useToasts();
  const updates = me.features.FF_SSE_UPDATES;

  const load = useCallback(async () => {
    try {
      const [people, notes] = await Promise.all([call('GET', '/participants'), call('GET', '/notifications')]);
      setParticipants(people);
      setNotifications(notes);
    } catch (error) {
      // With anything else, what was known stays there.
      if (error.status === 401) onLogout();
    }
  }, [onLogout]);

  const overdue = useTogether(useCallback((count) => {
    toast(count === 1 ? '1 participant overdue' : `${count} participants overdue`);
    load();
  }, [toast, load]));

  const state = useSSE(CHANNELS, ({ type, data }) => {
    switch (type) {
      case 'participant:approved':
        toast(`${data.name} approved by ${data.approvedBy}`);
        load();
        break;
      case 'participant:rejected':
        toast(`${data.name} rejected by ${data.rejectedBy}`);
        load();
        break;
      case 'sla:overdue':
        overdue();
        break;
      case 'notification:new':
        setNotifications((now) => [data, ...now.filter(({ id }) => id !== data.id)]);
        break;
      default:
        load();
    }
  }, updates);

  // Each connection is a new one and knows nothing of the last, so what happened between them is fetched.
  useEffect(() => { if (state === 'connected' || !updates) load(); }, [state, updates, load]);
  useEffect(() => { load(); }, [load]);

  const count = (test) => participants.filter(test).length;
  const logout = () => call('POST', '/logout').catch(() => {}).then(onLogout);

  return (
    <>
      <header className="bar">
        <h1>Participants</h1>
        <span className="who">{me.name}, {me.tenant}</span>
        <span className="grow" />
        {updates
          ? <span className={`state ${STATES[state]}`} data-testid="state">{state}</span>
          : <span className="state" data-testid="state">updates off</span>}
        <button onClick={logout}>Log out</button>
      </header>
      <main>
        <section className="tiles" aria-label="Dashboard">
          <div className="tile"><b data-testid="waiting">{count((it) => it.status === 'pending')}</b><span>waiting</span></div>
          <div className="tile"><b data-testid="overdue">{count((it) => it.overdue)}</b><span>overdue</span></div>
          <div className="tile"><b data-testid="approved">{count((it) => it.status === 'approved')}</b><span>approved</span></div>
          <div className="tile"><b data-testid="rejected">{count((it) => it.status === 'rejected')}</b><span>rejected</span></div>
        </section>
        <div className="columns">
          <Queue participants={participants} onChange={load} />
          <section className="card" aria-label="Notifications">
            <h2>Notifications</h2>
            {notifications.length === 0 && <p className="quiet">None yet.</p>}
            <ul className="plain">
              {notifications.map(({ id, title, message }) => (
                <li key={id}><b>{title}</b><br /><span className="quiet">{message}</span></li>
              ))}
            </ul>
          </section>
        </div>
        <p className="actions">
          <button onClick={() => call('POST', '/sla/check').then(load)}>Check for overdue steps</button>
          {me.role === 'admin' && (
            <button onClick={() => call('PUT', '/features/FF_SSE_UPDATES', { on: !updates }).then(() => location.reload())}>
              {updates ? 'Switch live updates off' : 'Switch live updates on'}
            </button>
          )}
        </p>
      </main>
      {toasts}
    </>
  );
}

function App() {
  const [me, setMe] = useState();
  const find = useCallback(() => call('GET', '/me').then(setMe, () => setMe(null)), []);
  const leave = useCallback(() => setMe(null), []);
  useEffect(() => { find(); }, [find]);

  if (me === undefined) return null;
  return me ? <Page me={me} onLogout={leave} /> : <Login onLogin={find} />;
}

createRoot(document.getElementById('root')).render(<App />);
