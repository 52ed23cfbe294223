// What capture files are made of.

export interface Packet {
  /** Milliseconds since 1970; undefined where the file has no time. */
  time: number | undefined;
  /** What the octets begin with: a number of https://www.tcpdump.org/linktypes.html. */
  linkType: number;
  octets: Uint8Array;
}

/** The file ends or breaks before its last packet. */
export class CutOff {
  readonly note: string;

  constructor(note: string) {
    this.note = note;
  }
}
