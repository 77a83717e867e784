import { leftNetworkOf } from '../../../../../lib/model/index.js';
import type { SnatStage } from './snat-stage.js';

type Json = Readonly<Record<string, unknown>>;

/** Plays the manager of service instances as far as left networks go: an interface and an address in each, until their service instance is gone. */
export class Launcher {
  private readonly launched = new Map<string, { readonly port: string; readonly address: string }>();

  public constructor(private readonly stage: SnatStage) {}

  /** Launches what is not yet, and removes what has no service instance any more; resolves to whether there was anything to do. */
  public async work(): Promise<boolean> {
    const { state } = this.stage;
    let isBusy = false;
    const instances = new Map(state.all('service-instance').map((object) => [String(object['uuid']), object]));
    for (const [uuid, { port, address }] of this.launched) {
      if (instances.has(uuid)) continue;
      this.launched.delete(uuid);
      await this.stage.delete('instance-ip', address);
      await this.stage.delete('virtual-machine-interface', port);
      isBusy = true;
    }
    for (const [uuid, instance] of instances) {
      if (this.launched.has(uuid)) continue;
      const name = asNames(instance['fq_name']);
      const left = [...name.slice(0, -1), leftNetworkOf(name.at(-1) ?? '')];
      const network = state.all('virtual-network').find((one) => asNames(one['fq_name']).join(':') === left.join(':'));
      // One without a subnet is none of ours.
      if (network?.['network_ipam_refs'] === undefined) continue;
      this.launched.set(uuid, await this.launch(uuid, left));
      isBusy = true;
    }
    return isBusy;
  }

  private async launch(
    uuid: string,
    left: readonly string[],
  ): Promise<{ readonly port: string; readonly address: string }> {
    const name = `launched for ${uuid}`;
    const network: Json = { to: left };
    const port = await this.stage.create('virtual-machine-interface', {
      fq_name: [...left.slice(0, -1), name],
      parent_type: 'project',
      id_perms: { enable: true, user_visible: false },
      virtual_network_refs: [network],
    });
    const address = await this.stage.create('instance-ip', {
      fq_name: [name],
      service_instance_ip: true,
      virtual_network_refs: [network],
      virtual_machine_interface_refs: [{ to: [...left.slice(0, -1), name] }],
    });
    return { port, address };
  }
}

function asNames(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
