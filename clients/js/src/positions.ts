/** The place of a publication in a channel that keeps history. */
export interface Position {
  /** One life of the channel's numbering; an opaque text. Positions of different epochs cannot be compared. */
  epoch: string;
  /** 1 for the first publication of the epoch, 0 for the place before it; below 2^53. */
  offset: number;
}

/** What a message says of its position, if it has one. */
export function positionOf({ epoch, offset }: Partial<Position>): Position | undefined {
  return epoch == null || offset == null ? undefined : { epoch, offset };
}

/** Whether who is at `known` has not had what is at `position`: a higher offset, or another epoch. */
export function isBeyond(position: Position, known: Position | undefined): boolean {
  return position.epoch !== known?.epoch || position.offset > known.offset;
}
