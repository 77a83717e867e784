import { Buffer } from 'node:buffer';
import type { AxiosAdapter, AxiosRequestConfig, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import axios from 'axios';
import type { Dispatcher } from 'undici';
import { onAbort, withOwnSignal } from '../base/clock/index.js';
import { SvcMonitorError } from '../base/errors/index.js';
import { acceptedCodings, unpacked, unpackedStream } from './content-codings.js';

const never = new AbortController().signal;

/** Headers as undici gives them, names in lower case. */
type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What the adapter heeds besides axios' own options. */
export interface AdapterConfig extends AxiosRequestConfig {
  /** Of an answer that is taken as a whole: asked just before the request goes out on its connection. It rejects with `aborted` if not. */
  readonly mayBeSent?: () => boolean;
}

interface WholeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/**
 * What axios sends its requests with: undici, which needs less processor time than Node's own HTTP, most of all on
 * reused connections (docs/benchmarks.md). It follows no
 * redirect and no proxy of the environment. Of axios' own options it heeds `maxContentLength`, `responseType` (`stream`, or text in
 * UTF-8) and `signal`. It rejects with a SvcMonitorError, or with undici's own error and its code.
 *
 * @param dispatcher gives what has connections to that origin
 */
export function undiciAdapter(dispatcher: (origin: string) => Dispatcher): AxiosAdapter {
  return async (config) => {
    const { origin, pathname, search } = new URL(config.url ?? '');
    const options: Dispatcher.RequestOptions = {
      origin,
      path: `${pathname}${search}`,
      method: (config.method ?? 'get').toUpperCase(),
      headers: headersOf(config),
      body: (config.data as string | undefined) ?? null,
    };
    return config.responseType === 'stream'
      ? streamedAnswer(dispatcher(origin), options, config)
      : textAnswer(dispatcher(origin), options, config);
  };
}

function headersOf({ headers }: InternalAxiosRequestConfig): Record<string, string> {
  // Those that axios' own adapter sets where nobody has set them.
  headers.set('User-Agent', `axios/${axios.VERSION}`, false);
  headers.set('Accept-Encoding', acceptedCodings, false);
  return headers.toJSON() as Record<string, string>;
}

async function textAnswer(
  dispatcher: Dispatcher,
  options: Dispatcher.RequestOptions,
  config: InternalAxiosRequestConfig,
): Promise<AxiosResponse> {
  const { maxContentLength = Infinity } = config;
  const { status, headers, body } = await wholeAnswer(dispatcher, options, {
    signal: (config.signal as AbortSignal | undefined) ?? never,
    maxBytes: maxContentLength,
    mayBeSent: (config as AdapterConfig).mayBeSent ?? ((): boolean => true),
  });
  const bytes = await unpacked(body, codingOf(headers), maxContentLength);
  const text = bytes.toString('utf8');
  return responseOf(config, { status, headers, data: text.startsWith('\uFEFF') ? text.slice(1) : text });
}

async function streamedAnswer(
  dispatcher: Dispatcher,
  options: Dispatcher.RequestOptions,
  config: InternalAxiosRequestConfig,
): Promise<AxiosResponse> {
  const { statusCode, headers, body } = await withOwnSignal(config.signal as AbortSignal | undefined, (signal) =>
    dispatcher.request({ ...options, signal }),
  );
  return responseOf(config, { status: statusCode, headers, data: unpackedStream(body, codingOf(headers)) });
}

/** The answer with all of its body. Spares the stream that `request` of undici makes of each. */
function wholeAnswer(
  dispatcher: Dispatcher,
  options: Dispatcher.RequestOptions,
  {
    signal,
    maxBytes,
    mayBeSent,
  }: { readonly signal: AbortSignal; readonly maxBytes: number; readonly mayBeSent: () => boolean },
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let answer: Pick<WholeAnswer, 'status' | 'headers'> = { status: 0, headers: {} };
    let length = 0;
    let running: Dispatcher.DispatchController | undefined;
    let calledOff: Error | undefined;
    const release = onAbort(signal, () => {
      calledOff = new SvcMonitorError('aborted', 'called off', { cause: signal.reason });
      // Without a connection nothing can be aborted yet, and nobody is to wait for one.
      reject(calledOff);
      running?.abort(calledOff);
    });
    dispatcher.dispatch(options, {
      onRequestStart: (controller) => {
        running = controller;
        if (calledOff !== undefined) controller.abort(calledOff);
        else if (!mayBeSent()) controller.abort(new SvcMonitorError('aborted', 'this may not be sent any more'));
      },
      onResponseStart: (_controller, status, headers) => {
        answer = { status, headers };
      },
      onResponseData: (controller, chunk) => {
        length += chunk.length;
        if (length > maxBytes) controller.abort(tooLong(maxBytes));
        else chunks.push(chunk);
      },
      onResponseEnd: () => {
        release();
        resolve({ ...answer, body: Buffer.concat(chunks) });
      },
      onResponseError: (_controller, error) => {
        release();
        reject(error);
      },
    });
  });
}

function tooLong(maxBytes: number): SvcMonitorError {
  return new SvcMonitorError('bad-answer', `no usable answer: it is longer than ${maxBytes} bytes`);
}

function codingOf(headers: Headers): string | undefined {
  const coding = headers['content-encoding'];
  return typeof coding === 'string' ? coding : undefined;
}

function responseOf(
  config: InternalAxiosRequestConfig,
  answer: { readonly status: number; readonly headers: Headers; readonly data: unknown },
): AxiosResponse {
  const { status, headers, data } = answer;
  return { status, statusText: '', headers: headers, data, config };
}
