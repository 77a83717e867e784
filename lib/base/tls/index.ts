/** Certificates and keys as PEM texts, and whether they can be used. */
export { tlsProblemOf, type TlsMaterial, type TlsProblem } from './tls-material.js';
