import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { findCommand, findRedisServer, INSTALL_COMMAND } from "./find-redis-server.js";

/** What package scripts ask before they start a service. */
const SERVICE_POLICY = "/usr/sbin/policy-rc.d";

/**
 * Runs once before all tests. Without a Redis server on the PATH it installs one, where it may: as root on Debian or
 * Ubuntu, in a pipeline (`CI`) or when told to (`INSTALL_REDIS=1`). Elsewhere the suites that need it are skipped, and say so.
 */
export default function provideRedisServer(): void {
  if (findRedisServer() !== undefined || !mayInstall()) return;
  console.log(`No redis-server on the PATH. Installing one: ${INSTALL_COMMAND}`);
  withoutStartingServices(() => {
    aptGet("update");
    aptGet("install", "--yes", "--no-install-recommends", "redis-server");
  });
  // Nor after the next start of the machine.
  if (findCommand("systemctl") !== undefined) spawnSync("systemctl", ["disable", "redis-server"]);
}

function mayInstall(): boolean {
  const { CI, INSTALL_REDIS } = process.env;
  if (!CI && INSTALL_REDIS !== "1") return false;
  return process.getuid?.() === 0 && findCommand("apt-get") !== undefined;
}

/** The tests start their own servers: a service on the default port would only be in the way of others. */
function withoutStartingServices(install: () => void): void {
  const isOurs = !existsSync(SERVICE_POLICY);
  if (isOurs) writeFileSync(SERVICE_POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    install();
  } finally {
    if (isOurs) rmSync(SERVICE_POLICY);
  }
}

/** A failure is not the end: the suites that need the server report that it is missing. */
function aptGet(...parameters: readonly string[]): void {
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const waitForOthers = ["-o", "DPkg::Lock::Timeout=300", "-q"];
  const { status } = spawnSync("apt-get", [...waitForOthers, ...parameters], { env: environment, stdio: "inherit" });
  if (status !== 0) console.error(`apt-get ${parameters.join(" ")} failed.`);
}
