import type { JSONSchema4 } from 'json-schema';
import { Failure } from './failure.js';
import { isObject, type Json, type JsonObject } from './json.js';

/** The deepest nesting of a schema. A relay allows half of it. */
export const MAX_DEPTH = 200;

/** Where the schemas of a document are. */
export const SCHEMAS = '#/components/schemas/';

const ONE = new Set(['additionalProperties', 'additionalItems', 'propertyNames', 'contains', 'not', 'if', 'then', 'else']);
const LISTS = new Set(['allOf', 'anyOf', 'oneOf']);
const MAPS = new Set(['properties', 'patternProperties', 'dependencies', '$defs', 'definitions']);
const PLAIN = new Set(['type', 'enum', 'const', 'minItems', 'maxItems', 'deprecated']);

/**
 * Names that objects have from the language. What copies objects member by member, or looks into them, as the generator does,
 * mistakes one for the other.
 */
const INHERITED = Object.getOwnPropertyNames(Object.prototype);

/** The schemas of a document as the generator is to have them, and what it makes of them with the document's own names. */
export class PlainSchemas {
  /** Stands before such a name, and nowhere in the document. */
  readonly #mark: string;

  constructor(document: JsonObject) {
    const text = JSON.stringify(document);
    let mark = 'named_';
    while (text.includes(mark)) mark = `x${mark}`;
    this.#mark = mark;
  }

  /**
   * Copies a schema with the keywords of draft-07 of which types are made, and no others: the generator has some of its own
   * that put text of the document into the file as it is.
   *
   * @throws Failure if it refers to another document, which is not fetched, or is nested too deeply
   */
  of(schema: Json | undefined, depth = 0): JSONSchema4 | boolean {
    if (depth > MAX_DEPTH) throw new Failure(`a schema is nested over ${MAX_DEPTH} deep`);
    if (typeof schema === 'boolean') return schema;
    if (!isObject(schema)) return {};
    const plain: JSONSchema4 = {};
    for (const [keyword, value] of Object.entries(schema)) {
      if (PLAIN.has(keyword)) plain[keyword] = value;
      else if (keyword === 'required' && Array.isArray(value)) plain[keyword] = value.map((it) => this.#marked(it)) as string[];
      else if (keyword === 'title' || keyword === 'description') {
        if (typeof value === 'string') plain[keyword] = comment(value);
      } else if (keyword === '$ref') plain['$ref'] = this.#reference(value);
      else if (ONE.has(keyword)) plain[keyword] = this.of(value, depth + 1);
      else if (keyword === 'items' && Array.isArray(value)) plain[keyword] = this.#list(value, depth);
      else if (keyword === 'items') plain[keyword] = this.of(value, depth + 1) as JSONSchema4;
      else if (LISTS.has(keyword) && Array.isArray(value)) plain[keyword] = this.#list(value, depth);
      else if (MAPS.has(keyword) && isObject(value)) plain[keyword] = this.#map(value, depth);
    }
    return plain;
  }

  /** What was generated of them, with the names that are in the document. */
  restored(text: string): string {
    return text.replace(new RegExp(`\\b${this.#mark}(?=(?:${INHERITED.join('|')})\\b)`, 'g'), '');
  }

  #list(schemas: readonly Json[], depth: number): JSONSchema4[] {
    return schemas.map((it) => this.of(it, depth + 1) as JSONSchema4);
  }

  #map(schemas: JsonObject, depth: number): Record<string, JSONSchema4> {
    return Object.fromEntries(Object.entries(schemas).map(([name, it]) =>
      [this.#marked(name), (Array.isArray(it) ? it : this.of(it, depth + 1)) as JSONSchema4]));
  }

  #reference(value: Json): string {
    if (typeof value !== 'string' || !value.startsWith(SCHEMAS)) {
      throw new Failure('a schema refers to something outside of the document; nothing else is fetched');
    }
    return value.split('/').map((it) => this.#marked(it)).join('/');
  }

  #marked<T>(name: T): T | string {
    return typeof name === 'string' && INHERITED.includes(name) ? this.#mark + name : name;
  }
}

/** A text that cannot end the comment in which it is going to stand. */
function comment(text: string): string {
  return text.replaceAll('*/', '* /').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
}
