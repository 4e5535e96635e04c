/** Something that an operator does: what it would touch is shown before, and it is done with a reason. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Refusal } from './api.js';
import { type Content, html } from './html.js';
import { said } from './parts.js';
import { session } from './session.js';

/** As the relay has it. */
const MAX_REASON = 500;

export interface Act {
  /** What the button says. */
  readonly verb: string;
  /** What the dialog asks. */
  readonly title: string;
  readonly explain?: Content;
  /** What it would touch; a sentence. */
  rehearse?(): Promise<string>;
  /** Does it, and answers what was done; a sentence. */
  perform(reason: string): Promise<string>;
}

/** A button that opens the dialog of an action; nothing for those who may only look. */
export function Action({ act, danger = true, done }: { act: Act; danger?: boolean; done?(): void }) {
  const [open, setOpen] = useState(false);
  if (!session.value?.roles.includes('operator')) return null;
  return html`<button class=${danger ? 'danger' : ''} onClick=${() => setOpen(true)}>${act.verb}</button>
    ${open && html`<${Dialog} act=${act} close=${() => setOpen(false)} done=${done}/>`}`;
}

function Dialog({ act, close, done }: { act: Act; close(): void; done?(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [would, setWould] = useState('');
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const words = (problem: unknown): string => problem instanceof Refusal ? problem.message : String(problem);
  useEffect(() => {
    dialog.current?.showModal();
    act.rehearse?.().then(setWould, (problem: unknown) => setError(words(problem)));
  }, []);
  async function perform(event: Event): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError('');
    try {
      said.value = await act.perform(reason.trim());
      done?.();
      close();
    } catch (problem) {
      setError(words(problem));
      setBusy(false);
    }
  }
  return html`<dialog ref=${dialog} onClose=${close} aria-label=${act.title}>
    <form onSubmit=${perform}>
      <h2>${act.title}</h2>
      ${act.explain && html`<p>${act.explain}</p>`}
      ${act.rehearse && html`<p class="would" role="status">${would || (error ? '' : 'asking the relay what it would touch …')}</p>`}
      <label>Reason, for the audit
        <textarea required maxlength=${MAX_REASON} rows="2" value=${reason} onInput=${(event: Event) => setReason((event.target as HTMLTextAreaElement).value)}></textarea>
      </label>
      ${error && html`<p class="failed" role="alert">${error}</p>`}
      <div class="acts">
        <button type="button" onClick=${close}>Leave it</button>
        <button class="danger" disabled=${busy || reason.trim() === ''}>${act.verb}</button>
      </div>
    </form>
  </dialog>`;
}
