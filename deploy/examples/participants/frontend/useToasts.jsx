import { useCallback, useState } from 'react';

const SHOWN_MS = 6_000;
let last = 0;

/** Short notes at the edge of the page, each for some seconds. */
export function useToasts() {
  const [toasts, setToasts] = useState([]);
  const show = useCallback((text) => {
    const id = ++last;
    setToasts((now) => [...now, { id, text }]);
    setTimeout(() => setToasts((now) => now.filter((toast) => toast.id !== id)), SHOWN_MS);
  }, []);
  const list = (
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, text }) => <div className="toast" key={id}>{text}</div>)}
    </div>
  );
  return [show, list];
}
