/** `<live-status>` and `<live-toasts>`: what a stream does, and what it brings, for everybody to see and hear. */
import type { Live, Message, Off, Status } from '../api.js';

/** A text, or one for each plural category of the language, in which `#` is the number. */
export type Text = string | { readonly [category in Intl.LDMLPluralRule]?: string };

/** How a type's events are shown. Whatever it gives is text, never markup. */
export interface Template<D = never> {
  /** What one event says. */
  readonly text: (data: D, message: Message) => string;
  /** What several of them say; `#` is how many. Needs `within`. */
  readonly many?: Text;
  /** Milliseconds after the first within which others are counted in its toast. Default 0: each has a toast of its own. */
  readonly within?: number;
}

type Word = Status | 'dismiss';
/** The words of the elements by language. A page may add languages of its own, and change what is here. */
export const words: Record<string, Partial<Record<Word, string>>> = {
  en: {
    connecting: 'Connecting', connected: 'Live', reconnecting: 'Reconnecting', disconnected: 'Disconnected', error: 'No connection',
    fallback: 'Delayed', dismiss: 'Dismiss',
  },
  ru: {
    connecting: 'Подключение', connected: 'В эфире', reconnecting: 'Переподключение', disconnected: 'Отключено', error: 'Нет связи',
    fallback: 'С задержкой', dismiss: 'Закрыть',
  },
};

/** A badge with the stream's status. Part: `status`. Property: `--live-color`. Its attribute `status` is the status. */
export interface LiveStatus extends HTMLElement {
  /** The stream, which stays the page's: the element does not close it. */
  live: Live | undefined;
}

/**
 * Messages for some types of events. Parts: `toasts`, `toast` with the event's type beside it, `text`, `dismiss`. Properties:
 * `--live-background`, `--live-ink`, `--live-color`. Attribute `duration`: for how many milliseconds a toast stays, or `none` for
 * as long as nobody dismisses it.
 */
export interface LiveToasts extends LiveStatus {
  /** The templates by type. Types without one are not shown. */
  templates: Readonly<Record<string, Template>> | undefined;
}

declare global {
  interface HTMLElementTagNameMap {
    'live-status': LiveStatus;
    'live-toasts': LiveToasts;
  }
}

const enum Limit {
  /** At most so many toasts are shown; then the oldest goes. */
  MOST = 5,
  /** Milliseconds for which a toast stays, unless the attribute `duration` says otherwise. */
  DURATION = 8000,
  /** Milliseconds by which a toast's time passes, unless it stands still. */
  TICK = 1000,
}

const STYLE = /* css */ `
  :host([status]) ::before { content: "● " / ""; color: var(--live-color, #c60) }
  :host([status=connected]) ::before { color: var(--live-color, #293) }
  [role=log] { position: fixed; inset: auto 1em 0; margin-left: auto; max-width: 22em; z-index: 9 }
  p {
    display: flex; margin: 0 0 1em; border-left: .3em solid var(--live-color, #c60); border-radius: .5em; padding: 1em;
    box-shadow: 0 0 1em #8886; background: var(--live-background, Field); color: var(--live-ink, FieldText); animation: a .3s;
  }
  div { max-height: 7lh; overflow: hidden; overflow-wrap: anywhere }
  button { margin-left: auto; background: unset; border: unset; border-radius: .5em; padding: 0 .5em; color: unset; font: unset }
  button:hover { background: #8886 }
  @keyframes a { from { opacity: 0 } }`;

const make = (name: string, properties: object): HTMLElement => Object.assign(document.createElement(name), properties);

/** The same text again would be read aloud again. */
const say = (element: Node, text: string): void => {
  if (element.textContent !== text) element.textContent = text;
};

const languageOf = (element: HTMLElement): string => element.closest<HTMLElement>('[lang]')?.lang.split(/[-_]/)[0] || 'en';
const word = (element: HTMLElement, name: Word): string => words[languageOf(element)]?.[name] ?? words.en![name]!;

/**
 * Defines an element that shows in one box what it hears while it is in a page. No markup is parsed, so that the strictest
 * policies of pages allow it.
 */
const define = (name: string, role: string, listen: (host: LiveToasts, box: HTMLElement) => Off[]): void => {
  customElements.define(`live-${name}`, class extends HTMLElement {
    declare live: LiveToasts['live'];
    declare templates: LiveToasts['templates'];
    #offs: Off[] = [];
    // Both roles are polite live regions by themselves.
    readonly #box = make('span', { part: name, role });

    constructor() {
      super();
      Object.assign(this.attachShadow({ mode: 'open' }), { adoptedStyleSheets: [sheet] }).append(this.#box);
      // In place of what a page has set before the script was there, with its value.
      (['live', 'templates'] as const).map((name) => {
        let value = this[name];
        Object.defineProperty(this, name, {
          get: () => value,
          set: (it) => {
            value = it;
            this.connectedCallback();
          },
        });
      });
    }

    connectedCallback(): void {
      this.disconnectedCallback();
      if (this.live && this.isConnected) this.#offs = listen(this, this.#box);
    }
    disconnectedCallback(): void { this.#offs.map((off) => off()); }
  });
};

interface Toast extends HTMLElement {
  /** Milliseconds that it has left. */
  left: number;
}

const toasts = (host: LiveToasts, box: HTMLElement): Off[] =>
  Object.entries(host.templates ?? {}).map(([type, template]) => {
    let last: Toast;
    let end: number;
    let count: number;
    return host.live!.on(type as '*', (data, message) => {
      const now = performance.now();
      const many = template.many as Record<string, string>;
      const more = now < end && last.isConnected;
      const text = more
        // One text for all categories has none of its own.
        ? (many[new Intl.PluralRules(languageOf(host)).select(++count)] ?? many.other ?? many as unknown as string).replaceAll('#', count as unknown as string)
        : template.text(data as never, message);
      if (!more) {
        count = 1;
        end = many && now + template.within!;
        const toast = last = make('p', { part: `toast ${type}` }) as Toast;
        // A new toast is read aloud, but not with its button.
        const button = make('button', { part: 'dismiss', textContent: '×', ariaLabel: word(host, 'dismiss'), ariaLive: 'off' });
        // Nothing is clicked but by a user: the page would hear of it.
        const dismiss = button.onclick = () => {
          clearInterval(timer);
          // Who goes by the keyboard stays among the toasts.
          const focused = button.matches(':focus');
          toast.remove();
          if (focused) box.querySelector('button')?.focus();
        };
        const timer = setInterval(() => {
          // Nobody reads it in a hidden tab, and whoever is at one may take the time.
          if (!document.hidden && !box.querySelector(':hover,:focus-visible') && (toast.left -= Limit.TICK) <= 0) dismiss();
        }, Limit.TICK);
        toast.onkeydown = (event) => { if (event.key === 'Escape') dismiss(); };
        toast.append(make('div', { part: 'text' }), button);
        box.append(toast);
        if (box.children[Limit.MOST]) (box.querySelector('button')!.onclick as () => void)();
      }
      say(last.firstChild!, text);
      last.left = (host.getAttribute('duration') ?? Limit.DURATION) as number;
    });
  });

let sheet: CSSStyleSheet;
try {
  sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  define('status', 'status', (host, box) => [
    host.live!.onStatus((status) => {
      host.setAttribute('status', status);
      say(box, word(host, status));
    }),
  ]);
  define('toasts', 'log', toasts);
} catch {
  // A server has no elements, and a page that loads this twice has them.
}
