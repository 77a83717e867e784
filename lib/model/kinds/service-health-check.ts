import { z } from 'zod';
import { ownAnnotations, type OwnAnnotations } from '../annotations.js';
import { optional, structured } from '../common.js';
import { defineKind } from '../kind.js';
import { interfaceTypes } from '../interface-types.js';
import { markedBy } from '../loadbalancer-marks.js';

/** How the vRouter finds out whether an interface is alive. */
export const serviceHealthCheck = defineKind({
  name: 'service-health-check',
  properties: {
    service_health_check_properties: structured(z.looseObject({ health_check_type: optional(z.string()) })),
  },
  references: ['service-instance'],
  entity: (from) => ({
    /** `link-local`, `end-to-end`, `segment` or `vn-ip-list`. */
    type: from(
      ['service_health_check_properties'],
      ({ service_health_check_properties: own }) => own?.health_check_type,
    ),
    /** By service instance: for which of its interfaces. */
    interfaceTypes: from(['service_instance_refs'], ({ service_instance_refs: refs }) => interfaceTypes(refs)),
    /** As they stand, without what is unset. */
    properties: from(
      ['service_health_check_properties'],
      ({ service_health_check_properties: own }): Readonly<Record<string, unknown>> | undefined => own,
    ),
    /** What this project has noted on it; left out where there is nothing. */
    annotations: from(['annotations'], ({ annotations }): OwnAnnotations | undefined => {
      const own = ownAnnotations(annotations);
      return Object.keys(own).length === 0 ? undefined : own;
    }),
  }),
  indexes: {
    name: ({ fqName }) => [fqName.join(':')],
    type: ({ type }) => (type === undefined ? [] : [type]),
    /** By the uuid of the native load balancer that it is of, as this project notes it. */
    loadbalancer: ({ annotations }) => markedBy(annotations),
    /** Those whose name ends with their own uuid, as the original names those of a pool: by what comes before. */
    ofPool: ({ uuid, fqName }) => {
      const name = fqName.join(':');
      return name.endsWith(`-${uuid}`) ? [name.slice(0, -uuid.length - 1)] : [];
    },
  },
});
