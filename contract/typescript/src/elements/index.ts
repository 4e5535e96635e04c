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
  /** Milliseconds after the first within which others are counted in its toast. */
  readonly within?: number;
}

const en: Record<Status | 'dismiss', string> = {
  connecting: 'Connecting', connected: 'Live', reconnecting: 'Reconnecting', disconnected: 'Disconnected', error: 'No connection',
  fallback: 'Delayed', dismiss: 'Dismiss',
};
/** The words of the elements by language. A page may add languages of its own, and change what is here. */
export const words: Record<string, Partial<typeof en>> = {
  en,
  ru: {
    connecting: 'Подключение', connected: 'В эфире', reconnecting: 'Переподключение', disconnected: 'Отключено', error: 'Нет связи',
    fallback: 'С задержкой', dismiss: 'Закрыть',
  },
};

/** At most so many toasts are shown; then the oldest goes. */
const MOST = 5;

// A server that renders the page has no elements.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

function make(name: string, part: string, text: string, attribute = 'part', value = part): HTMLElement {
  const element = document.createElement(name);
  element.textContent = text;
  element.setAttribute('part', part);
  element.setAttribute(attribute, value);
  return element;
}

abstract class LiveElement extends Base {
  #live: Live | undefined;
  #off: Off | undefined;
  /** The stream, which stays the page's: the element does not close it. */
  get live(): Live | undefined { return this.#live; }
  set live(live: Live | undefined) {
    this.#live = live;
    this.again();
  }

  connectedCallback(): void {
    // What a page has set before the script was there hides what the element would do with it.
    for (const [name, value] of Object.entries(this) as ['live', Live][]) {
      delete (this as Record<string, unknown>)[name];
      this[name] = value;
    }
    this.again();
  }
  disconnectedCallback(): void {
    this.#off?.();
    this.#off = undefined;
  }

  protected get language(): string { return this.closest<HTMLElement>('[lang]')?.lang || 'en'; }
  protected word(name: keyof typeof en): string { return words[this.language.split('-')[0]!]?.[name] ?? en[name]; }
  protected abstract listen(live: Live): Off;
  protected again(): void {
    this.disconnectedCallback();
    if (this.#live && this.isConnected) this.#off = this.listen(this.#live);
  }

  /** What it shows is in one box. No markup is parsed, so that the strictest policies of pages allow it. */
  protected draw(style: string, part: string, role: string): HTMLElement {
    if (!this.shadowRoot) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`:host{font:14px system-ui}${style}`);
      const root = this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets.push(sheet);
      // Both roles are polite live regions by themselves.
      root.append(make('div', part, '', 'role', role));
    }
    return this.shadowRoot!.lastChild as HTMLElement;
  }
}

/** A badge with the stream's status. Parts: `status`. Properties: `--live-color`, by attribute `status`. */
export class LiveStatus extends LiveElement {
  protected override listen(live: Live): Off {
    const box = this.draw(`[role]::before{content:"● "/"";color:var(--live-color,#b45309)}
:host([status=connected]) [role]::before{color:var(--live-color,#15803d)}`, 'status', 'status');
    return live.onStatus((status) => {
      this.setAttribute('status', status);
      const text = this.word(status);
      // The same text again would be read aloud again.
      if (box.textContent !== text) box.textContent = text;
    });
  }
}

/** Messages for some types of events. Parts: `toasts`, `toast`, `text`, `dismiss`. Properties: `--live-background`, `--live-ink`. */
export class LiveToasts extends LiveElement {
  #templates: Readonly<Record<string, Template>> = {};
  /** The templates by type. Types without one are not shown. */
  get templates(): Readonly<Record<string, Template>> { return this.#templates; }
  set templates(templates: Readonly<Record<string, Template>>) {
    this.#templates = templates;
    this.again();
  }

  protected override listen(live: Live): Off {
    const box = this.draw(`:host{position:fixed;inset:auto 1rem 1rem auto;width:min(22rem,100% - 2rem)}
[part=toast]{display:flex;margin-top:1rem;padding:1rem;border-radius:1rem;border:1px solid;overflow-wrap:anywhere;
background:var(--live-background,Canvas);color:var(--live-ink,CanvasText)}[part=text]{flex:1}button{min-width:24px;font:inherit;color:inherit;background:0 0;border:0}`, 'toasts', 'log');
    const offs = Object.entries(this.templates).map(([type, template]) => {
      let text: HTMLElement | undefined;
      let since = 0;
      let count = 0;
      return live.on(type as '*', (data, message) => {
        const now = performance.now();
        if (template.many && text?.isConnected && now - since < (template.within ?? 0)) {
          const many = template.many;
          const category = new Intl.PluralRules(this.language).select(++count);
          text.textContent = (typeof many === 'string' ? many : many[category] ?? many.other ?? '').replaceAll('#', `${count}`);
          return;
        }
        [since, count] = [now, 1];
        text = this.#toast(box, template.text(data as never, message));
      });
    });
    return () => offs.forEach((off) => off());
  }

  #toast(box: HTMLElement, words: string): HTMLElement {
    const toast = make('div', 'toast', '');
    const text = make('span', 'text', words);
    const button = make('button', 'dismiss', '×', 'aria-label', this.word('dismiss'));
    button.onclick = () => {
      // Who goes by the keyboard stays among the toasts.
      ((toast.nextSibling ?? toast.previousSibling)?.lastChild as HTMLElement | undefined)?.focus();
      toast.remove();
    };
    toast.onkeydown = ({ key }) => { if (key === 'Escape') button.click(); };
    toast.append(text, button);
    box.append(toast);
    if (box.childNodes.length > MOST) box.firstChild!.remove();
    return text;
  }
}

if (globalThis.customElements && !customElements.get('live-status')) {
  customElements.define('live-status', LiveStatus);
  customElements.define('live-toasts', LiveToasts);
}
