/** Steps that tests put runbooks together from; see `runbookOf`. */

export const ALIVE = `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy } }`;

export const RELOAD = `
  - fix: reload
    do: integration.reload
    with: { integration: $service }
    irreversible: A reload keeps no earlier state.`;

/** Reloads what does not answer, and proves it. */
export const STUCK = `${ALIVE}${RELOAD}
    verify: { again: alive, within: 60s, holds: 5s }
    next: { failed: { end: not_fixed, note: Bring a new one. } }
  - end: fixed`;

/** Reloads up to three times. */
export const TRIES = `${ALIVE}${RELOAD}
    verify: { again: alive, within: 30s }
    tries: { times: 3, every: 20s }
    next: { failed: { end: not_fixed } }
  - end: fixed`;

export const WAITING = `
  - wait: back
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    within: 10m
    holds: 30s
    next: { fail: { end: needs_visit, note: Bring a new one. } }
  - end: healthy`;
