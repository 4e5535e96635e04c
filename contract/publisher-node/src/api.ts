// What a caller of this library has to know.

/** An event as the relay takes it. A member that is not named here is refused: it may be a misspelt audience. */
export interface PublisherEvent {
  /**
   * With tenant and source, by this the relay tells a retry from another event: 1 to 256 characters. What is kept somewhere,
   * as in an outbox, has the id that is kept with it. Left out: a random UUID.
   */
  readonly id?: string;
  /** Where it comes from: a URI reference of 1 to 1024 characters, such as `/shop`. */
  readonly source: string;
  /** What happened: 1 to 256 characters, not beginning with `system.`. */
  readonly type: string;
  /** Whose event it is; may be left out if the publisher has exactly one tenant. */
  readonly tenant?: string;
  /** The name it is filed under: segments of `A-Z a-z 0-9 _ -` joined by single dots, at most 200 characters. */
  readonly topic: string;
  /**
   * Only subscribers with one of these roles, or who are one of the users, get the event: at most 100. Without both members
   * everybody gets it, so a member that is there and `undefined`, or an empty list, is refused.
   */
  readonly roles?: readonly string[];
  /** Only these subjects, or subscribers with one of the roles, get the event: at most 100. */
  readonly users?: readonly string[];
  /** When it happened. Left out: when the relay read it. */
  readonly time?: Date | string;
  /** From then on it is not delivered. */
  readonly expirytime?: Date | string;
  /** `true`: for those who are connected now, and never replayed. */
  readonly ephemeral?: boolean;
  /** The media type of the data. Left out: JSON. */
  readonly datacontenttype?: string;
  /** What the event is about, for subscribers that want the latest of each. */
  readonly partitionkey?: string;
  /** Further attributes, such as `subject` or `traceparent`: lower-case letters and digits, at most 64 of them. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  /** Any value of JSON; a text, if `datacontenttype` is not JSON; or bytes, which need a `datacontenttype`. */
  readonly data?: unknown;
}

/** The relay has stored an event. */
export interface Published {
  readonly id: string;
  /** Its place in the log of its tenant. */
  readonly cursor: string;
  /** It was stored before this request, by an attempt whose answer was lost or by an earlier publish. It is there once. */
  readonly duplicate: boolean;
}

/**
 * What a caller can do about a failure.
 *
 * - `invalid`: the event breaks a rule of the contract; another has to be sent.
 * - `too-large`: it is over a limit on bytes, of this publisher or the relay.
 * - `unauthenticated`: the credential is wrong, or the clock.
 * - `not-allowed`: the publisher may not use the event's tenant, topic, type or source.
 * - `refused`: what answers at the address does so in a way that trying again cannot mend.
 * - `gave-up`: the attempts, or the time for them, are used up. To publish it again later, with the same id, is safe.
 * - `queue-full`: there was no room, or none in time. No attempt was made.
 * - `aborted`: the caller's signal said so.
 * - `closed`: the publisher was closed before, or before the answer.
 */
export type PublishErrorKind =
  'invalid' | 'too-large' | 'unauthenticated' | 'not-allowed' | 'refused' | 'gave-up' | 'queue-full' | 'aborted' | 'closed';

/** What an answer says of a refusal (RFC 9457). */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly pointer: string;
}

/** An event was not published, or nobody can say whether it was. Its message never has a secret or data in it. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
  readonly kind: PublishErrorKind;
  /**
   * The event may be in the log all the same, because an answer was lost. Published again with the same id it is stored once
   * in either case.
   */
  readonly mayBeStored: boolean;
  /** The HTTP status (RFC 9110, section 15) with which it was refused; `undefined` if no answer says so. */
  readonly status: number | undefined;
  /** The relay's code, such as `INVALID_EVENT`; empty if no relay refused it. */
  readonly code: string;
  /** The JSON pointer (RFC 6901) to the member at fault, such as `/topic`; empty where no single one is. */
  readonly pointer: string;

  constructor(kind: PublishErrorKind, message: string, mayBeStored = false, refusal?: Refusal) {
    super(message);
    this.kind = kind;
    this.mayBeStored = mayBeStored;
    this.status = refusal?.status || undefined;
    this.code = refusal?.code ?? '';
    this.pointer = refusal?.pointer ?? '';
  }
}

/** By what the relay knows the publisher: exactly one of the three. */
export interface PublisherCredential {
  /**
   * Signs by Standard Webhooks 1.0.0: 24 to 64 bytes in base64 behind `whsec_` (`v1`), as the relay has them; or behind `whsk_`
   * a private key of Ed25519 (`v1a`; RFC 8032, section 5.1.5), of which the relay has the public key behind `whpk_`: its 32
   * bytes, or these and the public key's. Several, at most 16, sign while the relay's are being exchanged.
   */
  readonly secret?: string | readonly string[];
  /** A static key, sent as `Authorization: Bearer` (RFC 6750, section 2.1): at least 16 visible characters of ASCII. */
  readonly key?: string;
  /** Asked before each attempt for an access token, for the address `/v1/events`. If it fails, so has the attempt. */
  readonly token?: () => string | Promise<string>;
}

/** Settings of a publisher. A value out of its bounds is a `RangeError`. Times are in milliseconds. */
export interface PublisherOptions extends PublisherCredential {
  /** `https://HOST/v1/hooks/NAME`, or `https://HOST/v1/events` with a token; without user information, query, fragment. */
  readonly url: string | URL;
  /** What one request has at most; whichever bound comes first sends it. */
  readonly batch?: {
    /** 1 to 10000; 500, which is the relay's own default. */
    readonly events?: number;
    /** 1 KiB to 64 MiB of JSON; 1 MiB. */
    readonly bytes?: number;
    /** How long an event waits for others: 0 to 60000; 5. */
    readonly lingerMs?: number;
  };
  /** What is accepted and not answered. */
  readonly queue?: {
    /** 1 to 1000000; 10000. */
    readonly events?: number;
    /** 1 KiB to 1 GiB of JSON; 64 MiB. */
    readonly bytes?: number;
    /**
     * `wait` (default): a publish waits for room, in its turn. As many as the queue has room for may wait, in events and in
     * bytes; one more is rejected at once. `reject`: none waits.
     */
    readonly whenFull?: 'wait' | 'reject';
    /** How long a publish waits for room: 1 to 3600000; 10000. */
    readonly waitMs?: number;
  };
  /** How often and how long an event is tried. */
  readonly retry?: {
    /** 1 to 1000; 20. */
    readonly attempts?: number;
    /** From its acceptance: 1 to 86400000; 120000. Keep it below the relay's memory for duplicates, which is 24 hours. */
    readonly withinMs?: number;
    /** The pause after a failure, which doubles with each in a row; up to half of it is random. 1 to 600000; 200. */
    readonly firstPauseMs?: number;
    /** `firstPauseMs` to 600000; 10000. A `Retry-After` is obeyed up to 5 minutes, whatever this is. */
    readonly maxPauseMs?: number;
  };
  /** How long one attempt may take, to the end of its answer: 1 to 600000; 30000. */
  readonly requestTimeoutMs?: number;
  /** How long closing goes on sending: 0 to 3600000; 10000. */
  readonly closeWithinMs?: number;
  /** In the place of the global `fetch`, for instance one with a proxy or a client certificate. */
  readonly fetch?: typeof globalThis.fetch;
}
