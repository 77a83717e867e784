/**
 * The rules as pure functions of plain values, and as tables: what a VIP's ports, floating ips and virtual-ip are, and what is to be done.
 * No client, no clock, no container.
 *
 * @module opensdn-svc-monitor/rules
 */
export * from './managers/octavia-vip/rules.js';
export * from './planning/index.js';
