import { generateKeyPairSync, type KeyObject, randomInt, sign } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Certificates {
  /** PEM files: the authority to trust, and the server's certificate for localhost and 127.0.0.1 with its key. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

const DAY_MS = 86_400_000;

/** Makes a certificate authority and a server certificate in a folder, valid for two days. */
export function createCertificates(folder: string): Certificates {
  const [authority, server] = [newKeys(), newKeys()];
  const issued = { issuer: "test authority", signWith: authority.privateKey };
  const certificates = {
    "authority.crt": pem(
      certify({ ...issued, subject: issued.issuer, key: authority.publicKey, extension: IS_AUTHORITY }),
    ),
    "server.crt": pem(certify({ ...issued, subject: "localhost", key: server.publicKey, extension: IS_THIS_MACHINE })),
    "server.key": server.privateKey.export({ type: "pkcs8", format: "pem" }),
  };
  for (const [name, text] of Object.entries(certificates)) writeFileSync(join(folder, name), text);
  const file = (name: keyof typeof certificates) => join(folder, name);
  return { authority: file("authority.crt"), certificate: file("server.crt"), key: file("server.key") };
}

function newKeys(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "prime256v1" });
}

// X.509 (RFC 5280) in DER, as far as these two certificates need it: Node signs, but makes no certificates.

function der(tag: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts);
const bytes = (...values: readonly number[]) => Buffer.from(values);
const bitString = (content: Buffer) => der(0x03, bytes(0), content);

const ECDSA_WITH_SHA256 = sequence(der(0x06, bytes(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)));
const TRUE = der(0x01, bytes(0xff));

/** Basic constraints, critical: may sign certificates. */
const IS_AUTHORITY = sequence(der(0x06, bytes(0x55, 0x1d, 0x13)), TRUE, der(0x04, sequence(TRUE)));
/** Names it answers to: localhost and 127.0.0.1. */
const NAMES = sequence(der(0x82, "localhost"), der(0x87, bytes(127, 0, 0, 1)));
const IS_THIS_MACHINE = sequence(der(0x06, bytes(0x55, 0x1d, 0x11)), der(0x04, NAMES));

interface Certificate {
  readonly issuer: string;
  readonly signWith: KeyObject;
  readonly subject: string;
  readonly key: KeyObject;
  readonly extension: Buffer;
}

function certify({ issuer, signWith, subject, key, extension }: Certificate): Buffer {
  const now = Date.now();
  const content = sequence(
    der(0xa0, der(0x02, bytes(2))), // version 3
    der(0x02, bytes(1, ...Array.from({ length: 8 }, () => randomInt(256)))),
    ECDSA_WITH_SHA256,
    name(issuer),
    sequence(time(now - DAY_MS), time(now + DAY_MS)),
    name(subject),
    key.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(extension)),
  );
  return sequence(content, ECDSA_WITH_SHA256, bitString(sign("sha256", content, signWith)));
}

function name(common: string): Buffer {
  return sequence(der(0x31, sequence(der(0x06, bytes(0x55, 0x04, 0x03)), der(0x0c, common))));
}

function time(unixMs: number): Buffer {
  return der(
    0x17,
    `${new Date(unixMs)
      .toISOString()
      .replace(/[-:T]|\.\d+/g, "")
      .slice(2)}`,
  );
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString("base64").replace(/.{64}/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
