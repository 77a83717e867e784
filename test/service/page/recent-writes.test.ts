import { expect } from 'chai';
import type { RequestRecord } from '../../../lib/index.js';
import { RecentWrites } from '../../../service/page/index.js';

const id = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

describe('RecentWrites', () => {
  let sent: number;

  beforeEach(() => {
    sent = 0;
  });

  const record = (more: Partial<RequestRecord>): RequestRecord => {
    sent += 1;
    return {
      ...{ operation: 'update', access: 'write', kind: 'floating-ip', method: 'PUT', path: `/floating-ip/${id(1)}` },
      ...{ requestId: `req-${sent}`, sentAt: 1_000 + sent, outcome: 'ok', status: 200, seconds: 0.01234 },
      ...more,
    };
  };
  const setOf = (object: number): RequestRecord => record({ path: `/floating-ip/${id(object)}` });
  const reference = (object: number, port: number, kind = 'floating-ip'): RequestRecord =>
    record({
      ...{ operation: 'ref-update', kind, method: 'POST', path: '/ref-update' },
      body: { type: kind, uuid: id(object), 'ref-uuid': id(port), operation: 'ADD' },
    });
  const create = (object: number, port: number): RequestRecord =>
    record({
      ...{ operation: 'create', kind: 'virtual-ip', method: 'POST', path: '/virtual-ips' },
      body: { 'virtual-ip': { fq_name: ['default-domain', 'shop', 'vip'], annotations: `port ${id(port)}` } },
      answer: JSON.stringify({ 'virtual-ip': { uuid: id(object).toUpperCase(), href: 'http://api/virtual-ip' } }),
    });
  const noted = (bounds: ConstructorParameters<typeof RecentWrites>[0], ...records: RequestRecord[]): RecentWrites => {
    const writes = new RecentWrites(bounds);
    for (const one of records) writes.note(one);
    return writes;
  };
  const ids = (writes: RecentWrites, limit = 100, about?: readonly string[]): readonly string[] =>
    writes.latest(limit, about).map(({ requestId }) => requestId);

  describe('when there are reads and writes', () => {
    it('should keep the writes, with what was sent and answered, the latest first', () => {
      const body = { 'floating-ip': { floating_ip_is_virtual_ip: true } };
      const refusal = { method: 'DELETE', outcome: 'conflict', status: 409, answer: 'still referred' } as const;
      const writes = noted(
        {},
        record({ access: 'read', method: 'GET' }),
        record({ body, answer: '{}' }),
        record(refusal),
      );
      expect(writes.latest(100)).to.deep.equal([
        {
          ...{
            number: 2,
            at: 1_003,
            requestId: 'req-3',
            method: 'DELETE',
            path: `/floating-ip/${id(1)}`,
            object: id(1),
          },
          ...{ status: 409, outcome: 'conflict', answer: 'still referred', tookMs: 12.3 },
        },
        {
          ...{ number: 1, at: 1_002, requestId: 'req-2', method: 'PUT', path: `/floating-ip/${id(1)}`, object: id(1) },
          ...{ status: 200, outcome: 'ok', body, tookMs: 12.3 },
        },
      ]);
      expect(writes.forgotten).to.equal(0);
    });

    it('should know the object of a create by the answer, and of what no answer came to that there is none', () => {
      const { answer, ...unanswered } = create(7, 3);
      const timedOut = record({ ...unanswered, outcome: 'timeout' });
      const [lost, made] = noted({}, create(7, 3), timedOut).latest(2);
      expect(answer).to.contain('virtual-ip');
      expect(made?.object).to.equal(id(7));
      expect(lost).not.to.have.property('object');
    });
  });

  describe('when it is asked about objects', () => {
    it('should tell of writes that name one, and of all to the virtual-ips that those wrote to', () => {
      const gone = (): RequestRecord =>
        record({ operation: 'delete', kind: 'virtual-ip', method: 'DELETE', path: `/virtual-ip/${id(7)}` });
      const writes = noted({}, create(7, 3), reference(1, 3), setOf(1), setOf(2), create(8, 4), gone());
      expect(ids(writes, 100, [id(3)])).to.deep.equal(['req-6', 'req-2', 'req-1']);
      expect(ids(writes, 1, [id(3)])).to.have.length(1);
      expect(ids(writes, 100, [id(9)])).to.deep.equal([]);
    });
  });

  describe('when there are many', () => {
    it('should let one object push out none but its own', () => {
      const fight = Array.from({ length: 200 }, () => setOf(2));
      const writes = noted({ perObject: 3 }, setOf(1), ...fight, setOf(3));
      expect(writes.latest(100).map(({ object }) => object)).to.deep.equal([id(3), id(2), id(2), id(2), id(1)]);
      expect(writes.forgotten).to.equal(197);
    });

    it('should forget the oldest beyond the count', () => {
      const writes = noted({ writes: 2 }, setOf(1), setOf(2), setOf(3));
      expect(writes.latest(100).map(({ object }) => object)).to.deep.equal([id(3), id(2)]);
      expect(writes.forgotten).to.equal(1);
    });

    it('should forget the oldest beyond the size, and count what is forgotten off', () => {
      const long = (object: number): RequestRecord => record({ ...setOf(object), body: { name: 'x'.repeat(1_000) } });
      const writes = noted({ characters: 10_000 }, ...Array.from({ length: 1_000 }, (_, object) => long(object)));
      expect(writes.latest(100).map(({ object }) => object)).to.deep.equal([999, 998, 997, 996, 995, 994].map(id));
    });
  });

  describe('when texts are long, or hold credentials', () => {
    it('should keep how long a body is, not the body, and of answers the beginning without credentials', () => {
      const body = { 'virtual-ip': { display_name: 'x'.repeat(1_000_000) } };
      const answer = `amqp://guest:hunter2@rabbit ${'y'.repeat(1_000_000)}`;
      const [write] = noted({}, record({ body, answer, outcome: 'bad-request', status: 400 })).latest(1);
      expect(write).not.to.have.property('body');
      expect(write?.bodyLength).to.equal(JSON.stringify(body).length);
      expect(write?.answer).to.contain('rabbit').and.not.to.contain('hunter2');
      expect(write?.answer?.length).to.be.lessThan(600);
    });

    it('should not take the answer to a create for one that is too long to be', () => {
      const answer = JSON.stringify({ 'virtual-ip': { uuid: id(7), name: 'x'.repeat(100_000) } });
      const [write] = noted({}, record({ ...create(7, 3), answer })).latest(1);
      expect(write).not.to.have.property('object');
    });
  });
});
