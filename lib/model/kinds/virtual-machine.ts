import { defineKind } from '../kind.js';

/** An instance, by its Nova uuid; for an Octavia VIP port a placeholder named `lb-<load balancer id>`. */
export const virtualMachine = defineKind({ name: 'virtual-machine', properties: {}, references: [] });
