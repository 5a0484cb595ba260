import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { requireFreePort } from "./port.ts";

describe("the port", () => {
  let server: Server | undefined;
  afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

  async function listenWith(made: Server): Promise<number> {
    server = made;
    await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
    return (made.address() as AddressInfo).port;
  }

  it("is found free, whichever it is", async () => {
    await expect(requireFreePort(0, "127.0.0.1")).resolves.toBeUndefined();
  });

  it("is refused when another program has it, with that program's name and a way out", async () => {
    const port = await listenWith(createServer((socket) => socket.destroy()));

    await expect(requireFreePort(port, "127.0.0.1")).rejects.toMatchObject({
      code: "port_in_use",
      message: expect.stringMatching(
        new RegExp(
          `Port ${port} on 127\\.0\\.0\\.1 is in use by (.+process \\d+\\)|another program)\\..*--port ${port + 1}`,
        ),
      ),
    });
  });

  it("is known to be another hub's", async () => {
    const port = await listenWith(createHttpServer((_request, response) => response.end('{"name":"caretaker"}')));

    await expect(requireFreePort(port, "127.0.0.1")).rejects.toMatchObject({
      message: expect.stringContaining("in use by another Caretaker hub"),
    });
  });

  it("needs an address of this machine", async () => {
    await expect(requireFreePort(0, "192.0.2.1")).rejects.toMatchObject({
      code: "configuration_invalid",
      message: expect.stringContaining("192.0.2.1 is not an address of this machine"),
    });
  });
});
