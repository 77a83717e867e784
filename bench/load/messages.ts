import { randomUUID } from 'node:crypto';

/** Kinds of config objects that change in an OpenSDN and mean nothing to any manager. */
const foreignTypes = ['access_control_list', 'routing_instance', 'route_target', 'network_policy', 'firewall_rule'];

/**
 * Notifications that do not concern the monitor, as the config API sends them: mostly UPDATEs, some CREATEs and DELETEs with the
 * object.
 */
export function foreignMessages(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => {
    const uuid = randomUUID();
    const type = foreignTypes[index % foreignTypes.length] ?? '';
    const oper = index % 10 < 7 ? 'UPDATE' : index % 10 < 9 ? 'CREATE' : 'DELETE';
    const fqName = ['default-domain', `project-${index % 100}`, `${type}-${uuid}`];
    return {
      'request-id': `req-${randomUUID()}`,
      oper,
      type,
      uuid,
      fq_name: fqName,
      ...(oper === 'UPDATE' ? {} : { obj_dict: foreignObject(uuid, fqName) }),
    };
  });
}

function foreignObject(uuid: string, fqName: readonly string[]): unknown {
  const rule = {
    rule_uuid: uuid,
    direction: '>',
    protocol: 'any',
    src_addresses: [{ subnet: { ip_prefix: '0.0.0.0', ip_prefix_len: 0 } }],
    dst_addresses: [{ security_group: 'local' }],
  };
  return {
    uuid,
    fq_name: fqName,
    parent_type: 'project',
    display_name: fqName.at(-1),
    id_perms: {
      enable: true,
      user_visible: true,
      created: '2026-04-01T00:00:00.000000',
      permissions: { owner: 'admin' },
    },
    perms2: { owner: uuid.replaceAll('-', ''), owner_access: 7, global_access: 0, share: [] },
    entries: { policy_rule: [rule, rule, rule, rule] },
  };
}
