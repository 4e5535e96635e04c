export type {
  Published, PublishErrorKind, PublisherCredential, PublisherEvent, PublisherOptions, Refusal,
} from './api.js';
export { PublishError } from './api.js';
export { Publisher } from './publisher.js';
