import { CaretakerError } from "@caretaker/protocol";

/** `ENOENT` and its like, of an error from Node's own calls. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** A failure at a folder of the hub's data, as a sentence for whoever started it. */
export function asDataDirectoryError(error: unknown, path: string): CaretakerError {
  if (error instanceof CaretakerError) return error;
  const options = { cause: error, meta: { path } };
  switch (errorCode(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return diskFull(path, error);
    case "EACCES":
    case "EPERM":
      return new CaretakerError(
        "data_directory_unusable",
        `This user may not use the data directory ${path}, or something in it; perhaps the hub was started as another user before. ` +
          "Start it as that user, give the whole directory to this one, or choose another with CARETAKER_DATA.",
        options,
      );
    case "EROFS":
      return new CaretakerError(
        "data_directory_unusable",
        `The data directory ${path} is on a disk that is mounted read-only. Mount it writable, or choose another with CARETAKER_DATA.`,
        options,
      );
    case "ENOTDIR":
    case "EEXIST":
      return new CaretakerError(
        "data_directory_unusable",
        `${path} is in the way: a folder is needed there, and it is a file. Move it, or choose another data directory with CARETAKER_DATA.`,
        options,
      );
    default:
      return new CaretakerError(
        "data_directory_unusable",
        `The data directory ${path} cannot be used: ${error instanceof Error ? error.message : String(error)}. ` +
          "Mend that, or choose another with CARETAKER_DATA.",
        options,
      );
  }
}

export function diskFull(path: string, cause?: unknown): CaretakerError {
  return new CaretakerError(
    "disk_full",
    `The disk that holds ${path} is full. Free some space there and start the hub again; nothing that was saved is lost.`,
    { cause, meta: { path } },
  );
}
