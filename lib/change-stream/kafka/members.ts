import type { Admin } from 'kafkajs';

// A client that is gone is a member until its session ends; there are few of them at a time.
const rememberedMembers = 100;

/** What it is called that somebody else reads in our group. */
export const instanceTaken = 'INSTANCE_TAKEN';

/** The members of the consumer group that were this process's own, by the ids that the brokers gave them. */
export class OwnMembers {
  private readonly ids = new Set<string>();

  /** The brokers have taken us in. */
  public add(memberId: string): void {
    this.ids.add(memberId);
    const [oldest] = this.ids;
    if (oldest !== undefined && this.ids.size > rememberedMembers) this.ids.delete(oldest);
  }

  /**
   * Asks the brokers who is in the group. @throws Error `INSTANCE_TAKEN` if somebody else is, who came first. It can also be a process that
   * was killed: then its session ends soon.
   */
  public async refuseOthers(admin: Admin, groupId: string): Promise<void> {
    const { groups } = await admin.describeGroups([groupId]);
    const others = groups.flatMap(({ members }) => members).filter(({ memberId }) => !this.ids.has(memberId));
    const [other] = others;
    if (other === undefined) return;
    const message = `another instance (${other.clientId}, ${other.clientHost}) reads in the consumer group ${groupId}: give each its own name`;
    throw Object.assign(new Error(message), { code: instanceTaken });
  }
}
