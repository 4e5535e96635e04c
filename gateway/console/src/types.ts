/** What the admin API answers, as the console reads it. Times are texts of ISO 8601, lengths of time seconds, sizes bytes. */

export interface Trouble {
  readonly what: string;
  readonly since?: string | null;
  readonly error?: string | null;
  readonly next?: string | null;
}

/** A line of the log: a word, or a message where it is of a library. */
export interface LogLine {
  readonly time: string;
  readonly level: string;
  readonly logger: string;
  readonly word?: string;
  readonly message?: string;
  readonly pairs: Readonly<Record<string, string>>;
}

export interface Late {
  readonly events: number;
  readonly seconds: number | null;
  readonly streams?: number;
}

export interface Status {
  readonly version: string;
  readonly jdk: string;
  readonly started: string;
  readonly uptime: number;
  readonly configHash?: string | null;
  /** Lines of the log since the start. */
  readonly logged: number;
  readonly state: string;
  readonly since: string;
  readonly ready: boolean;
  readonly live: boolean;
  readonly troubles: readonly Trouble[];
  readonly streams: number;
  readonly polls?: number;
  readonly tenants: number;
  readonly cohorts: number;
  readonly queued: number;
  readonly waitingBytes: number;
  readonly readingBytes: number;
  readonly published: number;
  readonly duplicates: number;
  readonly refused: number;
  readonly delivered: number;
  readonly withheld: number;
  readonly gaps: number;
  readonly ends: Readonly<Record<string, number>>;
  readonly refusals: Readonly<Record<string, number>>;
  readonly latency?: { readonly p50: number | null; readonly p99: number | null } | null;
  readonly late: Late;
  readonly heap: { readonly used: number; readonly committed: number; readonly max: number };
  readonly cpu: number | null;
  readonly processors: number;
  readonly threads: number;
  readonly limits?: Readonly<Record<string, number>>;
}

export interface Session {
  readonly name: string;
  readonly roles: readonly string[];
  readonly login: 'none' | 'tokens' | 'oidc';
  readonly expires?: string | null;
  readonly logout?: string | null;
}

export interface Stream {
  readonly id: string;
  readonly tenant: string;
  readonly subject: string;
  readonly roles: readonly string[];
  readonly topics: readonly string[];
  readonly types?: readonly string[];
  readonly filter?: string | null;
  readonly profile?: string | null;
  readonly opened: string;
  readonly peer?: string | null;
  readonly agent?: string | null;
  readonly format: string;
  readonly gzip: boolean;
  readonly state: string;
  readonly since?: string | null;
  readonly queued: number;
  readonly late: Late;
  readonly events: number;
  readonly gaps: number;
  readonly bytes: number;
  readonly tokenEnds?: string | null;
  readonly lastWrite?: string | null;
  readonly next?: string | null;
  readonly position?: string | null;
  readonly frames?: readonly { readonly id: string; readonly time: string; readonly type?: string | null; readonly bytes?: number }[];
}

export interface Tenant {
  readonly tenant: string;
  readonly streams: number;
  readonly subjects: number;
  readonly events: number | null;
  readonly bytes: number | null;
  readonly oldest?: string | null;
  readonly newest?: string | null;
  readonly publishedPerMinute: number | null;
  readonly withheld: number | null;
  readonly filterSeconds: number | null;
  readonly late: Late;
  readonly queued: number;
}

export interface Topic {
  readonly tenant: string;
  readonly topic: string;
  readonly events: number;
  readonly perMinute: number | null;
  readonly last?: string | null;
  readonly subscribers: number;
}

export interface Publisher {
  readonly name: string;
  readonly secrets?: {
    readonly count: number;
    readonly files: readonly { readonly file: string; readonly changed?: string; readonly error?: string; readonly next?: string }[];
  } | null;
  readonly scheme: string;
  readonly tenants: readonly string[];
  readonly state: string;
  readonly since?: string | null;
  readonly lastSeen?: string | null;
  readonly stored: number;
  readonly duplicates: number;
  readonly refused: number;
  readonly refusals: Readonly<Record<string, number>>;
  readonly lastRefusal?: { readonly time: string; readonly code: string; readonly detail?: string | null; readonly pointer?: string | null } | null;
  readonly rate?: { readonly used: number | null; readonly allowed: number | null } | null;
}

export interface Revocation {
  readonly id: string;
  readonly until?: string | null;
  readonly reason?: string | null;
  readonly [fact: string]: unknown;
}

export interface AuditLine {
  readonly time: string;
  readonly operator: string;
  readonly address?: string | null;
  readonly agent?: string | null;
  readonly action: string;
  readonly target?: string | null;
  readonly reason?: string | null;
  readonly result: string;
}

export interface ConfigItem {
  readonly key: string;
  readonly value: string;
  readonly default: boolean;
  readonly origin: string;
}

export interface Configuration {
  readonly hash?: string | null;
  readonly file?: string | null;
  readonly loaded?: string | null;
  readonly items: readonly ConfigItem[];
}

export interface Storage {
  readonly kind: string;
  readonly epoch: string;
  readonly path?: string | null;
  readonly trouble?: Trouble | null;
  readonly events?: number | null;
  readonly bytes?: number | null;
  readonly disk?: { readonly free: number; readonly total: number } | null;
  readonly commits: number;
  readonly eventsPerCommit?: number | null;
  readonly commit?: { readonly p50: number | null; readonly p99: number | null } | null;
  readonly retention?: Readonly<Record<string, unknown>> | null;
  readonly properties?: Readonly<Record<string, number | string>> | null;
}

export interface Issuer {
  readonly issuer: string;
  readonly kind?: string | null;
  readonly keys: readonly { readonly id?: string | null; readonly algorithm?: string | null }[];
  readonly fetched?: string | null;
  readonly failingSince?: string | null;
  readonly lastError?: string | null;
  readonly next?: string | null;
}

export interface Upstream {
  readonly name: string;
  readonly asked: number;
  readonly failed: number;
  readonly state: string;
  readonly since?: string | null;
  readonly lastError?: string | null;
}

/** What an action touched, or would touch. */
export interface Done {
  readonly dryRun?: boolean;
  readonly ended?: number;
  readonly streams?: readonly string[];
}

/** An event as somebody who looks on is shown it. */
export interface TailEvent {
  readonly place: string;
  readonly id: string;
  readonly tenant: string;
  readonly topic: string;
  readonly type: string;
  readonly source: string;
  readonly time?: string;
  readonly subject?: string;
  readonly datacontenttype?: string;
  readonly roles?: readonly string[];
  readonly users?: readonly string[];
  readonly dataBytes: number;
  readonly form?: 'json' | 'text' | 'binary';
  readonly data?: string;
  readonly cut?: boolean;
}
