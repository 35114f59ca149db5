import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Passes bytes between clients and a server of this machine, until told to break the connection. */
export class TcpProxy {
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  #trap: { readonly text: string; readonly when: "before the reply" | "at once" } | undefined;
  #cuts = 0;

  private constructor(targetPort: number) {
    this.#server = createServer((client) => this.#serve(client, connect(targetPort, "127.0.0.1")));
  }

  /** A proxy that ends with the running test. */
  static async to(targetPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort);
    onTestFinished(() => proxy.#close());
    await once(proxy.#server.listen(0, "127.0.0.1"), "listening");
    return proxy;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many connections were cut by a trap. */
  get cuts(): number {
    return this.#cuts;
  }

  /**
   * Cuts the connection of the next request that contains a text, once the request is passed on: when the server has
   * answered, so that the reply is lost, or at once, so that it is anybody's guess whether it was carried out.
   */
  cutAfter(text: string, when: "before the reply" | "at once"): void {
    this.#trap = { text, when };
  }

  #serve(client: Socket, server: Socket): void {
    this.#clients.add(client);
    let losesReply = false;
    const cut = () => {
      this.#cuts += 1;
      client.destroy();
    };
    client.on("data", (request) => {
      server.write(request);
      if (this.#trap === undefined || !request.includes(this.#trap.text)) return;
      losesReply = this.#trap.when === "before the reply";
      if (!losesReply) cut();
      this.#trap = undefined;
    });
    server.on("data", (reply) => (losesReply ? cut() : client.write(reply)));
    // Either end takes the other with it, after what was written is sent. Errors are followed by a close.
    client.on("error", () => {}).on("close", () => server.end());
    server.on("error", () => {}).on("close", () => client.destroy());
    client.on("close", () => this.#clients.delete(client));
  }

  async #close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await once(this.#server.close(), "close");
  }
}
