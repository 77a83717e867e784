import type { Answer, Route } from '../http/index.js';
import type { NodeStatus } from './node-status.js';
import { uveCacheXml } from './sandesh-xml.js';

/** The only table that the original's cache of this service has anything in that others ask for. */
const nodeStatusTable = 'NodeStatus';

/** What the introspect port answers: the requests of the original that other programs make, in its form. */
export function introspectRoutes(status: () => NodeStatus): readonly Route[] {
  const home = (): Answer => ({ code: 200, type: 'text/html; charset=utf-8', body: homePage });
  return [
    { method: 'GET', path: '/', answer: home },
    { method: 'GET', path: '/index.html', answer: home },
    {
      method: 'GET',
      path: '/Snh_SandeshUVECacheReq',
      answer: ({ query }) => {
        // The original takes the first field by whatever name: `tname`, or `x` as contrail-status has it.
        const table = query.get('tname') ?? query.get('x') ?? '';
        const key = query.get('key') ?? '';
        const entry = status();
        const isAsked = (table === '' || table === nodeStatusTable) && (key === '' || key === entry.name);
        return { code: 200, type: 'text/xsl', body: uveCacheXml(isAsked ? [entry] : []) };
      },
    },
  ];
}

const homePage = `<!DOCTYPE html>
<html><head><title>contrail-svc-monitor</title></head><body>
<h1>Modules for contrail-svc-monitor</h1>
<a href="Snh_SandeshUVECacheReq?tname=NodeStatus">SandeshUVECacheReq</a><br/>
</body></html>
`;
