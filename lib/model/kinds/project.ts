import { defineKind } from '../kind.js';

/** A tenant. Its uuid is the Keystone project's, with dashes. */
export const project = defineKind({ name: 'project', properties: {}, references: [] });
