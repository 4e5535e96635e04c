// What a watcher's list is made of: an entry for each event, and one for each thing that happened to its stream. Nothing that
// came over the wire becomes markup, and what would not be seen, or would turn a line around, is shown by its number.

/** Longer data is clipped until somebody wants all of it. */
const CLIPPED_CHARS = 180;
/** Controls, marks of direction, and what has no width; but not the joiner, which emoji are made with. */
const UNSEEN = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** Makes an element; texts stay texts. */
export function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

export const visible = (text) => text.replace(UNSEEN, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);

const timeOf = (date) => make('time', Number.isNaN(date.getTime()) ? {} : { dateTime: date.toISOString() }, date.toLocaleTimeString());

/** Data as text, with what a mask put in the place of a value set off. */
function shown(text) {
  const code = make('code');
  visible(text).split(/("\*\*\*")/).forEach((part, i) => code.append(i % 2 ? make('mark', { title: 'masked for this watcher' }, part) : part));
  return code;
}

/** Something that happened to the stream: `kind` is for styles. */
export function noteEntry(kind, text) {
  const item = make('li', { className: 'note' }, make('code', {}, visible(text)), timeOf(new Date()));
  item.dataset.type = `note.${kind}`;
  return item;
}

/** An event, from its envelope and as it came. */
export function eventEntry(envelope, message, caughtUp) {
  const { type = message.type, topic = '', time, data } = Object(envelope);
  const text = data === undefined ? '' : JSON.stringify(data);
  const item = make('li', {},
    make('div', { className: 'line' }, make('b', {}, visible(`${type}`)), timeOf(new Date(time))),
    make('div', { className: 'line' }, make('span', { className: 'where' }, visible(`${topic} ${message.id}`)),
      ...(caughtUp ? [make('span', { className: 'badge' }, 'caught up')] : [])),
    shown(text));
  item.dataset.type = type;
  item.dataset.cursor = message.id;
  if (text.length > CLIPPED_CHARS) clip(item, text.length);
  return item;
}

function clip(item, length) {
  const more = `Show all ${length.toLocaleString('en')} characters`;
  const button = make('button', { type: 'button', textContent: more, ariaExpanded: 'false' });
  button.onclick = () => {
    const open = !item.classList.toggle('clipped');
    button.ariaExpanded = String(open);
    button.textContent = open ? 'Show less' : more;
  };
  item.classList.add('clipped');
  item.append(button);
}
