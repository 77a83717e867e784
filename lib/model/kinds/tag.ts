import { defineKind } from '../kind.js';

/** A tag: what policies tell objects by. */
export const tag = defineKind({ name: 'tag', properties: {}, references: [] });
