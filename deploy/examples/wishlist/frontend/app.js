// The page: who is here, and what they see of the wishlists.
import { computed, onMounted, ref, shallowRef } from 'vue';
import { api, onUnauthorized } from './api.js';
import { language, t } from './i18n.js';
import { useRealtimeSync } from './realtime.js';
import { openDatabase } from './replication.js';
import { StatusIcon } from './status-icon.js';

const NOTICE_MS = 6000;

export const App = {
  components: { StatusIcon },
  setup() {
    const config = ref(null);
    const user = ref(null);
    const ready = ref(false);
    const wrong = ref(false);
    const documents = shallowRef({ wishlists: [], items: [], marks: [] });
    const chosen = ref(null);
    const friends = ref([]);
    const notices = ref([]);
    let open = null; // The database and its replications.

    /* The stream of whoever is logged in. */
    const address = computed(() => {
      if (!user.value || !ready.value) return null;
      const path = `${config.value.stream}/api/v1/events/stream`;
      return config.value.token === 'query' ? `${path}?token=${encodeURIComponent(user.value.token)}` : path;
    });
    const pull = (collection) => {
      for (const [name, state] of Object.entries(open?.replications ?? {})) {
        if (!collection || name === collection) state.reSync();
      }
    };
    const notice = (text) => {
      notices.value.push(text);
      setTimeout(() => notices.value.shift(), NOTICE_MS);
    };
    const realtime = useRealtimeSync({ address, pull, resolved: ({ title }) => notice(`${t('resolved')} ${title}`) });

    /* Logging in and out. */
    async function enter(who) {
      user.value = who;
      wrong.value = false;
      open = await openDatabase(who.name);
      for (const name of Object.keys(documents.value)) {
        open.database[name].find().$.subscribe((found) => {
          documents.value = { ...documents.value, [name]: found.map((document) => document.toJSON()) };
        });
      }
      ready.value = true;
      friends.value = await api('/friends');
    }
    async function leave() {
      const left = open;
      ready.value = false;
      user.value = null;
      open = null;
      chosen.value = null;
      documents.value = { wishlists: [], items: [], marks: [] };
      await left?.database.close();
    }
    async function login({ target }) {
      try {
        await enter(await api('/auth/login', Object.fromEntries(new FormData(target))));
      } catch {
        wrong.value = true;
      }
    }
    async function logout() {
      await api('/auth/logout', {});
      await leave();
    }
    onUnauthorized(leave);
    onMounted(async () => {
      config.value = await api('/config');
      await api('/auth/me').then(enter, () => {});
    });

    /* Wishlists, items and marks. What is written here is pushed by the replication. */
    const wishlists = computed(() => [...documents.value.wishlists].sort((a, b) => a.title.localeCompare(b.title)));
    const wishlist = computed(() => wishlists.value.find(({ id }) => id === chosen.value) ?? wishlists.value[0]);
    const items = computed(() => documents.value.items.filter((item) => item.wishlist_id === wishlist.value?.id));
    const isMine = computed(() => wishlist.value?.owner === user.value?.name);
    const marksOf = (item) => documents.value.marks.filter((mark) => mark.item_id === item.id);
    const insert = (collection, document) => open.database[collection].insert({ id: crypto.randomUUID(), ...document });

    async function createWishlist({ target }) {
      const form = new FormData(target);
      const viewers = form.getAll('viewers');
      const made = await insert('wishlists', { owner: user.value.name, title: form.get('title'), viewers });
      chosen.value = made.id;
      target.reset();
    }
    async function addItem({ target }) {
      await insert('items', { wishlist_id: wishlist.value.id, url: new FormData(target).get('url'), title: '', status: 'pending' });
      target.reset();
    }
    async function remove(item) {
      const document = await open.database.items.findOne(item.id).exec();
      await document?.remove();
    }
    async function toggle(item) {
      const mine = marksOf(item).find(({ name }) => name === user.value.name);
      if (mine) await (await open.database.marks.findOne(mine.id).exec())?.remove();
      else await insert('marks', { item_id: item.id, wishlist_id: item.wishlist_id, name: user.value.name });
    }

    return {
      user, ready, wrong, friends, notices, wishlists, wishlist, items, isMine, chosen, language, t,
      state: realtime.state, lastEventTime: realtime.lastEventTime, attempts: realtime.reconnectAttempts,
      marksOf, login, logout, sync: () => pull(), createWishlist, addItem, remove, toggle,
    };
  },
  template: `
    <div v-if="!user" class="login">
      <form class="card" @submit.prevent="login">
        <h1>{{ t('wishlists') }}</h1>
        <label class="field">{{ t('name') }} <input name="name" required autocomplete="username"></label>
        <label class="field">{{ t('password') }} <input name="password" type="password" required autocomplete="current-password"></label>
        <p v-if="wrong" class="error" role="alert">{{ t('wrong') }}</p>
        <button class="primary">{{ t('login') }}</button>
        <p class="quiet">{{ t('hint') }}</p>
      </form>
    </div>
    <template v-else-if="ready">
      <header class="bar">
        <h1>{{ t('wishlists') }}</h1>
        <StatusIcon :state="state" :text="t(state)" :last="lastEventTime" :attempts="attempts" />
        <span class="grow"></span>
        <span class="who">{{ user.name }}</span>
        <select v-model="language" aria-label="Language"><option value="en">English</option><option value="ru">Русский</option></select>
        <button class="sync" @click="sync">{{ t('sync') }}</button>
        <button class="out" @click="logout">{{ t('logout') }}</button>
      </header>
      <main class="lists">
        <aside>
          <section class="card">
            <ul class="plain choices">
              <li v-for="list in wishlists" :key="list.id">
                <button :aria-pressed="list.id === wishlist.id" @click="chosen = list.id">
                  <b>{{ list.title }}</b>
                  <span v-if="list.owner !== user.name" class="quiet">{{ t('by') }} {{ list.owner }}</span>
                </button>
              </li>
              <li v-if="!wishlists.length" class="quiet">{{ t('none') }}</li>
            </ul>
          </section>
          <form class="card stack" @submit.prevent="createWishlist">
            <h2>{{ t('new') }}</h2>
            <label class="field">{{ t('title') }} <input name="title" required maxlength="80"></label>
            <fieldset>
              <legend>{{ t('share') }}</legend>
              <label v-for="friend in friends" :key="friend.name" class="row">
                <input type="checkbox" name="viewers" :value="friend.name"> {{ friend.name }}
                <i v-if="friend.online" class="online" title="online"></i>
              </label>
            </fieldset>
            <button class="primary">{{ t('create') }}</button>
          </form>
        </aside>
        <section class="card">
          <p v-if="!wishlist" class="quiet">{{ t('choose') }}</p>
          <template v-else>
            <h2>{{ wishlist.title }}</h2>
            <ul class="plain items">
              <li v-for="item in items" :key="item.id" :data-status="item.status">
                <div>
                  <b>{{ item.title || item.url }}</b>
                  <span v-if="item.status !== 'resolved'" class="state" :class="item.status === 'failed' ? 'bad' : 'warn'">{{ t(item.status) }}</span>
                  <a class="quiet" :href="item.url" rel="noopener noreferrer" target="_blank">{{ item.url }}</a>
                </div>
                <button v-if="isMine" @click="remove(item)">{{ t('remove') }}</button>
                <div v-else class="marks">
                  <span v-for="mark in marksOf(item)" :key="mark.id" class="state good">{{ t('taken') }} {{ mark.name }}</span>
                  <button @click="toggle(item)">{{ marksOf(item).some(({ name }) => name === user.name) ? t('untake') : t('take') }}</button>
                </div>
              </li>
              <li v-if="!items.length" class="quiet">{{ t('empty') }}</li>
            </ul>
            <form v-if="isMine" class="add" @submit.prevent="addItem">
              <input name="url" type="url" required maxlength="500" placeholder="https://shop.example/blue-kettle" :aria-label="t('address')">
              <button class="primary">{{ t('add') }}</button>
            </form>
          </template>
        </section>
      </main>
    </template>
    <div class="toasts" role="status"><div v-for="(text, index) in notices" :key="index" class="toast">{{ text }}</div></div>
  `,
};
