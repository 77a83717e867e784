import { annotationKeys, ownAnnotations } from '../annotations.js';
import { defineKind } from '../kind.js';

/** A device of the fabric. It references the vRouters that it connects. */
export const physicalRouter = defineKind({
  name: 'physical-router',
  properties: {},
  references: ['virtual-router'],
  entity: (from) => ({
    /** Those that this project writes. */
    annotations: from(['annotations'], ({ annotations }) => ownAnnotations(annotations)),
  }),
  indexes: { annotation: ({ annotations }) => annotationKeys(annotations) },
  // When a vRouter is deleted, its reference goes without a notification of the router.
  losesReferencesTo: ['virtual-router'],
});
