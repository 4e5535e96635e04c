// Texts that somebody may publish who wants a page to run them, or to show something else than what is there. Each is the bytes
// on the wire, and what a page shows for them.
const texts = [
  ['3c696d67207372633d78206f6e6572726f723d22646f63756d656e742e7469746c653d31223e', '<img src=x onerror="document.title=1">'],
  ['3c2f7469746c653e3c2f74657874617265613e3c736372697074207372633d2f783e3c2f7363726970743e', '</title></textarea><script src=/x></script>'],
  ['3c737667206f6e6c6f61643d646f63756d656e742e7469746c653d313e2d2d3e', '<svg onload=document.title=1>-->'],
  ['7b7b636f6e7374727563746f722e636f6e7374727563746f7228276128312927292829207d7d', "{{constructor.constructor('a(1)')() }}"],
  ['266c743b622667743b2026237833633b69', '&lt;b&gt; &#x3c;i'],
  // An override of the direction and an isolate: the line would read `exe.png`.
  ['e280ae676e702e657865e281a6', '\\u202egnp.exe\\u2066'],
  // A line's end that is no control, a mark at the beginning, and a space without width.
  ['c2a061e280a9efbbbf62e2808b', '\u00a0a\\u2029\\ufeffb\\u200b'],
  // A family, which is held together by joiners.
  ['f09f91a8e2808df09f91a9e2808df09f91a7', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'],
];
/** Controls, which only data may have: a type, a role or a user with one of them is refused. */
const controls = [
  ['1b5d303b6f776e65640761', '\\u001b]0;owned\\u0007a'],
  ['00017f', '\\u0000\\u0001\\u007f'],
  ['c285c29b33316d', '\\u0085\\u009b31m'],
];

const read = ([hex, shown]) => ({ text: Buffer.from(hex, 'hex').toString('utf8'), shown });
export const HOSTILE = texts.map(read);
export const CONTROLS = controls.map(read);
