import { defineKind } from '../kind.js';

/** The interfaces of one instance of a service. A child of the service instance; the interfaces refer to it. */
export const portTuple = defineKind({ name: 'port-tuple', properties: {}, references: [] });
