// cloud_done while the stream is open, cloud_off while it is not.

export const StatusIcon = {
  props: { state: String, text: String, last: Date, attempts: Number },
  template: `
    <span class="state" :class="{ realtime: 'good', reconnecting: 'warn', polling: 'bad' }[state]" :data-state="state" :data-attempts="attempts"
      :title="last ? text + ' · ' + last.toLocaleTimeString() : text" role="status">
      <svg viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
        <path d="M7 18a4.5 4.5 0 01-.6-8.96A6 6 0 0118 9.6 4.2 4.2 0 0117.5 18z" />
        <path v-if="state === 'realtime'" d="M9 13l2.2 2.2L15 11.3" />
        <path v-else d="M4 4l16 16" />
      </svg>
      {{ text }}
    </span>
  `,
};
