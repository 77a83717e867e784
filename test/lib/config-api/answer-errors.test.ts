import { expect } from 'chai';
import { errorOfAnswer, type RequestContext } from '../../../lib/config-api/answer-errors.js';
import type { ErrorCode } from '../../../lib/index.js';

const quotaPage = `
    <!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">
    <html>
        <head>
            <title>Error: 412 Precondition Failed</title>
        </head>
        <body>
            <h1>Error: 412 Precondition Failed</h1>
            <p>Sorry, the requested URL <tt>&#039;http://api-server:8082/virtual-ips&#039;</tt>
               caused an error:</p>
            <pre>quota limit (0) exceeded for resource virtual_ip</pre>
        </body>
    </html>
`;
const proxyPage =
  '<html>\r\n<head><title>404 Not Found</title></head>\r\n<body><center><h1>404 Not Found</h1></center></body></html>';

const context: RequestContext = {
  operation: 'get',
  method: 'GET',
  path: '/floating-ip/a03d4fe0-4468-4c99-8086-84f63c7edbdc?exclude_hrefs=True',
  server: 'http://api-server:8082',
};

describe('errorOfAnswer', () => {
  const cases: readonly [status: number, body: string, code: ErrorCode, what: string][] = [
    [400, 'Bad Request, no fq_name in POST body', 'bad-request', 'a body without a name'],
    [401, '', 'unauthorized', 'a token that is refused'],
    [403, 'Permission Denied', 'forbidden', 'a role that is missing'],
    [404, 'Unknown id: a03d4fe0-4468-4c99-8086-84f63c7edbdc', 'not-found', 'an object that does not exist'],
    [404, "Name ['a', 'b'] not found", 'not-found', 'a name that does not exist'],
    [404, 'UUID a6b3bb47-6e38-4332-94ca-c4bebb31c278 not found', 'not-found', 'a uuid that does not exist'],
    [404, "Not found: '/nonexistents'", 'bad-answer', 'a path that the server does not know'],
    [404, proxyPage, 'bad-answer', "a proxy's page"],
    [
      404,
      quotaPage.replace(/quota limit.*</, 'Unknown id: x<'),
      'not-found',
      "an object that does not exist, on the server's page",
    ],
    [405, 'Method not allowed.', 'bad-request', 'a method that is not allowed'],
    [409, 'IP address already in use', 'conflict', 'an address that is taken'],
    [412, quotaPage, 'quota-exceeded', 'a quota that is used up'],
    [413, '', 'bad-request', 'a body that is too long'],
    [500, 'Internal Server Error', 'unavailable', 'a failure of the server'],
    [502, '', 'unavailable', 'a proxy without a server'],
    [503, '', 'unavailable', 'a server without its database'],
    [504, '', 'unavailable', 'a proxy that waited in vain'],
    [302, '', 'bad-answer', 'a redirect'],
    [418, '', 'bad-answer', 'a status that no API server sends'],
  ];
  for (const [status, body, code, what] of cases) {
    it(`should read ${status} for ${what} as ${code}`, () => {
      expect(errorOfAnswer(context, { status, headers: {}, body }).code).to.equal(code);
    });
  }

  it('should not take a failed read of a list for an object that does not exist', () => {
    const list = { ...context, operation: 'list' as const, path: '/floating-ips' };
    expect(errorOfAnswer(list, { status: 404, headers: {}, body: 'Unknown id: x' }).code).to.equal('bad-answer');
  });

  it('should say what was asked, what was answered, and what the server said', () => {
    const error = errorOfAnswer(context, { status: 404, headers: {}, body: 'Unknown id: x' });
    expect(error.message).to.equal(
      'GET /floating-ip/a03d4fe0-4468-4c99-8086-84f63c7edbdc was answered 404: Unknown id: x',
    );
    expect(error.details).to.deep.equal({
      method: 'GET',
      path: context.path,
      server: 'http://api-server:8082',
      status: 404,
      body: 'Unknown id: x',
    });
  });

  it("should take the server's message out of its HTML page (recording 21)", () => {
    const error = errorOfAnswer(context, { status: 412, headers: {}, body: quotaPage });
    expect(error.message).to.match(/was answered 412: quota limit \(0\) exceeded for resource virtual_ip$/);
  });

  it('should keep only the beginning of a long answer', () => {
    const error = errorOfAnswer(context, { status: 500, headers: {}, body: 'x'.repeat(100_000) });
    expect(error.message).to.have.length.below(500);
    expect(String(error.details['body'])).to.have.length.below(1100);
  });

  describe('when there is a conflict', () => {
    const detailsOf = (body: string): unknown => errorOfAnswer(context, { status: 409, headers: {}, body }).details;

    it('should name who refers to the object (recording 08)', () => {
      const body =
        "Delete when resource still referred: ['http://api-server:8082/virtual-ip/7deba98b-0e6f-440a-a046-e05aa5df41c3']";
      expect(detailsOf(body)).to.deep.include({
        referrers: [{ kind: 'virtual-ip', uuid: '7deba98b-0e6f-440a-a046-e05aa5df41c3' }],
      });
    });

    it('should name each of several referrers', () => {
      const body =
        "Delete when resource still referred: ['https://api/v1/floating-ip/00000000-0000-0001-0000-000000000002', " +
        "'https://api/v1/instance-ip/7deba98b-0e6f-440a-a046-e05aa5df41c3']";
      expect(detailsOf(body)).to.deep.include({
        referrers: [
          { kind: 'floating-ip', uuid: '00000000-0000-0001-0000-000000000002' },
          { kind: 'instance-ip', uuid: '7deba98b-0e6f-440a-a046-e05aa5df41c3' },
        ],
      });
    });

    it('should name the children', () => {
      const body =
        "Delete when children still present: ['http://api/floating-ip/7deba98b-0e6f-440a-a046-e05aa5df41c3']";
      const details = detailsOf(body);
      expect(details).to.deep.include({
        children: [{ kind: 'floating-ip', uuid: '7deba98b-0e6f-440a-a046-e05aa5df41c3' }],
      });
      expect(details).to.not.have.property('referrers');
    });

    it('should name the object that has the name (recording 08)', () => {
      const body =
        "['default-domain',\n 'rec65161',\n 'octavia-lb-1'] already exists with uuid: 7deba98b-0e6f-440a-a046-e05aa5df41c3";
      expect(detailsOf(body)).to.include({ existingUuid: '7deba98b-0e6f-440a-a046-e05aa5df41c3' });
    });
  });
});
