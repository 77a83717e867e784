import 'reflect-metadata';
import { Container } from 'inversify';
import type { Monitor } from '../monitor/index.js';
import { mirrorModule, monitorModule, outsideModule } from './modules.js';
import type { MonitorOptions } from './options.js';
import { tokens } from './tokens.js';

/**
 * A container with everything that a monitor is made of, each once. Rebind what you want to replace before you get
 * `tokens.monitor` from it.
 */
export function createContainer(options: MonitorOptions): Container {
  const container = new Container();
  container.load(outsideModule(options), mirrorModule, monitorModule);
  return container;
}

/** A monitor, not started yet. */
export function createMonitor(options: MonitorOptions): Monitor {
  return createContainer(options).get(tokens.monitor);
}
