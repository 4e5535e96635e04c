/** Templates: what stands in them is text and never HTML. */
import htm from 'htm';
import { type ComponentChildren, type VNode, h } from 'preact';

export type Content = ComponentChildren;
export const html = htm.bind(h) as (strings: TemplateStringsArray, ...values: unknown[]) => VNode;
