import { readFileSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { duration, formatDuration } from '../../lib/index.js';
import type { ServiceAddress } from '../diagnosis/index.js';

const second = 1_000;
const longestTimeoutMs = 3_600 * second;

/** The flags of every command that asks a running service. */
export interface ServiceFlags {
  readonly url: string;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

const defaultUrl = 'http://127.0.0.1:9097';
const serviceTimeoutMs = 5 * second;

/** Adds the {@link ServiceFlags} to a command. */
export function withService(command: Command): Command {
  return command
    .option('--url <url>', 'the status endpoint of the running service', parseUrl, defaultUrl)
    .option('--ca-file <file>', 'CA certificates of that endpoint, PEM', readPem)
    .option('--cert-file <file>', 'client certificate for that endpoint, PEM', readPem)
    .option('--key-file <file>', 'key of the client certificate, PEM', readPem);
}

/** The running service that the flags name. */
export function serviceAddressOf({ url, caFile, certFile, keyFile }: ServiceFlags): ServiceAddress {
  const tls = {
    ...(caFile === undefined ? {} : { ca: caFile }),
    ...(certFile === undefined ? {} : { cert: certFile }),
    ...(keyFile === undefined ? {} : { key: keyFile }),
  };
  return { url, timeoutMs: serviceTimeoutMs, ...(Object.keys(tls).length === 0 ? {} : { tls }) };
}

/** Adds `--timeout`, in milliseconds as the action gets it. */
export function withTimeoutFlag(command: Command, defaultMs: number): Command {
  return command.addOption(
    new Option('--timeout <duration>', 'time for all of it, from 1s to 1h, such as 30s or 10m')
      .default(defaultMs, formatDuration(defaultMs))
      .argParser(parseTimeout),
  );
}

/** Adds `--json`. */
export function withJson(command: Command): Command {
  return command.option('--json', 'print one JSON object instead of tables');
}

function parseTimeout(text: string): number {
  const parsed = duration(second, longestTimeoutMs).schema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('It has to be a duration from 1s to 1h, such as 30s or 10m.');
}

function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isAllowed = url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  if (isAllowed) return text.replace(/\/+$/, '');
  throw new InvalidArgumentError(
    'It has to be an http or https URL without credentials, such as http://127.0.0.1:9097.',
  );
}

function readPem(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
  if (text.includes('-----BEGIN ')) return text;
  throw new InvalidArgumentError('The file holds no PEM text.');
}
