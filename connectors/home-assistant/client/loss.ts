/** How a connection ended. `detail` is what was said at the end, for the log. */
export type Loss = {
  readonly how: /** We closed it. */
    | "closed_by_us"
    /** A close in good order: a restart, a token taken back, a proxy that had enough. */
    | "closed"
    /** Cut without a goodbye. */
    | "cut"
    /** Nothing came any more, not even the answer to a ping. */
    | "silent"
    /** A frame that cannot be taken: too large, or not what a WebSocket may carry. */
    | "bad_frame"
    /** So much of it was not understood that it is not Home Assistant, or one gone mad. */
    | "garbage";
  readonly detail: string;
};
