import { type House, testHouse } from "./house.ts";

const online = { connectionStatus: "online" };

/** The Crestron Home of a demo's house, on the processor that its panels talk to. */
export function demoHouse(): House {
  return {
    ...testHouse(),
    rooms: [
      { id: 1001, name: "Whole House" },
      { id: 3, name: "Hall" },
      { id: 4, name: "Kitchen" },
      { id: 5, name: "Cinema" },
    ],
    lights: [
      { id: 52_066, name: "Hall pendant", type: "light", subType: "Dimmer", level: 32_768, roomId: 3, ...online },
      { id: 52_067, name: "Porch", type: "light", subType: "Switch", level: 0, roomId: 3, ...online },
      { id: 52_068, name: "Worktop", type: "light", subType: "Dimmer", level: 65_535, roomId: 4, ...online },
      { id: 52_069, name: "Cinema wall lights", type: "light", subType: "Dimmer", level: 0, roomId: 5, ...online },
    ],
    shades: [
      {
        id: 52_080,
        name: "Kitchen blind",
        type: "shade",
        subType: "Shade",
        position: 65_535,
        roomId: 4,
        ...online,
      },
      { id: 52_081, name: "Cinema drapes", type: "shade", subType: "Drape", position: 0, roomId: 5, ...online },
    ],
    scenes: [
      { id: 52_201, name: "Evening", type: "Lighting", status: false, roomId: 3 },
      { id: 52_202, name: "Film", type: "Media", status: false, roomId: 5 },
    ],
    mediaRooms: testHouse().mediaRooms.map((room) => ({ ...room, name: "Cinema", roomId: 5 })),
  };
}
