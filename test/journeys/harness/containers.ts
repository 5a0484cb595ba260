import { execFileSync, spawnSync } from "node:child_process";

function docker(...words: readonly string[]): string {
  return execFileSync("docker", words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

/** Throws with all that Docker said. */
export function buildImage(name: string, dockerfile: string, folder: string): void {
  const words = ["build", "--tag", name, "--file", dockerfile, folder];
  const { status, stdout, stderr, error } = spawnSync("docker", words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${name} could not be built:\n${stdout}${stderr}`, { cause: error });
}

export function removeImages(...names: readonly string[]): void {
  spawnSync("docker", ["image", "rm", "--force", ...names]);
}

/** A network between containers, where this machine has an address itself; removed by what is returned. */
export function makeNetwork(name: string, subnet: string, ownAddress: string): () => void {
  docker("network", "create", "--subnet", subnet, "--gateway", ownAddress, name);
  return () => void docker("network", "rm", name);
}

export function removeVolume(name: string): void {
  spawnSync("docker", ["volume", "rm", "--force", name]);
}

/** What a container prints that does one thing and is gone. */
export function runOnce(image: string, options: readonly string[], words: readonly string[]): string {
  return docker("run", "--rm", ...options, image, ...words);
}

export class Container {
  readonly #id: string;

  private constructor(id: string) {
    this.#id = id;
  }

  static start(image: string, words: readonly string[]): Container {
    return new Container(docker("run", "--detach", ...words, image));
  }

  output(): string {
    const { stdout, stderr } = spawnSync("docker", ["logs", this.#id], { encoding: "utf8" });
    return `${stdout}${stderr}`;
  }

  /** What a command in it prints; a mistake's words where it fails. */
  run(...words: readonly string[]): string {
    const { stdout, stderr } = spawnSync("docker", ["exec", this.#id, ...words], { encoding: "utf8" });
    return `${stdout}${stderr}`.trim();
  }

  /** Its exit code, once it has ended by itself. */
  ended(): number {
    return Number(docker("wait", this.#id));
  }

  /** Tells it to end. Its exit code: 137 where it did not and was killed. */
  stop(): number {
    docker("stop", "--time", "10", this.#id);
    return Number(docker("inspect", "--format", "{{.State.ExitCode}}", this.#id));
  }

  remove(): void {
    spawnSync("docker", ["rm", "--force", "--volumes", this.#id]);
  }
}
