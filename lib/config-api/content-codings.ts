import type { Buffer } from 'node:buffer';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { promisify } from 'node:util';
import { brotliDecompress, constants, createBrotliDecompress, createUnzip, unzip } from 'node:zlib';
import { SvcMonitorError } from '../base/errors/index.js';

interface Coding {
  readonly whole: (packed: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;
  readonly stream: () => Transform;
}

const zipped: Coding = {
  whole: promisify(unzip),
  stream: () => createUnzip({ flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }),
};

/** By the names of HTTP; `unzip` tells gzip from deflate by itself. */
const codings: Readonly<Record<string, Coding>> = {
  gzip: zipped,
  'x-gzip': zipped,
  deflate: zipped,
  br: {
    whole: promisify(brotliDecompress),
    stream: () => createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH }),
  },
};

/** What can be unpacked, for `Accept-Encoding`. */
export const acceptedCodings = 'gzip, deflate, br';

/**
 * A body, unpacked; one with a coding that is not known stays as it is.
 *
 * @param coding the answer's `Content-Encoding`
 * @throws SvcMonitorError `bad-answer` if it is not what its coding says, or longer than `maxBytes` when unpacked
 */
export async function unpacked(body: Buffer, coding: string | undefined, maxBytes: number): Promise<Buffer> {
  const known = codings[coding?.toLowerCase() ?? ''];
  // An answer without a body, as 304, may name a coding.
  if (known === undefined || body.length === 0) return body;
  try {
    return await known.whole(body, { maxOutputLength: maxBytes });
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new SvcMonitorError('bad-answer', `no usable answer: it cannot be unpacked (${reason})`, {
      details: { reason },
    });
  }
}

/** A body, unpacked as it comes. Who destroys it destroys what it comes from. */
export function unpackedStream(body: Readable, coding: string | undefined): Readable {
  const known = codings[coding?.toLowerCase() ?? ''];
  return known === undefined ? body : pipeline(body, known.stream(), () => undefined);
}
