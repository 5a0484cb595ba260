/** What a simulated panel is. */
export interface PanelPlan {
  readonly name: string;
  readonly model: string;
  readonly firmware: string;
  readonly serial: string;
  readonly address: string;
  /** By IP id: where its control systems are, and whether it reaches them. */
  readonly systems: Readonly<Record<string, { readonly address: string; readonly status: string }>>;
  /** A DM NVX sends or receives. */
  readonly mode?: string;
  readonly screen?: string;
  /** Parts of its software beside the firmware, as it lists them. */
  readonly parts?: readonly Readonly<Record<string, string>>[];
}

export function testPanel(more: Partial<PanelPlan> = {}): PanelPlan {
  return {
    name: "TSW-1070-HALL",
    model: "TSW-1070",
    firmware: "3.002.1063",
    serial: "2107ABC0001234",
    address: "192.168.1.31",
    systems: { "03": { address: "192.168.1.10", status: "ONLINE" } },
    screen: "On",
    ...more,
  };
}

export type Objects = Record<string, Record<string, unknown>>;

/** Its objects, with the newer names. */
export function objectsOf(plan: PanelPlan): Objects {
  const entries = Object.entries(plan.systems).map(([ipId, { address, status }]) => [
    ipId,
    { IpId: ipId, Address: address, Type: "Peer", Port: 41794, Status: status },
  ]);
  return {
    DeviceInfo: {
      Model: plan.model,
      Name: plan.name,
      Category: plan.mode === undefined ? "Touchpanel" : "AV over IP",
      Manufacturer: "Crestron",
      SerialNumber: plan.serial,
      MacAddress: `00.10.7f.${plan.serial.slice(-6).replace(/(..)(?=.)/g, "$1.")}`,
      DeviceVersion: plan.firmware,
      RebootReason: "poweron",
    },
    NetworkAdapters: {
      HostName: plan.name,
      Adapters: {
        EthernetLan: {
          IPv4: { Addresses: [{ Address: plan.address, SubnetMask: "255.255.255.0" }], IsDhcpEnabled: true },
        },
      },
    },
    IpTableV2: {
      EncryptConnection: false,
      EntriesCurrentKeyList: entries.map(([ipId]) => ipId),
      Entries: Object.fromEntries(entries),
    },
    SystemVersions: { Components: [{ Name: "Firmware", Version: plan.firmware }, ...(plan.parts ?? [])] },
    ...(plan.mode === undefined ? {} : { DeviceSpecific: { DeviceMode: plan.mode } }),
    ...(plan.screen === undefined ? {} : { Display: { CurrentState: plan.screen } }),
  };
}

/** As older firmware and DM NAX name them: the table is a list there. */
export function withOldNames({ NetworkAdapters, IpTableV2, ...others }: Objects): Objects {
  const entries = Object.values((IpTableV2?.Entries ?? {}) as Record<string, unknown>);
  return {
    ...others,
    ...(NetworkAdapters === undefined ? {} : { Ethernet: NetworkAdapters }),
    ...(IpTableV2 === undefined ? {} : { IpTable: { Entries: entries } }),
  };
}
