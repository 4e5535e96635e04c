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
  fallback: 'Updates are delayed', dismiss: 'Dismiss',
};
/** The words of the elements by language. A page may add languages of its own, and change what is here. */
export const words: Record<string, Partial<typeof en>> = {
  en,
  ru: {
    connecting: 'Подключение', connected: 'В эфире', reconnecting: 'Переподключение', disconnected: 'Отключено', error: 'Нет связи',
    fallback: 'Обновления с задержкой', dismiss: 'Закрыть',
  },
};

/** At most so many toasts are shown; then the oldest goes. */
const MOST = 5;

// A server that renders the page has no elements.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

abstract class LiveElement extends Base {
  #live: Live | undefined;
  #off: Off | undefined;
  /** The stream, which stays the page's: the element does not close it. */
  get live(): Live | undefined { return this.#live; }
  set live(live: Live | undefined) {
    this.#live = live;
    this.again();
  }

  connectedCallback(): void { this.again(); }
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

  protected draw(style: string, part: string, role: string): HTMLElement {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    // Both roles are polite live regions by themselves. The markup is constant: what comes in events is set as text alone.
    if (!root.firstChild) root.innerHTML = `<style>${style}</style><div part=${part} role=${role}></div>`;
    return root.lastChild as HTMLElement;
  }
}

/** A badge with the stream's status. Parts: `status`. Properties: `--live-color`, by attribute `status`. */
export class LiveStatus extends LiveElement {
  protected override listen(live: Live): Off {
    const box = this.draw(`:host{font:14px system-ui}[role]::before{content:"● "/"";color:var(--live-color,#b45309)}
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
    const box = this.draw(`:host{position:fixed;inset:auto 1rem 1rem auto;width:min(22rem,100% - 2rem);font:15px/1.4 system-ui}
[part=toast]{display:flex;margin-top:.5rem;padding:1rem;border-radius:.5rem;border:1px solid #8888;overflow-wrap:anywhere;
background:var(--live-background,Canvas);color:var(--live-ink,CanvasText)}[part=text]{flex:1}button{min-width:24px;font:inherit;color:inherit;background:none;border:0}`, 'toasts', 'log');
    const offs = Object.entries(this.#templates).map(([type, template]) => {
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
    const toast = document.createElement('div');
    toast.setAttribute('part', 'toast');
    toast.innerHTML = '<span part=text></span><button part=dismiss>×</button>';
    const [text, button] = toast.children as unknown as [HTMLElement, HTMLElement];
    button.setAttribute('aria-label', this.word('dismiss'));
    text.textContent = words;
    button.onclick = () => toast.remove();
    toast.onkeydown = ({ key }) => { if (key === 'Escape') toast.remove(); };
    box.append(toast);
    if (box.childElementCount > MOST) box.firstElementChild!.remove();
    return text;
  }
}

if (globalThis.customElements && !customElements.get('live-status')) {
  customElements.define('live-status', LiveStatus);
  customElements.define('live-toasts', LiveToasts);
}
