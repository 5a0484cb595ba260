/** What will be sent: worked out first, so that whatever fails before it is known to have changed nothing. */
export interface Send {
  readonly item: number;
  readonly command: AllowedCommand;
  readonly params: Readonly<Record<string, number>>;
}

/**
 * Every command that can leave this connector. None of them is taken by a lock or an alarm, and each goes to a room, to the
 * agent of the macros, or to a light, a blind or a thermostat.
 */
export type AllowedCommand =
  | "ROOM_OFF"
  | "SELECT_VIDEO_DEVICE"
  | "SELECT_AUDIO_DEVICE"
  | "EXECUTE_MACRO"
  | "SET_LEVEL"
  | "SET_LEVEL_TARGET"
  | "SET_SETPOINT_HEAT"
  | "SET_SETPOINT_COOL"
  | "SET_SETPOINT_SINGLE";
