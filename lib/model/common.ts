import { z } from 'zod';

/** A field that may be missing; the config API sends some that are unset as null, which is the same. */
export function optional<T extends z.ZodType>(schema: T) {
  return schema
    .nullish()
    .transform((value) => value ?? undefined)
    .optional();
}

/**
 * A field with parts of its own, that may be missing. The config API stores an empty list for one, and sends it (recording 36): it is
 * unset then, so that nobody hides an object from the monitor by it.
 */
export function structured<T extends z.ZodObject>(schema: T) {
  return optional(
    z.preprocess((value) => (Array.isArray(value) && value.length === 0 ? undefined : value), schema.nullish()),
  );
}

/** A port of TCP or UDP. kube-manager writes some as text (recording svc-monitor/56). */
export const portSchema = z.union([z.number(), z.string().regex(/^\d{1,5}$/)]).transform(Number);

/** An object's uuid. Not `z.uuid()`: OpenSDN's ids need not carry an RFC 9562 version. */
export const uuidSchema = z.guid().transform((uuid) => uuid.toLowerCase());

/** Whether a text is a uuid as the config API writes them. */
export function isUuid(text: string): boolean {
  return uuidSchema.safeParse(text).data === text;
}

/** A fully qualified name: the names from the domain down. */
export const fqNameSchema = z.array(z.string()).min(1);

/**
 * A reference to another object: who, by name and (but for some in a CREATE's `obj_dict`) by uuid, and what is said of the link.
 * Back references have the same shape.
 */
export const referenceSchema = z.looseObject({
  to: fqNameSchema,
  uuid: optional(uuidSchema),
  attr: optional(z.unknown()),
});

/** See {@link referenceSchema}. */
export type Reference = z.infer<typeof referenceSchema>;

export const referencesSchema = optional(z.array(referenceSchema));

/** Identity and times of an object. The 64-bit halves of the uuid are left out: a JSON number cannot hold them. */
export const idPermsSchema = z.looseObject({
  created: optional(z.string()),
  last_modified: optional(z.string()),
  enable: optional(z.boolean()),
  description: optional(z.string()),
  user_visible: optional(z.boolean()),
});

/** Who owns an object, and with whom it is shared. An access is a sum of 4 (read), 2 (write) and 1 (reference). */
export const perms2Schema = z.looseObject({
  owner: optional(z.string()),
  owner_access: optional(z.number()),
  global_access: optional(z.number()),
  share: optional(z.array(z.looseObject({ tenant: z.string(), tenant_access: z.number() }))),
});

export const keyValuePairSchema = z.looseObject({ key: z.string(), value: optional(z.string()) });

/** A map property, such as annotations or bindings: a list of keys and values. */
export const keyValuePairsSchema = z.looseObject({ key_value_pair: optional(z.array(keyValuePairSchema)) });

/** See {@link keyValuePairsSchema}. */
export type KeyValuePairs = z.infer<typeof keyValuePairsSchema>;

/** An address or prefix that a port may use besides its own. */
export const allowedAddressPairSchema = z.looseObject({
  ip: optional(z.looseObject({ ip_prefix: z.string(), ip_prefix_len: z.number() })),
  mac: optional(z.string()),
  address_mode: optional(z.string()),
});

/** See {@link allowedAddressPairSchema}. */
export type AllowedAddressPair = z.infer<typeof allowedAddressPairSchema>;

/** An address and how many bits of it count. */
export const subnetPrefixSchema = z.looseObject({ ip_prefix: z.string(), ip_prefix_len: z.number() });

/** A flag of which only true is kept: what most objects lack costs nothing. */
export function onlyTrue(flag: boolean | undefined): true | undefined {
  return flag === true ? true : undefined;
}

/** Whether tenants do not see an object: true, or left out. Only an admin makes such (docs/opensdn.md, 9.2). */
export function hidden({
  id_perms: perms,
}: {
  readonly id_perms?: { readonly user_visible?: boolean | undefined } | undefined;
}): true | undefined {
  return perms?.user_visible === false ? true : undefined;
}

/** A subnet as network-ipam references carry it. */
export const subnetSchema = z.looseObject({
  subnet: optional(z.looseObject({ ip_prefix: z.string(), ip_prefix_len: z.number() })),
  subnet_uuid: optional(uuidSchema),
  default_gateway: optional(z.string()),
  dns_server_address: optional(z.string()),
});

/** See {@link subnetSchema}. */
export type Subnet = z.infer<typeof subnetSchema>;

/** What every object has. Fields that the library does not know are kept as they are. */
export const commonFields = {
  uuid: uuidSchema,
  fq_name: fqNameSchema,
  name: optional(z.string()),
  display_name: optional(z.string()),
  parent_type: optional(z.string()),
  parent_uuid: optional(uuidSchema),
  id_perms: structured(idPermsSchema),
  perms2: structured(perms2Schema),
  annotations: structured(keyValuePairsSchema),
};
