import { expect } from 'chai';
import type { CloudState, FloatingIpState } from '../../fixtures/harness/index.js';
import { loadRecordings, type Recording, type ReplayStep } from '../../fixtures/recordings-player/index.js';
import { type Pace, Playback, type PlaybackOptions } from '../support/playback.js';

// Who is who in the recordings. Three runs: 01 to 10, 12 to 14, 17 to 19; and 16 alone.
const firstRun = {
  network: 'a4a43a5b-eb16-4ee6-b365-2957ff73618b',
  vipPort: 'af76b0ce-3bc7-44cf-9aa1-22d723058aeb',
  amphorae: ['ec7075f1-748d-488f-81fc-c837da8714b6', '9bc063f1-a05f-4487-8f17-d7fe471da5ec'],
  replacement: '6af1f0cc-3b4d-4382-8403-a843acf0f165',
  floatingIp: '35972eb0-0298-433a-aaa4-3f20ed5b5953',
  secondFloatingIp: '4df69f4e-9725-4edd-857d-f569876e41c6',
  laterVipPort: '574b7c1e-617a-4af6-9084-aa78430e9232',
  laterAmphora: '3a6b40fa-ab02-4208-b487-8b9b20ab911d',
  laterFloatingIp: 'b93513fe-bc32-458a-bb3a-5d79c9d805bd',
} as const;
const secondRun = {
  network: 'd8dc403c-1925-42ef-920b-89878db01a5f',
  vipPort: 'e1b523c5-09e5-4162-a1a6-ad7b85bb87be',
  amphora: 'fccf7b5c-f666-4807-9e80-36bd8c0811d2',
  floatingIp: '3395dc6a-0118-4c47-8af3-3f97958a7ef6',
  tenantsVipPort: '6c35ba2d-9a86-42c5-a94c-ed25c9bff07a',
  tenantsAmphora: '792bf3e1-bbf2-416f-b653-95ac3b9bb667',
  tenantsFloatingIp: '0e3371ef-cf9a-49aa-8713-b3e17244fdfc',
} as const;
const relaxedRun = {
  floatingIps: ['74bd01ba-e0d8-4d0c-947f-18a89e41ff6b', '00acad75-78b8-4f0a-98e4-e8420c90ca53'],
} as const;
const thirdRun = {
  network: 'a9b06f8b-5700-4423-a824-31557539211d',
  vipPort: 'b70be1b0-a7c8-4e29-abae-f5a1d48f185c',
  amphorae: ['5b3f26ac-1d2b-4b04-a7e2-b8a6224c4ed0', '987b0c12-0fb8-4635-aab2-f38d25b0a963'],
  movedFloatingIp: 'd7cb2880-e30e-4955-ab58-eba7584054c7',
  web: 'db14f7e2-670d-49f6-8392-36515f256a99',
  floatingIp: 'd6101ed4-c6a8-4c7b-ad9f-221b31ce61a5',
} as const;

const vip = '10.107.0.3';

function served(id: string, vipPort: string, members: readonly string[], fixedIp = vip): FloatingIpState {
  return { id, references: [vipPort, ...members].sort(), fixedIp, isVirtualIp: members.length > 0 ? true : 'any' };
}

function free(id: string): FloatingIpState {
  return { id, references: [], fixedIp: undefined, isVirtualIp: false };
}

/** The virtual-ip of a VIP, and the floating ips that it serves. */
function kept(
  networkAndAddress: string,
  ports: readonly string[],
  floatingIps: readonly string[] = [],
): CloudState['virtualIps'][number] {
  const isOptional = ports.length < 2;
  const [, ...members] = ports;
  return {
    vip: networkAndAddress,
    references: [...ports].sort(),
    members: members.sort(),
    floatingIps: [...floatingIps].sort(),
    isOptional,
  };
}

/** One load balancer and the floating ips on its first VIP. */
function serving(
  network: string,
  ports: readonly [string, ...string[]],
  floatingIps: readonly string[] = [],
  address = vip,
): CloudState {
  const [vipPort, ...members] = ports;
  return {
    floatingIps: floatingIps.map((id) => served(id, vipPort, members, address)),
    virtualIps: [kept(`${network}/${address}`, ports, floatingIps)],
  };
}

function together(...states: readonly Partial<CloudState>[]): CloudState {
  return {
    floatingIps: states.flatMap((state) => state.floatingIps ?? []),
    virtualIps: states.flatMap((state) => state.virtualIps ?? []),
  };
}

/** Sets the beginning right: the floating ip references these ports, and its fixed ip is the VIP. */
function associated(id: string, port: string, members: readonly string[]): PlaybackOptions['prepare'] {
  return (server) => {
    server.seed('floating-ip', {
      ...server.read('floating-ip', id),
      floating_ip_fixed_ip_address: vip,
      virtual_machine_interface_refs: [port, ...members].map((uuid) => ({ uuid })),
    });
  };
}

/** Sets the beginning right: the recorder itself had set the flag by hand, and left it behind. It is none of the monitor's. */
function withoutFlag(id: string): PlaybackOptions['prepare'] {
  return (server) => {
    server.seed('floating-ip', { ...server.read('floating-ip', id), floating_ip_is_virtual_ip: false });
  };
}

interface Scene {
  /** Begins the name of the recording. */
  readonly number: string;
  readonly should: string;
  readonly end: CloudState;
  readonly prepare?: PlaybackOptions['prepare'];
  /** The request at this index strips the floating ip if the monitor could do nothing before. */
  readonly strip?: { readonly index: number; readonly floatingIp: string };
  /** What should be after the request at this index, when the monitor has settled after it. */
  readonly stations?: ReadonlyMap<number, CloudState>;
}

const { network, vipPort, replacement } = firstRun;
const additional = serving(secondRun.network, [secondRun.vipPort, secondRun.amphora], [secondRun.floatingIp]);
const additionalIpv6 = {
  virtualIps: [kept(`${secondRun.network}/fd00:107::3`, [secondRun.vipPort, secondRun.amphora])],
};
const tenants = serving(
  secondRun.network,
  [secondRun.tenantsVipPort, secondRun.tenantsAmphora],
  [secondRun.tenantsFloatingIp],
  '10.107.0.5',
);
const third = (floatingIps: readonly string[]): CloudState =>
  serving(thirdRun.network, [thirdRun.vipPort, ...thirdRun.amphorae], floatingIps);

const scenes: readonly Scene[] = [
  {
    number: '01',
    should: 'keep a virtual-ip for the new load balancer',
    end: serving(network, [vipPort, ...firstRun.amphorae]),
  },
  {
    number: '02',
    should: 'put the associated floating ip on both amphorae',
    end: serving(network, [vipPort, ...firstRun.amphorae], [firstRun.floatingIp]),
  },
  {
    number: '03',
    should: 'get along with a cron job that does the same',
    end: serving(network, [vipPort, ...firstRun.amphorae], [firstRun.floatingIp]),
  },
  {
    number: '04',
    should: 'follow a failover',
    end: serving(network, [vipPort, firstRun.amphorae[1], replacement], [firstRun.floatingIp]),
  },
  {
    number: '05',
    should: 'restore the floating ip that the port delete strips',
    strip: { index: 5, floatingIp: firstRun.floatingIp },
    end: serving(network, [vipPort, replacement], [firstRun.floatingIp]),
  },
  {
    number: '06',
    prepare: withoutFlag(firstRun.floatingIp),
    should: 'leave a floating ip alone that its user disassociated',
    end: together(serving(network, [vipPort, replacement]), { floatingIps: [free(firstRun.floatingIp)] }),
  },
  {
    number: '07',
    prepare: withoutFlag(firstRun.floatingIp),
    should: 'serve the one floating ip that Neutron lets have the address',
    end: together(serving(network, [vipPort, replacement], [firstRun.secondFloatingIp]), {
      floatingIps: [free(firstRun.floatingIp)],
    }),
  },
  {
    number: '08',
    should: 'keep the floating ip on the VIP port when the last amphora port is deleted while it is bound',
    end: serving(network, [vipPort], [firstRun.secondFloatingIp]),
  },
  {
    number: '09',
    should: 'leave nothing of the deleted load balancer, beside a virtual-ip of somebody else that has its name',
    end: { floatingIps: [free(firstRun.floatingIp)], virtualIps: [] },
  },
  {
    number: '10',
    should: 'serve a floating ip that was associated before there was an amphora',
    end: serving(network, [firstRun.laterVipPort, firstRun.laterAmphora], [firstRun.laterFloatingIp]),
  },
  {
    number: '12',
    should: 'keep a virtual-ip of its own for the additional IPv6 VIP',
    end: together(additional, additionalIpv6),
  },
  { number: '13', should: "find the tenant's own VIP port", end: together(additional, additionalIpv6, tenants) },
  { number: '14', should: 'leave look-alike ports alone', end: together(additional, additionalIpv6, tenants) },
  {
    number: '16',
    should: 'leave nothing of ports that are deleted while they are bound and referenced',
    end: { floatingIps: relaxedRun.floatingIps.map(free), virtualIps: [] },
  },
  { number: '17', should: 'follow base ports that get their pairs last', end: third([]) },
  {
    number: '18',
    should: 'repair the fixed ip that a description spoils, and follow the user wherever he goes',
    // The recording shows it first when its fixed ip is spoiled already.
    prepare: associated(thirdRun.movedFloatingIp, thirdRun.vipPort, thirdRun.amphorae),
    stations: new Map([
      [0, third([thirdRun.movedFloatingIp])],
      [3, together(third([]), { floatingIps: [free(thirdRun.movedFloatingIp)] })],
      [6, third([thirdRun.movedFloatingIp])],
      [
        18,
        together(third([]), {
          floatingIps: [
            { id: thirdRun.movedFloatingIp, references: [thirdRun.web], fixedIp: '10.107.0.6', isVirtualIp: false },
          ],
        }),
      ],
    ]),
    end: third([]),
  },
  {
    number: '19',
    should: 'leave nothing of a load balancer that Octavia deletes',
    strip: { index: 7, floatingIp: thirdRun.floatingIp },
    // The recording tells only that it referenced an amphora port.
    prepare: associated(thirdRun.floatingIp, thirdRun.vipPort, thirdRun.amphorae),
    end: { floatingIps: [free(thirdRun.floatingIp)], virtualIps: [] },
  },
];

const paces: Readonly<Record<Pace, string>> = {
  settled: 'when it can keep up',
  swift: 'when the requests follow each other at once',
  late: 'when it hears of everything only afterwards',
};

describe('a monitor that hears a recording', () => {
  let recordings: readonly Recording[];
  let playback: Playback | undefined;

  before(async () => {
    recordings = await loadRecordings('fixtures/recordings');
  });

  afterEach(async () => {
    await playback?.stop();
    playback = undefined;
  });

  const play = async (scene: Scene, pace: Pace): Promise<Playback> => {
    const index = recordings.findIndex(({ name }) => name.startsWith(scene.number));
    const recording = recordings[index];
    if (recording === undefined) throw new Error(`no recording ${scene.number}`);
    const afterStep = ({ index: at }: ReplayStep, played: Playback): void => {
      // Else the test would prove nothing.
      if (pace === 'late' && scene.strip?.index === at) {
        const stripped = { ...free(scene.strip.floatingIp), isVirtualIp: 'any' as const };
        expect(played.floatingIpDifferences(stripped), 'stripped').to.deep.equal([]);
      }
      const station = pace === 'settled' ? scene.stations?.get(at) : undefined;
      if (station !== undefined) expect(played.differences(station), `after event ${at}`).to.deep.equal([]);
    };
    playback = new Playback({
      recording,
      earlier: recordings.slice(0, index),
      pace,
      afterStep,
      ...(scene.prepare === undefined ? {} : { prepare: scene.prepare }),
    });
    await playback.play();
    return playback;
  };

  for (const scene of scenes) {
    describe(`of ${scene.number}`, () => {
      for (const pace of ['settled', 'swift', 'late'] as const) {
        it(`should ${scene.should}, ${paces[pace]}`, async () => {
          const played = await play(scene, pace);
          expect(played.differences(scene.end), 'end state').to.deep.equal([]);
          expect(played.refusedDeletes(), 'deletes held up').to.deep.equal([]);
          expect(played.monitor.unrelaxedReferences(), 'references not relaxed').to.deep.equal([]);
          expect(played.touchedForeignObjects(), 'virtual-ips of others').to.deep.equal([]);
          // The recorded amphorae are of their tenant's own project, which no setting lists.
          const problems = played.monitor.monitor.status().problems.filter(({ type }) => type !== 'unlisted-project');
          expect(problems, 'problems').to.deep.equal([]);
        });
      }

      it('should find nothing to write when all is read anew, and neither should a second monitor', async () => {
        const played = await play(scene, 'settled');
        const writes = played.monitor.countWrites();
        await played.monitor.resync();
        expect(played.monitor.countWrites() - writes, 'by the resync').to.equal(0);
        const second = await played.cloud.startMonitor({ userAgent: 'opensdn-svc-monitor-2' });
        await played.cloud.settled();
        expect(second.writes(), 'by the second monitor').to.deep.equal([]);
        expect(played.monitor.countWrites() - writes, 'by the first beside the second').to.equal(0);
      });
    });
  }
});
