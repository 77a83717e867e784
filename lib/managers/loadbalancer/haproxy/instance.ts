import type { CreateWrite, Write } from '../../../planning/index.js';
import type { LoadbalancerView, Named } from '../view/index.js';
import { bindingKeys, orchestratorOf } from './names.js';
import type { HaproxySeen, InstanceSeen, SideSeen } from './seen.js';

/** What is served, with all that its service instance is made from. */
export interface Served {
  readonly seen: HaproxySeen;
  readonly view: LoadbalancerView;
  /** The configuration. */
  readonly text: string;
}

// Fields of its properties that are unset as a rule: sent, so that it reads as what the original makes (recording svc-monitor/32).
const unsetProperties = {
  availability_zone: null,
  management_virtual_network: null,
  left_virtual_network: null,
  left_ip_address: null,
  right_virtual_network: null,
  right_ip_address: null,
  virtual_router_id: null,
  service_virtualization_type: null,
} as const;

/** The service instance of a load balancer, with what the agent is handed of it. */
export function newInstance({ seen, view, text }: Served, template: Named): CreateWrite {
  const { uuid } = seen;
  return {
    do: 'create',
    kind: 'service-instance',
    as: 'service instance',
    fqName: [...view.fqName.slice(0, -1), uuid],
    parent: { kind: 'project', ...(view.project === undefined ? {} : { uuid: view.project }) },
    properties: {
      service_instance_properties: {
        ...unsetProperties,
        auto_policy: false,
        interface_list: sidesOf(seen, view).map(newInterface),
        scale_out: { max_instances: 2, auto_scale: false },
        ha_mode: 'active-standby',
      },
      service_instance_bindings: {
        key_value_pair: Object.entries(bindingsOf(view, text)).map(([key, value]) => ({ key, value })),
      },
    },
    references: [{ to: { kind: 'service-template', uuid: template.uuid, fqName: template.fqName } }],
  };
}

/** What makes a service instance that is there what it is to be. */
export function instanceWrites({ seen, view, text }: Served, instance: InstanceSeen): readonly Write[] {
  const on = { kind: 'service-instance', uuid: instance.uuid } as const;
  const sides = sidesOf(seen, view);
  const bindings = Object.entries(bindingsOf(view, text)).filter(([key, value]) => instance.bindings[key] !== value);
  const isOver = orchestratorOf(view.vip?.owner ?? '') === undefined && bindingKeys.orchestrator in instance.bindings;
  return [
    ...(isWired(instance, sides)
      ? []
      : [{ do: 'set', on, properties: { service_instance_properties: rewired(instance, sides) } } as const]),
    ...(instance.isReferenced
      ? []
      : [
          {
            do: 'add-reference',
            on: { kind: seen.kind, uuid: seen.uuid },
            to: on,
            // As the original's: it is not deleted but by who made it.
            relaxed: false,
          } as const,
        ]),
    ...(bindings.length === 0 && !isOver
      ? []
      : [
          {
            do: 'set-entries',
            on,
            field: 'service_instance_bindings',
            set: Object.fromEntries(bindings),
            remove: isOver ? [bindingKeys.orchestrator] : [],
          } as const,
        ]),
  ];
}

function bindingsOf({ version, uuid, vip }: LoadbalancerView, text: string): Readonly<Record<string, string>> {
  const orchestrator = orchestratorOf(vip?.owner ?? '');
  return {
    [bindingKeys.version]: version,
    [bindingKeys.uuid]: uuid,
    [bindingKeys.config]: text,
    ...(orchestrator === undefined ? {} : { [bindingKeys.orchestrator]: orchestrator }),
  };
}

// In the order of the template's interfaces: right, left.
function sidesOf({ left }: HaproxySeen, { vip }: LoadbalancerView): readonly SideSeen[] {
  const address = vipAddressOf(vip);
  const right = { network: vip?.network?.fqName.join(':') ?? '', ...(address === undefined ? {} : { address }) };
  return left.state === 'known' ? [right, { network: left.network.fqName.join(':') }] : [right];
}

/** The address of a VIP port that stands for all that it has: of IPv4, where there is one. */
export function vipAddressOf(vip: LoadbalancerView['vip']): string | undefined {
  const known = (vip?.addresses ?? []).flatMap(({ address, family }) =>
    address === undefined ? [] : { address, family },
  );
  return (known.find(({ family }) => family === 'v4') ?? known[0])?.address;
}

function isWired(instance: InstanceSeen, sides: readonly SideSeen[]): boolean {
  return (
    instance.sides.length === sides.length &&
    sides.every(({ network, address }, at) => {
      const is = instance.sides[at];
      return is?.network === network && is.address === address;
    })
  );
}

// What an operator has set besides stays; what was unset is null again, as the config API takes them as a whole.
function rewired({ properties }: InstanceSeen, sides: readonly SideSeen[]): object {
  const set = Object.entries(properties).filter(([, value]) => value !== undefined);
  return { ...unsetProperties, ...Object.fromEntries(set), interface_list: sides.map(newInterface) };
}

function newInterface({ network, address }: SideSeen): object {
  return {
    virtual_network: network,
    ip_address: address ?? null,
    static_routes: null,
    allowed_address_pairs: null,
  };
}
