// Live updates of the dashboard, as the page always had them: an EventSource, a dot, a banner, a reload.
(function () {
  'use strict';
  if (!('EventSource' in window)) return; // The dot stays grey, and the page is as it was loaded.

  var RELOAD_MS = 1500;
  var dot = document.getElementById('sse-dot');
  var banner = null;

  function show(state, title) {
    dot.dataset.state = state;
    dot.title = title;
    dot.setAttribute('aria-label', title);
  }

  function changed() {
    if (banner) return; // One reload shows all that has happened.
    banner = document.createElement('div');
    banner.className = 'banner';
    banner.setAttribute('role', 'status');
    banner.textContent = 'Your activities have changed. Updating…';
    document.body.appendChild(banner);
    setTimeout(function () { location.reload(); }, RELOAD_MS);
  }

  var source = new EventSource(window.STREAM_BASE + '/events/stream', { withCredentials: true });
  source.onopen = function () { show('open', 'Live updates: connected'); };
  source.onerror = function () { show('error', 'Live updates: disconnected'); };
  source.addEventListener('activity_saved', changed);
  source.addEventListener('activity_deleted', changed);
})();
