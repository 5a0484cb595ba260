import { type Kysely, sql } from "kysely";

/** What a room was called when it was left out: it stays out by that name when another gateway takes the place of its own. */
export const leftOutRooms = {
  id: "0034-left-out-rooms",
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table view_limit add column room_name text`.execute(db);
    await sql`update view_limit set room_name = room.name from room where room.id = room_id`.execute(db);
  },
};
