import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Certificates {
  /** PEM files: the authority to trust, and the server's certificate for localhost and 127.0.0.1 with its key. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Makes a certificate authority and a server certificate in a folder, with openssl. */
export function createCertificates(folder: string): Certificates {
  const file = (name: string) => join(folder, name);
  writeFileSync(file("server.ext"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl(
    ["req", "-x509", "-days", "2", "-subj", "/CN=test authority", ...newKey]
      .concat(["-addext", "basicConstraints=critical,CA:TRUE"])
      .concat(["-keyout", file("authority.key"), "-out", file("authority.crt")]),
  );
  openssl(["req", "-subj", "/CN=localhost", ...newKey, "-keyout", file("server.key"), "-out", file("server.csr")]);
  openssl(
    ["x509", "-req", "-days", "2", "-in", file("server.csr"), "-extfile", file("server.ext")]
      .concat(["-CA", file("authority.crt"), "-CAkey", file("authority.key"), "-CAcreateserial"])
      .concat(["-out", file("server.crt")]),
  );
  return { authority: file("authority.crt"), certificate: file("server.crt"), key: file("server.key") };
}

function openssl(parameters: readonly string[]): void {
  const { status, stderr, error } = spawnSync("openssl", parameters, { encoding: "utf8" });
  if (status !== 0) throw new Error(`openssl ${parameters[0]} failed: ${error?.message ?? stderr}`);
}
