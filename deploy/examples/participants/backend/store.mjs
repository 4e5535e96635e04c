// What the application keeps, for each tenant by itself: participants, notifications, and whether updates are pushed.
import { scryptSync, timingSafeEqual } from 'node:crypto';

// Everybody's, as this is an example.
const PASSWORD = 'demo';

const USERS = [
  { id: 'n-admin', email: 'admin@north.example', name: 'Admin', tenant: 'north', role: 'admin' },
  { id: 'n-vera', email: 'vera@north.example', name: 'Vera', tenant: 'north', role: 'validator' },
  { id: 's-admin', email: 'admin@south.example', name: 'Sue', tenant: 'south', role: 'admin' },
];

const PARTICIPANTS = {
  north: ['John Doe', 'Jane Roe', 'Ravi Patel', 'Mei Lin'],
  south: ['Olga Berg', 'Tom Reed', 'Nia Cole'],
};
const STEPS = ['documents', 'interview', 'payment'];
const MOST_NOTIFICATIONS = 50;

const hash = (email, password) => scryptSync(password, email, 32);

function newTenant(name) {
  return {
    updates: true,
    participants: PARTICIPANTS[name].map((participant, index) => ({
      id: index + 1, name: participant, eventId: 1, status: 'pending', stepName: STEPS[index % STEPS.length], overdue: false,
    })),
    notifications: [],
  };
}

export function createStore() {
  const users = USERS.map((user) => ({ ...user, password: hash(user.email, PASSWORD) }));
  const tenants = { north: newTenant('north'), south: newTenant('south') };
  let lastNotification = 0;

  return {
    login(email, password) {
      const user = users.find((it) => it.email === email);
      return user && timingSafeEqual(user.password, hash(email, password)) ? user : null;
    },
    tenant: (name) => tenants[name],
    colleagues: (name) => users.filter((user) => user.tenant === name),

    addParticipant(name, participant) {
      const { participants } = tenants[name];
      const added = {
        id: participants.length + 1, name: participant, eventId: 1, status: 'pending', stepName: STEPS[0], overdue: false,
      };
      participants.push(added);
      return added;
    },

    /** Decides about a participant who waits; null if there is none of this id. */
    decide(name, id, status) {
      const found = tenants[name].participants.find((it) => it.id === id && it.status === 'pending');
      if (!found) return null;
      found.status = status;
      found.overdue = false;
      return found;
    },

    /** Those who have waited for too long, as of now. */
    newlyOverdue(name) {
      const late = tenants[name].participants.filter((it) => it.status === 'pending' && !it.overdue);
      late.forEach((it) => { it.overdue = true; });
      return late;
    },

    notify(name, userId, title, message) {
      const notification = { id: ++lastNotification, userId, title, message };
      const { notifications } = tenants[name];
      notifications.unshift(notification);
      notifications.length = Math.min(notifications.length, MOST_NOTIFICATIONS);
      return notification;
    },
  };
}
