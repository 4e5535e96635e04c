// The small parts of the page that say something: the badge and the toasts.

const TOAST_MS = 6000;
const MOST_TOASTS = 4;

export function showStatus(badge) {
  return (status, attempts) => {
    badge.textContent = `Realtime: ${status}`;
    badge.title = attempts > 0 ? `Attempt ${attempts}` : '';
    badge.dataset.status = status;
  };
}

export function toast(text) {
  const list = document.getElementById('toasts');
  const item = document.createElement('li');
  item.textContent = text;
  list.append(item);
  while (list.children.length > MOST_TOASTS) list.firstElementChild.remove();
  setTimeout(() => item.remove(), TOAST_MS);
}

export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
