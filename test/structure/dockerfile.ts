export interface DockerStep {
  /** In capitals, such as `COPY`. */
  readonly name: string;
  readonly words: string;
}

/** The steps of a Dockerfile, each on one line, without its comments. */
export function dockerfile(text: string): readonly DockerStep[] {
  return text
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .join("\n")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, name = "", words = ""] = /^(\w+)\s+(.*)$/.exec(line.trim()) ?? [];
      return { name: name.toUpperCase(), words };
    });
}
