import { annotationKeys, ownAnnotations } from '../annotations.js';
import { defineKind } from '../kind.js';

/** A compute node. It references the instances that run on it. */
export const virtualRouter = defineKind({
  name: 'virtual-router',
  properties: {},
  references: ['virtual-machine'],
  entity: (from) => ({
    /** Those that this project writes. */
    annotations: from(['annotations'], ({ annotations }) => ownAnnotations(annotations)),
  }),
  indexes: { annotation: ({ annotations }) => annotationKeys(annotations) },
  // When an instance is deleted, its reference goes without a notification of the router.
  losesReferencesTo: ['virtual-machine'],
});
